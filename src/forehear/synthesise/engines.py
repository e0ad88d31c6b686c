"""What engines sound like at one metre, as data. A caller may change any figure (`dataclasses.replace`).

Levels are re 20 uPa at 1 m from a point that sounds alike in all directions, over no ground. They are
assumptions of the right order, as those of `simulate/scenario/emitters.py`; none is a calibrated recording.
"""

from dataclasses import dataclass

# Points of a spectrum's envelope: frequency [Hz], power density [dB, any zero].
Envelope = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class HarmonicSeries:
    """One harmonic series: what turns, beats or fires, at the multiples of a fundamental."""

    fundamental_hz: float  # lowest line of the series: of a propeller engine, the shaft's
    level_db: float  # of all its lines together, at 1 m
    to_hz: float = 2500.0  # highest line
    # Strong orders (of a two-blade propeller 2: every second line), and how far the others stand below.
    blades: int = 1
    faint_db: float = 0.0
    # Where the envelope is flat up to, and its fall above, per octave.
    knee_hz: float = 200.0
    fall_db: float = 6.0
    # Each line's own deviation from the envelope, for good and as it wanders over seconds [dB].
    spread_db: float = 4.0
    wander_db: float = 1.5
    # From one engine of the kind to the next: standard deviation of the fundamental [share].
    spread_share: float = 0.05
    # Throttle: standard deviation of the slow wander of the fundamental [share], and its correlation time.
    throttle_share: float = 0.003
    throttle_s: float = 20.0
    # Jitter: width of the fundamental's line at half its power [Hz]; that of order k is k^2 as wide.
    width_hz: float = 0.002


@dataclass(frozen=True)
class Engine:
    """A kind of source: its series of lines, and its noise."""

    lines: tuple[HarmonicSeries, ...]
    noise_level_db: float | None  # of its broad-band noise at 1 m; None: no noise at all
    noise_envelope: Envelope = ((50.0, 0.0), (300.0, 0.0), (3000.0, -25.0))


# Exhaust and propeller: flat up to some hundred hertz, then falling by 6-8 dB an octave.
_PROPELLER_NOISE: Envelope = ((30.0, -6.0), (120.0, 0.0), (500.0, -4.0), (2000.0, -18.0), (6000.0, -32.0))
# Jet mixing noise: a broad hump, 20 dB wide over two decades (its peak near 0.2 of jet speed over diameter).
_JET_NOISE: Envelope = ((40.0, -12.0), (150.0, -4.0), (500.0, 0.0), (1500.0, -4.0), (5000.0, -14.0))
_ROTOR_NOISE: Envelope = ((30.0, -3.0), (200.0, 0.0), (1000.0, -10.0), (5000.0, -25.0))
_ENGINE_NOISE: Envelope = ((40.0, -3.0), (200.0, 0.0), (1000.0, -6.0), (5000.0, -20.0))


def _motor(hz: float) -> HarmonicSeries:
    """One of a multirotor's propellers: steered all the time, so that its line trembles."""
    return HarmonicSeries(
        hz, 76.0, to_hz=5000.0, blades=2, faint_db=12.0, knee_hz=500.0, spread_share=0.02,
        throttle_share=0.02, throttle_s=0.6, width_hz=0.05,
    )  # fmt: skip


ENGINES: dict[str, Engine] = {
    # Two-blade pusher on a two-stroke of 30-50 kW: shaft 75-105 Hz, blade passing 150-210 Hz. In recordings of
    # such drones the shaft's odd lines stand 12 to 17 dB under the even ones, the envelope is flat to some 800 Hz
    # (the blade line often not the strongest), and the sixth line keeps its phase for about a second.
    "piston": Engine(
        (
            HarmonicSeries(
                92.0, 120.0, blades=2, faint_db=13.0, knee_hz=600.0, fall_db=7.0, spread_db=5.0, spread_share=0.07,
                width_hz=0.005,
            ),
        ),
        112.0,
        _PROPELLER_NOISE,
    ),
    # The same, each revolution like the other: for bounds and for tests of method.
    "steady": Engine(
        (
            HarmonicSeries(
                92.0, 120.0, blades=2, faint_db=16.0, knee_hz=400.0, wander_db=0.0, spread_share=0.0,
                throttle_share=0.0, width_hz=0.0,
            ),
        ),
        None,
    ),
    # Single-cylinder four-stroke with its half orders, a direct two-blade propeller.
    "small_piston": Engine(
        (HarmonicSeries(55.0, 112.0, blades=2, faint_db=6.0, knee_hz=350.0, spread_share=0.15),),
        105.0, _PROPELLER_NOISE,
    ),
    # A fast two-stroke, three blades.
    "fast_piston": Engine(
        (HarmonicSeries(125.0, 116.0, blades=3, faint_db=12.0, knee_hz=500.0, spread_share=0.15),),
        108.0, _PROPELLER_NOISE,
    ),
    "light_aircraft": Engine(
        (HarmonicSeries(40.0, 119.0, blades=2, faint_db=10.0, knee_hz=200.0, spread_share=0.06),),
        110.0, _PROPELLER_NOISE,
    ),
    "jet": Engine((), 128.0, _JET_NOISE),
    # Main rotor and tail rotor on one shaft train, but not in a simple ratio.
    "helicopter": Engine(
        (
            HarmonicSeries(
                17.0, 122.0, to_hz=500.0, knee_hz=60.0, fall_db=9.0, spread_share=0.15, throttle_share=0.001
            ),
            HarmonicSeries(
                98.0, 112.0, to_hz=1500.0, knee_hz=150.0, fall_db=8.0, spread_share=0.15, throttle_share=0.001
            ),
        ),
        112.0,
        _ROTOR_NOISE,
    ),
    "multirotor": Engine(
        (_motor(91.0), _motor(95.0), _motor(98.0), _motor(103.0)),
        80.0,
        ((200.0, -10.0), (2000.0, 0.0), (7000.0, -6.0)),
    ),
    # Two cylinders, four-stroke; its gears are the throttle's wander.
    "motorcycle": Engine(
        (
            HarmonicSeries(
                42.0, 97.0, to_hz=2000.0, faint_db=0.0, knee_hz=200.0, fall_db=7.0, spread_share=0.3,
                throttle_share=0.12, throttle_s=4.0, width_hz=0.02,
            ),
        ),
        92.0,
        _ENGINE_NOISE,
    ),
    "chainsaw": Engine(
        (
            HarmonicSeries(
                150.0, 103.0, to_hz=6000.0, knee_hz=900.0, fall_db=6.0, spread_share=0.1, throttle_share=0.08,
                throttle_s=0.7, width_hz=0.5,
            ),
        ),
        100.0,
        ((100.0, -10.0), (1000.0, 0.0), (6000.0, -6.0)),
    ),
    # 3,000 turns a minute, four-stroke: half orders, held by its governor.
    "generator": Engine(
        (
            HarmonicSeries(
                25.0, 94.0, to_hz=2000.0, blades=2, faint_db=5.0, knee_hz=200.0, fall_db=6.0, spread_share=0.01,
                throttle_share=0.002, throttle_s=3.0, width_hz=0.003,
            ),
        ),
        90.0,
        _ENGINE_NOISE,
    ),
}  # fmt: skip

"""Engines to learn from: drones in flight and what is like them, drawn from wide ranges and sounded by physics.

`forehear.synthesise.sound` makes the sound: Doppler, spreading, absorption, the ground's reflection and turbulence
come from there. The ranges are wider than what is known of any engine: what is learned must not be one of them.
"""

from collections.abc import Callable

import numpy as np
from scipy import signal

from forehear.synthesise.engines import Engine, Envelope, HarmonicSeries
from forehear.synthesise.sound import RATE_HZ, Environment, Flight, sound_at
from forehear.synthesise.travel import straight
from forehear.synthesise.turbulence import Turbulence
from forehear.synthesise.ways import Ground
from training.chance import Array, Chance, log_uniform
from training.fleets import FLEETS, Fleet, Range

# How drones pass: speed [m/s], how far aside, how high [m].
DRONE_MPS, DRONE_ASIDE_M, DRONE_HEIGHT_M = (25.0, 80.0), (15.0, 1800.0), (30.0, 1200.0)


def drone(chance: Chance, seconds: float, fleet: Fleet = FLEETS[-1]) -> Array:
    """Let a propeller drone of a fleet pass (n,) [Pa]."""
    engine = drone_engine(chance, fleet)
    heard = passing(chance, engine, seconds, DRONE_MPS, DRONE_ASIDE_M, DRONE_HEIGHT_M)
    heard = pulsed(chance, heard, engine.lines[0].fundamental_hz, fleet.pulsed)
    return skirted(chance, heard, fleet) if chance.random() < fleet.skirted else heard


def drone_engine(chance: Chance, fleet: Fleet) -> Engine:
    """Draw a propeller drone's engine: a full comb on the shaft's tone, the blades' lines above the others."""
    usual = chance.random() < fleet.usual
    blades = 2 if usual else int(chance.choice([1, 2, 2, 3]))
    # Most are two-strokes.
    halved = blades == 2 and chance.random() < fleet.halved
    if usual:
        tone_hz = fleet.usual_hz * float(np.exp(chance.normal(0.0, fleet.usual_spread)))
    else:
        tone_hz = log_uniform(chance, *fleet.others_hz)
    lines = HarmonicSeries(
        tone_hz / (2.0 if halved else 1.0), 118.0,
        to_hz=float(chance.choice([2000.0, 4000.0, 6000.0])), blades=blades,
        faint_db=chance.uniform(*fleet.faint_db) if chance.random() < 0.85 else chance.uniform(0.0, 8.0),
        knee_hz=log_uniform(chance, *fleet.knee_hz), fall_db=chance.uniform(*fleet.fall_db),
        spread_db=chance.uniform(*fleet.spread_db), wander_db=chance.uniform(0.5, 5.0), spread_share=0.0,
        throttle_share=log_uniform(chance, 3e-4, 2e-2), throttle_s=log_uniform(chance, 1.5, 30.0),
        width_hz=log_uniform(chance, 3e-4, 0.3),
    )  # fmt: skip
    return Engine((lines,), 118.0 - chance.uniform(*fleet.noise_db), _noise(chance))


def skirted(chance: Chance, heard: Array, fleet: Fleet) -> Array:
    """Let the air and the ground scatter what is heard (n,): each line gets a skirt of noise beside it."""
    wide_hz, strong = log_uniform(chance, *fleet.skirt_hz), log_uniform(chance, *fleet.skirt)
    swelling = signal.lfilter(*signal.butter(1, wide_hz, fs=RATE_HZ), chance.standard_normal(len(heard)))
    return np.asarray(heard * (1.0 + strong * swelling / (swelling.std() + 1e-12)), np.float64)


def aircraft(chance: Chance, seconds: float) -> Array:
    """Let an aircraft with propellers pass: farther off and lower in tone, with little above 500 Hz."""
    blades = int(chance.choice([1, 2, 3]))
    # Four-stroke engines fire and shake at half their turns, too.
    tone_hz = log_uniform(chance, 34.0, 100.0) / (2.0 if blades == 2 and chance.random() < 0.6 else 1.0)
    lines = HarmonicSeries(
        tone_hz, 122.0, to_hz=4000.0, blades=blades,
        faint_db=chance.uniform(3.0, 20.0), knee_hz=log_uniform(chance, 60.0, 300.0),
        fall_db=chance.uniform(7.0, 16.0), spread_db=chance.uniform(2.0, 6.0), wander_db=chance.uniform(0.5, 4.0),
        spread_share=0.0, throttle_share=log_uniform(chance, 2e-4, 3e-3), width_hz=log_uniform(chance, 3e-4, 3e-2),
    )  # fmt: skip
    engine = Engine((lines,), 122.0 - chance.uniform(-2.0, 15.0), _noise(chance))
    heard = passing(chance, engine, seconds, (35.0, 120.0), (50.0, 3000.0), (150.0, 1500.0))
    return pulsed(chance, heard, tone_hz if tone_hz < 50.0 else tone_hz / blades, 2.0)


def helicopter(chance: Chance, seconds: float) -> Array:
    """Let a helicopter pass: its main rotor's comb, and its tail rotor's in no simple ratio to it."""
    main, tail = chance.uniform(10.0, 32.0), chance.uniform(45.0, 150.0)
    lines = (
        HarmonicSeries(
            main, 122.0, to_hz=log_uniform(chance, 200.0, 1500.0), knee_hz=log_uniform(chance, 30.0, 200.0),
            fall_db=chance.uniform(3.0, 12.0), spread_share=0.0, throttle_share=1e-3,
            wander_db=chance.uniform(1.0, 4.0),
        ),
        HarmonicSeries(
            tail, 122.0 - chance.uniform(0.0, 18.0), to_hz=log_uniform(chance, 500.0, 3000.0), knee_hz=150.0,
            fall_db=chance.uniform(4.0, 12.0), spread_share=0.0, throttle_share=1e-3,
        ),
    )  # fmt: skip
    engine = Engine(lines, 122.0 - chance.uniform(-3.0, 12.0), _noise(chance))
    heard = passing(chance, engine, seconds, (0.0, 80.0), (20.0, 1500.0), (30.0, 600.0))
    return pulsed(chance, heard, main, 4.0)


def multirotor(chance: Chance, seconds: float) -> Array:
    """Let a small multirotor pass: four to eight combs side by side, each steered all the time."""
    base, rotors = log_uniform(chance, 60.0, 250.0), int(chance.choice([4, 4, 6, 8]))
    spread, tremble = chance.uniform(0.005, 0.06), log_uniform(chance, 0.003, 0.03)
    lines = tuple(
        HarmonicSeries(
            base, 80.0 + chance.uniform(-4.0, 4.0), to_hz=7000.0, blades=2, faint_db=chance.uniform(4.0, 20.0),
            knee_hz=log_uniform(chance, 200.0, 1500.0), fall_db=chance.uniform(3.0, 9.0), spread_share=spread,
            throttle_share=tremble, throttle_s=log_uniform(chance, 0.3, 3.0),
            width_hz=log_uniform(chance, 1e-3, 0.1),
        )
        for _ in range(rotors)
    )  # fmt: skip
    engine = Engine(lines, 80.0 - chance.uniform(-3.0, 12.0), ((200.0, -10.0), (2000.0, 0.0), (7000.0, -6.0)))
    return passing(chance, engine, seconds, (0.0, 18.0), (3.0, 60.0), (3.0, 60.0))


def jet(chance: Chance, seconds: float) -> Array:
    """Let a jet pass: a broad hump of noise, combed by the ground."""
    peak = log_uniform(chance, 100.0, 900.0)
    envelope = ((40.0, -14.0), (peak, 0.0), (8000.0, -float(chance.uniform(8.0, 35.0))))
    return passing(chance, Engine((), 128.0, envelope), seconds, (60.0, 250.0), (100.0, 3000.0), (150.0, 5000.0))


def ground_engine(chance: Chance, seconds: float) -> Array:
    """Run an engine on the ground: revving, geared, governed or idling, near, with its rattle and hiss."""
    low_hz, high_hz = (12.0, 60.0) if chance.random() < 0.5 else (60.0, 280.0)
    lines = HarmonicSeries(
        log_uniform(chance, low_hz, high_hz), 100.0, to_hz=7000.0, blades=int(chance.choice([1, 2, 4])),
        faint_db=chance.uniform(0.0, 15.0), knee_hz=log_uniform(chance, 80.0, 2500.0),
        fall_db=chance.uniform(3.0, 12.0), spread_db=chance.uniform(2.0, 7.0), wander_db=chance.uniform(0.5, 4.0),
        spread_share=0.0, throttle_share=log_uniform(chance, 0.003, 0.25),
        throttle_s=log_uniform(chance, 0.3, 8.0), width_hz=log_uniform(chance, 3e-3, 2.0),
    )  # fmt: skip
    bend = log_uniform(chance, 300.0, 4000.0)
    noise = ((40.0, -6.0), (bend, 0.0), (8000.0, -chance.uniform(0.0, 5.0) * float(np.log2(8000.0 / bend))))
    engine = Engine((lines,), 100.0 - chance.uniform(-12.0, 10.0), noise)
    fastest_mps = float(chance.choice([0.1, 15.0, 35.0]))
    heard = passing(chance, engine, seconds, (0.0, fastest_mps), (1.0, 80.0), (0.3, 3.0))
    return pulsed(chance, heard, lines.fundamental_hz, 3.0)


def pulsed(chance: Chance, heard: Array, rate_hz: float, most: float) -> Array:
    """Let blades that slap or cylinders that fire swell all that is heard (n,), noise too, at a rate."""
    turn = 2.0 * np.pi * rate_hz * np.arange(len(heard)) / RATE_HZ
    pulse = np.exp(log_uniform(chance, 0.5, 8.0) * (np.cos(turn) - 1.0))
    return np.asarray(heard * (1.0 + log_uniform(chance, 0.03, most) * pulse), np.float64)


def passing(
    chance: Chance, engine: Engine, seconds: float, speed_mps: Range, aside_m: Range, height_m: Range
) -> Array:
    """Let an engine go past a microphone (n,) [Pa], somewhere on its way: coming, over it, or leaving."""
    mps = float(chance.uniform(*speed_mps))
    up_m = log_uniform(chance, *height_m)
    soon = chance.random() < 0.6
    nearest_s = float(chance.uniform(0.0, seconds) if soon else chance.uniform(-25.0, 25.0 + seconds))
    # One in three climbs or dives; nothing flies through the ground while it is heard.
    climb_mps = mps * float(chance.uniform(-0.3, 0.1)) if chance.random() < 1.0 / 3.0 else 0.0
    climb_mps = max(climb_mps, -0.8 * up_m / max(seconds - nearest_s, 1.0))
    climb_mps = min(climb_mps, 0.8 * up_m / max(nearest_s + 15.0, 1.0))
    motion = straight((0.0, log_uniform(chance, *aside_m), up_m), (mps, 0.0, climb_mps), nearest_s)
    hard = log_uniform(chance, 50.0, 20000.0)
    ground = Ground(flow_resistivity_kpas_per_m2=hard) if chance.random() < 0.8 else None
    turbulence = Turbulence(strength=log_uniform(chance, 1e-7, 1e-5), fading_db=chance.uniform(0.5, 5.0))
    receiver = (0.0, 0.0, float(chance.choice([0.3, 1.2, 1.5, 2.0, 6.0])))
    environment = Environment(ground=ground, turbulence=turbulence)
    heard = sound_at([receiver], [Flight(motion, engine)], seconds, chance, environment=environment)
    return np.asarray(heard[:, 0], np.float64)


def _noise(chance: Chance) -> Envelope:
    bend, fall_db = log_uniform(chance, 200.0, 900.0), chance.uniform(5.0, 11.0)
    return ((30.0, -6.0), (120.0, 0.0), (bend, -3.0), (8000.0, -3.0 - fall_db * float(np.log2(8000.0 / bend))))


Maker = Callable[[Chance, float], Array]

"""Synthesised sound against marched wavefronts, closed forms, and integrals done the long way."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.reference import wavefront

from forehear.air.medium import absorption_db_per_m, speed_of_sound_mps
from forehear.errors import InputError, NoSolution
from forehear.records import Atmosphere
from forehear.synthesise import noise as sound_noise
from forehear.synthesise import sound
from forehear.synthesise import travel as sound_travel
from forehear.synthesise.engines import ENGINES, Engine, HarmonicSeries
from forehear.synthesise.noise import Noise
from forehear.synthesise.turbulence import Turbulence, shakes
from forehear.synthesise.voice import PHASE_S, voice
from forehear.synthesise.ways import Ground

Array = NDArray[np.float64]
RATE_HZ = 16000.0
AIR = Atmosphere(temperature_c=10.0, wind_mps=8.0, wind_from_deg=300.0)
STILL = Atmosphere()
PURE = HarmonicSeries(500.0, 120.0, to_hz=500.0, spread_share=0.0, throttle_share=0.0, wander_db=0.0, width_hz=0.0)
HISS = Engine((), 120.0, ((50.0, 0.0), (7000.0, 0.0)))
MILLIRADIAN = 1e-3


def rms(x: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64))))


def level_db(x: NDArray[np.float32]) -> float:
    return 20.0 * math.log10(rms(x) / 20e-6)


def turning(t: float) -> wavefront.Vector:
    """A circle of 600 m at 60 m/s, climbing; the nearest point some 100 m from the microphone."""
    angle = t * 60.0 / 600.0
    return 500.0 - 600.0 * math.cos(angle), 600.0 * math.sin(angle) - 200.0, 150.0 + 5.0 * t


def motion_of(place: wavefront.Motion) -> sound_travel.Motion:
    knots = np.arange(-10.0, 20.0, 0.1)
    return sound_travel.through(knots, np.array([place(t) for t in knots]))


def test_phase_and_level_are_those_of_marched_wavefronts_on_a_turn_in_wind() -> None:
    microphone = (20.0, -30.0, 1.5)
    flight = sound.Flight(motion_of(turning), Engine((PURE,), None))
    got = sound.sound_at(
        [microphone], [flight], 8.0, np.random.default_rng(1), environment=sound.Environment(AIR)
    )[:, 0]
    wind = 8.0 * math.sin(math.radians(120.0)), 8.0 * math.cos(math.radians(120.0)), 0.0
    c = speed_of_sound_mps(10.0)
    where = np.random.default_rng(2).choice(len(got), 120, replace=False)
    wanted = []
    for k in where:
        heard = wavefront.arrival(turning, k / RATE_HZ, microphone, wind, c)
        loss = wavefront.loss_db(
            heard.radius_m, float(absorption_db_per_m(500.0 * heard.pitch, 10.0, 70.0, 1013.25))
        )
        amplitude = math.sqrt(2.0) * 20e-6 * 10.0 ** ((120.0 - loss) / 20.0)
        wanted.append((amplitude, 2.0 * math.pi * 500.0 * heard.emitted_at_s))
    amplitude, phase = np.array(wanted).T
    # One phase is unknown, the engine's own start; everything else is as it must be.
    turned = np.stack([np.cos(phase), -np.sin(phase)], axis=1)
    start, *_ = np.linalg.lstsq(turned, got[where] / amplitude, rcond=None)
    assert np.hypot(*start) == pytest.approx(1.0, abs=MILLIRADIAN)
    assert np.max(np.abs(got[where] / amplitude - turned @ start)) < 2 * MILLIRADIAN


def test_a_still_source_is_as_loud_as_distance_and_absorption_leave_it() -> None:
    flight = sound.Flight(sound_travel.straight((0.0, 2000.0, 0.0), (0.0, 0.0, 0.0)), Engine((PURE,), None))
    got = sound.sound_at([(0.0, 0.0, 0.0)], [flight], 1.0, np.random.default_rng(1))
    lost = 20.0 * math.log10(2000.0) + 2000.0 * float(absorption_db_per_m(500.0, 15.0, 70.0, 1013.25))
    assert level_db(got) == pytest.approx(120.0 - lost, abs=0.01)


@pytest.mark.parametrize("speed", [51.0, 170.0, -170.0])
def test_head_on_the_tone_is_doppler_shifted(speed: float) -> None:
    flight = sound.Flight(sound_travel.straight((0.0, 3000.0, 0.0), (0.0, -speed, 0.0)), Engine((PURE,), None))
    got = sound.sound_at([(0.0, 0.0, 0.0)], [flight], 2.0, np.random.default_rng(1))[:, 0]
    signs = np.flatnonzero((got[:-1] < 0.0) & (got[1:] >= 0.0))
    crossing = signs - got[signs] / (got[signs + 1] - got[signs])
    heard = (len(crossing) - 1) / (crossing[-1] - crossing[0]) * RATE_HZ
    assert heard == pytest.approx(500.0 / (1.0 - speed / speed_of_sound_mps(15.0)), abs=0.01)


@pytest.mark.parametrize("speed", [0.0, 170.0, -170.0])
def test_noise_keeps_its_level_and_moves_with_the_doppler(speed: float) -> None:
    narrow = Engine((), 120.0, ((900.0, -60.0), (990.0, 0.0), (1010.0, 0.0), (1100.0, -60.0)))
    flight = sound.Flight(sound_travel.straight((0.0, 3000.0, 0.0), (0.0, -speed, 0.0)), narrow)
    got = sound.sound_at([(0.0, 0.0, 0.0)], [flight], 8.0, np.random.default_rng(1))[:, 0]
    spectrum = np.abs(np.fft.rfft(got)) ** 2
    frequency = np.fft.rfftfreq(len(got), 1.0 / RATE_HZ)
    centre = float(np.sum(frequency * spectrum) / np.sum(spectrum))
    c = speed_of_sound_mps(15.0)
    wanted = 1000.0 / (1.0 - speed / c)
    assert centre == pytest.approx(wanted, rel=0.01)
    t = np.arange(len(got)) / RATE_HZ
    path = (3000.0 - speed * t) / (1.0 - speed / c)
    lost_db = 20.0 * np.log10(path) + path * float(absorption_db_per_m(wanted, 15.0, 70.0, 1013.25))
    wanted_db = 120.0 + 10.0 * math.log10(float(np.mean(10.0 ** (-lost_db / 10.0))))
    # Eight seconds of noise 50 Hz wide: some 800 degrees of freedom, 0.15 dB.
    assert level_db(got) == pytest.approx(wanted_db, abs=0.6)


def test_two_microphones_hear_the_same_noise_at_their_own_times() -> None:
    flight = sound.Flight(sound_travel.straight((300.0, 0.0, 0.0), (0.0, 0.0, 0.0)), HISS)
    got = sound.sound_at([(0.0, 0.0, 0.0), (3.0, 0.0, 0.0)], [flight], 1.0, np.random.default_rng(1))
    # The farther one delayed on purpose, by a shift of phase, must be the nearer one.
    lag = 3.0 / speed_of_sound_mps(15.0)
    frequency = np.fft.rfftfreq(len(got), 1.0 / RATE_HZ)
    near, far = np.fft.rfft(got[:, 1]), np.fft.rfft(got[:, 0])
    inside = (frequency > 100.0) & (frequency < 6000.0)
    near = near * np.exp(-2j * np.pi * frequency * lag)
    coherence = np.sum(far[inside] * near[inside].conj()) / math.sqrt(
        float(np.sum(np.abs(far[inside]) ** 2) * np.sum(np.abs(near[inside]) ** 2))
    )
    assert coherence.real > 0.98
    assert abs(np.angle(coherence)) < 0.01


def reflected_the_long_way(
    frequency: float, height: float, along: float, sound_mps: float, resistivity: float
) -> complex:
    """The field that ground adds, over that of the image: a line of images at complex depths, summed.

    Di and Gilbert 1993, 10.1121/1.405435: exact for a locally reacting plane.
    """
    k = 2.0 * math.pi * frequency / sound_mps
    x = frequency / resistivity
    beta = 1.0 / (1.0 + 9.08 * x**-0.75 + 11.9j * x**-0.73)
    far = math.hypot(height, along)
    q = np.linspace(0.0, 60.0 / (k * beta.real), 2_000_001)
    distance = np.sqrt(along**2 + (height + 1j * q) ** 2)
    integrand = np.exp(-k * beta * q + 1j * k * distance) / distance
    return complex(1.0 - 2.0 * k * beta * np.trapezoid(integrand, q) * far / np.exp(1j * k * far))


@pytest.mark.parametrize(
    ("frequency", "height", "along"), [(100.0, 30.0, 1000.0), (200.0, 300.0, 600.0), (500.0, 4.0, 200.0)]
)
def test_the_grounds_coefficient_is_that_of_summed_images(frequency: float, height: float, along: float) -> None:
    far = math.hypot(height, along)
    got = sound_travel.reflection(np.array(frequency), np.array(height / far), np.array(far), 340.0, 200.0)
    wanted = reflected_the_long_way(frequency, height, along, 340.0, 200.0)
    assert abs(complex(got) - wanted) < 0.02


def test_over_hard_ground_a_tone_and_its_image_interfere() -> None:
    c = speed_of_sound_mps(15.0)
    flight = sound.Flight(sound_travel.straight((100.0, 0.0, 40.0), (0.0, 0.0, 0.0)), Engine((PURE,), None))
    hard = sound.Environment(ground=Ground(0.0, 1e9))
    for height in (0.0, 0.3, 0.5, 1.0):
        got = sound.sound_at([(0.0, 0.0, height)], [flight], 0.5, np.random.default_rng(1), environment=hard)
        near, far = math.hypot(100.0, 40.0 - height), math.hypot(100.0, 40.0 + height)
        k = 2.0 * math.pi * 500.0 / c
        alpha = float(absorption_db_per_m(500.0, 15.0, 70.0, 1013.25))
        wanted = abs(np.exp(1j * k * near) / near + np.exp(1j * k * far) / far) * 10.0 ** (-alpha * near / 20.0)
        assert rms(got) == pytest.approx(20e-6 * 1e6 * wanted, rel=0.01)


def test_blocks_of_any_length_give_the_same_sound() -> None:
    flights = [
        sound.Flight(sound_travel.straight((-100.0, 50.0, 80.0), (60.0, 0.0, 0.0), 1.0), ENGINES[name])
        for name in ("piston", "helicopter")
    ]

    def blocks(block_s: float) -> NDArray[np.float32]:
        rng = np.random.default_rng(4)
        land = sound.Environment(ground=Ground(), turbulence=Turbulence(), noise=Noise(40.0, 50.0))
        made = sound.sound_blocks(
            [(0.0, 0.0, 1.5)], flights, 1.3, rng, environment=land, start_s=2.0, block_s=block_s
        )
        return np.concatenate(list(made))

    whole = blocks(1.3)
    assert whole.shape == (20800, 1)
    assert whole.dtype == np.float32
    for block_s in (0.01, 0.3):
        assert np.max(np.abs(blocks(block_s) - whole)) < 1e-6 * np.max(np.abs(whole))


def test_turbulent_air_shakes_the_time_of_travel_as_theory_says() -> None:
    turbulence = Turbulence(strength=4e-6, scale_m=5.0, drift_mps=10.0, fading_db=2.0)
    shake = shakes(turbulence, np.zeros((1, 3)), 340.0, np.random.default_rng(1))[0]
    t = np.arange(0.0, 3000.0, 0.02)
    late, rate, factor = shake(t, np.full(len(t), 1000.0))
    assert np.std(late) == pytest.approx(
        math.sqrt(0.5 * math.sqrt(math.pi) * 4e-6 * 5.0 * 1000.0) / 340.0, rel=0.05
    )
    assert np.std(20.0 * np.log10(factor)) == pytest.approx(2.0, rel=0.05)
    fine = 5.0 + 1e-4 * np.arange(1000)
    course, slope, _ = shake(fine, np.full(1000, 1000.0))
    assert np.gradient(course, fine)[1:-1] == pytest.approx(slope[1:-1], abs=1e-4 * float(np.std(rate)))
    # Half a correlation time on it is much the same, three on it another.
    half, three = (np.corrcoef(late[:-k], late[k:])[0, 1] for k in (12, 75))
    assert half > 0.7
    assert abs(three) < 0.15
    # Any stretch of it is the same as within the whole.
    assert np.array_equal(shake(t[777:800], np.full(23, 1000.0))[0], late[777:800])


def test_near_microphones_share_their_turbulence_and_far_ones_do_not() -> None:
    places = np.array([(0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (500.0, 0.0, 0.0)])
    t = np.arange(0.0, 500.0, 0.1)
    late = [
        shake(t, np.full(len(t), 1000.0))[0]
        for shake in shakes(Turbulence(), places, 340.0, np.random.default_rng(1))
    ]
    assert np.corrcoef(late)[0, 1] == pytest.approx(math.exp(-1.0 / 49.0), abs=0.02)
    assert abs(np.corrcoef(late)[0, 2]) < 0.15


def test_a_tone_through_turbulence_trembles_around_itself() -> None:
    flight = sound.Flight(sound_travel.straight((0.0, 2000.0, 0.0), (0.0, 0.0, 0.0)), Engine((PURE,), None))
    rng = np.random.default_rng(1)
    shaken = sound.Environment(turbulence=Turbulence(2e-7, 7.0, 10.0))
    got = sound.sound_at([(0.0, 0.0, 0.0)], [flight], 80.0, rng, environment=shaken)[:, 0]
    t = np.arange(len(got)) / RATE_HZ
    turned = (got * np.exp(-2j * np.pi * 500.0 * t)).reshape(-1, 1600).mean(axis=1)
    phase = np.unwrap(np.angle(turned))
    wanted = (
        2.0
        * math.pi
        * 500.0
        * math.sqrt(0.5 * math.sqrt(math.pi) * 2e-7 * 7.0 * 2000.0)
        / speed_of_sound_mps(15.0)
    )
    # Some sixty independent stretches: their scatter is known to 10 %.
    assert np.std(phase) == pytest.approx(wanted, rel=0.3)
    assert np.std(20.0 * np.log10(np.abs(turned))) == pytest.approx(3.0 * math.sqrt(2.0), rel=0.3)


def test_places_that_are_none_are_refused() -> None:
    flight = sound.Flight(sound_travel.straight((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)), ENGINES["jet"])
    for places in ((0.0, 0.0, 0.0), [(0.0, 0.0)], [(0.0, math.nan, 0.0)]):
        with pytest.raises(ValueError, match="microphones_m"):
            sound.sound_at(places, [flight], 0.1, np.random.default_rng(1))


def test_an_engine_is_silent_before_its_first_sound_arrives_and_after_its_last() -> None:
    c = speed_of_sound_mps(15.0)
    motion = sound_travel.straight((0.0, c, 0.0), (0.0, 0.0, 0.0))
    flight = sound.Flight(motion, ENGINES["piston"], start_s=0.5, end_s=1.0)
    got = sound.sound_at([(0.0, 0.0, 0.0)], [flight], 3.0, np.random.default_rng(1))[:, 0]
    assert np.flatnonzero(np.abs(got) > 1e-4)[0] / RATE_HZ == pytest.approx(1.5, abs=0.06)
    assert np.flatnonzero(np.abs(got) > 1e-4)[-1] / RATE_HZ == pytest.approx(2.0, abs=0.06)
    assert not np.any(got[: int(1.4 * RATE_HZ)])


def test_as_fast_as_sound_is_refused() -> None:
    flight = sound.Flight(sound_travel.straight((0.0, 0.0, 0.0), (341.0, 0.0, 0.0)), ENGINES["jet"])
    with pytest.raises(NoSolution, match=r"341\.0 m/s is not below the speed of sound"):
        sound.sound_at([(0.0, 0.0, 0.0)], [flight], 0.1, np.random.default_rng(1))


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_every_engine_is_as_loud_as_it_says(name: str) -> None:
    engine = ENGINES[name]
    flight = sound.Flight(sound_travel.straight((0.0, 10.0, 0.0), (0.0, 0.0, 0.0)), engine)
    got = sound.sound_at([(0.0, 0.0, 0.0)], [flight], 10.0, np.random.default_rng(1))
    levels = [lines.level_db for lines in engine.lines] + [engine.noise_level_db or -300.0]
    total = 10.0 * math.log10(sum(10.0 ** (level / 10.0) for level in levels))
    assert level_db(got) == pytest.approx(total - 20.0, abs=1.5)
    assert np.all(np.isfinite(got))


def test_a_two_blade_propeller_is_strong_at_twice_the_shaft_and_faint_at_the_shaft() -> None:
    lines = replace(ENGINES["piston"].lines[0], spread_db=0.0, spread_share=0.0, wander_db=0.0)
    made = voice(Engine((lines,), None), np.random.default_rng(1), 0.0, 10.0, RATE_HZ).series[0]
    db = 20.0 * np.log10(np.sqrt(np.mean(made.amplitude_pa**2, axis=0)))
    assert db[1] - db[0] == pytest.approx(lines.faint_db, abs=1.0)
    assert made.frequency_hz[0] == pytest.approx(92.0, rel=0.02)


def test_phase_runs_at_the_frequency_it_states() -> None:
    made = voice(ENGINES["chainsaw"], np.random.default_rng(1), 5.0, 30.0, RATE_HZ).series[0]
    t = np.linspace(6.0, 29.0, 1000)
    slope = (made.phase_at(t + 1e-5) - made.phase_at(t - 1e-5)) / (2e-5 * 2.0 * np.pi)
    # Between two points of the grid the cubic strays by a share of their step.
    assert np.median(np.abs(slope / made.frequency_at(t) - 1.0)) < 0.02
    grid = 5.0 + PHASE_S * np.arange(100, 200)
    slope = (made.phase_at(grid + 1e-6) - made.phase_at(grid - 1e-6)) / (2e-6 * 2.0 * np.pi)
    assert np.max(np.abs(slope / made.frequency_at(grid) - 1.0)) < 1e-4


def test_a_line_of_stated_width_loses_its_phase_at_the_stated_rate() -> None:
    lines = replace(PURE, width_hz=0.2)
    gained = []
    for seed in range(200):
        made = voice(Engine((lines,), None), np.random.default_rng(seed), 0.0, 4.0, RATE_HZ).series[0]
        start, end = made.phase_at(np.array([1.0, 3.0]))
        gained.append(end - start - 2.0 * np.pi * 500.0 * 2.0)
    # Variance 2 pi W a second; 200 draws tell a standard deviation to 5 %.
    assert np.std(gained) == pytest.approx(math.sqrt(2.0 * math.pi * 0.2 * 2.0), rel=0.15)


def test_surroundings_stand_at_their_levels() -> None:
    band = (40.0, 2000.0)
    still = sound.Flight(sound_travel.straight((0.0, 1e5, 0.0), (0.0, 0.0, 0.0)), ENGINES["steady"], start_s=1e6)
    rng = np.random.default_rng(5)
    given = [
        (Noise(ambient_db=40.0), band, 0.4),
        (Noise(ambient_db=None, wind_db=60.0, gust_db=0.0), (5.0, 2000.0), 0.8),
        (Noise(None, None, recorded=rng.standard_normal(8000).astype(np.float32), recorded_db=50.0), band, 0.2),
    ]
    for noise, inside, tolerance_db in given:
        got = sound.sound_at([(0.0, 0.0, 0.0)], [still], 20.0, rng, environment=sound.Environment(noise=noise))[
            :, 0
        ]
        power = sound_noise.band_power(got, RATE_HZ, inside)
        wanted = noise.recorded_db or noise.wind_db or noise.ambient_db
        assert 10.0 * math.log10(power) - 20.0 * math.log10(20e-6) == pytest.approx(wanted, abs=tolerance_db)


def test_gusts_keep_the_mean_power() -> None:
    strength = sound_noise.gusts(7, 4.0, 0, 1_000_000, 100.0)
    assert np.mean(strength**2) == pytest.approx(1.0, abs=0.1)
    assert np.std(20.0 * np.log10(strength)) == pytest.approx(4.0, rel=0.15)


def test_white_noise_is_the_same_in_any_pieces() -> None:
    whole = sound_noise.white(9, -10_000, 30_000)
    assert np.array_equal(
        np.concatenate([sound_noise.white(9, -10_000, 12_345), sound_noise.white(9, 2345, 17_655)]), whole
    )
    assert abs(np.mean(whole)) < 0.03
    assert np.std(whole) == pytest.approx(1.0, abs=0.02)
    assert not np.array_equal(sound_noise.white(10, -10_000, 30_000), whole)


def test_more_flights_do_not_change_the_noise() -> None:
    far = sound.Flight(sound_travel.straight((0.0, 1e5, 0.0), (0.0, 0.0, 0.0)), ENGINES["jet"], start_s=1e6)
    one, two = (
        sound.sound_at(
            [(0.0, 0.0, 0.0)], flights, 0.5, np.random.default_rng(1), environment=sound.Environment(noise=Noise())
        )
        for flights in ([far], [far, far])
    )
    assert np.array_equal(one, two)


def test_a_mixture_has_the_ratio_asked_for_within_the_band() -> None:
    rng = np.random.default_rng(1)
    t = np.arange(32000) / RATE_HZ
    signal = np.sin(2.0 * np.pi * 200.0 * t)
    # A hum outside the band must not count.
    noise = rng.standard_normal(10_000) + 30.0 * np.sin(2.0 * np.pi * 10.0 * t[:10_000])
    mixed = sound_noise.mix_at_snr(signal, noise, -5.0)
    rest = mixed - signal
    ratio = sound_noise.band_power(signal, RATE_HZ, (40.0, 2000.0)) / sound_noise.band_power(
        rest, RATE_HZ, (40.0, 2000.0)
    )
    assert 10.0 * math.log10(ratio) == pytest.approx(-5.0, abs=0.01)
    with pytest.raises(InputError, match="noise: no power in 40-2000 Hz"):
        sound_noise.mix_at_snr(signal, np.zeros(100), 0.0)


def test_full_scale_is_as_the_calibration_says() -> None:
    sine = 20e-6 * 10.0 ** (94.0 / 20.0) * math.sqrt(2.0) * np.sin(np.arange(1000) * 0.1)
    assert np.max(sound.full_scale(sine, 94.0)) == pytest.approx(1.0, abs=1e-3)
    assert np.max(sound.full_scale(sine, 114.0)) == pytest.approx(0.1, abs=1e-4)

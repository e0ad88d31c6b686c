"""Directions of plane waves with known truth: near it, within their sigma, and none where there is none."""

import math

import numpy as np
import pytest
from tests.listen.waves import at_array, coloured, harmonics, mast, octagon, square

from forehear.listen.array.bearings import GROUND_SIGMA_RAD, Bearing, bearing, tells_azimuth
from forehear.listen.array.wavefront import harmonic_bands

RATE_HZ = 16_000
ARRAYS = {"square of 1 m": square(1.0), "triangle of 1 m": square(1.0)[:3], "mast of 1 m": mast(1.0),
          "octagon of 2 m": octagon(1.0)}  # fmt: skip


def moved(places: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Where the microphones really are: 2 cm from where they are thought to be, 1 % of a small array's extent."""
    extent = 2.0 * np.linalg.norm(places - places.mean(axis=0), axis=1).max()
    return places + chance.normal(0.0, min(0.02, 0.01 * extent), places.shape)


def heard(
    kind: str, places: np.ndarray, azimuth: float, elevation: float, snr_db: float, chance: np.random.Generator,
    reflected: float = 0.0,
) -> np.ndarray:  # fmt: skip
    """A second of an engine ("tone", "mix" with a hiss) or of broad-band sound, in each microphone's own noise."""
    signal = coloured(RATE_HZ, chance, RATE_HZ, 1.0)[:, 0]
    if kind != "broad":
        tone = harmonics(RATE_HZ, 1.0, chance.uniform(60.0, 200.0), chance, chance.uniform(-8.0, 8.0))
        signal = tone + (0.2 * signal if kind == "mix" else 0.0)
    clean = at_array(signal, RATE_HZ, places, azimuth, elevation, reflected)
    return clean * 10.0 ** (snr_db / 20.0) + coloured(RATE_HZ, chance, RATE_HZ, 1.0, len(places))


def off(found: Bearing, azimuth: float) -> float:
    return (found.azimuth_rad - azimuth + math.pi) % (2.0 * math.pi) - math.pi


def trials(
    kind: str, reflected: float, snrs_db: tuple[float, ...], count: int
) -> list[tuple[Bearing | None, float, float]]:
    """(what was found, true azimuth, true elevation) over all arrays."""
    chance = np.random.default_rng(11)
    out = []
    for name, places in ARRAYS.items():
        if reflected and name.startswith("mast"):
            # Not at one height: the echo from below distorts what it hears (bearings.py says so).
            continue
        for k in range(count):
            azimuth, elevation = chance.uniform(0.0, 2.0 * math.pi), math.radians(chance.uniform(2.0, 40.0))
            x = heard(
                kind, moved(places, chance), azimuth, elevation, snrs_db[k % len(snrs_db)], chance, reflected
            )
            out.append((bearing(x, places, RATE_HZ), azimuth, elevation))
    return out


@pytest.mark.slow
@pytest.mark.parametrize("reflected", [0.0, 0.8])
@pytest.mark.parametrize(("kind", "snrs_db"), [("mix", (0.0, 10.0, 20.0)), ("broad", (-5.0, 5.0, 20.0))])
def test_azimuth_errors_are_as_large_as_their_sigma(
    kind: str, snrs_db: tuple[float, ...], reflected: float
) -> None:
    told = [(b, a) for b, a, _ in trials(kind, reflected, snrs_db, 18) if b is not None]
    # Six in seven have an answer.
    assert len(told) >= (46 if reflected else 62)
    normalised = np.array([off(b, a) / b.azimuth_sigma_rad for b, a in told])
    rms = float(np.sqrt(np.mean(normalised**2)))
    assert 0.8 < rms < 1.3
    # The check can fail: sigmas that are 1.65 times too large or too small do not pass it.
    assert not 0.8 < rms * 1.65 < 1.3
    assert not 0.8 < rms / 1.65 < 1.3
    assert np.abs(normalised).max() < 5.0
    assert np.degrees(np.median([abs(off(b, a)) for b, a in told])) < 1.2


@pytest.mark.slow
@pytest.mark.parametrize("reflected", [0.0, 0.8])
def test_elevation_is_told_with_the_grounds_uncertainty(reflected: float) -> None:
    found = [(b, e) for b, _, e in trials("broad", reflected, (5.0, 20.0), 10) if b is not None]
    assert all(b.elevation_sigma_rad >= GROUND_SIGMA_RAD for b, _ in found)
    normalised = [(b.elevation_rad - e) / b.elevation_sigma_rad for b, e in found]
    assert float(np.sqrt(np.mean(np.square(normalised)))) < 1.3


def test_the_whole_sky_is_true_north_and_clockwise() -> None:
    chance = np.random.default_rng(4)
    for azimuth_deg in (0.0, 90.0, 180.0, 271.0):
        x = heard("broad", octagon(1.0), math.radians(azimuth_deg), 0.2, 20.0, chance)
        found = bearing(x, octagon(1.0), RATE_HZ)
        assert found is not None
        assert math.degrees(off(found, math.radians(azimuth_deg))) == pytest.approx(0.0, abs=0.5)
        assert 0.0 <= found.azimuth_rad < 2.0 * math.pi


def test_a_turned_array_hears_the_same_turned() -> None:
    chance = np.random.default_rng(6)
    x = heard("mix", square(0.8), 1.0, 0.3, 15.0, chance)
    turn = 0.7
    rotation = np.array(
        [[math.cos(turn), math.sin(turn), 0.0], [-math.sin(turn), math.cos(turn), 0.0], [0.0, 0.0, 1.0]]
    )
    straight, turned = bearing(x, square(0.8), RATE_HZ), bearing(x, square(0.8) @ rotation.T, RATE_HZ)
    assert straight is not None
    assert turned is not None
    assert off(turned, straight.azimuth_rad + turn) == pytest.approx(0.0, abs=1e-3)
    assert turned.azimuth_sigma_rad == pytest.approx(straight.azimuth_sigma_rad, rel=0.01)


def test_channels_in_any_order_and_of_any_gain_hear_the_same() -> None:
    chance = np.random.default_rng(7)
    x = heard("broad", square(0.8), 2.0, 0.3, 10.0, chance)
    order = [2, 0, 3, 1]
    one = bearing(x, square(0.8), RATE_HZ)
    other = bearing(x[:, order] * np.array([1.0, 0.1, 5.0, 1e-3]), square(0.8)[order], RATE_HZ)
    assert one is not None
    assert other is not None
    assert other == pytest.approx(one, abs=1e-3)


def test_two_sources_each_have_their_own_direction() -> None:
    chance = np.random.default_rng(8)
    places = square(0.7)
    x = coloured(RATE_HZ, chance, RATE_HZ, 1.0, 4) * 0.3
    tones = {90.0: 0.8, 137.0: 3.5}
    for tone_hz, azimuth in tones.items():
        x += at_array(harmonics(RATE_HZ, 1.0, tone_hz, chance), RATE_HZ, places, azimuth, 0.2)
    for tone_hz, azimuth in tones.items():
        other = next(t for t in tones if t != tone_hz)
        found = bearing(x, places, RATE_HZ, harmonic_bands(tone_hz, others_hz=[other]))
        assert found is not None
        assert abs(off(found, azimuth)) < 4.0 * found.azimuth_sigma_rad
        assert found.azimuth_sigma_rad < math.radians(6.0)


def test_bands_are_a_tones_own() -> None:
    bands = harmonic_bands(100.0)
    assert bands is not None
    assert bands.mean(axis=1) == pytest.approx(100.0 * np.arange(1, 21))
    swept = harmonic_bands(100.0, slope_hz_per_s=-8.0)
    assert swept is not None
    assert np.diff(swept[[0, 19]], axis=1).ravel() == pytest.approx([40.0, 192.0])
    # Of 100 and 150 Hz every third harmonic is the other's second.
    own = harmonic_bands(100.0, others_hz=[150.0])
    assert own is not None
    assert not np.isin(np.round(own.mean(axis=1)), np.arange(300, 2001, 300)).any()
    assert len(own) == 14
    assert harmonic_bands(100.0, others_hz=[50.0]) is None


LINE = np.array([[0.0, 0.0, 1.0], [1.0, 0.5, 1.0], [2.0, 1.0, 1.0], [3.0, 1.5, 1.0]])
WALL = np.array([[0.0, 0.0, 1.0], [2.0, 0.0, 1.0], [0.0, 0.0, 3.0], [2.0, 0.0, 3.0]])


@pytest.mark.parametrize("places", [LINE[:1], LINE[:2], LINE, WALL, LINE * [0.0, 0.0, 1.0]])
def test_arrays_that_cannot_tell_left_from_right_do_not(places: np.ndarray) -> None:
    assert not tells_azimuth(places)
    x = heard("broad", places, 0.5, 0.2, 20.0, np.random.default_rng(2))
    assert bearing(x, places, RATE_HZ) is None


def test_noise_alone_comes_from_nowhere() -> None:
    chance = np.random.default_rng(9)
    found = [bearing(coloured(RATE_HZ, chance, RATE_HZ, 1.0, 4), square(1.0), RATE_HZ) for _ in range(25)]
    assert sum(b is not None for b in found) <= 1


@pytest.mark.slow
def test_a_tone_that_a_wide_array_hears_from_two_sides_is_left_open() -> None:
    """A period of sound is 1.7 m long: a lattice of 2 m hears it alike from several directions."""
    chance = np.random.default_rng(10)
    wrong = told = 0
    for _ in range(12):
        azimuth = chance.uniform(0.0, 2.0 * math.pi)
        tone = harmonics(RATE_HZ, 1.0, 200.0, chance)
        x = at_array(tone, RATE_HZ, moved(square(2.0), chance), azimuth, 0.1)
        found = bearing(x + 0.5 * coloured(RATE_HZ, chance, RATE_HZ, 1.0, 4), square(2.0), RATE_HZ)
        told += found is not None
        wrong += found is not None and abs(off(found, azimuth)) > 0.2
    assert wrong <= 1
    assert told <= 8


def test_dead_and_broken_channels_are_left_out() -> None:
    places = octagon(1.0)
    x = heard("broad", places, 4.0, 0.3, 15.0, np.random.default_rng(12))
    x[:, 1] = 0.25
    x[5000, 4] = np.nan
    found = bearing(x, places, RATE_HZ)
    assert found is not None
    assert abs(off(found, 4.0)) < 4.0 * found.azimuth_sigma_rad
    x[:, [0, 2, 3, 5, 6]] = 0.0
    assert bearing(x, places, RATE_HZ) is None


def test_what_is_too_short_or_empty_or_out_of_band_has_no_direction() -> None:
    x = heard("broad", square(1.0), 1.0, 0.3, 15.0, np.random.default_rng(13))
    assert bearing(x[:2000], square(1.0), RATE_HZ) is None
    assert bearing(x[:0], square(1.0), RATE_HZ) is None
    assert bearing(x, square(1.0), RATE_HZ, np.array([[9000.0, 9500.0]])) is None
    assert bearing(x, np.zeros((4, 3)), RATE_HZ) is None


def test_shapes_that_differ_are_refused_with_what_is_allowed() -> None:
    with pytest.raises(ValueError, match=r"samples \(100, 4\) and places_m \(3, 3\): allowed"):
        bearing(np.zeros((100, 4)), np.zeros((3, 3)), RATE_HZ)

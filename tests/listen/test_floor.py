"""The noise floor: true levels, weather followed, passers-by rejected."""

import numpy as np
import pytest
from tests.listen.synthetic import RATE_HZ, decibel, noise

from forehear.listen import floor, spectrum
from forehear.listen.floor import BANDS, LISTENING, NoiseFloor

minute = 60.0
HOPS_A_MINUTE = round(minute / spectrum.HOP_S)


def run(level_db: np.ndarray, seed: int = 1) -> tuple[NoiseFloor, np.ndarray]:
    """A floor that heard hops of these levels, and what it was after each minute [dB]."""
    # A hop's power in a third octave scatters as the mean of some independent bins.
    powers = 10.0 ** (level_db[:, None] / 10.0) * np.random.default_rng(seed).gamma(
        5.0, 0.2, (len(level_db), BANDS)
    )
    heard = NoiseFloor()
    told = []
    for k, row in enumerate(powers, 1):
        heard.hear(row)
        if k % HOPS_A_MINUTE == 0:
            assert heard.powers is not None
            told.append(10.0 * np.log10(heard.powers.mean()))
    return heard, np.array(told)


def flat(minutes: float, level_db: float = 0.0) -> np.ndarray:
    return np.full(round(minutes * HOPS_A_MINUTE), level_db)


def test_before_anything_is_heard_nothing_is_known() -> None:
    new = NoiseFloor()
    assert new.powers is None
    assert new.known_s == 0.0
    new.hear(np.ones(BANDS))
    assert new.known_s == spectrum.HOP_S


def test_steady_noise_is_told_true() -> None:
    heard, told = run(flat(12.0))
    assert np.all(np.abs(told) < 0.5 * decibel)
    assert heard.known_s == 10.0 * minute


def test_a_slow_change_of_weather_is_followed() -> None:
    for change in (10.0, -10.0):
        ramp = np.linspace(0.0, change, 20 * HOPS_A_MINUTE)
        told = run(np.concatenate([flat(10.0), ramp, flat(12.0, change)]))[1]
        true = np.interp(np.arange(1, len(told) + 1), [0, 10, 30, 42], [0.0, 0.0, change, change])
        # Ten minutes are remembered, and change by 5 dB: never farther off than that.
        assert np.all(np.abs(told - true) < 5.0 * decibel)
        assert told[-1] == pytest.approx(change, abs=0.5 * decibel)


def test_a_passer_by_of_two_minutes_does_not_raise_it() -> None:
    told = run(np.concatenate([flat(10.0), flat(2.0, 20.0), flat(12.0)]))[1]
    assert np.all(np.abs(told) < 1.0 * decibel)


def test_work_and_memory_do_not_grow() -> None:
    heard = NoiseFloor()
    sizes = set()
    for _ in range(3 * floor.MEANS * floor.MEAN_HOPS // 2):
        heard.hear(np.ones(BANDS))
        sizes.add(sum(a.size for a in vars(heard).values() if isinstance(a, np.ndarray)))
    assert len(sizes) <= 2


@pytest.mark.parametrize("power", [0.0, 1.0])
def test_bands_together_are_the_power_and_each_its_own(power: float) -> None:
    sound = 0.1 * noise(30.0, 5, power)
    halver = spectrum.Halver()
    low = np.zeros(spectrum.FRAME, np.float32)
    rows = []
    for k, hop in enumerate(sound.reshape(-1, spectrum.HOP_IN)):
        taken = halver.take(hop)
        low = np.concatenate([low[spectrum.HOP :], taken.low])
        if k:
            of_hop = np.mean(taken.low**2, keepdims=True)
            rows.append(floor.band_powers(spectrum.power_spectrum(low[None]), of_hop, taken.high_power))
    bands = np.mean(np.concatenate(rows), axis=0)
    frequency = np.fft.rfftfreq(len(sound), 1.0 / RATE_HZ)
    whole = 2.0 * np.abs(np.fft.rfft(sound)) ** 2 / len(sound) ** 2
    pairs = zip(floor.EDGES_HZ[:-1], floor.EDGES_HZ[1:], strict=True)
    true = np.array([whole[(frequency >= a) & (frequency < b)].sum() for a, b in pairs])
    in_db = 10.0 * np.log10(bands / true)
    assert abs(10.0 * np.log10(bands[LISTENING].sum() / true[LISTENING].sum())) < 0.5 * decibel
    # A bin more or less is a tenth of the lowest bands; the halves' filters cross at 4 kHz.
    assert np.all(np.abs(in_db[2:-2]) < 0.5 * decibel)
    assert np.all(np.abs(in_db) < 1.5 * decibel)

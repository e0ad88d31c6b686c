"""The sounds to learn from: each sounds, the same draw is the same sound, and a drone's families are known."""

import itertools

import numpy as np
import pytest
from training.chance import hiss, noises, slow
from training.fleets import FLEETS
from training.hear import OF_DRONE, UNKNOWN, drones_of, families, tones_alone

from forehear.constants import LISTENING_RATE_HZ
from forehear.synthesise.noise import BAND_HZ, band_power
from training import engines, sounds, voices

MAKERS = {name: make for name, _, make in sounds.OTHERS} | {"drone": engines.drone}


@pytest.mark.slow
@pytest.mark.parametrize("name", MAKERS)
def test_each_sounds_and_the_same_draw_is_the_same_sound(name: str) -> None:
    for seed in range(3):
        one, again = (MAKERS[name](np.random.default_rng(seed), 2.5) for _ in range(2))
        assert one.shape == (int(2.5 * LISTENING_RATE_HZ),)
        assert np.isfinite(one).all()
        assert one.std() > 0.0
        assert np.array_equal(one, again)
    assert not np.array_equal(one, MAKERS[name](np.random.default_rng(99), 2.5))


@pytest.mark.slow
def test_whole_sounds_are_what_a_file_would_hold() -> None:
    real = [0.1 * np.random.default_rng(0).standard_normal(20000).astype(np.float32)]
    for seed in range(4):
        for sound in (
            *sounds.drones(np.random.default_rng(seed), real),
            sounds.other(np.random.default_rng(seed), real),
            sounds.recorded(np.random.default_rng(seed), "background", real[0]),
        ):
            assert sound.samples.dtype == np.float32
            assert np.abs(sound.samples).max() <= 1.0
            # 16 bits, and played at 0.85 to 1.18 of its speed.
            assert np.allclose(sound.samples * 32767.0, np.round(sound.samples * 32767.0), atol=0.01)
            assert (sound.alone is not None) == (sound.what == "drone")
    long_s = len(sounds.other(np.random.default_rng(5)).samples) / LISTENING_RATE_HZ
    assert sounds.OTHER_S / 1.19 <= long_s <= sounds.OTHER_S / 0.84


@pytest.mark.parametrize("ratio_db", [-10.0, 0.0, 20.0])
def test_mixtures_have_the_ratio_that_was_asked_for(ratio_db: float) -> None:
    chance = np.random.default_rng(3)
    tone = np.sin(2.0 * np.pi * 200.0 * np.arange(16000) / LISTENING_RATE_HZ)
    noise = noises(chance, 1.0)
    both = sounds.mixed(tone, noise, ratio_db)
    scaled = tone / np.sqrt(band_power(tone, LISTENING_RATE_HZ, BAND_HZ))
    rest = band_power(both - scaled, LISTENING_RATE_HZ, BAND_HZ)
    assert -10.0 * np.log10(rest) == pytest.approx(ratio_db, abs=0.01)


def test_a_codec_leaves_what_is_loud_and_drops_what_is_faint() -> None:
    t = np.arange(32000) / LISTENING_RATE_HZ
    loud, faint = np.sin(2.0 * np.pi * 1000.0 * t), 1e-3 * np.sin(2.0 * np.pi * 1100.0 * t)
    out = sounds.coded(loud + faint, 20.0, 1)
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    assert spectrum[2000] > 0.9 * np.abs(np.fft.rfft(loud * np.hanning(len(out))))[2000]
    assert spectrum[2200] < 0.5 * np.abs(np.fft.rfft(faint * np.hanning(len(out))))[2200]


def test_draws_have_the_size_that_they_say() -> None:
    chance = np.random.default_rng(8)
    assert np.std([slow(chance, 16000, 0.5) for _ in range(50)]) == pytest.approx(1.0, abs=0.3)
    assert hiss(chance, 16000).std() == pytest.approx(1.0)


def test_a_comb_has_its_lines_at_the_multiples_of_its_tone() -> None:
    out = voices.comb(np.random.default_rng(1), np.full(16000, 150.0), lambda hz: np.zeros(len(hz)), 0.0, 1000.0)
    spectrum = np.abs(np.fft.rfft(out)) / 8000.0
    assert np.flatnonzero(spectrum > 0.5).tolist() == [150, 300, 450, 600, 750, 900]


def test_only_families_that_the_drone_alone_has_are_the_drones() -> None:
    # A drone's comb with another one beside it, that is not the drone's.
    def of(tone_hz: float) -> np.ndarray:
        return voices.comb(
            np.random.default_rng(2), np.full(48000, tone_hz), lambda hz: np.zeros(len(hz)), 0.0, 2000.0
        )

    chance = np.random.default_rng(4)
    alone = (0.01 * of(90.0) + 1e-4 * chance.standard_normal(48000)).astype(np.float32)
    beside = (alone + 0.01 * of(143.0)).astype(np.float32)
    tones = [heard.tone_hz for heard in families(beside)]
    assert any(abs(tone / 90.0 - 1.0) < 0.01 for tone in tones)
    assert any(abs(tone / 143.0 - 1.0) < 0.01 for tone in tones)
    sound = sounds.LabelledSound(beside, "drone", alone)
    heard = drones_of(sound, tones_alone(sound))
    assert len(heard) == len(tones)
    assert {h.label for h in heard if abs(h.tone_hz / 90.0 - 1.0) < 0.01} == {OF_DRONE}
    assert {h.label for h in heard if abs(h.tone_hz / 143.0 - 1.0) < 0.01} == {UNKNOWN}


def test_a_family_knows_which_row_it_continues() -> None:
    held = voices.comb(np.random.default_rng(2), np.full(64000, 90.0), lambda hz: np.zeros(len(hz)), 0.0, 2000.0)
    rows = families((0.01 * held + 1e-4 * np.random.default_rng(3).standard_normal(64000)).astype(np.float32))
    linked = [h for h in rows if h.before >= 0]
    assert len(linked) >= 3
    for h in linked:
        before = rows[h.before]
        assert before.second == h.second - 1 - h.gaps
        assert min(abs(np.log(h.tone_hz / before.tone_hz * k)) for k in (1.0, 0.5, 2.0)) < 0.02
    assert rows[0].before == -1


def test_a_drone_comes_as_it_is_and_under_beds_of_recordings() -> None:
    bed = 0.1 * np.random.default_rng(0).standard_normal(20000).astype(np.float32)
    made = sounds.drones(np.random.default_rng(1), [bed])
    assert len(made) == 1 + sounds.UNDER_BEDS
    assert len(sounds.drones(np.random.default_rng(1))) == 1
    # The same drone is in all of them.
    assert all(made[0].alone is sound.alone for sound in made)


def test_each_fleet_flies_and_is_another() -> None:
    shares = [fleet.share for fleet in FLEETS]
    assert min(shares) > 0.0
    heard = [sounds.drones(np.random.default_rng(1), (), fleet)[0].samples for fleet in FLEETS]
    assert all(np.abs(h).max() > 0.0 for h in heard)
    assert not any(np.array_equal(a[:1000], b[:1000]) for a, b in itertools.combinations(heard, 2))


def test_dull_recorders_leave_little_but_the_lows() -> None:
    x = np.random.default_rng(2).standard_normal(16000)

    def high(dull: float) -> float:
        shares = []
        for seed in range(12):
            power = np.abs(np.fft.rfft(sounds.recorder(np.random.default_rng(seed), dull)(x))) ** 2
            shares.append(float(power[len(power) // 3 :].sum() / power.sum()))
        return float(np.median(shares))

    assert high(1.0) < 0.2 * high(0.0)
    assert any(fleet.dull > 0.0 for fleet in FLEETS)

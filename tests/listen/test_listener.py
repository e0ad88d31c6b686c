"""The Listener as a whole: the same however it is fed, true in level and time, and alive whatever comes."""

import tracemalloc
from collections.abc import Callable
from functools import cache

import msgspec
import numpy as np
import pytest
from tests.listen.synthetic import RATE_HZ, Samples, comb, decibel, hear, level, mixed, noise, sources, times
from tests.listen.waves import at_array, square

from forehear.listen.listener import ASSUMED_CALIBRATION_DB, GAP_S, HEARTBEAT_S, Listener
from forehear.records import Health, Report

# As today's: a float of seconds is then exact to a quarter of a microsecond.
NOW_S = 1_790_000_000.0
# Frames are a second; the half-rate filter moves their middle by a millisecond.
MIDDLE_S = 2e-3


@cache
def drone(seconds: float = 8.0) -> Samples:
    """A comb that falls through noise, then only noise."""
    sound = mixed(comb(lambda t: 98.0 - 1.5 * t, seconds), noise(seconds), 3.0)
    sound[round(0.7 * len(sound)) :] = 0.03 * noise(seconds, 5)[round(0.7 * len(sound)) :]
    return sound


def checked(reports: list[Report]) -> list[Report]:
    """Whatever was told goes over the wire and comes back, every value within its range."""
    for report in reports:
        assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report
        for source in report.sources:
            assert source.kinds is not None
            assert source.kinds.piston + source.kinds.jet + source.kinds.other == pytest.approx(1.0)
            if source.tone_hz is not None:
                assert source.tone_sigma_hz is not None
                # Nobody is told of a tone that nobody knows.
                assert source.tone_sigma_hz < 0.05 * source.tone_hz
    return reports


def alike(one: list[Report], other: list[Report]) -> None:
    """The same reports, but for the rounding of the time of each piece."""
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert a.heard_at_s == pytest.approx(b.heard_at_s, abs=1e-5)
        assert (a.sources, a.noise_db, a.health) == (b.sources, b.noise_db, b.health)


def troubled() -> Samples:
    """Sound with all that can be amiss: drop-outs short and long, clipping, silence, a stuck value, overload."""
    sound = drone().copy()
    sound[10_000:10_300] = np.nan
    sound[30_000:50_000] = np.nan
    sound[60_000:61_000] = 1.0
    sound[70_000:80_000] = 0.0
    sound[90_000:98_000] = np.sign(noise(0.5))
    sound[100_000:100_801] = np.inf
    sound[127_000:] = np.nan
    return sound


@pytest.mark.slow
@pytest.mark.parametrize("pieces", [37, 3_999, 4_000, 16_000, 17_001])
@pytest.mark.parametrize("sound", [drone, troubled])
def test_however_it_is_cut_the_reports_are_the_same(sound: Callable[[], Samples], pieces: int) -> None:
    whole = checked(hear(sound(), at_s=NOW_S))
    assert sources(whole)
    alike(hear(sound(), pieces, NOW_S), whole)


@pytest.mark.slow
def test_sample_by_sample_the_reports_are_the_same() -> None:
    short = troubled()[:36_000]
    alike(hear(short, 1, NOW_S), hear(short, at_s=NOW_S))


def test_the_same_samples_give_the_same_reports() -> None:
    assert hear(drone()) == hear(drone().astype(np.float64)) == hear(drone()[:, None])


@pytest.mark.parametrize("calibration_db", [94.0, 120.0])
def test_a_family_at_full_scale_reads_the_calibration(calibration_db: float) -> None:
    # Lines whose power together is that of a full-scale sine; their noise 20 dB down.
    sound = np.sqrt(0.5) * (comb(95.0, 8.0) + level(-20.0) * noise(8.0))
    found = sources(checked(hear(sound, calibration_db=calibration_db)))
    assert len(found) >= 7
    assert np.median([s.level_db for s in found]) == pytest.approx(calibration_db, abs=1.0 * decibel)


def test_without_calibration_a_usual_one_is_assumed_and_said() -> None:
    told = hear(drone())
    known = hear(drone(), calibration_db=ASSUMED_CALIBRATION_DB)
    assert [s.level_db for s in sources(told)] == [s.level_db for s in sources(known)]
    assert all(r.health == Health(uncalibrated=True) for r in told)
    assert all(r.health is None for r in known)


@pytest.mark.parametrize(("power", "rms"), [(0.0, 0.01), (1.0, 0.1)])
def test_the_floors_level_is_true(power: float, rms: float) -> None:
    sound = rms * noise(30.0, 4, power)
    spectrum = 2.0 * np.abs(np.fft.rfft(sound)) ** 2 / len(sound) ** 2
    frequency = np.fft.rfftfreq(len(sound), 1.0 / RATE_HZ)
    true = 94.0 + 10.0 * np.log10(2.0 * spectrum[(frequency >= 40.0) & (frequency < 2000.0)].sum())
    assert hear(sound, calibration_db=94.0)[-1].noise_db == pytest.approx(true, abs=0.5 * decibel)


@pytest.mark.parametrize("slope", [-4.0, 2.5])
def test_the_time_is_the_frames_middle(slope: float) -> None:
    """A chirp's tone is that of the time told, to the milliseconds that its slope is worth."""
    sound = mixed(comb(lambda t: 100.0 + slope * (t - 4.0), 8.0), noise(8.0), 10.0)
    for report in hear(sound, at_s=NOW_S)[1:-1]:
        source = report.sources[0]
        assert source.tone_hz is not None
        true = 100.0 + slope * (report.heard_at_s - NOW_S - 4.0)
        assert abs(source.tone_hz - true) < 4.0 * (source.tone_sigma_hz or 0.0) + abs(slope) * MIDDLE_S
    assert (hear(sound, at_s=NOW_S)[0].heard_at_s - NOW_S) == pytest.approx(0.5, abs=MIDDLE_S)


def test_in_a_quiet_place_a_heartbeat_comes_every_ten_seconds() -> None:
    told = [r.heard_at_s for r in checked(hear(0.01 * noise(65.0), 8_000))]
    assert len(told) == 7
    assert told[0] == pytest.approx(9.5, abs=0.01)
    assert np.all(np.abs(np.diff(told[:-1]) - HEARTBEAT_S) < 0.01)
    # And one that tells of the end.
    assert told[-1] == pytest.approx(64.5, abs=0.01)


@pytest.mark.parametrize("jump_s", [60.0, 0.3, 2.0 * GAP_S])
def test_lost_sound_is_a_gap_and_is_told_once(jump_s: float) -> None:
    listener = Listener("K-07", calibration_db=94.0)
    reports = listener.hear(drone(), NOW_S) + listener.hear(drone(), NOW_S + 8.0 + jump_s) + listener.end()
    assert sum(r.health.gap_s for r in checked(reports) if r.health) == pytest.approx(jump_s, abs=2e-3)
    # After the gap as anew: nothing that was heard before it leads on.
    after = [r.sources for r in reports if r.heard_at_s > NOW_S + 8.0 + jump_s]
    anew = hear(drone(), at_s=NOW_S + 8.0 + jump_s, calibration_db=94.0)
    assert after[:4] == [r.sources for r in anew][:4]


def test_a_drivers_jitter_is_no_gap() -> None:
    listener = Listener("K-07", calibration_db=94.0)
    chance = np.random.default_rng(2)
    reports = []
    for k in range(16):
        at_s = NOW_S + 0.5 * k + chance.uniform(-0.2, 0.2) * GAP_S
        reports += listener.hear(drone()[8_000 * k : 8_000 * (k + 1)], at_s)
    assert not [r for r in reports if r.health]
    assert len(sources(reports)) >= 5


@pytest.mark.parametrize("back_s", [3600.0, 30.0, 1.0])
def test_a_clock_that_is_set_back_does_not_silence_the_heartbeat(back_s: float) -> None:
    listener = Listener("K-07", calibration_db=94.0)
    quiet = 0.01 * noise(25.0)
    before = listener.hear(quiet, NOW_S)
    after = checked(listener.hear(quiet, NOW_S + 25.0 - back_s))
    assert len(before) == len(after) == 2
    assert after[0].heard_at_s - (NOW_S + 25.0 - back_s) < 10.0
    assert not [r for r in after if r.health]


MILLION = 1e6 * noise(4.0)
HOSTILE: dict[str, Callable[[], np.ndarray]] = {
    "silence": lambda: np.zeros(64_000),
    "a constant": lambda: np.full(64_000, 0.4),
    "full-scale white noise": lambda: np.random.default_rng(1).uniform(-1.0, 1.0, 64_000),
    "a square wave": lambda: np.sign(np.sin(2.0 * np.pi * 97.0 * times(4.0))),
    "clipped sound": lambda: np.clip(40.0 * drone(), -1.0, 1.0),
    "an offset": lambda: drone() + np.float32(0.7),
    "a million": lambda: MILLION,
    "as large as a float": lambda: 1e30 * MILLION,
    "larger than a float": lambda: 1e60 * MILLION.astype(np.float64),
    "tiny": lambda: 1e-40 * noise(4.0).astype(np.float64),
    "no numbers": lambda: np.full(64_000, np.nan),
    "infinite": lambda: np.where(np.arange(64_000) % 7, np.inf, -np.inf),
    "now and then none": lambda: np.where(np.arange(64_000) % 1_000, 0.01, np.nan),
    "bits": lambda: np.random.default_rng(2).integers(-1, 2, 64_000),
    "clicks": lambda: np.where(np.arange(64_000) % 160, 0.0, 0.9),
    "one of two channels without numbers": lambda: np.stack([drone(), np.full(len(drone()), np.nan)], 1),
    "channels that cancel at infinity": lambda: np.stack([np.full(64_000, np.inf), np.full(64_000, -np.inf)], 1),
    "a sine": lambda: np.sin(2.0 * np.pi * 61.0 * times(4.0)),
    "a sawtooth without noise": lambda: np.mod(83.3 * times(4.0), 1.0) - 0.5,
    "sound, silence, sound": lambda: np.where(np.abs(times(8.0) - 4.0) < 1.0, 0.0, drone()),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_comes_is_survived_and_drones_are_heard_after_it(name: str) -> None:
    listener = Listener("K-07", calibration_db=94.0)
    x = HOSTILE[name]()
    first = [r for k in range(0, len(x), 5_000) for r in listener.hear(x[k : k + 5_000], NOW_S + k / RATE_HZ)]
    checked(first)
    after_s = NOW_S + len(x) / RATE_HZ
    heard = checked(listener.hear(drone(), after_s) + listener.end())
    tones = [s.tone_hz for r in heard for s in r.sources if r.heard_at_s > after_s + 2.0]
    assert any(t is not None and 89.0 < t < 96.0 for t in tones)


TOLD = {
    "silence": "silent_pct", "a constant": "silent_pct", "full-scale white noise": "overloaded_pct",
    "clipped sound": "clipped_pct", "a million": "clipped_pct", "no numbers": "gap_s", "infinite": "gap_s",
    "now and then none": "gap_s", "larger than a float": "gap_s", "one of two channels without numbers": "gap_s",
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_what_is_amiss_is_told(name: str) -> None:
    told = hear(HOSTILE[name](), 5_000, NOW_S, calibration_db=94.0)
    assert max(getattr(r.health, TOLD[name]) for r in told if r.health) > 0.0


NOTHING = ["silence", "a constant", "full-scale white noise", "tiny", "no numbers", "infinite"]


@pytest.mark.parametrize("name", NOTHING)
def test_where_nothing_sounds_nothing_is_told(name: str) -> None:
    assert not [s for s in sources(hear(HOSTILE[name]())) if s.kinds is None or s.kinds.piston > 0.1]


def test_a_dead_channel_does_not_make_the_other_quieter() -> None:
    both = np.stack([drone(), np.full(len(drone()), np.nan)], 1)
    one = [s.level_db for s in sources(hear(drone()))]
    assert [s.level_db for s in sources(hear(both))] == pytest.approx(one, abs=0.01)


def test_short_drop_outs_do_not_end_what_is_heard() -> None:
    sound = mixed(comb(95.0, 10.0), noise(10.0), 6.0)
    sound[::8_000] = np.nan
    sound[40_000:40_500] = np.nan
    told = checked(hear(sound, 1_000))
    assert len(sources(told)) >= 9
    assert sum(r.health.gap_s for r in told if r.health) == pytest.approx((19 + 501) / RATE_HZ, abs=5e-3)


def test_a_long_drop_out_is_a_gap_after_which_times_are_true() -> None:
    sound = mixed(comb(lambda t: 100.0 - 2.0 * t, 10.0), noise(10.0), 10.0)
    sound[48_000:61_000] = np.nan
    told = checked(hear(sound, 1_000, NOW_S))
    after = [r for r in told if r.heard_at_s > NOW_S + 61_000 / RATE_HZ and r.sources]
    assert len(after) >= 5
    for report in after:
        true = 100.0 - 2.0 * (report.heard_at_s - NOW_S)
        assert report.sources[0].tone_hz == pytest.approx(true, abs=0.05)


@pytest.mark.parametrize("count", [0, 1, 37, 3_999, 15_999])
def test_a_stream_shorter_than_a_second_tells_that_it_was_there(count: int) -> None:
    told = checked(hear(drone()[:count], at_s=NOW_S))
    assert len(told) == min(count, 1)
    assert not sources(told)


def test_a_stream_that_never_began_has_no_end() -> None:
    listener = Listener("K-07")
    assert listener.hear(np.zeros(0, np.float32), NOW_S) == []
    assert listener.hear(np.zeros((0, 2), np.float32), NOW_S) == []
    assert listener.end() == []


@pytest.mark.slow
def test_memory_is_constant() -> None:
    listener = Listener("K-07")
    second = drone()[:RATE_HZ]
    tracemalloc.start()
    try:
        for k in range(30):
            listener.hear(second, NOW_S + k)
        begin = tracemalloc.get_traced_memory()[0]
        for k in range(30, 330):
            listener.hear(second if k % 3 else np.full(RATE_HZ, np.nan), NOW_S + k)
        assert tracemalloc.get_traced_memory()[0] - begin < 200_000
    finally:
        tracemalloc.stop()


PLACES_M = square(0.8)


def at_square(azimuth_deg: float, seed: int = 3, seconds: float = 6.0) -> Samples:
    heard = at_array(comb(96.0, seconds, seed), RATE_HZ, PLACES_M, np.radians(azimuth_deg), np.radians(12.0))
    around = np.stack([noise(seconds, 10 * seed + m, 1.0) for m in range(4)], axis=1)
    return np.asarray(0.03 * (heard + level(-3.0) * around), np.float32)


@pytest.mark.slow
@pytest.mark.parametrize("azimuth_deg", [17.0, 140.0, 301.0])
def test_an_array_hears_from_where(azimuth_deg: float) -> None:
    found = sources(checked(hear(at_square(azimuth_deg), 5_000, places_m=PLACES_M)))
    told = [s for s in found if s.azimuth_deg is not None]
    assert len(told) >= 4
    for s in told:
        assert s.azimuth_deg is not None
        assert s.azimuth_sigma_deg is not None
        off = (s.azimuth_deg - azimuth_deg + 180.0) % 360.0 - 180.0
        assert abs(off) < 3.0 * s.azimuth_sigma_deg
        assert s.azimuth_sigma_deg < 20.0
        assert s.tone_hz == pytest.approx(96.0, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("dead", [0, 2])
@pytest.mark.parametrize("value", [np.nan, 0.0, np.inf, 0.3])
def test_an_array_hears_on_with_a_dead_microphone(dead: int, value: float) -> None:
    sound = at_square(140.0)
    sound[20_000:, dead] = value
    found = sources(checked(hear(sound, 5_000, places_m=PLACES_M)))
    told = [s for s in found if s.azimuth_deg is not None]
    assert len(told) >= 4
    for s in told:
        assert s.azimuth_deg is not None
        assert s.azimuth_sigma_deg is not None
        assert abs(s.azimuth_deg - 140.0) < 4.0 * s.azimuth_sigma_deg


def test_an_array_of_noise_hears_nothing_from_anywhere() -> None:
    sound = np.stack([0.03 * noise(12.0, m, 1.0) for m in range(4)], axis=1)
    assert sources(hear(sound, places_m=PLACES_M)) == []


def test_wrong_channels_are_an_error_that_names_both() -> None:
    with pytest.raises(ValueError, match="have 2 channels, but 4 places"):
        Listener("K-07", places_m=PLACES_M).hear(np.zeros((100, 2)), NOW_S)

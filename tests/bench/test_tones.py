"""The bound, the synthesised passes and the judging: an efficient listener must come out as one."""

from dataclasses import replace

import numpy as np
import pytest
from bench.listening import passes, tones
from numpy.typing import NDArray

from forehear.records import Report, Source

pytestmark = pytest.mark.slow


Array = NDArray[np.float64]
# White noise, 400 m, lines alone: the efficient listener below takes all lines alike.
CONDITION = passes.CONDITIONS[5]
CONDITION = replace(CONDITION, engine=replace(CONDITION.engine, noise_level_db=None))


def test_the_bound_of_one_line_in_white_noise_is_the_textbooks() -> None:
    # Kay 1993, Fundamentals of Statistical Signal Processing, eq. 3.41: var(f) >= 12 / ((2 pi)^2 h N (N^2 - 1))
    # in cycles a sample, with h = A^2 / (2 v).
    amplitude, variance, rate, n = 0.3, 0.02, 8000.0, 8000
    textbook = np.sqrt(24.0 * variance / (amplitude**2 * n * (n**2 - 1.0))) * rate / (2.0 * np.pi)
    got = passes.bound_hz(np.array([[amplitude]]), np.array([[2.0 * variance / rate]]), n / rate)
    assert got[0] == pytest.approx(textbook, rel=1e-6)


def test_the_bound_is_the_inverse_of_fishers_matrix_summed_sample_by_sample() -> None:
    rate, n, variance = 8000.0, 4000, 0.05
    t = (np.arange(n) - 0.5 * (n - 1)) / rate
    amplitude, start = np.array([0.5, 1.0, 0.2]), np.array([0.3, 1.1, 2.0])
    tone, slope = 101.3, -4.0
    columns = [np.zeros(n), np.zeros(n)]
    for k in range(3):
        phase = 2.0 * np.pi * (k + 1) * (tone * t + 0.5 * slope * t**2) + start[k]
        across = -amplitude[k] * np.sin(phase)
        columns[0] = columns[0] + across * 2.0 * np.pi * (k + 1) * t
        columns[1] = columns[1] + across * np.pi * (k + 1) * t**2
        columns += [across, np.cos(phase)]
    by = np.stack(columns, axis=1)
    fisher = by.T @ by / variance
    scale = np.sqrt(np.diag(fisher))
    wanted = np.sqrt(np.linalg.inv(fisher / np.outer(scale, scale))[0, 0]) / scale[0]
    got = passes.bound_hz(amplitude[None], np.full((1, 3), 2.0 * variance / rate), n / rate)
    assert got[0] == pytest.approx(wanted, rel=0.02)


def efficient(clip: passes.PassClip) -> list[Report]:
    """Least squares of all lines in white noise; knows how the tone bends and where to start."""
    reports = []
    rate = passes.RATE_HZ
    t = (np.arange(int(rate)) - 0.5 * (rate - 1.0)) / rate
    for middle in np.arange(clip.from_s + 1.0, clip.to_s - 1.0):
        first = round((middle - 0.5) * rate)
        frame = clip.samples[first : first + len(t)].astype(np.float64)
        at = middle - 0.5 / rate
        course = np.interp(at + t, clip.time_s, clip.tone_hz)
        tone, bound = (float(np.interp(at, clip.time_s, y)) for y in (clip.tone_hz, clip.bound_hz))
        bent = np.cumsum(course - tone) / rate

        def power(f: float, bent: Array = bent, frame: Array = frame) -> float:
            turn = np.exp(-2j * np.pi * (f * t + bent))
            line, total = np.ones_like(turn), 0.0
            for _ in range(27):
                line = line * turn
                total += abs(np.sum(frame * line)) ** 2
            return total

        f = tone
        for _ in range(3):
            low, here, high = power(f - bound), power(f), power(f + bound)
            f -= bound * 0.5 * (high - low) / (high - 2.0 * here + low)
        reports.append(Report("S", middle, sources=(Source(50.0, tone_hz=f, tone_sigma_hz=bound),)))
    return reports


def test_an_efficient_listener_reaches_the_bound_and_is_found_to() -> None:
    heard = [
        tones.judge(clip, efficient(clip)) for clip in (passes.make_clip(CONDITION, 0.0, s) for s in range(3))
    ]
    normal = np.concatenate([h.error_hz / h.bound_hz for h in heard])
    assert len(normal) > 35
    assert np.sqrt(np.mean(normal**2)) == pytest.approx(1.0, abs=0.3)
    assert sum(h.strays + h.slipped for h in heard) == 0


def test_the_ratio_to_noise_is_the_one_asked_for() -> None:
    quiet, loud = (passes.make_clip(CONDITION, db, 1) for db in (-10.0, 10.0))
    first = round((quiet.from_s + 1.0) * passes.RATE_HZ)
    band = passes.sound_noise.band_power
    before, after = loud.samples[: int(5 * passes.RATE_HZ)], loud.samples[first:]
    ratio = band(after, passes.RATE_HZ, passes.BAND_HZ) / band(before, passes.RATE_HZ, passes.BAND_HZ)
    assert 10.0 * np.log10(ratio - 1.0) == pytest.approx(10.0, abs=1.0)
    # Ten times the amplitude, a tenth of the bound.
    assert np.median(quiet.bound_hz / loud.bound_hz) == pytest.approx(10.0, rel=1e-6)


@pytest.mark.slow
def test_the_engines_own_noise_bounds_what_a_loud_engine_tells() -> None:
    noisy = passes.CONDITIONS[5]
    assert noisy.engine.noise_level_db is not None
    bounds = [np.median(passes.make_clip(noisy, db, 1).bound_hz) for db in (0.0, 20.0, 60.0)]
    assert bounds[1] < 0.6 * bounds[0]
    assert bounds[2] > 0.5 * bounds[1]
    # Its density is that of the samples: what stands between two lines, beside the bound's own figure.
    made = passes.make_pass(noisy, 1)
    quiet = replace(noisy, engine=replace(noisy.engine, lines=(replace(noisy.engine.lines[0], level_db=-100.0),)))
    alone = passes.make_pass(quiet, 1).engine_pa[int(10 * passes.RATE_HZ) :]
    power = passes.sound_noise.band_power(alone, passes.RATE_HZ, (80.0, 1500.0))
    frequency = made.tone_hz[:, None] * np.arange(1, made.amplitude_pa.shape[1] + 1)
    here = np.flatnonzero(made.time_s > 10.0)
    wanted = np.mean(
        [np.trapezoid(np.interp(np.arange(80, 1501), frequency[i], made.engine_density[i])) for i in here[::100]]
    )
    assert power == pytest.approx(wanted, rel=0.1)


def test_octave_slips_are_counted_and_scaled_back_and_strays_are_not_errors() -> None:
    clip = passes.make_clip(CONDITION, 0.0, 1)
    truth = float(np.interp(12.0, clip.time_s, clip.tone_hz))
    said = [(2.0 * truth + 0.2, 0.4), (1.3 * truth, 0.4), (truth - 0.1, 0.2)]
    reports = [Report("S", 12.0, sources=(Source(50.0, tone_hz=f, tone_sigma_hz=s),)) for f, s in said]
    heard = tones.judge(clip, reports)
    assert heard.error_hz == pytest.approx([0.1, -0.1])
    assert heard.sigma_hz == pytest.approx([0.2, 0.2])
    assert (heard.slipped, heard.strays, heard.seconds) == (1, 1, 15)


def test_the_limit_is_where_half_of_the_seconds_are_heard() -> None:
    assert tones.detection_limit_db((-20.0, -10.0, 0.0), (0.0, 0.25, 0.75)) == pytest.approx(-5.0)
    assert tones.detection_limit_db((-20.0, -10.0), (0.0, 0.4)) is None
    assert tones.detection_limit_db((-20.0, -10.0), (0.6, 1.0)) == -20.0


def test_measure_gives_a_row_per_ratio_and_one_for_the_limit() -> None:
    clips = [passes.make_clip(CONDITION, db, 1) for db in (-8.0, 0.0)]
    loud = clips[1].samples.tobytes()

    def listen(samples: NDArray[np.float32], at_s: float) -> list[Report]:
        return efficient(clips[1]) if samples.tobytes() == loud else []

    rows = tones.measure_passes(listen, [CONDITION], [1], (-8.0, 0.0))
    assert [row["ratio_db"] for row in rows] == [-8.0, 0.0, "limit"]
    assert rows[2]["limit_db"] == pytest.approx(-4.0, abs=2.0)
    assert 0.3 < rows[2]["error_over_bound"] < 1.2
    assert len(tones.table(rows).rows) == 3

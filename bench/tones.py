"""Tones against what can be known of them: synthesised passes at a stated ratio to noise, and Cramer-Rao's bound.

    python -m bench.tones [--quick] [--json FILE]

The bound. In a frame of T seconds, t from -T/2 to T/2, a harmonic family with a falling tone is

    x(t) = sum_k A_k cos(2 pi k (f t + s t^2 / 2) + theta_k) + noise of one-sided density S(f) [Pa^2/Hz]

with f (the fundamental at the middle), its slope s, and every A_k and theta_k unknown, S known. A line is narrow:
the noise that it meets is white with density S(k f) = S_k. Then Fisher's information about the phase of a line is
A_k^2 / S_k a second, and with d phase / df = 2 pi k t, d phase / ds = pi k t^2, d phase / d theta = 1:

- amplitudes part from phases (the sine and the cosine of a line are orthogonal over many periods);
- f goes with the odd t, s and theta_k with even powers: at the middle of the frame neither the slope nor the
  phases cost f anything. (At any other moment of the frame they do: that is why a report is of the middle.)

    var f  >=  1 / sum_k (2 pi k)^2 (A_k^2 / S_k) T^3 / 12  =  3 / (pi^2 T^3 sum_k k^2 A_k^2 / S_k)

For one line in white noise of variance v at N samples a second, S = 2 v / N, this is the textbook's
6 v / (pi^2 A^2 N^2) at T = 1 (Rife and Boorstyn 1974, 10.1109/TIT.1974.1055282). High lines count with k^2: a
listener that leaves them out cannot reach the bound. One that joins frames can fall below the bound of one.
Beyond the model: a tone that bends (f'') moves the best straight slope's middle by f'' T^2 / 40; at 150 m and
51 m/s that is up to 0.04 Hz, which shows only well above the limit.

The passes. A straight flight past one microphone, lines only, levelled (the spreading is taken out) so that its
ratio to the noise, 40-2000 Hz, lines over noise, is one number for a whole pass while the Doppler sweeps on; some
seconds of noise before it. The truth is the tone as received at `heard_at_s`. A second counts as detected when a
report's tone lies within NEAR of the truth or of its double or half; such octave slips are counted, and their
errors and sigmas scaled back. The detection limit is the ratio at which half of the seconds are detected.
"""

import argparse
import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.tables import Table, markdown, number, percent
from forehear.records import Atmosphere, Report
from forehear.simulate import sound_noise, sound_travel
from forehear.simulate.sound import full_scale
from forehear.simulate.sound_engines import ENGINES, Engine, Envelope
from forehear.simulate.sound_voice import SeriesVoice, voice
from forehear.simulate.sound_ways import CELL, Way, air_of, lines_heard, way

Array = NDArray[np.float64]
ListenFn = Callable[[NDArray[np.float32], float], Sequence[Report]]

RATE_HZ = 16000.0
BAND_HZ = (40.0, 2000.0)
# Noise alone before each pass [s], so that a floor can be known; and how softly the pass sets in.
LEAD_S, ONSET_S = 6.0, 0.5
# The noise's level in the band [dB]: an evening; it decides nothing, the ratio does.
NOISE_DB = 45.0
# A tone this near to the truth (share) is the pass's. Ten times the throttle's wander, a tenth of an octave slip.
NEAR = 0.03
FRAME_S = 1.0
# The ratios tried [dB], and how far above the detection limit errors are judged.
RATIOS_DB = tuple(float(db) for db in range(-26, 9, 2))
ABOVE_LIMIT_DB = 10.0
# What half of a normal law lies within, in sigmas.
HALF = 0.6745


@dataclass(frozen=True)
class Condition:
    """A kind of pass: an engine, a flight, a noise."""

    name: str
    engine: Engine
    speed_mps: float
    distance_m: float
    noise: Envelope
    seconds: float = 16.0


def _clean(name: str, **changes: Any) -> Engine:
    """Take an engine's lines without jitter, so that the bound is the bound."""
    lines = replace(ENGINES[name].lines[0], width_hz=0.0, wander_db=0.0, spread_share=0.07, **changes)
    return Engine((lines,), None)


AMBIENT, WIND = sound_noise.AMBIENT_ENVELOPE, sound_noise.WIND_ENVELOPE
FLAT: Envelope = ((20.0, 0.0), (8000.0, 0.0))
CONDITIONS = (
    Condition("far, ambient", _clean("piston"), 51.0, 2000.0, AMBIENT),
    Condition("pass at 400 m, ambient", _clean("piston"), 51.0, 400.0, AMBIENT),
    Condition("pass at 150 m, ambient", _clean("piston"), 51.0, 150.0, AMBIENT),
    Condition("pass at 400 m, wind", _clean("piston"), 51.0, 400.0, WIND),
    Condition("pass at 400 m, white", _clean("piston"), 51.0, 400.0, FLAT),
    Condition("small engine, 400 m, ambient", _clean("small_piston"), 40.0, 400.0, AMBIENT),
    Condition("three blades, 400 m, ambient", _clean("fast_piston"), 70.0, 400.0, AMBIENT),
)


@dataclass(frozen=True)
class Clip:
    """One pass in noise: full-scale samples from `at_s` on, and what is true at times of hearing."""

    samples: NDArray[np.float32]
    at_s: float
    from_s: float  # where the pass is on
    to_s: float
    time_s: Array  # (n,) evenly
    tone_hz: Array  # (n,)
    bound_hz: Array  # (n,) of a frame of FRAME_S around each time


def bound_hz(amplitude: Array, density: Array, frame_s: float = FRAME_S) -> Array:
    """Give the bound of the fundamental's standard deviation [Hz]: (n,) for amplitudes (n, orders).

    `density` (n, orders) is the noise's one-sided power density at each line, per hertz.
    """
    order = np.arange(1, amplitude.shape[1] + 1)
    return np.asarray(np.sqrt(3.0 / (np.pi**2 * frame_s**3 * np.sum(order**2 * amplitude**2 / density, axis=1))))


def _levelled(by: Way, series: SeriesVoice) -> tuple[Array, Array, Array]:
    """Give the lines without spreading (count,), the tone (cells + 1,) and the amplitudes (cells + 1, orders)."""
    signal = lines_heard(by, series) / by.spreading
    cells = by.cells
    order = np.arange(1, len(series.start_rad) + 1)
    # Over a tenth of a second of emission: the throttle hardly bends in that, and it smooths its grid.
    turns = series.phase_at(cells.emitted_s + 0.05) - series.phase_at(cells.emitted_s - 0.05)
    tone = turns / (2.0 * np.pi * 0.1) * cells.ratio
    absorbed = 10.0 ** (-by.air.absorption(tone[:, None] * order) * cells.path_m[:, None] / 20.0)
    return signal, tone, series.amplitudes_at(cells.emitted_s) * absorbed


def make_clip(condition: Condition, ratio_db: float, seed: int) -> Clip:
    """Synthesise one pass; the nearest point falls somewhere in its middle half."""
    rng = np.random.default_rng((seed, 20))
    air = air_of(Atmosphere())
    nearest_s = LEAD_S + condition.seconds * float(rng.uniform(0.25, 0.75)) - condition.distance_m / air.sound_mps
    motion = sound_travel.straight((0.0, condition.distance_m, 0.0), (condition.speed_mps, 0.0, 0.0), nearest_s)
    total = round((LEAD_S + condition.seconds) * RATE_HZ)
    by = way(motion, np.zeros(3), air, None, 0.0, total, RATE_HZ)
    emitted = by.cells.emitted_s
    made = voice(condition.engine, rng, float(emitted[0]) - 2.0, float(emitted[-1]) + 2.0, RATE_HZ)
    series = made.series[0]
    signal, tone, amplitude = _levelled(by, series)
    heard = np.arange(total) / RATE_HZ
    start = round(LEAD_S * RATE_HZ)
    taps = sound_noise.colouring(condition.noise, NOISE_DB, RATE_HZ, BAND_HZ)
    power = sound_noise.band_power(signal[start:], RATE_HZ, BAND_HZ)
    noise_power = (20e-6 * 10.0 ** (NOISE_DB / 20.0)) ** 2
    gain = math.sqrt(noise_power * 10.0 ** (ratio_db / 10.0) / power)
    signal = signal * gain * np.clip((heard - LEAD_S) / ONSET_S, 0.0, 1.0)
    noise = sound_noise.coloured(int(rng.integers(1 << 62)), taps, 0, total)
    response = np.abs(np.fft.rfft(taps, 1 << 16)) ** 2 * 2.0 / RATE_HZ
    order = np.arange(1, amplitude.shape[1] + 1)
    density = np.interp(tone[:, None] * order, np.fft.rfftfreq(1 << 16, 1.0 / RATE_HZ), response)
    time_s = np.arange(len(tone)) * CELL / RATE_HZ
    return Clip(
        samples=full_scale(signal + noise),
        at_s=0.0,
        from_s=LEAD_S + ONSET_S,
        to_s=LEAD_S + condition.seconds,
        time_s=time_s,
        tone_hz=tone,
        bound_hz=bound_hz(amplitude * gain, density),
    )


@dataclass(frozen=True)
class Heard:
    """What a listener made of one clip: per detected second, and how many there were."""

    error_hz: Array
    sigma_hz: Array
    bound_hz: Array
    slipped: int
    seconds: int
    strays: int  # tones of neither the pass nor its octaves


def judge(clip: Clip, reports: Sequence[Report]) -> Heard:
    """Compare a listener's reports with the truth of a clip."""
    rows: list[tuple[float, float, float]] = []
    slipped = strays = 0
    inside = [r for r in reports if clip.from_s + FRAME_S / 2 <= r.heard_at_s <= clip.to_s - FRAME_S / 2]
    for report in inside:
        truth = float(np.interp(report.heard_at_s, clip.time_s, clip.tone_hz))
        bound = float(np.interp(report.heard_at_s, clip.time_s, clip.bound_hz))
        best: tuple[float, float, float] | None = None
        for source in report.sources:
            if source.tone_hz is None:
                continue
            fits = [m for m in (1.0, 2.0, 0.5) if abs(source.tone_hz / m / truth - 1.0) < NEAR]
            if not fits:
                strays += 1
            elif best is None or fits[0] == 1.0:
                sigma = source.tone_sigma_hz if source.tone_sigma_hz is not None else math.nan
                best = source.tone_hz / fits[0] - truth, sigma / fits[0], fits[0]
        if best is not None:
            slipped += best[2] != 1.0
            rows.append((best[0], best[1], bound))
    table = np.array(rows).reshape(-1, 3)
    seconds = max(int(clip.to_s - clip.from_s), 1)
    return Heard(table[:, 0], table[:, 1], table[:, 2], slipped, seconds, strays)


def _figures(heard: Sequence[Heard]) -> dict[str, Any]:
    error, sigma, bound = (
        np.concatenate([getattr(h, k) for h in heard]) for k in ("error_hz", "sigma_hz", "bound_hz")
    )
    row: dict[str, Any] = {
        "seconds": sum(h.seconds for h in heard),
        "detected": min(len(error) / sum(h.seconds for h in heard), 1.0),
        "strays": sum(h.strays for h in heard),
    }
    if len(error) < 5:
        return row
    ratio, normal = np.abs(error) / bound, error / sigma
    # Over clips, not seconds: neighbouring seconds are not independent.
    rng = np.random.default_rng(1)
    full = [h for h in heard if len(h.error_hz)]
    draws = [[full[i] for i in rng.integers(len(full), size=len(full))] for _ in range(200)]
    again = [np.median(np.concatenate([np.abs(h.error_hz) / h.bound_hz for h in d])) for d in draws]
    spread = [np.sqrt(np.mean(np.concatenate([h.error_hz / h.sigma_hz for h in d]) ** 2)) for d in draws]
    return row | {
        "octave_wrong": sum(h.slipped for h in heard) / len(error),
        "median_error_hz": float(np.median(np.abs(error))),
        "median_bound_hz": float(np.median(bound)),
        "error_over_bound": float(np.median(ratio)),
        "error_over_bound_ci": [float(q) for q in np.quantile(again, [0.025, 0.975])],
        "normalised_rms": float(np.sqrt(np.mean(normal**2))),
        "normalised_rms_ci": [float(q) for q in np.quantile(spread, [0.025, 0.975])],
        "normalised_median": float(np.median(np.abs(normal)) / HALF),
    }


def detection_limit_db(ratios_db: Sequence[float], detected: Sequence[float]) -> float | None:
    """Give the ratio at which half of the seconds are detected, between those that bracket it; None if none."""
    for i in range(len(ratios_db) - 1, -1, -1):
        if detected[i] < 0.5:
            if i + 1 == len(ratios_db):
                return None
            low, high = detected[i], detected[i + 1]
            return ratios_db[i] + (0.5 - low) / (high - low) * (ratios_db[i + 1] - ratios_db[i])
    return ratios_db[0]


def measure(
    listen: ListenFn,
    conditions: Sequence[Condition] = CONDITIONS,
    seeds: Sequence[int] = range(12),
    ratios_db: Sequence[float] = RATIOS_DB,
) -> list[dict[str, Any]]:
    """Measure a listener: for each condition one row per ratio to noise, and one for all near its detection limit.

    That one has `ratio_db` "limit" and holds the ratios up to ABOVE_LIMIT_DB above.

    `listen` takes samples (n,) in full scale at 16 kHz and the time of the first, and gives reports.
    """
    rows: list[dict[str, Any]] = []
    for condition in conditions:
        by_ratio = []
        for ratio in ratios_db:
            clips = [make_clip(condition, ratio, seed) for seed in seeds]
            by_ratio.append([judge(clip, listen(clip.samples, clip.at_s)) for clip in clips])
        figures = [_figures(heard) for heard in by_ratio]
        rows += [{"condition": condition.name, "ratio_db": r} | f for r, f in zip(ratios_db, figures, strict=True)]
        limit = detection_limit_db(ratios_db, [f["detected"] for f in figures])
        top: dict[str, Any] = {"condition": condition.name, "ratio_db": "limit", "limit_db": limit}
        if limit is not None:
            near = [h for r, heard in zip(ratios_db, by_ratio, strict=True) for h in heard
                    if limit <= r <= limit + ABOVE_LIMIT_DB]  # fmt: skip
            top |= _figures(near) if near else {}
        rows.append(top)
    return rows


def table(rows: Sequence[dict[str, Any]], title: str = "Tones against the bound") -> Table:
    """Rows of `measure` for print."""
    lines = []
    for row in rows:
        name = f"{row['limit_db']:.1f} to +10" if row.get("limit_db") is not None else row["ratio_db"]
        lines.append(
            (
                row["condition"],
                str(name),
                percent(row.get("detected")),
                percent(row.get("octave_wrong")),
                number(row.get("median_error_hz"), 3),
                number(row.get("median_bound_hz"), 3),
                number(row.get("error_over_bound"), 2),
                number(row.get("normalised_rms"), 2),
                number(row.get("normalised_median"), 2),
            )
        )
    heads = ("condition", "ratio, dB", "detected", "octave wrong", "error, Hz", "bound, Hz", "error / bound",
             "normalised rms", "normalised median")  # fmt: skip
    return Table(title, heads, lines, "An efficient listener of one-second frames has error / bound 0.67.")


def main() -> int:
    """Measure the Listener; a table to stdout, the rows as JSON where asked for."""
    from forehear.listen.listener import Listener  # type: ignore[import-not-found, unused-ignore]

    parser = argparse.ArgumentParser(prog="python -m bench.tones", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true", help="two conditions, four passes each")
    parser.add_argument("--json", help="file for the rows")
    args = parser.parse_args()

    def listen(samples: NDArray[np.float32], at_s: float) -> list[Report]:
        listener = Listener("bench")
        return [*listener.hear(samples, at_s), *listener.end()]

    rows = measure(listen, CONDITIONS[:2], range(4)) if args.quick else measure(listen)
    print(markdown(table([r for r in rows if r["ratio_db"] == "limit"], "Within 10 dB of the detection limit")))
    print(markdown(table([r for r in rows if r["ratio_db"] != "limit"])))
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump(rows, out, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())

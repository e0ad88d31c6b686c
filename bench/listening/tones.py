"""Tones against what can be known of them: synthesised passes at a stated ratio to noise, and Cramer-Rao's bound.

    python -m bench.listening.tones [--quick] [--json FILE]

The passes and the bound are described in `bench.listening.passes`. The truth is the tone as received at
`heard_at_s`. A second counts as detected when a report's tone lies within NEAR of the truth or of its double or
half; such octave slips are counted, and their errors and sigmas scaled back. The detection limit is the ratio at
which half of the seconds are detected.
"""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.listening.hearing import ListenFn, listener
from bench.listening.passes import CONDITIONS, FRAME_S, Condition, PassClip, make_pass, mixed
from bench.tables import Result, Table, bars_table, number, percent, print_tables
from forehear.records import Report

Array = NDArray[np.float64]

# A tone this near to the truth (share) is the pass's. Ten times the throttle's wander, a tenth of an octave slip.
NEAR = 0.03
# The ratios tried [dB], and how far above the detection limit errors are judged.
RATIOS_DB = tuple(float(db) for db in range(-40, 9, 2))
ABOVE_LIMIT_DB = 10.0
# What half of a normal law lies within, in sigmas.
HALF = 0.6745


@dataclass(frozen=True)
class ToneErrors:
    """What a listener made of one clip: per detected second, and how many there were."""

    error_hz: Array
    sigma_hz: Array
    bound_hz: Array
    slipped: int
    seconds: int
    strays: int  # tones of neither the pass nor its octaves


def judge(clip: PassClip, reports: Sequence[Report]) -> ToneErrors:
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
    return ToneErrors(table[:, 0], table[:, 1], table[:, 2], slipped, seconds, strays)


def _figures(heard: Sequence[ToneErrors]) -> dict[str, Any]:
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


def measure_passes(
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
        passes = [make_pass(condition, seed) for seed in seeds]
        by_ratio = []
        for ratio in ratios_db:
            clips = [mixed(made, ratio) for made in passes]
            by_ratio.append([judge(clip, listen(clip.samples, clip.at_s)) for clip in clips])
        figures = [_figures(heard) for heard in by_ratio]
        rows += [{"condition": condition.name, "ratio_db": r} | f for r, f in zip(ratios_db, figures, strict=True)]
        limit = detection_limit_db(ratios_db, [f["detected"] for f in figures])
        print(f"bench: tones: {condition.name}, {len(passes)} passes", file=sys.stderr, flush=True)
        top: dict[str, Any] = {"condition": condition.name, "ratio_db": "limit", "limit_db": limit}
        if limit is not None:
            near = [h for r, heard in zip(ratios_db, by_ratio, strict=True) for h in heard
                    if limit <= r <= limit + ABOVE_LIMIT_DB]  # fmt: skip
            top |= _figures(near) if near else {}
        rows.append(top)
    return rows


def table(rows: Sequence[dict[str, Any]], title: str = "Tones against the bound") -> Table:
    """Rows of `measure_passes` for print."""
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


def tables(result: Result) -> list[Table]:
    """Give the tables of a result: near the detection limit, and by ratio."""
    rows = result["rows"]
    return [
        table([r for r in rows if r["ratio_db"] == "limit"], "Tones within 10 dB of the detection limit"),
        table([r for r in rows if r["ratio_db"] != "limit" and r["detected"] > 0.0], "Tones by ratio to noise"),
    ]


def bars(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Compare with the numbers to reach, the worst condition of all."""
    near = [row for row in rows if row["ratio_db"] == "limit"]
    out = []
    for measure, key, worst, bar, aim in (
        ("tone, error over bound, worst condition", "error_over_bound", max, 1.3, 1.0),
        ("tone, normalised error, largest rms", "normalised_rms", max, 1.3, 1.1),
        ("tone, normalised error, least rms", "normalised_rms", min, 0.8, 0.9),
    ):
        values = [row[key] for row in near if key in row]
        value = worst(values) if values and len(values) == len(near) else None
        out.append({"measure": measure, "value": value, "bar": bar, "aim": aim, "more": worst is min})
    return out


def measure(quick: bool) -> Result:
    """Measure the Listener: two conditions of four passes each where it has to be quick."""
    rows = measure_passes(listener, CONDITIONS[:2], range(4)) if quick else measure_passes(listener)
    return {"rows": rows, "bars": bars(rows)}


def main() -> int:
    """Measure the Listener; a table to stdout, the rows as JSON where asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.listening.tones", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true", help="two conditions, four passes each")
    parser.add_argument("--json", help="file for the rows")
    args = parser.parse_args()
    result = measure(args.quick)
    print_tables([*tables(result), bars_table([result])])
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump(result, out, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())

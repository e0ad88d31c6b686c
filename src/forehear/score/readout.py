"""From a tally's sums to a score."""

import numpy as np
from numpy.typing import NDArray

from forehear.records import KINDS
from forehear.score.assignment import Floats
from forehear.score.records import KNOWN_BELOW_M, Score, TargetScore
from forehear.score.tally import ScoreTally


def read_out(tally: ScoreTally) -> Score:
    """Give the score of all seconds that were added."""
    errors = np.frombuffer(tally.errors, np.float32).astype(np.float64)
    bounds = np.frombuffer(tally.bound, np.float32).astype(np.float64)
    courses, speeds = np.frombuffer(tally.courses, np.float32), np.frombuffer(tally.speeds, np.float32)
    courses = courses[~np.isnan(courses)]
    rows, near, pairs = tally.targets, tally.tracks["near"], len(errors)
    waits = _waits(rows["first"], rows["confirmed"])
    beyond = _waits(_known_from(tally), rows["followed"])
    gospa, localisation, missed, false = _gospa(tally)
    table = tally.confusion
    return Score(
        cutoff_m=tally.cutoff_m,
        hold_s=tally.hold_s,
        seconds=tally.seconds,
        unscored_seconds=tally.unscored_seconds,
        targets=len(rows.row),
        audible_targets=len(waits),
        confirmed_tracks=len(near),
        target_seconds=tally.target_seconds,
        track_seconds=tally.track_seconds,
        gospa_m=gospa,
        gospa_localisation_m=localisation,
        gospa_missed_m=missed,
        gospa_false_m=false,
        missed_share=_share(tally.missed, tally.target_seconds),
        false_share=_share(tally.false, tally.track_seconds),
        error_median_m=_quantile(errors, 0.5),
        error_p90_m=_quantile(errors, 0.9),
        error_p95_m=_quantile(errors, 0.95),
        speed_error_median_mps=_quantile(speeds, 0.5),
        speed_error_p90_mps=_quantile(speeds, 0.9),
        course_error_median_deg=_quantile(courses, 0.5),
        course_error_p90_deg=_quantile(courses, 0.9),
        consistency=float(np.sqrt(tally.ratio / pairs)) if pairs else None,
        switches=int(rows["switches"].sum()),
        gaps=int(rows["gaps"].sum()),
        confirm_wait_median_s=_quantile(waits, 0.5),
        confirm_wait_p90_s=_quantile(waits, 0.9),
        never_confirmed=int(np.isinf(waits).sum()),
        ghost_tracks=int((~near.astype(bool)).sum()),
        kind_right_share=_share(int(np.trace(table)), pairs),
        kind_confusion={a: {b: int(table[m, n]) for n, b in enumerate(KINDS)} for m, a in enumerate(KINDS)},
        bound_median_m=_quantile(bounds[~np.isnan(bounds)], 0.5),
        error_over_bound=_over(errors, bounds),
        bound_wait_median_s=_quantile(beyond, 0.5),
        bound_wait_p90_s=_quantile(beyond, 0.9),
        by_target=_by_target(tally, errors, bounds),
    )


def _gospa(tally: ScoreTally) -> tuple[float | None, float | None, float | None, float | None]:
    """Give the root means over the seconds: all, localisation, missed, false [m]; None without any second.

    Reference: Rahmathullah, Garcia-Fernandez and Svensson 2017, 10.23919/ICIF.2017.8009645, prop. 1 (a target
    missed and a track too many each cost half the cut-off's square).
    """
    if not tally.seconds:
        return None, None, None, None
    half = tally.cutoff_m**2 / 2.0
    squares = np.array([tally.square_m2, half * tally.missed, half * tally.false]) / tally.seconds
    localisation, missed, false = np.sqrt(squares).tolist()
    return float(np.sqrt(squares.sum())), localisation, missed, false


def _known_from(tally: ScoreTally) -> Floats:
    """Give when each target's bound (n,) first lies under KNOWN_BELOW_M [s]; NaN if never.

    Reference: the key `bound_wait_median_s` of docs/score.md, "Keys of `--json`".
    """
    out = np.full(len(tally.targets.row), np.nan)
    for name, k in tally.targets.row.items():
        series = tally.bounds.get(name)
        if series is not None:
            second = next((n for n, sigma in enumerate(series.sigma_m) if sigma < KNOWN_BELOW_M), None)
            out[k] = np.nan if second is None else series.start_s + second
    return out


def _waits(since_s: Floats, until_s: Floats) -> Floats:
    """The waits of those who have a beginning, endless for those who have no end [s]."""
    begun = ~np.isnan(since_s)
    return np.nan_to_num(until_s[begun] - since_s[begun], nan=np.inf)


def _over(errors: Floats, bounds: Floats) -> float | None:
    """Give the median error over the median bound, both (n,) [m], where there is a bound; else None.

    Reference: the key `error_over_bound` of docs/score.md, "Keys of `--json`".
    """
    known = ~np.isnan(bounds)
    return float(np.median(errors[known]) / np.median(bounds[known])) if known.any() else None


def _by_target(tally: ScoreTally, errors: Floats, bounds: Floats) -> list[TargetScore]:
    rows = tally.targets
    whose = np.frombuffer(tally.whose, np.int64)
    order = np.argsort(whose, kind="stable")
    edges = np.searchsorted(whose[order], np.arange(len(rows.row) + 1))
    known_from = _known_from(tally)
    table = []
    for name, k in rows.row.items():
        mine = order[edges[k] : edges[k + 1]]
        limits = bounds[mine]
        first, confirmed, got = float(rows["first"][k]), float(rows["confirmed"][k]), int(rows["got"][k])
        table.append(
            TargetScore(
                target=name,
                kind=KINDS[int(rows["kind"][k])],
                audible_s=int(rows["must"][k]),
                tracked_s=got,
                first_audible_s=_known(first),
                confirm_wait_s=_known(confirmed - first),
                error_median_m=_quantile(errors[mine], 0.5),
                error_p90_m=_quantile(errors[mine], 0.9),
                switches=int(rows["switches"][k]),
                gaps=int(rows["gaps"][k]),
                kind_right_share=_share(int(rows["right"][k]), got),
                bound_median_m=_quantile(limits[~np.isnan(limits)], 0.5),
                bound_wait_s=_known(float(rows["followed"][k]) - float(known_from[k])),
            )
        )
    return table


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _quantile(values: NDArray[np.floating], q: float) -> float | None:
    """Give the value below which a share q lies, linear between neighbours; None for none or an endless one.

    Reference: Hyndman and Fan 1996, 10.2307/2684934, definition 7.
    """
    if len(values) == 0:
        return None
    ordered = np.sort(np.asarray(values, np.float64))
    at = q * (len(ordered) - 1)
    low, high = ordered[int(np.floor(at))], ordered[int(np.ceil(at))]
    # Between a number and an endless wait there is no line to interpolate on.
    return _known(float(low + (high - low) * (at - np.floor(at)))) if np.isfinite(high) else None

"""Launches and nights forecast by rolling origin, beside persistence, trend and two well-kept peers.

Every origin knows what was known then, and nothing else: counts to its month's end, claims published by then. The
peers are statsforecast's AutoETS and AutoTheta on the same logarithms (extra `peers`; left out where it is not
installed). Nights: the largest day of a month, and every raid of it, against what was forecast.

    python -m bench.assess.forecasts
"""

import sys
from collections.abc import Sequence
from datetime import date
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from bench.tables import Result, Table, print_tables
from forehear.assess.claims.ledger import read_claims
from forehear.assess.forecast.months import SAMPLES, forecast
from forehear.assess.forecast.scoring import (
    FIRST_ORIGIN,
    HORIZONS,
    ForecastScore,
    crps,
    interval_score,
    rolling,
    share_interval,
)
from forehear.assess.forecast.series import Series, series_of
from forehear.assess.launches.launches import days_in, month_of, read_launches

Array = NDArray[np.float64]
# A peer's season would be a year; forty months of one war do not show one.
SEASON = 1
LEVEL = 80
# Half the width of a normal's 80 % interval over its standard deviation.
HALF_WIDTH = 1.2816
# As many raids of a month are scored by CRPS: every third.
EVERY = 3


def _peer_draws(series: Series, steps: int) -> dict[str, Array]:
    """Draw each peer's futures of the log rate, (samples, steps); none where statsforecast is not installed."""
    try:
        from statsforecast.models import AutoETS, AutoTheta
    except ImportError:
        return {}
    quantiles = np.quantile(
        np.random.default_rng(1).standard_normal(200_000), (np.arange(SAMPLES) + 0.5) / SAMPLES
    )
    out = {}
    for name, model in (
        ("AutoETS", AutoETS(season_length=SEASON)),
        ("AutoTheta", AutoTheta(season_length=SEASON)),
    ):
        said = model.forecast(y=series.log_rate.astype(np.float64), h=steps, level=[LEVEL])
        spread = (said[f"hi-{LEVEL}"] - said[f"lo-{LEVEL}"]) / 2.0 / HALF_WIDTH
        out[name] = said["mean"] + quantiles[:, None] * spread
    return out


def peers(series: Series, horizons: Sequence[int] = HORIZONS) -> list[ForecastScore]:
    """Score the two peers at the origins and horizons of the pool; an empty list where they are not installed."""
    found: dict[tuple[str, int], list[tuple[float, float, float, float]]] = {}
    for count in range(FIRST_ORIGIN, len(series.months)):
        steps = min(max(horizons), len(series.months) - count)
        for name, drawn in _peer_draws(series.cut(count), steps).items():
            for h in (h for h in horizons if h <= steps):
                samples = np.exp(drawn[:, h - 1]) * days_in(series.months[count + h - 1])
                came = float(series.launched[count + h - 1])
                low, high = (float(q) for q in np.quantile(samples, (0.1, 0.9)))
                found.setdefault((name, h), []).append(
                    (crps(samples, came), abs(float(np.median(samples)) - came), float(low <= came <= high),
                     interval_score(low, high, came))
                )  # fmt: skip
    out = []
    for (name, h), rows in sorted(found.items()):
        error, median, covered, interval = (fmean(row[k] for row in rows) for k in range(4))
        out.append(ForecastScore(name, h, error, median, covered, len(rows), interval))
    return out


def forecasts() -> list[dict[str, object]]:
    """CRPS, interval score and coverage at 1, 3, 6 and 12 months."""
    series = series_of(read_launches())
    out: list[dict[str, object]] = []
    for s in [*rolling(series, read_claims()[0]), *peers(series)]:
        low, high = s.coverage_between()
        out.append(
            {"model": s.model, "months": s.horizon, "crps": round(s.crps), "interval_score": round(s.interval),
             "median_error": round(s.median_error), "coverage_80": round(s.coverage, 2),
             "coverage_between": f"{low:.2f}-{high:.2f}", "origins": s.count}
        )  # fmt: skip
    return out


def nights() -> list[dict[str, object]]:
    """How often raids and largest days fell inside the 80 % interval, and their CRPS, by rolling origin."""
    launches, claims = read_launches(), read_claims()[0]
    months = [m for m in launches.months if m.complete]
    rows: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for i in range(FIRST_ORIGIN, len(months)):
        last = months[i - 1].month
        then = read_launches(None, date.fromisoformat(f"{last}-{days_in(last):02d}"))
        ahead = forecast(then, claims, min(max(HORIZONS), len(months) - i)).months
        for h in (h for h in HORIZONS if h <= len(ahead)):
            m = ahead[h - 1]
            came = [float(d.launched) for d in launches.days if month_of(d.day) == m.month and d.launched]
            for what, samples, values in (("raid", m.raid, came), ("largest day", m.largest_day, [max(came)])):
                low, high = np.quantile(samples, (0.1, 0.9))
                error = fmean(crps(samples, c) for c in values[::EVERY])
                rows.setdefault((what, h), []).append((fmean(low <= c <= high for c in values), error))
    out: list[dict[str, object]] = []
    for (what, h), scored in sorted(rows.items()):
        covered = fmean(v[0] for v in scored)
        least, most = share_interval(covered, max(1.0, len(scored) / h))
        record = {"of": what, "months": h, "crps": round(fmean(v[1] for v in scored), 1)}
        between = f"{least:.2f}-{most:.2f}"
        counted = {"coverage_80": round(covered, 2), "coverage_between": between, "origins": len(scored)}
        out.append(record | counted)
    return out


def tables(result: Result) -> list[Table]:
    """Give the two tables."""
    titles = {"forecasts": "Launches forecast, by rolling origin", "nights": "Nights forecast, by rolling origin"}
    return [
        Table(titles[name], tuple(str(key).replace("_", " ") for key in records[0]),
              [tuple(f"{v:,}" if isinstance(v, int) else str(v) for v in record.values()) for record in records])
        for name, records in result.items()
    ]  # fmt: skip


def main() -> int:
    """Measure and print."""
    print_tables(tables({"forecasts": forecasts(), "nights": nights()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())

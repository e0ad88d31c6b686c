"""A story for tests: the packaged claims and launches, a forecast, and a warning that nobody measured."""

from datetime import date
from functools import cache
from typing import Any

import numpy as np

from forehear.assess.claims.view import ledger_of
from forehear.assess.forecast.months import forecast
from forehear.assess.forecast.scoring import HORIZONS, ForecastScore
from forehear.assess.launches.launches import read_launches
from forehear.assess.report.gather import Hindcast, Story
from forehear.assess.report.tables import MODELS

# CRPS of the pool, and of the others, by horizon in their order.
POOL_CRPS, OTHERS_CRPS = 100.0, 200.0


def _variant(heard_s: float, confirmed_s: float, range_m: float) -> dict[str, Any]:
    def spread(middle: float) -> dict[str, float]:
        return {"0.1": 0.5 * middle, "0.5": middle, "0.9": 1.5 * middle}

    return {"lead_heard_s": spread(heard_s), "lead_confirmed_s": spread(confirmed_s), "hearing_range_m": range_m}


@cache
def story(day: date | None = None) -> Story:
    """Give a story as of a day; the propeller's median warning is 20 minutes, the jet's 6."""
    launches = read_launches(None, day)
    ledger = ledger_of(None, launches.as_of, launches)
    ahead = forecast(launches, ledger.claims, 12)
    scores = tuple(
        ForecastScore(model, h, POOL_CRPS if model == "pool" else OTHERS_CRPS, 50.0, 0.8, 20)
        for model, _ in MODELS
        for h in HORIZONS
    )
    # The first month came as foretold, the others did not.
    came = tuple((m.month, int(np.median(m.launched)) if k == 0 else 1, 1) for k, m in enumerate(ahead.months))
    warning: dict[str, object] = {
        "depth_m": 60_000.0,
        "variants": {"propeller": _variant(1500.0, 1200.0, 4000.0), "jet": _variant(420.0, 360.0, 6000.0)},
    }
    heights: list[dict[str, object]] = [
        {"variant": name, "height_m": height, "lead_heard_s": None if height > 5000.0 else 900.0}
        for name in ("propeller", "jet")
        for height in (300.0, 3000.0, 9000.0)
    ]
    return Story(launches, ledger, ahead, scores, (Hindcast(ahead, came),), warning, heights)

"""Everything that the page tells, computed once: no number on the page comes from anywhere else."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forehear.assess.claims.view import Ledger, ledger_of
from forehear.assess.forecast.months import Forecast, forecast
from forehear.assess.forecast.scoring import ForecastScore, rolling
from forehear.assess.forecast.series import series_of
from forehear.assess.launches.launches import Launches, read_launches
from forehear.plan import warning_run
from forehear.plan.warning import by_height
from forehear.records import Atmosphere
from forehear.simulate.scenario.settings import SensorModel

# The days on which the page looks back and asks what would have been said: the claim's month, the month of the
# leaked plan, and the day of the prediction of 2,000 in one night.
HINDCAST_DAYS = (date(2023, 2, 28), date(2023, 8, 31), date(2025, 7, 20))
MONTHS_AHEAD = 12
# The belt that the page measures warning on: an hour's drive deep, the density of a country's network.
BELT_DEPTH_M, BELT_SPACING_M, BELT_FLIGHTS, BELT_SEED = 60_000.0, 6_000.0, 8, 1


@dataclass(frozen=True)
class Hindcast:
    """A forecast as it would have been made on a day, and the months that came: (month, launched, largest day)."""

    made: Forecast
    came: tuple[tuple[str, int | None, int | None], ...]


@dataclass(frozen=True)
class Story:
    """What the page is made of."""

    launches: Launches
    ledger: Ledger
    ahead: Forecast
    scores: tuple[ForecastScore, ...]
    hindcasts: tuple[Hindcast, ...]
    warning: dict[str, object]
    heights: list[dict[str, object]]


def gather(data: str | Path | None, day: date | None, claims: Path | None) -> Story:
    """Read, trace, forecast, score, look back, and fly. Raises as the readers do."""
    launches = read_launches(data, day)
    ledger = ledger_of(claims, launches.as_of, launches)
    came = {
        m.month: (m.launched if m.complete else None, m.max_day if m.complete else None) for m in launches.months
    }
    hindcasts = []
    for then in (d for d in HINDCAST_DAYS if d < launches.as_of):
        made = forecast(read_launches(data, then), ledger.claims, MONTHS_AHEAD)
        months = tuple((m.month, *came.get(m.month, (None, None))) for m in made.months)
        hindcasts.append(Hindcast(made, months))
    network = warning_run.belt(BELT_DEPTH_M, BELT_SPACING_M)
    return Story(
        launches,
        ledger,
        forecast(launches, ledger.claims, MONTHS_AHEAD),
        rolling(series_of(launches), ledger.claims),
        tuple(hindcasts),
        warning_run.answer(network, warning_run.MIDDLE, BELT_DEPTH_M, BELT_SPACING_M, BELT_FLIGHTS, BELT_SEED),
        by_height(BELT_DEPTH_M, BELT_SPACING_M, Atmosphere(), SensorModel()),
    )

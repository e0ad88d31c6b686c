"""Raids: a night from the forecast is a scenario that the simulator reads, and an answer in numbers."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forehear.assess import nights as raids
from forehear.assess.claims.ledger import read_claims
from forehear.assess.forecast.months import MonthForecast, forecast
from forehear.assess.launches.launches import read_launches
from forehear.errors import InputError
from forehear.simulate.scenario.files import load

MONTH = MonthForecast(
    "2031-05", np.full(9, 5000.0), np.arange(100.0, 1000.0, 100.0), np.arange(500.0, 950.0, 50.0)
)


def test_a_quantile_of_the_forecast_is_that_night() -> None:
    night = raids.draw(MONTH, 0.1, 1, 0.5)
    assert (night.size, night.seen) == (500, 50)
    assert night.piston + night.jet == round(50 * raids.PEAK / raids.HOURS)
    assert raids.draw(MONTH, 0.1, 1, 1.0, largest=True).size == 900


def test_a_night_at_random_is_the_same_for_the_same_seed() -> None:
    assert raids.draw(MONTH, 0.1, 5) == raids.draw(MONTH, 0.1, 5)
    assert len({raids.draw(MONTH, 0.1, seed).size for seed in range(8)}) > 3


@pytest.mark.parametrize("bad", [{"share": 1.5}, {"share": 0.1, "quantile": -0.1}, {"share": 0.1, "hours": 0.5}])
def test_impossible_shares_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(InputError, match=r"must be from"):
        raids.draw(MONTH, bad.pop("share"), 1, **bad)  # type: ignore[arg-type]


def test_the_scenario_reads_back_as_it_was_written(tmp_path: Path) -> None:
    scenario = raids.scenario_of(raids.draw(MONTH, 0.1, 1, 0.9, jet_share=0.2), 3)
    (tmp_path / "night.toml").write_text(raids.as_toml(scenario))
    again = load(tmp_path / "night.toml".removeprefix("/"))
    assert again.flights == scenario.flights
    assert again.clutter == scenario.clutter
    assert (again.region.east_m, again.network.spacing_m, again.duration_s) == (
        raids.SIDE_M,
        raids.SPACING_M,
        4500,
    )


def test_a_night_without_launches_has_no_flights() -> None:
    none = MonthForecast("2031-05", np.zeros(3), np.zeros(3), np.zeros(3))
    night = raids.draw(none, 0.1, 1)
    assert raids.scenario_of(night, 1).flights == ()
    assert raids.as_record(night, None, None, 0)["launched_that_night"] == 0


@pytest.mark.slow
def test_a_small_night_goes_through_the_tracker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raids, "SIDE_M", 40_000.0)
    monkeypatch.setattr(raids, "BEGIN_S", 120)
    monkeypatch.setattr(raids, "AFTER_S", 300)
    monkeypatch.setattr(raids, "MOTORCYCLES", 2)
    month = forecast(read_launches(None, date(2025, 12, 31)), read_claims()[0], 1).months[0]
    night = raids.draw(month, 0.1, 1, 0.5)
    scenario = raids.scenario_of(night, 1)
    load_put, scored = raids.carry(scenario, 1)
    record = raids.as_record(night, load_put, scored, 64)
    assert record["reports_per_s"]["most"] > 5  # type: ignore[index]
    assert scored.targets == night.piston + night.jet
    assert record["flying_at_once"] >= 1  # type: ignore[operator]
    assert isinstance(record["carried"], bool)

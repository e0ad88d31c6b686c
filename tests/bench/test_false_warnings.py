"""The false-warning account: nights that go on where they stopped, and limits that are a Poisson count's."""

import json
from pathlib import Path
from typing import Any

import pytest
from bench.tracking import false_warnings
from bench.tracking.false_warnings import (
    CASES,
    NIGHT_S,
    account,
    code_hash,
    measure,
    read_nights,
    scenario_of,
    summed,
    tables,
)

from forehear.simulate.scenario.settings import Scenario


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Nights that cost nothing: 120 sensors, 12 sites, a warning in each tenth. Gives which were played."""
    out: list[tuple[str, int]] = []

    def night(scenario: Scenario, world: str, seed: int) -> dict[str, Any]:
        out.append((world, seed))
        return {
            "reports": 1, "steps": 1, "not_covered_site_s": 0, "sensors": 120, "sites": 12, "tracks": 0,
            "seconds": scenario.duration_s, "warnings": int(len(out) % 10 == 0), "watches": 0, "cpu_s": 1.0,
        }  # fmt: skip

    monkeypatch.setattr(false_warnings, "night_of", night)
    return out


@pytest.mark.parametrize("kind", false_warnings.KINDS)
def test_nothing_flies_in_any_kind_of_night(kind: str) -> None:
    scenario = scenario_of(kind)
    assert scenario.flights == ()
    assert scenario.duration_s == NIGHT_S


def test_it_goes_on_where_it_stopped_and_plays_no_night_twice(
    tmp_path: Path, played: list[tuple[str, int]]
) -> None:
    file = tmp_path / "nights.ndjson"
    account(100.0, file)
    first = len(played)
    assert first == 10, "a night is 10 sensor-days"
    with file.open("a") as lines:
        lines.write('{"kind": "road", "wor')  # Cut off in the midst of a line.
        lines.write("\n" + json.dumps(json.loads(file.read_text().splitlines()[0]) | {"code": "another"}) + "\n")
    nights = account(200.0, file)
    assert len(played) == 20
    assert len(nights) == 20
    assert len({(n["kind"], n["world"], n["seed"]) for n in nights}) == 20
    assert len(read_nights(file, code_hash())) == 20
    # All kinds in turn.
    assert {(n["kind"], n["world"]) for n in nights} == set(CASES)
    account(200.0, file)
    assert len(played) == 20, "what was asked for is there"


def test_an_end_by_hand_gives_what_there_is(
    tmp_path: Path, played: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    night = false_warnings.night_of

    def interrupted(*words: Any) -> dict[str, Any]:
        if len(played) == 3:
            raise KeyboardInterrupt
        return night(*words)

    monkeypatch.setattr(false_warnings, "night_of", interrupted)
    result = measure(False, file=tmp_path / "nights.ndjson")
    assert sum(r["nights"] for name, r in result["rows"].items() if name.startswith("all")) == 3
    (table,) = tables(result)
    assert "30 of the 10,000 sensor-days" in table.note


def test_limits_are_of_a_poisson_count_a_site_year() -> None:
    night = {"sensors": 120, "sites": 10, "seconds": 36525 * 864, "warnings": 0, "watches": 2, "tracks": 0,
             "not_covered_site_s": 0, "cpu_s": 1.0}  # fmt: skip
    out = summed([night])
    assert out["site_years"] == pytest.approx(10.0)
    # Garwood 1936: from 0 to 3.689 where there was none, 0.242 to 7.225 of two.
    assert out["warnings"]["high"] == pytest.approx(0.3689, abs=1e-4)
    assert out["warnings"]["low"] == 0.0
    assert (out["watches"]["low"], out["watches"]["high"]) == pytest.approx((0.0242, 0.7225), abs=1e-4)

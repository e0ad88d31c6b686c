"""What the watch finds wrong, asked of a hub that a test sets: each trouble alone, and none where none is."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest

from forehear.service.tracking.frames import SiteState
from forehear.service.watch import FRAME_DEAD_S, FRAME_S, Watch


def hub(**changed: Any) -> Any:
    ready = asyncio.Event()
    ready.set()
    well = {
        "failed": lambda: None, "ready": ready, "framed_at": time.monotonic(), "behind_s": 0.0,
        "intake": SimpleNamespace(failing=None), "keeping": SimpleNamespace(keys_unwritten={}), "mqtt": None,
        "clock": SimpleNamespace(words=None, alike=lambda: None), "reports_in_steps": 0, "turned_away": {},
        "gate": SimpleNamespace(accepted=0, refused={}), "troubles": None,
        "tracking": SimpleNamespace(restarts=0, snapshot_trouble=lambda: None),
        "show": SimpleNamespace(site_states=()),
    }  # fmt: skip
    return SimpleNamespace(**(well | changed))


def test_a_service_that_is_well_says_so() -> None:
    watch = Watch(hub())
    watch.look()
    assert (watch.status, watch.troubles) == ("ok", {})


@pytest.mark.parametrize(
    ("changed", "name", "word"),
    [
        ({}, "tracker", "no frame for"),
        ({"behind_s": 12.0}, "behind", "12 s behind"),
        ({"intake": SimpleNamespace(failing="database is locked")}, "store", "database is locked"),
        ({"keeping": SimpleNamespace(keys_unwritten={"S1": 1})}, "keys", "S1"),
        ({"mqtt": SimpleNamespace(trouble=lambda: "not authorised")}, "mqtt", "not authorised"),
        ({"clock": SimpleNamespace(words="back by 30 s", alike=lambda: None)}, "clock", "back by 30 s"),
        ({"clock": SimpleNamespace(words=None, alike=lambda: "all off by 90 s")}, "clocks", "all off by 90 s"),
        (
            {"show": SimpleNamespace(site_states=(SiteState("town", "not_covered", 0.0, covered=False),))},
            "coverage", "'town' is not covered",
        ),
    ],
)  # fmt: skip
def test_each_trouble_is_found_alone_said_once_and_over_when_it_is(
    changed: dict[str, Any], name: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if name == "tracker":
        # Of now: the parameters are as old as the run.
        changed = {"framed_at": time.monotonic() - FRAME_S - 5.0}
    watch = Watch(hub(**changed))
    for _ in range(3):
        watch.look()
    assert list(watch.troubles) == [name]
    assert word in watch.troubles[name]
    assert watch.status == "degraded"
    assert capsys.readouterr().err.count(f"trouble: {name}:") == 1
    watch._hub = hub()
    watch.look()
    assert watch.status == "ok"
    assert f"over after 0 s: {name}" in capsys.readouterr().err


def test_reports_that_are_all_of_no_use_are_a_trouble_though_each_is_acknowledged() -> None:
    one = hub()
    watch = Watch(one)
    watch.look()
    one.gate.accepted, one.reports_in_steps, one.turned_away = 100, 100, {"heard too early": 97}
    watch.look()
    assert "97 % of the last 100 are of no use to the tracker: heard too early" in watch.troubles["reports"]


def test_nothing_tracked_for_half_a_minute_is_the_end_of_what_it_is_for() -> None:
    watch = Watch(hub(framed_at=time.monotonic() - FRAME_DEAD_S - 1.0))
    watch.look()
    assert watch.status == "failed"
    dead = Watch(hub(failed=lambda: RuntimeError("gone")))
    dead.look()
    assert dead.status == "failed"
    assert "gone" in dead.troubles["died"]


class Passing:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> Passing:
    clock = Passing()
    monkeypatch.setattr("forehear.service.watch.time", clock)
    return clock


def play(watch: Watch, one: Any, clock: Passing, seconds: int, accepted_per_s: int, forged_per_s: int) -> set[str]:
    """Let reports and forgeries come for so long; gives every trouble that stood meanwhile."""
    stood: set[str] = set()
    for _ in range(seconds):
        clock.now += 1.0
        one.framed_at = clock.now
        one.gate.accepted += accepted_per_s
        refused = one.gate.refused.get("bad signature", 0) + forged_per_s
        one.gate.refused = one.gate.refused | {"bad signature": refused}
        watch.look()
        stood |= watch.troubles.keys()
    return stood


@pytest.mark.parametrize("before_s", [0, 90])
def test_a_flood_of_forgeries_is_no_trouble_while_honest_reports_come(passing: Passing, before_s: int) -> None:
    # Symptom: anybody who could reach the port turned /health red for as long as they liked.
    one = hub(framed_at=passing.now)
    watch = Watch(one)
    play(watch, one, passing, before_s, 12, 0)
    assert play(watch, one, passing, 60, 12, 5000) == set()


@pytest.mark.parametrize("left_per_s", [0, 4])
def test_honest_reports_that_are_refused_are_red_within_five_seconds(passing: Passing, left_per_s: int) -> None:
    # All keys wrong at once, or two thirds of them, as after an update gone wrong.
    one = hub(framed_at=passing.now)
    watch = Watch(one)
    assert play(watch, one, passing, 90, 12, 0) == set()
    play(watch, one, passing, 5, left_per_s, 12 - left_per_s)
    assert "refused: bad signature" in watch.troubles["reports"]


def test_a_service_that_takes_nothing_in_from_its_start_is_red_at_once(passing: Passing) -> None:
    one = hub(framed_at=passing.now)
    watch = Watch(one)
    watch.look()
    play(watch, one, passing, 3, 0, 12)
    assert "100 % of the last 36 are refused: bad signature" in watch.troubles["reports"]

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

"""What a service that comes back shows at once, and what a newcomer takes from nobody."""

import time
from pathlib import Path

from tests.service.stand import SEEDS, report, write_config

from forehear.records import Kinds
from forehear.service.config import load
from forehear.service.show.live import encode
from forehear.service.show.sensor_states import ALIVE, Ears
from forehear.service.show.showing import RECALL_S, Showing
from forehear.service.store.store import Store
from forehear.service.tracking.frames import Frame, Picture, Shown

TRACK = Shown("T7", "confirmed", 31.0, 47.0, 400.0, 50.0, 270.0, "piston", Kinds(1.0), 80.0, 0.99, 1.0)


def showing(folder: Path, kept_s_ago: float | None) -> Showing:
    settings = load(write_config(folder))
    store = Store(folder / "store.sqlite", writer=True)
    now = time.time()
    if kept_s_ago is not None:
        picture = encode(Picture(now - kept_s_ago, (TRACK,)))
        store.put_tick(now - kept_s_ago, 0, (int(now - kept_s_ago), picture))
    return Showing(settings, store, Ears(settings.network), time.time, dict)


def test_what_was_shown_last_is_shown_until_the_tracker_is_back(tmp_path: Path) -> None:
    again = showing(tmp_path, 3.0)
    assert again.tracks == (TRACK,)
    first = b"".join(again.live._snapshot("operator"))
    assert b'"T7"' in first
    # The tracker's own first frame takes its place, with nothing in it too.
    again.take(Frame(time.time(), 1, ()))
    assert again.tracks == ()


def test_an_old_picture_is_no_picture(tmp_path: Path) -> None:
    assert showing(tmp_path / "old", RECALL_S + 5.0).tracks == ()
    assert showing(tmp_path / "none", None).tracks == ()
    assert showing(tmp_path / "ahead", -50.0).tracks == ()


def test_a_newcomer_takes_no_change_from_those_who_watch_already(tmp_path: Path) -> None:
    show = showing(tmp_path, None)
    name, now = next(iter(SEEDS)), time.time()
    show._ears.take(report(name, now), now)
    show.live._snapshot("operator")
    assert show._ears.changes(now) == [(0, ALIVE)]

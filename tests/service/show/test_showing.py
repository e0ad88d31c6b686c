"""What a service that comes back shows at once, and what a newcomer takes from nobody."""

import time
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from tests.service.stand import SEEDS, report, write_config

from forehear.records import Kinds
from forehear.service.config import load
from forehear.service.show.live import encode
from forehear.service.show.sensor_states import ALIVE, SensorStates
from forehear.service.show.showing import RECALL_S, Showing, for_public, frame_shown, sites_shown
from forehear.service.store.store import Store
from forehear.service.tracking.frames import Frame, Picture, Shown, SiteState

TRACK = Shown("T7", "confirmed", 31.0, 47.0, 400.0, 50.0, 270.0, "piston", Kinds(1.0), 80.0, 0.99, 1.0)


def showing(folder: Path, kept_s_ago: float | None) -> Showing:
    settings = load(write_config(folder))
    store = Store(folder / "store.sqlite", writer=True)
    now = time.time()
    if kept_s_ago is not None:
        picture = encode(Picture(now - kept_s_ago, (TRACK,)))
        store.put_tick(now - kept_s_ago, 0, (int(now - kept_s_ago), picture))
    return Showing(settings, store, SensorStates(settings.network), time.time, dict)


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
    show._sensor_states.take(report(name, now), now)
    show.live._snapshot("operator")
    assert show._sensor_states.changes(now) == [(0, ALIVE)]


def test_the_public_sees_where_and_what_and_nothing_of_who_heard_it() -> None:
    own = {"corroborated": True, "heard_by": ("S1",), "tone_hz": 110.0}
    private = {"ellipse": (90.0, 40.0, 10.0), "heard_from": (31.1, 47.1, 5.0), "lon": 31.00049, "lat": 47.00051}
    full = msgspec.structs.replace(TRACK, **own, **private)
    (seen,) = for_public((full,))
    assert (seen.id, seen.kind, seen.lon, seen.lat) == ("T7", "piston", 31.0, 47.001)
    assert (seen.heard_by, seen.tone_hz, seen.ellipse, seen.heard_from) == ((), None, None, None)
    for hidden in ({"corroborated": False}, {"status": "tentative"}):
        assert for_public((msgspec.structs.replace(full, **hidden),)) == ()
    frame = Frame(5.0, 1, (full, TRACK))
    assert frame_shown(frame, "public", True) == {"time_s": 5.0, "tracks": (seen,)}
    assert frame_shown(frame, "public", False)["tracks"] == ()


@pytest.mark.slow
def test_live_and_geojson_show_the_public_the_same(tmp_path: Path) -> None:
    from litestar.testing import create_test_client

    from forehear.service.endpoints.map import get_tracks

    full = msgspec.structs.replace(TRACK, corroborated=True, heard_by=("S1",), tone_hz=110.0)
    show = showing(tmp_path, None)
    show.tracks = (full, TRACK)
    settings = load(write_config(tmp_path, public={"tracks": True}))
    with create_test_client([get_tracks]) as client:
        client.app.state.hub = SimpleNamespace(show=show, token="secret", settings=settings)
        public = client.get("/tracks.geojson").json()["features"]
        operator = client.get("/tracks.geojson", headers={"Authorization": "Bearer secret"}).json()["features"]
    live = msgspec.json.decode(msgspec.json.encode(frame_shown(Frame(5.0, 1, show.tracks), "public", True)))
    assert [feature["properties"] for feature in public] == live["tracks"]
    assert [feature["properties"].get("tone_hz") for feature in operator] == [110.0, None]


def test_the_public_is_not_shown_from_where_a_place_would_not_be_heard() -> None:
    states = (SiteState("town", "clear", 0.0, covered=False, hears=(0.0, 0.9), gone=0.4),)
    assert sites_shown(states, "operator") == states
    (public,) = sites_shown(states, "public")
    assert public.hears == ()
    assert (public.covered, public.gone) == (False, 0.4), "but whether it is covered"

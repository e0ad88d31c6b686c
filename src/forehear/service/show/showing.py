"""What is shown: the last picture of everything, to each face what it may see, as often as anybody can look."""

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from forehear.records import HearingMap
from forehear.service.config import Settings
from forehear.service.show.live import FACES, Face, Live, encode, event
from forehear.service.show.sensor_states import SensorStates
from forehear.service.store.store import Store, StoredAlert
from forehear.service.tracking.frames import Frame, Picture, Shown, SiteState

# Frames go to watchers at most so often, slower things (sites, sensors, status) too [s of this machine].
SHOW_EVERY_S, SLOW_EVERY_S = 0.09, 0.45
# A frame without tracks is a clock's tick: so often at most [s].
TICK_EVERY_S = 0.9
# Frames for the time slider are this far apart [s].
KEEP_EVERY_S = 2
# Alerts that a newcomer is sent.
RECENT_ALERTS = 50
# What was shown last is shown again after a restart, unless it is older than this [s]: tracks end by then.
RECALL_S = 60.0
# Newcomers within this time get the same picture [s]: 200 browsers that come back at once are 200.
SAME_PICTURE_S = 0.2


class Showing:
    """The picture, and those who watch it. `status` and `about` tell what only the hub knows."""

    def __init__(
        self,
        settings: Settings,
        reader: Store,
        sensor_states: SensorStates,
        clock: Callable[[], float],
        status: Callable[[], dict[str, Any]],
    ) -> None:
        self._settings, self._sensor_states, self._clock, self._status = settings, sensor_states, clock, status
        self.live = Live(self._newcomer)
        self.time_s = 0.0
        self.tracks: tuple[Shown, ...] = ()
        self.site_states: tuple[SiteState, ...] = ()
        self.corridors: dict[str, list[list[float]]] = {}
        self.hearing: HearingMap | None = None
        self.recent: deque[StoredAlert] = deque(maxlen=RECENT_ALERTS)
        self.recent.extend(reversed(reader.alerts(RECENT_ALERTS)))
        self._sent_second = self._kept_second = -math.inf
        self._sent_at_s = self._shown_at_s = self._ticked_at_s = -math.inf
        self._pictures: dict[Face, tuple[float, list[bytes]]] = {}
        self._recall(reader)

    def take(self, frame: Frame) -> None:
        """Make a frame the picture; watchers are sent it by `publish`."""
        self.time_s = max(self.time_s, frame.time_s)
        self.tracks = tuple(t for t in frame.tracks if t.status != "ended")
        if frame.sites is not None:
            self.site_states = frame.sites
        if frame.corridors is not None:
            self.corridors = frame.corridors
        if frame.hearing is not None:
            self.hearing = frame.hearing

    def publish(self, frame: Frame) -> None:
        """Send watchers a frame that was taken, unless they were sent one a moment ago."""
        now = time.monotonic()
        # A clock that runs twenty times as fast steps more often than anybody can see.
        if now - self._shown_at_s < SHOW_EVERY_S:
            return
        self._shown_at_s = now
        if self.live.watchers("operator"):
            self.live.publish("operator", event("frame", frame_shown(frame, "operator", True)))
        shows = self._settings.config.public.tracks
        if self.live.watchers("public") and (shows or now - self._ticked_at_s > TICK_EVERY_S):
            self._ticked_at_s = now
            self.live.publish("public", event("frame", frame_shown(frame, "public", shows)))
        if math.floor(frame.time_s) <= self._sent_second or now - self._sent_at_s < SLOW_EVERY_S:
            return
        self._sent_second, self._sent_at_s = math.floor(frame.time_s), now
        changes = self._sensor_states.changes(self._clock())
        if self.live.watchers("operator"):
            if changes:
                self.live.publish("operator", event("sensors", changes))
            self.live.publish("operator", event("status", self._status()))
            if frame.corridors is not None:
                self.live.publish("operator", event("corridors", frame.corridors))
            if frame.hearing is not None:
                self.live.publish("operator", event("hearing", frame.hearing))
        if frame.sites is not None:
            for face in FACES:
                self.live.publish(face, event("sites", sites_shown(self.site_states, face)))

    def alert(self, stored: StoredAlert) -> None:
        """Tell everybody of an alert."""
        self.recent.append(stored)
        for face in FACES:
            self.live.publish(face, event("alert", alert_shown(stored, face)))

    def turn_back(self, time_s: float) -> None:
        """Show nothing of a time that has not come yet."""
        self.time_s, self.tracks, self.site_states, self.corridors = time_s, (), (), {}
        self._sent_second = self._kept_second = -math.inf

    def acknowledged(self, number: int, at_s: float | None, by: str | None) -> None:
        """Tell every operator that one of them has seen an alert; None that it was taken back."""
        for k, stored in enumerate(self.recent):
            # The first one counts, till it is taken back.
            if stored.number == number and (stored.acknowledged_at_s is None or at_s is None):
                self.recent[k] = stored._replace(acknowledged_at_s=at_s, acknowledged_by=by)
        said = {"number": number, "acknowledged_at_s": at_s, "acknowledged_by": by}
        self.live.publish("operator", event("acknowledged", said))

    def to_keep(self, now_s: float) -> tuple[int, bytes] | None:
        """Give the second and the picture for the time slider, when one is due."""
        second = math.floor(now_s)
        if second < self._kept_second + KEEP_EVERY_S or self.time_s == 0.0:
            return None
        self._kept_second = second
        return second, encode(Picture(self.time_s, self.tracks, self.site_states))

    def about(self, face: Face) -> dict[str, Any]:
        """Tell what this service is."""
        service, tiles = self._settings.config.service, self._settings.config.map
        return {
            "name": service.name, "status": service.status, "time_zone": service.time_zone,
            "time_s": self._clock(), "face": face, "tiles": tiles.tiles, "attribution": tiles.attribution,
        }  # fmt: skip

    def _newcomer(self, face: Face) -> list[bytes]:
        """Give everything that a newcomer needs."""
        now = time.monotonic()
        made_at_s, parts = self._pictures.get(face, (-math.inf, []))
        if now - made_at_s > SAME_PICTURE_S:
            parts = self._whole(face)
            self._pictures[face] = now, parts
        return parts

    def _whole(self, face: Face) -> list[bytes]:
        frame = Frame(self.time_s, 0, self.tracks)
        tracks = face == "operator" or self._settings.config.public.tracks
        out = [event("hello", self.about(face)), event("frame", frame_shown(frame, face, tracks))]
        out.append(event("sites", sites_shown(self.site_states, face)))
        out.append(event("alerts", [alert_shown(a, face) for a in self.recent]))
        if face == "operator":
            # As was sent last: what has changed since is sent to all, this one too.
            out.append(event("sensors", list(enumerate(self._sensor_states.codes))))
            out.append(event("corridors", self.corridors))
            if self.hearing is not None:
                out.append(event("hearing", self.hearing))
            out.append(event("status", self._status()))
        return out

    def _recall(self, reader: Store) -> None:
        """Show what was shown last, until the tracker has caught up: a second old says more than nothing."""
        body = reader.frame_at(math.inf)
        if body is None:
            return
        picture = msgspec.json.decode(body, type=Picture)
        if 0.0 <= self._clock() - picture.time_s <= RECALL_S:
            self.time_s, self.tracks, self.site_states = picture.time_s, picture.tracks, picture.sites


def frame_shown(frame: Frame, face: Face, tracks: bool) -> dict[str, Any]:
    """Make what a face sees of a frame: the public sees corroborated tracks at most, and no sensors."""
    if face == "operator":
        return {"time_s": frame.time_s, "block": frame.block, "tracks": frame.tracks}
    return {"time_s": frame.time_s, "tracks": for_public(frame.tracks) if tracks else ()}


def sites_shown(states: Sequence[SiteState], face: Face) -> Sequence[SiteState]:
    """Make what a face sees of sites: the public sees whether its place is covered, not from where it is not."""
    if face == "operator":
        return states
    return [msgspec.structs.replace(state, hears=()) for state in states]


def for_public(tracks: Sequence[Shown]) -> tuple[Shown, ...]:
    """Make what the public sees of tracks: coarsely where they are, and nothing of who heard what.

    Confirmed and corroborated ones only. What is not named here is not shown: not the tone, as one sensor has it.
    """
    return tuple(
        Shown(
            t.id, t.status, round(t.lon, 3), round(t.lat, 3), t.height_m, t.speed_mps, t.course_deg, t.kind,
            t.kinds, t.sigma_m, t.existence, t.since_s, corroborated=True,
        )
        for t in tracks
        if t.status == "confirmed" and t.corroborated
    )  # fmt: skip


def alert_shown(stored: StoredAlert, face: Face) -> dict[str, Any]:
    """Make what a face sees of an alert."""
    a = stored.alert
    out: dict[str, Any] = {
        "number": stored.number, "alert": a.alert, "site": a.site, "state": a.state, "issued_at_s": a.issued_at_s,
        "probability": a.probability, "arrival_earliest_s": a.arrival_earliest_s, "arrival_s": a.arrival_s,
        "arrival_latest_s": a.arrival_latest_s, "count": a.count, "kind": a.kind, "because": a.because,
        "identifier": stored.identifier, "groups": a.groups,
    }  # fmt: skip
    if face == "operator":
        out |= {
            "tracks": a.tracks, "acknowledged_at_s": stored.acknowledged_at_s,
            "acknowledged_by": stored.acknowledged_by,
        }  # fmt: skip
    return out

"""The tracker's own process: reports in, frames out, over its standard input and output.

Theory of operation. The service (`hub`) decides when to step and with which blocks of reports; it has written that
down before it says so. This process keeps the Tracker and the Alarm, takes each step, answers with a frame, and
every few seconds writes a snapshot. After a crash it is started again: it reads the snapshot, is handed the steps
since, takes the very same steps again, and arrives at the very same state. It ends when its input does.
"""

import gc
import math
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import msgspec

from forehear.forecast import corridor, habits
from forehear.io.geojson import read_network, read_sites
from forehear.records import Alert, Report, Track
from forehear.service.tracking import snapshot
from forehear.service.tracking.frames import Frame, Shown, SiteState, shown
from forehear.service.tracking.messages import Ready, Start, Step, messages, send
from forehear.service.tracking.snapshot_files import Files
from forehear.service.tracking.warm import warm
from forehear.track.tracker import Tracker
from forehear.warn.alarm import Standing
from forehear.warn.alerting import Alerting

# A snapshot is due when the steps since the last took this long [s]: so long they take again after a kill, which
# is to be over in 2 s with everything else; or when it is so old [s]; but writing them is to take at most this
# share of the time (a night's takes 0.08 s). One that survives a power cut takes 0.3 s of another core to
# compress: it is due when the last is so old [s].
SNAPSHOT_AFTER_S, SNAPSHOT_EVERY_S, SNAPSHOT_SHARE, LASTING_EVERY_S = 0.2, 5.0, 0.15, 8.0
# Corridors are sent every so many seconds: they change slowly and are large.
CORRIDOR_EVERY_S = 2
# Where one hears is drawn anew so often [s]: heartbeats come every 10 s.
HEARING_EVERY_S = 5


class Worker:
    """The tracker, the alarm and what they need; `take` is one step."""

    def __init__(self, start: Start) -> None:
        self.network = read_network(start.network)
        self.tracker = Tracker(self.network)
        sites = read_sites(start.sites) if start.sites else ()
        self.alerting = Alerting(self.network, sites, self.tracker.plane, start.policy)
        self.alerting.memory.alarm.issued = start.issued
        self.sites = self.alerting.sites
        self.units = {weaves: corridor.shape(ways) for weaves, ways in self.alerting.routes.items()}
        self.since: dict[str, float] = {}
        self.second = -math.inf
        self.time_s: float | None = None
        self.block = 0
        self.files = Files(Path(start.snapshot))
        self._resume = start.resume
        self._decode = msgspec.msgpack.Decoder(list[Report]).decode
        self._heap = snapshot.Heap()
        self._saved_at_s = time.monotonic()
        self._lasting_at_s = -math.inf
        self._save_took_s = self._since_saved_s = 0.0
        self._saving: threading.Thread | None = None

    def restore(self) -> Ready:
        """Go on from the snapshot, if there is one of this program and network."""
        rest, why = None, "no snapshot"
        try:
            for body in self.files.newest():
                try:
                    rest = self._read(body)
                    break
                except snapshot.SnapshotError as error:
                    why = str(error)
        except snapshot.SnapshotError as error:
            why = str(error)
        if rest is None:
            return Ready(None, 0, why)
        self.alerting.memory, self.since, self.second = rest["alerting"], rest["since"], rest["second"]
        self.time_s, self.block = rest["time_s"], rest["block"]
        return Ready(self.time_s, self.block)

    def _read(self, body: snapshot.Bytes) -> dict[str, Any]:
        """Bring the tracker to a snapshot; returns the rest. Raises SnapshotError, and keeps the tracker."""
        tracker, rest = snapshot.read(body, self.network)
        if set(rest["sites"]) != set(self.sites):
            raise snapshot.SnapshotError("the sites are others than the snapshot's")
        self.tracker = tracker
        return rest

    def take(self, one: Step) -> Frame:
        """Take one step and give what there is then."""
        began = time.perf_counter()
        reports = [report for body in one.bodies for report in self._decode(body)]
        tracks = self.tracker.advance(one.time_s, reports)
        self.alerting.note(one.time_s, reports, self.tracker.turned_away)
        alerts: list[Alert] = []
        sites = corridors = hearing = None
        turned: dict[str, int] | None = None
        whole = math.floor(one.time_s)
        if whole > self.second:
            self.second = whole
            alerts = self.alerting.advance(one.time_s, tracks)
            sites = None if one.silent else self._site_states()
            if whole % CORRIDOR_EVERY_S == 0 and not one.silent:
                confirmed = [t for t in tracks if t.status == "confirmed"]
                corridors = {
                    t.track: corridor.corridor(
                        t, self.units[habits.weaves(self.alerting.memory.turns, t.track)], self.tracker.plane
                    )
                    for t in confirmed
                }
            if whole % HEARING_EVERY_S == 0 and not one.silent:
                hearing = self.alerting.map_now(one.time_s)
            turned = {}
            for (reason, _), count in self.tracker.turned_away.items():
                turned[reason] = turned.get(reason, 0) + count
        if one.adopt:
            self._adopt(one.time_s)
        seen = self._shown(one, tracks)
        self.time_s, self.block = one.time_s, one.block
        took = time.perf_counter() - began
        self._since_saved_s += took
        return Frame(
            one.time_s, one.block, seen, tuple(alerts), sites, corridors, took, len(reports), turned,
            one.replayed, one.silent, hearing,
        )  # fmt: skip

    def _shown(self, one: Step, tracks: list[Track]) -> tuple[Shown, ...]:
        """Note since when each track is known, and make what the map draws of it, unless nobody is to see it."""
        details = {} if one.silent else self.tracker.views(one.time_s)
        seen = []
        for track in tracks:
            since = self.since.setdefault(track.track, one.time_s)
            if not one.silent:
                witness = self.alerting.memory.alarm.witnesses.get(track.track)
                corroborated = witness is not None and witness.corroborated
                seen.append(shown(track, details.get(track.track), since, corroborated))
            if track.status == "ended":
                del self.since[track.track]
        return tuple(seen)

    def _site_states(self) -> tuple[SiteState, ...]:
        out = []
        memory = self.alerting.memory
        for name, standing in memory.alarm.standings.items():
            covered = memory.coverage.get(name)
            state = SiteState(
                name, standing.state, max(standing.since_s, 0.0), standing.alert,
                covered=covered is None or covered.covered, gone=0.0 if covered is None else covered.gone,
                hears=() if covered is None else covered.piston,
            )  # fmt: skip
            o = memory.alarm.outlooks.get(name)
            if o is not None and o.probability >= 1e-3:
                earliest, median, latest = o.times_s
                state = msgspec.structs.replace(
                    state, probability=o.probability, earliest_s=earliest, arrival_s=median, latest_s=latest,
                    tracks=o.tracks, kind=o.kind, groups=o.groups,
                )  # fmt: skip
            out.append(state)
        return tuple(out)

    def _adopt(self, time_s: float) -> None:
        """After a replay without a snapshot: what people were sent last stands until the table changes it."""
        for alert in self._resume:
            site = alert.site
            if site not in self.sites or alert.state == "cancelled":
                continue
            known = self.alerting.memory.alarm.standings.get(site)
            if known is None or known.state in ("clear", "cancelled"):
                standing = Standing(state=alert.state, since_s=time_s, alert=alert.alert, sent=alert)
                self.alerting.memory.alarm.standings[site] = standing
            else:
                known.state, known.alert, known.sent = alert.state, alert.alert, alert

    def save_now_and_then(self) -> None:
        """Write a snapshot when one is due; the disk is waited for elsewhere."""
        began = time.monotonic()
        age_s = began - self._saved_at_s
        due = self._since_saved_s > SNAPSHOT_AFTER_S or age_s > SNAPSHOT_EVERY_S
        if not due or age_s < self._save_took_s / SNAPSHOT_SHARE or self.time_s is None:
            return
        if self._saving is not None and self._saving.is_alive():
            return
        self._saved_at_s, self._since_saved_s = began, 0.0
        rest: dict[str, Any] = {
            "alerting": self.alerting.memory, "since": self.since, "second": self.second, "time_s": self.time_s,
            "block": self.block, "sites": list(self.sites),
        }  # fmt: skip
        parts = snapshot.parts(self.tracker, rest, self._heap)
        lasting = began - self._lasting_at_s > LASTING_EVERY_S
        if lasting:
            self._lasting_at_s = began
        took_s = time.monotonic() - began
        self._saving = threading.Thread(target=self._save, args=(self.time_s, parts, took_s, lasting))
        self._saving.start()

    def _save(self, time_s: float, parts: list[snapshot.Bytes], took_s: float, lasting: bool) -> None:
        began = time.monotonic()
        try:
            self.files.keep(time_s, parts)
            self._save_took_s = took_s + time.monotonic() - began
            if lasting:
                self.files.keep_lasting(time_s, parts)
        except OSError as error:
            # A full disk: the tracker goes on, and a restart replays more.
            print(f"forehear worker: snapshot: {error}", file=sys.stderr)

    def finish(self) -> None:
        """Wait for a snapshot under way."""
        if self._saving is not None:
            self._saving.join()


def main() -> int:
    """Run until standard input ends."""
    # Frames go out here; whatever prints must not end up among them.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # Before it is sent anything: the service has as much to load, and does it meanwhile.
    warm()
    incoming = messages(sys.stdin.buffer)
    first = next(incoming, None)
    if first is None:
        # The service was killed before it could say anything: there is nothing to do, and nobody to tell.
        return 0
    worker = Worker(msgspec.msgpack.decode(first, type=Start))
    send(out, worker.restore())
    # What was loaded stays: it need not be looked through again and again for what can go.
    gc.freeze()
    gc.enable()
    decode = msgspec.msgpack.Decoder(Step).decode
    for body in incoming:
        one = decode(body)
        send(out, worker.take(one))
        if not one.replayed:
            worker.save_now_and_then()
    worker.finish()
    return 0

"""What is wrong with the service, found out once a second and said: on /health, as metrics, in the log, to
systemd.

Theory of operation. Every part says in words what it cannot do at the moment, or nothing. A trouble is said in the
log when it begins and when it is over, and stands on /health and in the metrics between. What decides is what
comes out, not what goes in: the age of the last frame, and how much of what was taken in the tracker could use.
So a service that is deaf is not well, whatever made it so.
"""

import math
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from forehear.service.hub import Hub
from forehear.service.notify import notify
from forehear.service.show.deafness import deaf

# --- numbers that decide -----------------------------------------------------------------------------
# Looked at so often [s].
EVERY_S = 1.0
# The tracker steps several times a second; a last frame older than this is a trouble, and than the other the end
# of what the service is for [s].
FRAME_S, FRAME_DEAD_S = 3.0, 30.0
# The map this far behind the clock shows what was [s].
BEHIND_S = 3.0
# How much of what came is of use, over so long [s]; of fewer reports than this nothing is said, and less than this
# share is a trouble.
USE_OVER_S, USE_REPORTS, USE_SHARE = 20.0, 20, 0.5
# Refused though they were proven to be a known sensor's. All other refusals may be a stranger's: a flood of
# forgeries is no loss. They count only while honest reports are missing: while over the last FEW_S fewer than
# USE_SHARE of the usual ones came, which is the mean of USUAL_S before, or none at all [s].
PROVEN = frozenset({"too many"})
FEW_S, USUAL_S = 6.0, 60.0
# No report at all for so long [s], after some had come; and after a start.
NONE_S, NONE_YET_S = 40.0, 90.0
# Sites that hear too little are named, so many of them.
MOST_SITES = 5
# A tracker that was started again so recently is a trouble [s].
RESTARTED_S = 30.0
# -----------------------------------------------------------------------------------------------------


class Counts(NamedTuple):
    """What had come by a moment."""

    at: float
    accepted: int
    refused: dict[str, int]
    tracked: int
    turned_away: dict[str, int]


class Watch:
    """Looks at the hub. `troubles` is name to words of what is wrong now; others may add to `others`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.troubles: dict[str, str] = {}
        # More questions, asked each time: a name, and words if something is wrong.
        self.others: list[Callable[[], tuple[str, str | None]]] = []
        self._since: dict[str, float] = {}
        self._counts: deque[Counts] = deque()
        self._restarts = 0
        self._restarted = self._came = -math.inf
        self._began = time.monotonic()
        self._said_ready = False
        self._looked = -math.inf
        hub.troubles = lambda: self.troubles

    def look_if_stale(self) -> None:
        """Look, unless that was done within the last two rounds."""
        if time.monotonic() - self._looked > 2.0 * EVERY_S:
            self.look()

    def look(self) -> None:
        """Find out what is wrong now, and say what is new and what is over."""
        self._looked = time.monotonic()
        self._count()
        found = {name: words for name, words in self._asked() if words is not None}
        for name in found.keys() - self.troubles.keys():
            self._since[name] = time.monotonic()
            print(f"forehear serve: trouble: {name}: {found[name]}", file=sys.stderr)
        for name in self.troubles.keys() - found.keys():
            lasted_s = time.monotonic() - self._since.pop(name)
            print(f"forehear serve: over after {lasted_s:.0f} s: {name}", file=sys.stderr)
        self.troubles = found
        self._say_to_system()

    @property
    def status(self) -> str:
        """ "ok"; "starting" until the tracker has caught up; "degraded"; "failed" where nothing is tracked."""
        if self._hub.failed() is not None or self._frame_age_s() > FRAME_DEAD_S:
            return "failed"
        if self.troubles:
            return "degraded"
        return "ok" if self._hub.ready.is_set() else "starting"

    def _asked(self) -> Iterator[tuple[str, str | None]]:
        hub = self._hub
        error = hub.failed()
        yield "died", None if error is None else f"a part of the service has died: {error!r}"
        age_s = self._frame_age_s()
        yield "tracker", f"no frame for {age_s:.0f} s" if age_s > FRAME_S else self._restarted_lately()
        behind = hub.behind_s > BEHIND_S
        yield "behind", f"the map is {hub.behind_s:.0f} s behind the clock" if behind else None
        failing = hub.intake.failing
        yield "store", None if failing is None else f"reports are not stored, and not acknowledged: {failing}"
        keys = sorted(hub.keeping.keys_unwritten)
        yield "keys", f"not on the disk yet, tried again: keys of {', '.join(keys[:5])}" if keys else None
        yield "mqtt", hub.mqtt.trouble() if hub.mqtt is not None else None
        yield "clock", hub.clock.words
        yield "clocks", hub.clock.alike()
        yield "reports", self._none() or self._useless()
        yield "snapshot", hub.tracking.snapshot_trouble()
        yield "coverage", "; ".join(deaf(hub.show.site_states)[:MOST_SITES]) or None
        for ask in self.others:
            yield ask()

    def _frame_age_s(self) -> float:
        return time.monotonic() - self._hub.framed_at if self._hub.ready.is_set() else 0.0

    def _restarted_lately(self) -> str | None:
        restarts, now = self._hub.tracking.restarts, time.monotonic()
        if restarts > self._restarts:
            self._restarts, self._restarted = restarts, now
        lately = now - self._restarted < RESTARTED_S
        return f"its process was started again, {restarts} times in all" if lately else None

    def _count(self) -> None:
        hub, now = self._hub, time.monotonic()
        counts = Counts(now, hub.gate.accepted, dict(hub.gate.refused), hub.reports_in_steps, hub.turned_away)
        if self._counts and counts.accepted > self._counts[-1].accepted:
            self._came = now
        self._counts.append(counts)
        while now - self._counts[0].at > FEW_S + USUAL_S:
            self._counts.popleft()

    def _ago(self, ago_s: float) -> Counts:
        """What had come so long ago, or at the first look since."""
        at = self._counts[-1].at - ago_s
        return next(counts for counts in self._counts if counts.at >= at)

    def _honest_missing(self) -> bool:
        """Say whether fewer reports are taken in than usual; without a usual, whether none are."""
        before, last = self._ago(FEW_S), self._counts[-1]
        first, lately = self._counts[0], last.accepted - before.accepted
        if before.at - first.at < USUAL_S / 2.0:
            return last.accepted == self._ago(USE_OVER_S).accepted
        usual_per_s = (before.accepted - first.accepted) / (before.at - first.at)
        return lately < USE_SHARE * usual_per_s * (last.at - before.at)

    def _none(self) -> str | None:
        now = time.monotonic()
        if self._came > -math.inf:
            for_s, most_s = now - self._came, NONE_S
        else:
            for_s, most_s = now - self._began, NONE_YET_S
        return f"none for {for_s:.0f} s" if for_s > most_s else None

    def _useless(self) -> str | None:
        """Say how much of what came is lost, over the last seconds or, of few reports, over more of them."""
        return self._lost_over(FEW_S) or self._lost_over(USE_OVER_S)

    def _lost_over(self, over_s: float) -> str | None:
        first, last = self._ago(over_s), self._counts[-1]
        accepted, missing = last.accepted - first.accepted, self._honest_missing()
        refused = {
            r: n - first.refused.get(r, 0) for r, n in last.refused.items()
            # What was taken before and is sent again is no loss.
            if r in PROVEN or (missing and r != "replayed")
        }  # fmt: skip
        away = {r: n - first.turned_away.get(r, 0) for r, n in last.turned_away.items()}
        for of, lost, how in (
            (accepted + sum(refused.values()), refused, "refused"),
            (last.tracked - first.tracked, away, "of no use to the tracker"),
        ):
            count = sum(lost.values())
            if of >= USE_REPORTS and count > (1.0 - USE_SHARE) * of:
                why = max(lost, key=lambda r: lost[r])
                return f"{100.0 * min(count / of, 1.0):.0f} % of the last {of} are {how}: {why}"
        return None

    def _say_to_system(self) -> None:
        if self._hub.ready.is_set() and not self._said_ready:
            self._said_ready = True
            notify("READY=1")
        words = "; ".join(self.troubles) or "all is well"
        notify(f"STATUS={words}" + ("\nWATCHDOG=1" if self.status != "failed" else ""))

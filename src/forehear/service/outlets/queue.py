"""The alerts that wait for one outlet: in order, bounded, and never without a place's newest state.

Theory of operation. Alerts leave in the order in which they came. Where more wait than may, the oldest that says
nothing any more goes: one whose place has a newer one behind it. So however long an outlet is gone, each place's
newest state waits for it, and no more than that and the last few hundred. What a receiver refuses goes to the
end, so that one that it chokes on does not hold up the others.
"""

from collections import Counter, deque

from forehear.service.outlets.items import Outgoing

# More than so many wait only where each is its place's newest.
MOST_WAITING = 500


class AlertQueue:
    """Alerts for one outlet. `superseded` counts those that a newer state of their place made needless."""

    def __init__(self, once_a_state: bool = False, most: int = MOST_WAITING) -> None:
        """`once_a_state`: people get one message a new state, and no more where nothing but times changed."""
        self._once, self._most = once_a_state, most
        self._waiting: deque[Outgoing] = deque()
        self._of_site: Counter[str] = Counter()
        # The state that each place was last sent.
        self.sent: dict[str, str] = {}
        self.superseded = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, item: Outgoing) -> bool:
        """Take one; says whether it waits now: not where people know the state already."""
        site = item.site.id
        if self._once:
            # Of one place only the newest waits: nobody wants to read how it came about.
            self._drop_of(site)
            # Who was warned of nothing is not told that it is over.
            if self.sent.get(site, "cancelled") == item.alert.state:
                return False
        self._waiting.append(item)
        self._of_site[site] += 1
        if len(self._waiting) > self._most:
            self._thin()
        return True

    def head(self) -> Outgoing | None:
        """Give the next one, which stays until it is `done` or goes `later`."""
        return self._waiting[0] if self._waiting else None

    def done(self, item: Outgoing) -> None:
        """Take out one that arrived."""
        self.sent[item.site.id] = item.alert.state
        self._take_out(item)

    def later(self, item: Outgoing) -> None:
        """Put one to the end, or away where its place has a newer one."""
        if self._take_out(item):
            if self._of_site[item.site.id]:
                self.superseded += 1
            else:
                self._waiting.append(item)
                self._of_site[item.site.id] += 1

    def expire(self, before_s: float) -> int:
        """Put away what was issued before a moment, but for each place's newest; says how many."""
        gone = 0
        for item in [one for one in self._waiting if one.alert.issued_at_s < before_s]:
            if self._of_site[item.site.id] > 1:
                self._take_out(item)
                gone += 1
        return gone

    def waiting_from(self) -> int | None:
        """Give the least number of those that wait; None where none does, of the stored ones."""
        return min((one.number for one in self._waiting if one.number), default=None)

    def _take_out(self, item: Outgoing) -> bool:
        try:
            self._waiting.remove(item)
        except ValueError:
            return False
        self._of_site[item.site.id] -= 1
        return True

    def _drop_of(self, site: str) -> None:
        for item in [one for one in self._waiting if one.site.id == site]:
            self._take_out(item)
            self.superseded += 1

    def _thin(self) -> None:
        for item in self._waiting:
            if self._of_site[item.site.id] > 1:
                self._take_out(item)
                self.superseded += 1
                return

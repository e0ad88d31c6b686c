"""Outlets that are asked, and send nothing by themselves: the newest state of each place, and when it changed."""

from forehear.io.cap import Status
from forehear.io.cap_words import Words
from forehear.io.outlets.alarms import Alarmed
from forehear.io.outlets.feed import FeedPlace
from forehear.service.outlet_table import OutletTable
from forehear.service.outlets.items import Common, Outgoing


class Feed:
    """One feed. `token`: what a reader must show, where one is set."""

    def __init__(self, table: OutletTable, token: str | None, common: Common, held: bool) -> None:
        self.table, self.token, self.held = table, token, held
        self._common = common
        self._newest: dict[str, Outgoing] = {}
        # Since when each place is in its state.
        self._since_s: dict[str, float] = {}
        # When something changed last.
        self.changed_s = common.clock()
        self.index = 0
        self.served = 0

    @property
    def status(self) -> Status:
        """Whether what it says is meant."""
        return self._common.status

    @property
    def modified_s(self) -> float:
        """When something changed last as HTTP's dates say it, which know no fractions.

        Within the second of a change it is the second before: who asks with it is given the next change of that
        second, too.
        """
        second = float(int(self.changed_s))
        return second - 1.0 if self._common.clock() < second + 1.0 else second

    def offer(self, item: Outgoing) -> None:
        """Take a place's new state."""
        table = self.table
        if (table.sites and item.site.id not in table.sites) or item.alert.state not in table.states:
            return
        before = self._newest.get(item.site.id)
        if before is None or before.alert.state != item.alert.state:
            self._since_s[item.site.id] = item.alert.issued_at_s
        self._newest[item.site.id] = item
        self.changed_s = max(self.changed_s, self._common.clock())
        self.index += 1

    def alarmed(self) -> list[Alarmed]:
        """Give every place with its state, for the clients of alarms."""
        return [
            Alarmed(
                max(item.number, 1), self.table.regions.get(name, name), item.site.name, item.site.kind,
                item.alert.state, self._since_s[name], item.alert.issued_at_s,
            )
            for name, item in self._newest.items()
        ]  # fmt: skip

    def places(self) -> list[FeedPlace]:
        """Give every place that is not over, for readers of GeoJSON."""
        return [
            FeedPlace(
                name, item.site.name, item.site.lon, item.site.lat, item.alert.state, item.alert.alert,
                item.alert.issued_at_s, item.alert.probability, item.alert.arrival_s, self._words(item).headline,
            )
            for name, item in self._newest.items()
            if item.alert.state != "cancelled"
        ]  # fmt: skip

    def _words(self, item: Outgoing) -> Words:
        return self._common.words(item.alert, item.site)[self.table.language]

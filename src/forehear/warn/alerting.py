"""Tracks and reports to alerts, once a second, for one region: forecasts, coverage and the states of its sites.

This is what the live service, `forehear track --sites` and the benchmarks all step; it takes time as an argument
and gives records. What it remembers is one plain object, `Memory`, which a snapshot keeps.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from forehear.forecast import arrival, habits, routes
from forehear.forecast.places import places_of
from forehear.geodesy import Plane
from forehear.records import Alert, HearingMap, Network, Report, Site, Track
from forehear.warn import coverage as covering
from forehear.warn.alarm import Alarm, Moment, step
from forehear.warn.hearing_map import grid_of, hearing_map
from forehear.warn.limits import Policy
from forehear.warn.witness import places_of_sensors

# Tracks of these states are forecast.
FORECAST_OF = ("confirmed", "coasting")
# Coverage is reckoned anew so often [s]; and not before the sensors have had time to report at all.
COVERAGE_EVERY_S, SETTLING_S = 2.0, 30.0


@dataclass
class Memory:
    """All that alerting remembers from step to step."""

    alarm: Alarm = field(default_factory=Alarm)
    turns: habits.Habits = field(default_factory=dict)
    coverage: dict[str, covering.SiteCoverage] = field(default_factory=dict)
    first_s: float | None = None
    covered_at_s: float = -math.inf
    refused: dict[str, int] = field(default_factory=dict)
    reporting: covering.Reporting = field(default_factory=lambda: covering.nobody_reported(0))


class Alerting:
    """The sites of one region. `advance` is one step."""

    def __init__(self, network: Network, sites: Sequence[Site], plane: Plane, policy: Policy) -> None:
        self.sites: dict[str, Site] = {s.id: s for s in sites}
        self.policy, self.plane = policy, plane
        self.index = {sensor.id: k for k, sensor in enumerate(network.sensors)}
        self.memory = Memory(reporting=covering.nobody_reported(len(self.index)))
        # By whether a track weaves.
        self.routes = {False: routes.draw(), True: routes.draw_weaving()}
        self._places = places_of(tuple(self.sites.values()), plane)
        self._sensors = places_of_sensors(network)
        self._approaches = covering.approaches_of(tuple(self.sites.values()), network, plane)
        self._grid = grid_of(network, plane)

    def note(self, now_s: float, reports: Sequence[Report], turned_away: Mapping[tuple[str, str], int]) -> None:
        """Take in a step's reports; `turned_away` is the tracker's count of all so far, by (reason, sensor)."""
        total: Counter[str] = Counter()
        for (_, sensor), count in turned_away.items():
            total[sensor] += count
        before, self.memory.refused = self.memory.refused, dict(total)
        fresh = {name: n - before.get(name, 0) for name, n in total.items() if n > before.get(name, 0)}
        covering.note(self.memory.reporting, self.index, now_s, reports, fresh)

    def advance(self, now_s: float, tracks: Sequence[Track]) -> list[Alert]:
        """Bring every site up to now; returns the alerts to issue."""
        memory = self.memory
        if memory.first_s is None:
            memory.first_s = now_s
        self._cover(now_s)
        flying = [t for t in tracks if t.status in FORECAST_OF]
        memory.turns = habits.note(memory.turns, now_s, tracks)
        coming: list[arrival.Arrival] = []
        for weaves, ways in self.routes.items():
            such = [t for t in flying if habits.weaves(memory.turns, t.track) is weaves]
            coming += arrival.arrivals(such, self._places, self.plane, ways, self.policy.watch_s)
        moment = Moment(now_s, tracks, coming, self._sensors, memory.coverage, self.plane)
        return step(memory.alarm, moment, self.sites, self.policy)

    def map_now(self, now_s: float) -> HearingMap | None:
        """Give where one hears now; None for a network without sensors."""
        if self._grid is None:
            return None
        return hearing_map(self._grid, self.memory.reporting, now_s, self.policy.sensors)

    def _cover(self, now_s: float) -> None:
        memory = self.memory
        settling = memory.first_s is not None and now_s - memory.first_s < SETTLING_S
        if settling or now_s - memory.covered_at_s < COVERAGE_EVERY_S:
            return
        memory.covered_at_s = now_s
        memory.coverage = covering.coverage(
            self._approaches, memory.reporting, now_s, memory.coverage, self.policy.sensors
        )

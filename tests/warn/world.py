"""A small world for warnings: a row of sensors, one town, one flight that a test steers."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from forehear.forecast import arrival, routes
from forehear.forecast.places import places_of
from forehear.geodesy import plane_at
from forehear.records import Alert, Kinds, Network, Sensor, Site, Track, TrackStatus
from forehear.warn.alarm import Alarm, Moment, step
from forehear.warn.coverage import SiteCoverage
from forehear.warn.limits import Policy
from forehear.warn.witness import places_of_sensors

PLANE = plane_at(31.0, 47.0)
ROUTES = routes.draw()


def at(east: float, north: float) -> tuple[float, float]:
    lon, lat = PLANE.inverse(east, north)
    return float(lon), float(lat)


# S0 to S9 stand 5 km apart; C0 and C1 stand beside S0, ten metres away.
SENSORS = tuple(Sensor(f"S{k}", "microphone", *at(5000.0 * k, 2000.0), 100.0) for k in range(10))
CLOSE = tuple(Sensor(f"C{k}", "microphone", *at(10.0 * (k + 1), 2000.0), 100.0) for k in range(2))
NETWORK = Network(SENSORS + CLOSE)
TOWN = Site("town", "Town", "settlement", *at(0.0, 0.0), 3000.0)


def track(
    time_s: float, east: float, north: float, course: float, name: str = "T1", speed: float = 50.0,
    status: TrackStatus = "confirmed", heard_by: Sequence[str] = ("S0", "S1", "S2"),
) -> Track:  # fmt: skip
    lon, lat = at(east, north)
    course = (course + math.degrees(float(PLANE.convergence(lon, lat)))) % 360.0
    kinds = Kinds(0.95, 0.02, 0.03)
    return Track(
        time_s, name, status, lon, lat, 300.0, speed, course, 0.0, 120.0, 2.0, 0.99, 1, "piston", kinds,
        110.0, tuple(heard_by),
    )  # fmt: skip


@dataclass
class World:
    """Steps the alarm once a second and keeps what it issued."""

    policy: Policy = field(default_factory=Policy)
    sites: Sequence[Site] = (TOWN,)
    now_s: float = 1000.0
    alarm: Alarm = field(default_factory=Alarm)
    coverage: dict[str, SiteCoverage] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)

    def run(self, seconds: int, tracks: Callable[[float], list[Track]]) -> list[Alert]:
        """Play some seconds; returns the alerts issued in them."""
        places = places_of(self.sites, PLANE)
        before = len(self.alerts)
        sites = {s.id: s for s in self.sites}
        for _ in range(seconds):
            self.now_s += 1.0
            live = tracks(self.now_s)
            confirmed = [t for t in live if t.status == "confirmed"]
            coming = arrival.arrivals(confirmed, places, PLANE, ROUTES)
            moment = Moment(self.now_s, live, coming, places_of_sensors(NETWORK), self.coverage, PLANE)
            self.alerts += step(self.alarm, moment, sites, self.policy)
        return self.alerts[before:]

    def state(self) -> str:
        return self.alarm.standings["town"].state

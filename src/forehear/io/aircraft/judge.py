"""Which reports of aircraft are believed: counted by reason where they are not.

What lives here: what one record and the one before it can tell. Whether a path is where an aircraft flies only
those who hear it can say: that is the tracker's.
"""

import math

from forehear.constants import HIGHEST_HEIGHT_M, LOWEST_HEIGHT_M
from forehear.io.ndjson import Rejections
from forehear.records import KnownAircraft

# --- numbers that decide -----------------------------------------------------------------------------
# Ahead of our clock by more than this is of the future; older than this when it comes is of no use [s].
FUTURE_S, LATE_S = 5.0, 60.0
# So far from the region's middle nobody is heard [m]: a receiver sees 450 km.
FAR_M = 600_000.0
# Faster than any aircraft that is let near [m/s]; a jump is believed when the next place agrees with it.
FASTEST_MPS, JUMP_M, AGREES_M = 800.0, 1000.0, 10_000.0
# Aircraft remembered; a receiver sees some hundred.
MOST_AIRCRAFT = 20_000
# -----------------------------------------------------------------------------------------------------
_DEGREE_M = 111_195.0


class AircraftJudge:
    """Remembers each aircraft's last place. `centre` is the region's (lon, lat); without it nothing is too far."""

    def __init__(self, rejections: Rejections, centre: tuple[float, float] | None = None) -> None:
        self._rejections, self._centre = rejections, centre
        self._last: dict[str, KnownAircraft] = {}
        self._doubted: dict[str, KnownAircraft] = {}

    def believed(self, one: KnownAircraft, now_s: float) -> bool:
        """Say whether a record is used; count why not."""
        reason = self._fault(one, now_s)
        if reason is not None:
            self._rejections.reject(reason, one.id)
            return False
        if len(self._last) >= MOST_AIRCRAFT and one.id not in self._last:
            self._last.pop(next(iter(self._last)))
        self._last[one.id] = one
        self._rejections.used += 1
        return True

    def _fault(self, one: KnownAircraft, now_s: float) -> str | None:
        numbers = (one.lon, one.lat, one.height_m, one.east_mps, one.north_mps, one.up_mps)
        if not all(map(math.isfinite, numbers)) or not LOWEST_HEIGHT_M <= one.height_m <= HIGHEST_HEIGHT_M:
            return "impossible field"
        if math.hypot(one.east_mps, one.north_mps) > FASTEST_MPS:
            return "impossible field"
        if one.time_s > now_s + FUTURE_S:
            return "from the future"
        if one.time_s < now_s - LATE_S:
            return "too old"
        if self._centre is not None and _apart_m(one.lon, one.lat, *self._centre) > FAR_M:
            return "too far away"
        last = self._last.get(one.id)
        if last is None:
            return None
        if one.time_s <= last.time_s:
            return "duplicate" if (one.lon, one.lat) == (last.lon, last.lat) else "out of order"
        reach_m = JUMP_M + FASTEST_MPS * (one.time_s - last.time_s)
        if _apart_m(one.lon, one.lat, last.lon, last.lat) <= reach_m:
            self._doubted.pop(one.id, None)
            return None
        doubted = self._doubted.pop(one.id, None)
        if doubted is not None and _apart_m(one.lon, one.lat, doubted.lon, doubted.lat) <= AGREES_M:
            return None
        self._doubted[one.id] = one
        return "impossible jump"


def _apart_m(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Give a distance over the ground [m], true to some per cent at any distance."""
    a, b = math.radians(lat), math.radians(other_lat)
    half = math.sin((a - b) / 2.0) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(lon - other_lon) / 2.0) ** 2
    return 2.0 * math.degrees(math.asin(min(math.sqrt(half), 1.0))) * _DEGREE_M

"""Areas on the globe: rings of (longitude, latitude) [deg], closed, that may cross 180 degrees. Holes are filled.

A ring of thousands of corners is simplified only outwards: who lives in the area lives in what is made of it.
"""

import heapq
import math
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ring = tuple[tuple[float, float], ...]

# --- numbers that decide -----------------------------------------------------------------------------
# Corners of an area at most: receivers of CAP ask for some hundred, and cell broadcast cuts off beyond.
MOST_CORNERS = 480
# Each part of an area of several keeps so many at least.
LEAST_CORNERS = 12
# What is simplified is moved outwards by so much [deg], 0.3 m: it is written to 0.1 m, and rounding must not cut
# off what it holds. At a sharp corner it would be moved far: at most so many times as much.
OUTWARDS_DEG, MOST_OUTWARDS = 3e-6, 4.0
# -----------------------------------------------------------------------------------------------------


def unwrapped(ring: Ring) -> Array:
    """Give a ring's corners (n, 2) with longitudes that go on through 180 degrees, from the first one on."""
    out = np.array(ring, np.float64).reshape(-1, 2)
    out[1:, 0] -= 360.0 * np.cumsum(np.round(np.diff(out[:, 0]) / 360.0))
    return out


def wrapped(lon_deg: float) -> float:
    """Bring a longitude to -180 to 180 [deg]."""
    return lon_deg - 360.0 * math.floor((lon_deg + 180.0) / 360.0) if abs(lon_deg) > 180.0 else lon_deg


def middle_of(rings: tuple[Ring, ...]) -> tuple[float, float]:
    """Give the mean of the corners of the largest ring [deg]: a place to name an area by, and to point to."""
    largest = max((unwrapped(ring) for ring in rings), key=lambda r: abs(_doubled(_flat(r))))
    corners = largest[:-1]
    lon, lat = (math.fsum(corners[:, k].tolist()) / len(corners) for k in (0, 1))
    return wrapped(lon), lat


def _flat(corners: Array) -> Array:
    """Corners [deg] with longitudes shortened to the length that they have at their latitude."""
    return np.asarray(corners * np.array([math.cos(math.radians(float(corners[:, 1].mean()))), 1.0]))


def _doubled(corners: Array) -> float:
    """Twice the signed area within corners (n, 2), positive counter-clockwise."""
    x, y = corners[:, 0] - corners[0, 0], corners[:, 1] - corners[0, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))


def cut(ring: Ring) -> list[Ring]:
    """Cut a ring where it crosses 180 degrees, as RFC 7946 (3.1.9) wants it; each part is closed."""
    corners = unwrapped(ring)
    low, high = float(corners[:, 0].min()), float(corners[:, 0].max())
    out: list[Ring] = []
    for turn in range(math.floor((low + 180.0) / 360.0), math.ceil((high - 180.0) / 360.0) + 1):
        west, east = -180.0 + 360.0 * turn, 180.0 + 360.0 * turn
        part = _clipped(_clipped(corners, west, 1.0), east, -1.0)
        if len(part) >= 3 and abs(_doubled(part)) > 0.0:
            shifted = [(float(lon) - 360.0 * turn, float(lat)) for lon, lat in part]
            out.append((*shifted, shifted[0]))
    return out


def _clipped(corners: Array, edge_deg: float, side: float) -> Array:
    """Keep what is east (side 1) or west (-1) of a meridian (Sutherland and Hodgman 1974)."""
    kept: list[tuple[float, float]] = []
    points = [(float(a), float(b)) for a, b in corners]
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    for k, (lon, lat) in enumerate(points):
        lon0, lat0 = points[k - 1]
        inside, before = side * (lon - edge_deg) >= 0.0, side * (lon0 - edge_deg) >= 0.0
        if inside != before:
            kept.append((edge_deg, lat0 + (lat - lat0) * (edge_deg - lon0) / (lon - lon0)))
        if inside:
            kept.append((lon, lat))
    return np.array(kept, np.float64).reshape(-1, 2)


def outlines(rings: tuple[Ring, ...], most: int = MOST_CORNERS) -> tuple[Ring, ...]:
    """Give rings of together at most so many corners that hold these ones, each its share."""
    total = sum(len(ring) for ring in rings)
    if total <= most:
        return rings
    return tuple(outline(ring, max(most * len(ring) // total - 1, LEAST_CORNERS)) for ring in rings)


def parts_of(rings: tuple[Ring, ...]) -> Array:
    """Give the corners (n, 2) of rings, simplified to a few hundred.

    One ring is open; several stand one behind the other, each closed and with a row of NaN behind it.
    """
    kept = [np.array(ring, np.float64) for ring in outlines(rings)]
    if len(kept) == 1:
        return kept[0][:-1]
    gap = np.full((1, 2), np.nan)
    return np.concatenate([row for ring in kept for row in (ring, gap)])


@lru_cache(maxsize=256)
def outline(ring: Ring, most: int) -> Ring:
    """Give a ring of at most so many corners that holds this one.

    A corner that points inwards is left out, or an edge whose neighbours meet beyond it is replaced by where they
    meet: the one that adds the least area first. Should it not hold the ring then, or cross itself, each step is
    checked; a rectangle is the last resort. Ignores: the curvature of the earth.
    """
    if len(ring) - 1 <= most:
        return ring
    corners = unwrapped(ring)[:-1]
    corners = corners[np.any(corners != np.roll(corners, 1, axis=0), axis=1)]
    scale = np.array([math.cos(math.radians(float(corners[:, 1].mean()))), 1.0])
    flat = (corners - corners[0]) * scale
    if _doubled(flat) < 0.0:
        flat = flat[::-1]
    for careful in (False, True):
        found = _outwards(_Shrinking(flat, careful).to(most))
        if len(found) <= most and not crosses_itself(found) and holds(found, flat):
            break
    else:
        low, high = flat.min(axis=0) - OUTWARDS_DEG, flat.max(axis=0) + OUTWARDS_DEG
        found = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    back = found / scale + corners[0]
    points = [(wrapped(float(lon)), float(lat)) for lon, lat in back]
    return (*points, points[0])


def _outwards(corners: Array) -> Array:
    """Move the edges of a counter-clockwise ring of corners (n, 2) outwards by OUTWARDS_DEG."""
    along = np.roll(corners, -1, axis=0) - corners
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-300)[:, None]
    out = np.column_stack([along[:, 1], -along[:, 0]])
    both = out + np.roll(out, 1, axis=0)
    # Where both edges are moved by one, their corner is moved by 2 / |both|.
    square = np.maximum((both**2).sum(axis=1, keepdims=True), 4.0 / MOST_OUTWARDS**2)
    return np.asarray(corners + OUTWARDS_DEG * 2.0 * both / square)


def crosses_itself(corners: Array) -> bool:
    """Say whether two edges of the ring of corners (n, 2) cross."""
    n = len(corners)
    after = np.roll(corners, -1, axis=0)
    return any(_crossing(corners[k], after[k], corners[k + 2 :], after[k + 2 :]) for k in range(n - 2))


def holds(corners: Array, places: Array) -> bool:
    """Say whether all places (m, 2) lie within the ring of corners (n, 2)."""
    x, y = places[:, 0], places[:, 1]
    inside = np.zeros(len(places), bool)
    for (xa, ya), (xb, yb) in zip(corners.tolist(), np.roll(corners, 1, axis=0).tolist(), strict=True):
        if ya != yb:
            inside ^= ((ya > y) != (yb > y)) & (x < (xb - xa) * (y - ya) / (yb - ya) + xa)
    return bool(inside.all())


def _crossing(a: Array, b: Array, c: Array, d: Array) -> bool:
    """Say whether the edge from a to b crosses, within, any from c (m, 2) to d (m, 2)."""

    def side(p: Array, q: Array, r: Array) -> Array:
        (ux, uy), (vx, vy) = (q - p).T, (r - p).T
        return np.asarray(np.sign(ux * vy - uy * vx))

    return bool(np.any((side(a, b, c) * side(a, b, d) < 0.0) & (side(c, d, a) * side(c, d, b) < 0.0)))


class _Shrinking:
    """A counter-clockwise ring that loses corners and gains area."""

    def __init__(self, corners: Array, careful: bool) -> None:
        self._at: list[tuple[float, float]] = [(float(x), float(y)) for x, y in corners]
        n = len(self._at)
        self._next = [*range(1, n), 0]
        self._back = [n - 1, *range(n - 1)]
        self._age = [0] * n
        self._careful = careful
        self._left = n
        # The same once more as arrays, for what looks at all edges at once.
        self._places = np.array(corners, np.float64)
        self._after = np.array(self._next)
        self._alive = np.ones(n, bool)
        self._heap: list[tuple[float, int, bool, tuple[tuple[int, int], ...], tuple[float, float]]] = []
        for k in range(n):
            self._offer(k)

    def to(self, most: int) -> Array:
        """Take corners away until so many are left, or none can be taken; gives them (n, 2)."""
        while self._left > most and self._heap:
            _, k, edge, stamp, place = heapq.heappop(self._heap)
            if stamp != self._stamp(k, edge) or (self._careful and self._would_cross(k, edge, place)):
                continue
            self._take(k, edge, place)
        k = next(k for k in range(len(self._at)) if self._age[k] >= 0)
        out = []
        for _ in range(self._left):
            out.append(self._at[k])
            k = self._next[k]
        return np.array(out)

    def _stamp(self, k: int, edge: bool) -> tuple[tuple[int, int], ...]:
        """The corners that a step at k depends on, and how often each has changed; none where k is gone."""
        if self._age[k] < 0:
            return ()
        around = [self._back[k], k, self._next[k]] + ([self._next[self._next[k]]] if edge else [])
        return tuple((i, self._age[i]) for i in around)

    def _turn(self, k: int) -> float:
        """Twice the area of a corner and its neighbours, positive where it points outwards."""
        (ax, ay), (bx, by), (cx, cy) = self._at[self._back[k]], self._at[k], self._at[self._next[k]]
        return float((bx - ax) * (cy - by) - (by - ay) * (cx - bx))

    def _offer(self, k: int) -> None:
        """Note what can be done at corner k and at the edge behind it."""
        turn, after = self._turn(k), self._next[k]
        if turn <= 0.0:
            heapq.heappush(self._heap, (-turn, k, False, self._stamp(k, False), (0.0, 0.0)))
        elif self._turn(after) > 0.0:
            place = self._meeting(k)
            if place is not None:
                (bx, by), (cx, cy) = self._at[k], self._at[after]
                area = abs((place[0] - bx) * (cy - by) - (place[1] - by) * (cx - bx))
                heapq.heappush(self._heap, (area, k, True, self._stamp(k, True), place))

    def _meeting(self, k: int) -> tuple[float, float] | None:
        """Where the edges before k and after its next meet beyond them; None if nowhere."""
        a, b = self._at[self._back[k]], self._at[k]
        c, d = self._at[self._next[k]], self._at[self._next[self._next[k]]]
        ux, uy, vx, vy = b[0] - a[0], b[1] - a[1], c[0] - d[0], c[1] - d[1]
        across = ux * vy - uy * vx
        if across >= 0.0:
            return None
        t = ((c[0] - b[0]) * vy - (c[1] - b[1]) * vx) / across
        return b[0] + t * ux, b[1] + t * uy

    def _would_cross(self, k: int, edge: bool, place: tuple[float, float]) -> bool:
        """Say whether a step's new edges would cross others of the ring."""
        before, after = self._back[k], self._next[k]
        last = self._next[after] if edge else after
        others = self._alive.copy()
        others[[before, k]] = False
        others[after] = others[after] and not edge
        begin = self._places[others]
        end = self._places[self._after[others]]
        bends = [self._at[before], place, self._at[last]] if edge else [self._at[before], self._at[last]]
        return any(_crossing(np.array(p), np.array(q), begin, end) for p, q in pairwise(bends))

    def _take(self, k: int, edge: bool, place: tuple[float, float]) -> None:
        before, after = self._back[k], self._next[k]
        if edge:
            # The edge's end goes, its beginning stands where the neighbours meet.
            beyond = self._next[after]
            self._at[k] = place
            self._next[k], self._back[beyond] = beyond, k
            self._age[after] = -1
            self._alive[after] = False
            self._places[k], self._after[k] = place, beyond
            touched = [before, k, beyond]
        else:
            self._next[before], self._back[after] = after, before
            self._age[k] = -1
            self._alive[k] = False
            self._after[before] = after
            touched = [before, after]
        self._left -= 1
        for i in touched:
            self._age[i] += 1
        for i in {self._back[touched[0]], *touched}:
            self._offer(i)
        self._offer(self._back[self._back[touched[0]]])

"""The sums behind a score, second by second; `readout` makes a score of them."""

from array import array
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forehear.geodesy import ecef
from forehear.records import KINDS, Truth
from forehear.score.assignment import Floats, Ints, assign, near_pairs
from forehear.score.instants import nearest
from forehear.score.records import AUDIBLE, BoundSeries, TrackPoint

# A pair of the last second keeps its partners while the others are not nearer by more than this share of the
# cut-off: two targets that cross do not swap names for a moment of noise. (The switch cost of trajectory
# GOSPA, taken forward in time; a quarter of 2 km is above a track's error and below a column's spacing.)
KEEP_SHARE_OF_CUTOFF = 0.25
# Below this speed [m/s] a course says nothing.
SLOWEST_WITH_COURSE_MPS = 5.0
_METRES_PER_DEGREE = 111_320.0


def _places_m(lon: Floats, lat: Floats, east_mps: Floats, north_mps: Floats, ahead_s: Floats) -> Floats:
    """Give earth-centred places (n, 3) [m] on the ellipsoid, each moved by its velocity [m/s] for (n,) seconds.

    A chord of the cut-off's length is a horizontal distance to the micrometre. The move is shorter than a
    second: a sphere's degree is good for it to 0.5 %. Reference: docs/score.md, "One instant at a time".
    """
    lat = lat + north_mps * ahead_s / _METRES_PER_DEGREE
    lon = lon + east_mps * ahead_s / (_METRES_PER_DEGREE * np.maximum(np.cos(np.radians(lat)), 1e-3))
    return ecef(lon, lat, 0.0)


class _Rows:
    """Named rows of a table that grows: a name's row number, and columns with their fill values."""

    def __init__(self, **columns: tuple[str, float]) -> None:
        self.row: dict[str, int] = {}
        self._fill = {name: fill for name, (_, fill) in columns.items()}
        self._column = {name: np.full(64, fill, dtype) for name, (dtype, fill) in columns.items()}

    def of(self, names: Iterable[str]) -> Ints:
        row = self.row
        rows = np.array([row.setdefault(name, len(row)) for name in names], np.int64)
        for name, values in self._column.items():
            if len(values) < len(row):
                more = np.full(2 * len(row), self._fill[name], values.dtype)
                more[: len(values)] = values
                self._column[name] = more
        return rows

    def whole(self, column: str) -> NDArray[Any]:
        """A column's backing array: write through it; valid until the next `of`."""
        return self._column[column]

    def __getitem__(self, column: str) -> NDArray[Any]:
        return self._column[column][: len(self.row)]


class ScoreTally:
    """Feed it a second at a time with `add`; its sums may be read at any time."""

    def __init__(self, cutoff_m: float, hold_s: float, bounds: Mapping[str, BoundSeries]) -> None:
        self.cutoff_m, self.hold_s, self.bounds = cutoff_m, hold_s, bounds
        self.seconds = self.unscored_seconds = 0
        self.target_seconds = self.track_seconds = self.missed = self.false = 0
        self.square_m2 = self.ratio = 0.0
        nan = float("nan")
        self.targets = _Rows(
            kind=("i1", 0), must=("i4", 0), got=("i4", 0), right=("i4", 0), switches=("i4", 0), gaps=("i4", 0),
            track=("i8", -1), lost=("?", 0), last_audible=("f8", -np.inf), first=("f8", nan),
            confirmed=("f8", nan), followed=("f8", nan),
        )  # fmt: skip
        self.tracks = _Rows(near=("?", 0))
        self.errors, self.speeds, self.courses = array("f"), array("f"), array("f")
        self.whose, self.bound = array("q"), array("f")
        self.confusion = np.zeros((3, 3), np.int64)

    def add(self, time_s: float, truths: list[Truth], points: list[TrackPoint]) -> None:
        """Take in one second: the truth's lines and the tracks' lines nearest to it, of any status."""
        self.seconds += 1
        there = list(nearest(truths, (t.target for t in truths), time_s).values())
        here = [p for p in nearest(points, (p.track for p in points), time_s).values() if p.status == "confirmed"]
        columns = [(t.lon, t.lat, t.east_mps, t.north_mps, time_s - t.time_s, t.audible) for t in there]
        x = np.array(columns, np.float64).reshape(-1, 6).T
        columns = [(p.lon, p.lat, p.speed_mps, p.course_deg, time_s - p.time_s, p.position_sigma_m) for p in here]
        y = np.array(columns, np.float64).reshape(-1, 6).T
        course = np.radians(y[3])
        y_velocity = y[2] * np.sin(course), y[2] * np.cos(course)
        i, j, d = near_pairs(
            _places_m(x[0], x[1], x[2], x[3], x[4]), _places_m(y[0], y[1], *y_velocity, y[4]), self.cutoff_m
        )
        target, track = self.targets.of(t.target for t in there), self.tracks.of(p.track for p in here)
        self.targets.whole("kind")[target] = [KINDS.index(t.kind) for t in there]
        self.tracks.whole("near")[track[j]] = True
        must = self._must(time_s, target, x[5])

        chosen = assign(i, j, d * d, self.cutoff_m**2)
        i, j, d, kept = i[chosen], j[chosen], d[chosen], self._kept(target, track, i, j, d, chosen)
        self._follow(target, must, *kept)
        followed = self.targets.whole("followed")
        followed[target[i][np.isnan(followed[target[i]])]] = time_s
        counted = must[i]
        self.target_seconds += int(must.sum())
        self.track_seconds += len(here) - int((~counted).sum())
        self.missed += int(must.sum() - counted.sum())
        self.false += len(here) - len(i)
        i, j, d = i[counted], j[counted], d[counted]
        self.square_m2 += float(d @ d)
        self.ratio += float(np.sum((d / y[5, j]) ** 2))
        self._pairs(time_s, target[i], d, there, here, i, j)
        self._motion(x[2, i], x[3, i], y[2, j], y[3, j])

    def _must(self, time_s: float, target: Ints, audible: Floats) -> NDArray[np.bool_]:
        """Give which targets (n,) must be tracked now, of what is audible (n,) of them; keeps when they last were.

        Reference: docs/score.md, "Who must be tracked".
        """
        rows = self.targets
        last, first = rows.whole("last_audible"), rows.whole("first")
        now = audible >= AUDIBLE
        last[target[now]] = time_s
        new = target[now & np.isnan(first[target])]
        first[new] = time_s
        must = time_s - last[target] <= self.hold_s
        np.add.at(rows.whole("must"), target[must], 1)
        return np.asarray(must, bool)

    def _kept(
        self, target: Ints, track: Ints, i: Ints, j: Ints, d: Floats, chosen: NDArray[np.bool_]
    ) -> tuple[Ints, Ints]:
        """Give the pairs (index of target, row of track) that names follow: the last second's, in doubt.

        Reference: Garcia-Fernandez, Rahmathullah and Svensson 2020, 10.1109/TSP.2020.3005309 (the cost of a
        switch), taken forward in time; docs/score.md, "Who belongs to whom".
        """
        last = self.targets.whole("track")[target]
        fresh = (last[i] != -1) & (last[i] != track[j])
        if np.any(chosen & fresh):
            keep = np.where(last[i] == track[j], (KEEP_SHARE_OF_CUTOFF * self.cutoff_m) ** 2, 0.0)
            chosen = assign(i, j, d * d - keep, self.cutoff_m**2)
        return i[chosen], track[j[chosen]]

    def _follow(self, target: Ints, must: NDArray[np.bool_], i: Ints, track: Ints) -> None:
        """Count changes of name, and gaps, of the pairs followed (p,).

        Reference: Garcia-Fernandez, Rahmathullah and Svensson 2020, 10.1109/TSP.2020.3005309; docs/score.md, "Who
        belongs to whom".
        """
        rows = self.targets
        last, lost = rows.whole("track"), rows.whole("lost")
        held = target[i]
        changed = (last[held] != -1) & (last[held] != track)
        np.add.at(rows.whole("switches"), held[changed], 1)
        np.add.at(rows.whole("gaps"), held[lost[held].astype(bool)], 1)
        last[held] = track
        lost[held] = False
        without = must.copy()
        without[i] = False
        alone = target[without]
        lost[alone[last[alone] != -1]] = True

    def _pairs(
        self, time_s: float, rows: Ints, d: Floats, there: list[Truth], here: list[TrackPoint], i: Ints, j: Ints
    ) -> None:
        """Errors, waits and kinds of the pairs that count."""
        confirmed = self.targets.whole("confirmed")
        confirmed[rows[np.isnan(confirmed[rows])]] = time_s
        np.add.at(self.targets.whole("got"), rows, 1)
        true = np.array([KINDS.index(there[k].kind) for k in i], np.int64)
        said = np.array([KINDS.index(here[k].kind) for k in j], np.int64)
        np.add.at(self.confusion, (true, said), 1)
        np.add.at(self.targets.whole("right"), rows, true == said)
        self.errors.frombytes(d.astype(np.float32).tobytes())
        self.whose.frombytes(rows.tobytes())
        self.bound.extend(self._bound_of(there[k].target, time_s) for k in i)

    def _bound_of(self, target: str, time_s: float) -> float:
        series = self.bounds.get(target)
        if series is None or not 0 <= (k := round(time_s - series.start_s)) < len(series.sigma_m):
            return float("nan")
        return series.sigma_m[k]

    def _motion(self, east: Floats, north: Floats, speed: Floats, course_deg: Floats) -> None:
        """Keep the errors of speed [m/s] and course [deg] of pairs (p,), each absolute; courses of what moves.

        Reference: docs/score.md, "Keys of `--json`".
        """
        true_speed = np.hypot(east, north)
        turn = np.mod(course_deg - np.degrees(np.arctan2(east, north)) + 180.0, 360.0) - 180.0
        turn[true_speed < SLOWEST_WITH_COURSE_MPS] = np.nan
        self.speeds.frombytes(np.abs(speed - true_speed).astype(np.float32).tobytes())
        self.courses.frombytes(np.abs(turn).astype(np.float32).tobytes())

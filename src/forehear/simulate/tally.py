"""The sums behind a score, second by second; `score` reads them out."""

from array import array
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forehear.geodesy import ecef
from forehear.records import KINDS, Truth
from forehear.simulate.assignment import Floats, Ints, assign, near_pairs
from forehear.simulate.instants import nearest
from forehear.simulate.score_records import AUDIBLE, Score, TargetScore, TrackPoint

# A pair of the last second keeps its partners while the others are not nearer by more than this share of the
# cut-off: two targets that cross do not swap names for a moment of noise. (The switch cost of trajectory
# GOSPA, taken forward in time; a quarter of 2 km is above a track's error and below a column's spacing.)
KEEP_SHARE_OF_CUTOFF = 0.25
# Below this speed [m/s] a course says nothing.
SLOWEST_WITH_COURSE_MPS = 5.0
_METRES_PER_DEGREE = 111_320.0


def _places_m(lon: Floats, lat: Floats, east_mps: Floats, north_mps: Floats, ahead_s: Floats) -> Floats:
    """Earth-centred places (n, 3) [m] on the ellipsoid, each moved by its velocity.

    A chord of the cut-off's length is a horizontal distance to the micrometre. The move is shorter than a
    second: a sphere's degree is good for it to 0.5 %.
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


class Tally:
    """Feed it a second at a time with `add`; `score` may be called at any time."""

    def __init__(self, cutoff_m: float, hold_s: float) -> None:
        self._cutoff_m, self._hold_s = cutoff_m, hold_s
        self.seconds = self.unscored_seconds = 0
        self._target_seconds = self._track_seconds = self._missed = self._false = 0
        self._square_m2 = self._ratio = 0.0
        nan = float("nan")
        self._targets = _Rows(
            kind=("i1", 0), must=("i4", 0), got=("i4", 0), right=("i4", 0), switches=("i4", 0), gaps=("i4", 0),
            track=("i8", -1), lost=("?", 0), last_audible=("f8", -np.inf), first=("f8", nan),
            confirmed=("f8", nan),
        )  # fmt: skip
        self._tracks = _Rows(near=("?", 0))
        self._errors, self._speeds, self._courses = array("f"), array("f"), array("f")
        self._whose = array("q")
        self._confusion = np.zeros((3, 3), np.int64)

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
            _places_m(x[0], x[1], x[2], x[3], x[4]), _places_m(y[0], y[1], *y_velocity, y[4]), self._cutoff_m
        )
        target, track = self._targets.of(t.target for t in there), self._tracks.of(p.track for p in here)
        self._targets.whole("kind")[target] = [KINDS.index(t.kind) for t in there]
        self._tracks.whole("near")[track[j]] = True
        must = self._must(time_s, target, x[5])

        chosen = assign(i, j, d * d, self._cutoff_m**2)
        i, j, d, kept = i[chosen], j[chosen], d[chosen], self._kept(target, track, i, j, d, chosen)
        self._follow(target, must, *kept)
        counted = must[i]
        self._target_seconds += int(must.sum())
        self._track_seconds += len(here) - int((~counted).sum())
        self._missed += int(must.sum() - counted.sum())
        self._false += len(here) - len(i)
        i, j, d = i[counted], j[counted], d[counted]
        self._square_m2 += float(d @ d)
        self._ratio += float(np.sum((d / y[5, j]) ** 2))
        self._pairs(time_s, target[i], d, there, here, i, j)
        self._motion(x[2, i], x[3, i], y[2, j], y[3, j])

    def _must(self, time_s: float, target: Ints, audible: Floats) -> NDArray[np.bool_]:
        rows = self._targets
        last, first = rows.whole("last_audible"), rows.whole("first")
        now = audible >= AUDIBLE
        last[target[now]] = time_s
        new = target[now & np.isnan(first[target])]
        first[new] = time_s
        must = time_s - last[target] <= self._hold_s
        np.add.at(rows.whole("must"), target[must], 1)
        return np.asarray(must, bool)

    def _kept(
        self, target: Ints, track: Ints, i: Ints, j: Ints, d: Floats, chosen: NDArray[np.bool_]
    ) -> tuple[Ints, Ints]:
        """The pairs (index of target, row of track) with which names are followed: the last second's, in doubt."""
        last = self._targets.whole("track")[target]
        fresh = (last[i] != -1) & (last[i] != track[j])
        if np.any(chosen & fresh):
            keep = np.where(last[i] == track[j], (KEEP_SHARE_OF_CUTOFF * self._cutoff_m) ** 2, 0.0)
            chosen = assign(i, j, d * d - keep, self._cutoff_m**2)
        return i[chosen], track[j[chosen]]

    def _follow(self, target: Ints, must: NDArray[np.bool_], i: Ints, track: Ints) -> None:
        """Count changes of name, and gaps."""
        rows = self._targets
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
        confirmed = self._targets.whole("confirmed")
        confirmed[rows[np.isnan(confirmed[rows])]] = time_s
        np.add.at(self._targets.whole("got"), rows, 1)
        true = np.array([KINDS.index(there[k].kind) for k in i], np.int64)
        said = np.array([KINDS.index(here[k].kind) for k in j], np.int64)
        np.add.at(self._confusion, (true, said), 1)
        np.add.at(self._targets.whole("right"), rows, true == said)
        self._errors.frombytes(d.astype(np.float32).tobytes())
        self._whose.frombytes(rows.tobytes())

    def _motion(self, east: Floats, north: Floats, speed: Floats, course_deg: Floats) -> None:
        true_speed = np.hypot(east, north)
        turn = np.mod(course_deg - np.degrees(np.arctan2(east, north)) + 180.0, 360.0) - 180.0
        turn[true_speed < SLOWEST_WITH_COURSE_MPS] = np.nan
        self._speeds.frombytes(np.abs(speed - true_speed).astype(np.float32).tobytes())
        self._courses.frombytes(np.abs(turn).astype(np.float32).tobytes())

    def score(self) -> Score:
        """Read the sums out."""
        errors = np.frombuffer(self._errors, np.float32).astype(np.float64)
        courses = np.frombuffer(self._courses, np.float32)
        courses, speeds = courses[~np.isnan(courses)], np.frombuffer(self._speeds, np.float32)
        per_second, rows = 1.0 / max(self.seconds, 1), self._targets
        half = self._cutoff_m**2 / 2.0
        parts = [self._square_m2 * per_second, half * self._missed * per_second, half * self._false * per_second]
        roots = [float(np.sqrt(v)) if self.seconds else None for v in (sum(parts), *parts)]
        waits = np.nan_to_num(rows["confirmed"] - rows["first"], nan=np.inf)[~np.isnan(rows["first"])]
        pairs, near = len(errors), self._tracks["near"]
        confusion = {a: {b: int(self._confusion[m, n]) for n, b in enumerate(KINDS)} for m, a in enumerate(KINDS)}
        return Score(
            cutoff_m=self._cutoff_m,
            hold_s=self._hold_s,
            seconds=self.seconds,
            unscored_seconds=self.unscored_seconds,
            targets=len(rows.row),
            audible_targets=len(waits),
            confirmed_tracks=len(near),
            target_seconds=self._target_seconds,
            track_seconds=self._track_seconds,
            gospa_m=roots[0],
            gospa_localisation_m=roots[1],
            gospa_missed_m=roots[2],
            gospa_false_m=roots[3],
            missed_share=_share(self._missed, self._target_seconds),
            false_share=_share(self._false, self._track_seconds),
            error_median_m=_quantile(errors, 0.5),
            error_p90_m=_quantile(errors, 0.9),
            error_p95_m=_quantile(errors, 0.95),
            speed_error_median_mps=_quantile(speeds, 0.5),
            speed_error_p90_mps=_quantile(speeds, 0.9),
            course_error_median_deg=_quantile(courses, 0.5),
            course_error_p90_deg=_quantile(courses, 0.9),
            consistency=float(np.sqrt(self._ratio / pairs)) if pairs else None,
            switches=int(rows["switches"].sum()),
            gaps=int(rows["gaps"].sum()),
            confirm_wait_median_s=_quantile(waits, 0.5),
            confirm_wait_p90_s=_quantile(waits, 0.9),
            never_confirmed=int(np.isinf(waits).sum()),
            ghost_tracks=int((~near.astype(bool)).sum()),
            kind_right_share=_share(int(np.trace(self._confusion)), pairs),
            kind_confusion=confusion,
            by_target=self._by_target(errors),
        )

    def _by_target(self, errors: Floats) -> list[TargetScore]:
        whose = np.frombuffer(self._whose, np.int64)
        order = np.argsort(whose, kind="stable")
        edges = np.searchsorted(whose[order], np.arange(len(self._targets.row) + 1))
        table = []
        r = self._targets
        for name, k in r.row.items():
            own = errors[order[edges[k] : edges[k + 1]]]
            first, confirmed = float(r["first"][k]), float(r["confirmed"][k])
            got = int(r["got"][k])
            table.append(
                TargetScore(
                    target=name,
                    kind=KINDS[int(r["kind"][k])],
                    audible_s=int(r["must"][k]),
                    tracked_s=got,
                    first_audible_s=_known(first),
                    confirm_wait_s=_known(confirmed - first),
                    error_median_m=_quantile(own, 0.5),
                    error_p90_m=_quantile(own, 0.9),
                    switches=int(r["switches"][k]),
                    gaps=int(r["gaps"][k]),
                    kind_right_share=_share(int(r["right"][k]), got),
                )
            )
        return table


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _quantile(values: NDArray[np.floating], q: float) -> float | None:
    """The value below which a share q lies, linear between neighbours; null for none or an endless one."""
    if len(values) == 0:
        return None
    ordered = np.sort(np.asarray(values, np.float64))
    at = q * (len(ordered) - 1)
    low, high = ordered[int(np.floor(at))], ordered[int(np.ceil(at))]
    # Between a number and an endless wait there is no line to interpolate on.
    return _known(float(low + (high - low) * (at - np.floor(at)))) if np.isfinite(high) else None

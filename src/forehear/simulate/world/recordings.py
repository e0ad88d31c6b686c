"""Recorded trajectories, from CSV or GeoJSON, to fixes: whatever is wrong with them is reported all at once."""

import csv
import json
import sys
from pathlib import Path as File
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forehear import geodesy
from forehear.errors import ConfigurationError

Array = NDArray[np.float64]
# Fixes of each trajectory, and where in the file each stands: "line 7", "point 3".
Rows = dict[str, list[tuple[str, tuple[float, ...]]]]

COLUMNS = ("time_s", "lon", "lat", "height_m")
# Faster than this between two fixes is a fault of the recording: no sound could outrun it [m/s].
_FASTEST_MPS = 290.0
# Seconds since 1970 are beyond this since 1973; a recording's own clock is not.
_CALENDAR_S = 1e8
_MAX_FAULTS = 50
# A receiver is deceived for so many fixes in a row at most, and then right again.
_LOOK_BACK = 200
# At most this share of a trajectory's fixes is left out: where more are wrong it is another flight than recorded.
_MOST_LEFT_OUT = 0.1


def read_recordings(name: str, start_s: float, align: str) -> list[Array]:
    """Read the trajectories of a file: each (n, 4) time, longitude, latitude [deg], height [m].

    Times count from the scenario's start: those of the calendar are moved by `start_s`; with align "start"
    the file's first fix is at 0. Fixes that nothing could have flown to (a receiver deceived or dazzled) are left
    out, and a note on stderr names them. Raises ConfigurationError naming every fault.
    """
    where = File(name)
    try:
        raw = where.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(name, [f"cannot be read: {error}"]) from None
    faults: list[str] = []
    rows = _read_csv(raw, faults) if where.suffix.lower() == ".csv" else _read_geojson(raw, faults)
    tables = []
    for label, fixes in rows.items():
        table, left_out, fault = _sound(fixes)
        if left_out:
            named = "; ".join(left_out[:_MAX_FAULTS]) + ("; ..." if len(left_out) > _MAX_FAULTS else "")
            print(f"note: {name}: trajectory {label!r}: {len(left_out)} left out: {named}", file=sys.stderr)
        if fault:
            faults.append(f"trajectory {label!r}: {fault}")
        tables.append(table)
    if not tables and not faults:
        faults.append("holds no trajectory")
    if faults:
        raise ConfigurationError(name, faults[:_MAX_FAULTS])
    earliest = min(float(table[0, 0]) for table in tables)
    zero = earliest if align == "start" else (start_s if earliest > _CALENDAR_S else 0.0)
    return [table - np.array([zero, 0.0, 0.0, 0.0]) for table in tables]


def _sound(fixes: list[tuple[str, tuple[float, ...]]]) -> tuple[Array, list[str], str]:
    """Give a trajectory's fixes in order, what was left out in words, and what makes it unusable all the same."""
    table = np.array([fix for _, fix in fixes], np.float64).reshape(-1, 4)
    possible = _possible(table)
    order = np.argsort(table[:, 0], kind="stable")
    kept = order[possible[order]]
    # Recorders repeat fixes: the first of each time counts.
    kept = kept[np.diff(table[kept, 0], prepend=-np.inf) > 0.0]
    flown = kept[_flown(table[kept])]
    wrong = [*np.flatnonzero(~possible), *sorted(set(kept.tolist()) - set(flown.tolist()))]
    if len(wrong) > _MOST_LEFT_OUT * len(table):
        # Too much is wrong to leave it out: said of all of it.
        whole = table[order]
        return whole, [], _fault(whole[np.diff(whole[:, 0], prepend=-np.inf) > 0.0])
    words = [f"{fixes[k][0]}: time_s={table[k, 0]:.10g}, lon={table[k, 1]:g}, lat={table[k, 2]:g}, "
             f"height_m={table[k, 3]:g}" for k in wrong]  # fmt: skip
    return table[flown], words, _fault(table[flown])


def _possible(table: Array) -> NDArray[np.bool_]:
    """Say of each fix whether it is one on this earth."""
    with np.errstate(invalid="ignore"):
        return np.asarray(
            np.all(np.isfinite(table), axis=1) & (np.abs(table[:, 1]) <= 180.0) & (np.abs(table[:, 2]) <= 89.0)
            & (table[:, 3] >= -430.0) & (table[:, 3] <= 15_000.0)
        )  # fmt: skip


def _flown(table: Array) -> list[int]:
    """Give the longest run of fixes of which each could be flown to from the one before.

    Each fix is joined to the longest run so far that ends within reach of it; of the last `_LOOK_BACK` fixes, for
    a receiver that is deceived for longer has another story to tell.
    """
    if len(table) == 0:
        return []
    xyz = geodesy.ecef(table[:, 1], table[:, 2], table[:, 3])
    length, before = np.ones(len(table), np.int64), np.full(len(table), -1)
    for k in range(1, len(table)):
        first = max(k - _LOOK_BACK, 0)
        away = np.linalg.norm(xyz[first:k] - xyz[k], axis=1)
        near = away <= _FASTEST_MPS * (table[k, 0] - table[first:k, 0])
        if near.any():
            # Of runs of one length the one that ends last: it has least to explain.
            latest_first = np.flatnonzero(near)[::-1] + first
            before[k] = latest_first[np.argmax(length[latest_first])]
            length[k] = length[before[k]] + 1
    out = [int(np.argmax(length))]
    while before[out[-1]] >= 0:
        out.append(int(before[out[-1]]))
    return out[::-1]


def _fault(table: Array) -> str:
    """What makes a trajectory unusable; empty if nothing does."""
    if not np.all(np.isfinite(table)):
        return "holds a number that is not finite"
    if len(table) < 2 or table[-1, 0] - table[0, 0] < 3.0:
        return f"{len(table)} fixes of different times; it needs two or more over at least 3 s"
    if np.abs(table[:, 1]).max() > 180.0 or np.abs(table[:, 2]).max() > 89.0:
        return "lon must lie within -180 to 180, lat within -89 to 89"
    low, high = float(table[:, 3].min()), float(table[:, 3].max())
    if low < -430.0 or high > 15_000.0:
        return f"height_m {low:g} to {high:g} is outside -430 to 15000"
    xyz = geodesy.ecef(table[:, 1], table[:, 2], table[:, 3])
    speeds = np.linalg.norm(np.diff(xyz, axis=0), axis=1) / np.diff(table[:, 0])
    k = int(np.argmax(speeds))
    if speeds[k] > _FASTEST_MPS:
        return (
            f"moves at {speeds[k]:.0f} m/s between two fixes, time_s={table[k, 0]:.10g} and "
            f"{table[k + 1, 0]:.10g}; allowed: up to {_FASTEST_MPS:.0f}, slower than sound"
        )
    return ""


def _read_csv(raw: str, faults: list[str]) -> Rows:
    """Columns time_s, lon, lat, height_m, and `target` where there are several."""
    rows = csv.DictReader(raw.splitlines())
    missing = [c for c in COLUMNS if c not in (rows.fieldnames or ())]
    if missing:
        faults.append(f"columns missing: {', '.join(missing)}; needed: {', '.join(COLUMNS)}; optional: target")
        return {}
    out: Rows = {}
    for row in rows:
        try:
            fix = tuple(float(row[c]) for c in COLUMNS)
            out.setdefault(row.get("target") or "1", []).append((f"line {rows.line_num}", fix))
        except (TypeError, ValueError):
            faults.append(
                f"line {rows.line_num}: {', '.join(f'{c}={row[c]!r}' for c in COLUMNS)}: must be numbers"
            )
            if len(faults) >= _MAX_FAULTS:
                break
    return out


def _read_geojson(raw: str, faults: list[str]) -> Rows:
    """LineString features [lon, lat, height_m] with `properties.times_s`, one time a point."""
    try:
        data: Any = json.loads(raw)
        features = list(data["features"]) if data.get("type") == "FeatureCollection" else [data]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        faults.append(f"is not GeoJSON: {error}")
        return {}
    out: Rows = {}
    for i, feature in enumerate(features):
        try:
            places, times = feature["geometry"]["coordinates"], feature["properties"]["times_s"]
            if feature["geometry"]["type"] != "LineString" or len(places) != len(times):
                raise ValueError(f"{feature['geometry']['type']} of {len(places)} points with {len(times)} times")
            fixes = [(float(t), *map(float, p[:3])) for t, p in zip(times, places, strict=True)]
            if any(len(fix) != 4 for fix in fixes):
                raise ValueError("a point is not [lon, lat, height_m]")
            out[str(feature.get("id", i))] = [(f"point {k}", fix) for k, fix in enumerate(fixes)]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            wanted = "a LineString of [lon, lat, height_m] with properties.times_s"
            faults.append(f"feature {i}: must be {wanted}: {error}")
    return out

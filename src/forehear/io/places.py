"""Places of an array's microphones: in words, in a text file, or in a GeoJSON file, to metres east-north-up."""

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from forehear.errors import ConfigurationError
from forehear.geodesy import east_north_up, ecef

# An array is at most this wide [m]: beyond, its microphones are sensors of their own.
WIDEST_M = 100.0
LEAST, MOST = 2, 8


class _Point(msgspec.Struct):
    coordinates: tuple[float, float, float]


class _Feature(msgspec.Struct):
    geometry: _Point


class _Collection(msgspec.Struct):
    features: list[_Feature]


def read_places(words: str) -> NDArray[np.float64]:
    """Read places (channels, 3) east-north-up [m] from "e,n,u;e,n,u;..." or the file of that name.

    A text file has one microphone a line, "e,n,u" or "e n u", # begins a comment; a GeoJSON file is a collection
    of points [lon, lat, height_m]. In the order of the channels. Raises ConfigurationError.
    """
    file = Path(words)
    if "," in words and not file.exists():
        return _checked(_lines(words.split(";"), "--places"), "--places")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(words, [f"cannot be read: {getattr(error, 'strerror', None) or error}"]) from None
    if text.lstrip().startswith("{"):
        return _checked(_geojson(text, words), words)
    return _checked(_lines([line.partition("#")[0] for line in text.splitlines()], words), words)


def _lines(lines: list[str], where: str) -> NDArray[np.float64]:
    rows, faults = [], []
    for number, line in enumerate(lines, 1):
        parts = line.replace(",", " ").split()
        if not parts:
            continue
        try:
            row = [float(part) for part in parts]
        except ValueError:
            row = []
        if len(row) == 3:
            rows.append(row)
        else:
            faults.append(
                f"microphone {number}: {line.strip()!r}: allowed: three numbers, east,north,up in metres"
            )
    if faults:
        raise ConfigurationError(where, faults)
    return np.array(rows, np.float64).reshape(-1, 3)


def _geojson(text: str, where: str) -> NDArray[np.float64]:
    try:
        features = msgspec.json.decode(text, type=_Collection).features
    except msgspec.DecodeError as error:
        raise ConfigurationError(where, [f"is not a collection of points [lon, lat, height_m]: {error}"]) from None
    points = np.array([f.geometry.coordinates for f in features], np.float64).reshape(-1, 3)
    if len(points) == 0:
        return points
    xyz = ecef(points[:, 0], points[:, 1], points[:, 2])
    return np.asarray((xyz - xyz.mean(axis=0)) @ east_north_up(points[0, 0], points[0, 1]).T)


def _checked(places_m: NDArray[np.float64], where: str) -> NDArray[np.float64]:
    faults = []
    if not LEAST <= len(places_m) <= MOST:
        faults.append(f"{len(places_m)} microphones; allowed: {LEAST} to {MOST}")
    elif not np.isfinite(places_m).all():
        faults.append("a place is not finite")
    else:
        apart = np.linalg.norm(places_m[:, None] - places_m[None], axis=2)
        if apart.max() > WIDEST_M:
            faults.append(f"two microphones are {apart.max():.0f} m apart; allowed: {WIDEST_M:.0f}")
        apart[np.diag_indices(len(places_m))] = np.inf
        if apart.min() < 0.005:
            first, second = np.unravel_index(int(apart.argmin()), apart.shape)
            faults.append(f"microphones {first + 1} and {second + 1} are at one place")
    if faults:
        raise ConfigurationError(where, faults)
    return places_m

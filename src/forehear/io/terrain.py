"""Heights of the ground from files: HGT (plain numbers, one degree a file) and GeoTIFF (geographic, WGS 84)."""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.errors import ConfigurationError

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# HGT's number for nothing known; more of it than this share, and the file is no ground.
VOID, MOST_VOID = -32768, 0.2
# Heights that there are [m].
LOWEST_M, HIGHEST_M = -500.0, 9_000.0
# GeoTIFF: keys of the model (2: geographic) and of the datum (4326: WGS 84, 4258: ETRS 89, centimetres from it).
MODEL_KEY, DATUM_KEY, GEOGRAPHIC, DATUMS = 1024, 2048, 2, (4326, 4258)
# Values of a mosaic at most: 800 MB.
MOST_VALUES = 100_000_000
# -----------------------------------------------------------------------------------------------------


class Heights(NamedTuple):
    """Heights (rows, columns) [m], rows from south to north; the first is of the point south, west [deg]."""

    south_deg: float
    west_deg: float
    step_lat_deg: float
    step_lon_deg: float
    values: Array


def read_terrain(paths: Sequence[str | Path]) -> Heights:
    """Read one file, or several tiles of one step that are put together.

    Raises ConfigurationError that names the file and what is allowed; NotInstalled is the caller's to say for
    GeoTIFF without tifffile.
    """
    found = [_read(Path(path)) for path in paths]
    return found[0] if len(found) == 1 else _mosaic(found, [str(path) for path in paths])


def _read(path: Path) -> Heights:
    ending = path.suffix.lower()
    if ending == ".hgt":
        return _checked(path, _hgt(path))
    if ending in (".tif", ".tiff"):
        return _checked(path, _geotiff(path))
    raise ConfigurationError(str(path), [f"ending {ending!r} is none of .hgt, .tif, .tiff"])


def _hgt(path: Path) -> Heights:
    """SRTM's format: big-endian 16-bit numbers from the north-west corner, named by the south-west one."""
    name = re.fullmatch(r"([NS])(\d{2})([EW])(\d{3})", path.stem.upper()[:7])
    if name is None:
        raise ConfigurationError(str(path), ["an HGT file is named by its south-west corner, as N47E031.hgt"])
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(str(path), [f"cannot be read: {error.strerror or error}"]) from None
    side = math.isqrt(len(data) // 2)
    if side < 2 or 2 * side * side != len(data):
        raise ConfigurationError(
            str(path), [f"{len(data)} bytes are no square of 16-bit heights (1201 or 3601 a side)"]
        )
    south = float(name[2]) * (1.0 if name[1] == "N" else -1.0)
    west = float(name[4]) * (1.0 if name[3] == "E" else -1.0)
    values = np.frombuffer(data, ">i2").reshape(side, side)[::-1].astype(np.float64)
    values[values == VOID] = np.nan
    return Heights(south, west, 1.0 / (side - 1), 1.0 / (side - 1), values)


def _geotiff(path: Path) -> Heights:
    import tifffile

    try:
        with tifffile.TiffFile(path) as file:
            page: Any = file.pages[0]
            tags = {tag.code: tag.value for tag in page.tags.values()}
            values = np.asarray(page.asarray(), np.float64)
    except OSError as error:
        raise ConfigurationError(str(path), [f"cannot be read: {error.strerror or error}"]) from None
    except (IndexError, ValueError, tifffile.TiffFileError) as error:
        raise ConfigurationError(str(path), [f"is not a TIFF that can be read: {error}"]) from None
    keys = {int(k[0]): int(k[3]) for k in np.array(tags.get(34735, (0,) * 4)).reshape(-1, 4)[1:]}
    if keys.get(MODEL_KEY) != GEOGRAPHIC or keys.get(DATUM_KEY) not in DATUMS:
        said = keys.get(3072, keys.get(DATUM_KEY, "none"))
        raise ConfigurationError(
            str(path),
            [f"its projection is EPSG:{said}; allowed: geographic, EPSG:4326 (gdalwarp -t_srs EPSG:4326)"],
        )
    if 33550 not in tags or 33922 not in tags or values.ndim != 2:
        raise ConfigurationError(str(path), ["must be one band with ModelPixelScale and ModelTiepoint"])
    nothing = tags.get(42113)
    if nothing is not None:
        values[values == float(str(nothing).strip("\0 "))] = np.nan
    step_lon, step_lat = (float(x) for x in tags[33550][:2])
    column, row, _, lon, lat = (float(x) for x in tags[33922][:5])
    # Unless it says that its values are of points, they are of the middles of cells.
    half = 0.0 if keys.get(1025) == 2 else 0.5
    north, west = lat + (row - half) * step_lat, lon - (column - half) * step_lon
    return Heights(north - step_lat * (values.shape[0] - 1), west, step_lat, step_lon, values[::-1].copy())


def _checked(path: Path, found: Heights) -> Heights:
    """Fill small gaps; refuse what is no ground."""
    void = ~np.isfinite(found.values)
    faults = []
    if void.mean() > MOST_VOID:
        faults.append(f"{void.mean():.0%} of its heights are unknown; allowed: {MOST_VOID:.0%}")
    else:
        low, high = float(np.nanmin(found.values)), float(np.nanmax(found.values))
        if low < LOWEST_M or high > HIGHEST_M:
            faults.append(f"heights from {low:g} to {high:g} m; allowed: {LOWEST_M:g} to {HIGHEST_M:g}")
    if min(found.values.shape) < 2:
        faults.append(f"{found.values.shape} values; at least 2 by 2")
    if faults:
        raise ConfigurationError(str(path), faults)
    if void.any():
        found.values[void] = float(np.nanmedian(found.values))
    return found


def _mosaic(found: Sequence[Heights], names: Sequence[str]) -> Heights:
    first = found[0]
    faults = [
        f"{name}: steps of {one.step_lat_deg:g} deg, and {names[0]} has {first.step_lat_deg:g}"
        for one, name in zip(found, names, strict=True)
        if not math.isclose(one.step_lat_deg, first.step_lat_deg, rel_tol=1e-6)
        or not math.isclose(one.step_lon_deg, first.step_lon_deg, rel_tol=1e-6)
    ]
    if faults:
        raise ConfigurationError("terrain", faults)
    south, west = min(one.south_deg for one in found), min(one.west_deg for one in found)
    at = [
        (round((o.south_deg - south) / o.step_lat_deg), round((o.west_deg - west) / o.step_lon_deg)) for o in found
    ]
    rows = max(i + o.values.shape[0] for (i, _), o in zip(at, found, strict=True))
    columns = max(j + o.values.shape[1] for (_, j), o in zip(at, found, strict=True))
    if rows * columns > MOST_VALUES:
        raise ConfigurationError("terrain", [f"{rows} by {columns} values together; allowed: {MOST_VALUES:,}"])
    values = np.full((rows, columns), float(np.median(first.values)))
    for (i, j), one in zip(at, found, strict=True):
        values[i : i + one.values.shape[0], j : j + one.values.shape[1]] = one.values
    return Heights(south, west, first.step_lat_deg, first.step_lon_deg, values)

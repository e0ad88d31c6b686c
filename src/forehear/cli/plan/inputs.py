"""What every question of `forehear plan` reads: network, sites, noise, air, ground. All faults at once."""

import argparse
import math
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from forehear.air import hearing
from forehear.air.hearing import Approaching, HearingPriors
from forehear.air.medium import absorption_db_per_m
from forehear.errors import ConfigurationError
from forehear.geodesy import Plane
from forehear.plan.grid import LandCells, cells_over
from forehear.plan.ground import Raster
from forehear.plan.noise import CLASSES, NoiseArea, NoiseMap
from forehear.plan.odds import Situation, Weather, blowing
from forehear.plan.stations import Stations, plane_of, stations_of, taken
from forehear.records import Atmosphere, Network, Site

NAMED = {"slow": hearing.PISTON, "fast": hearing.FAST, "jet": hearing.JET}
WORDS = {"piston": "slow propeller", "fast": "fast propeller", "jet": "jet"}
# A microphone's mast: ground that no file tells of lies so far below the sensors [m].
MAST_M = 4.0
# LandCells at most where a width is named.
MOST_CELLS = 100_000


class Planned(NamedTuple):
    """Everything that is planned with."""

    network: Network
    sites: tuple[Site, ...]
    plane: Plane
    stations: Stations
    situation: Situation
    noise: NoiseMap
    cells: LandCells
    kinds: tuple[Approaching, ...]
    words: tuple[str, ...]


class _Hearing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of one's own listeners and of the engines; what is absent is as the tracker starts from."""

    margin_db: float = hearing.PRIORS.margin_db
    ceiling: float = hearing.PRIORS.ceiling
    fading_db: float = hearing.PRIORS.fading_db
    own_db: float = hearing.PRIORS.own_db
    shared_db: float = hearing.PRIORS.shared_db
    working: float = hearing.PRIORS.working
    slow_level_db: float = hearing.PISTON.level_db
    fast_level_db: float = hearing.FAST.level_db
    jet_level_db: float = hearing.JET.level_db


# What each may be: a slip of a digit is named, not planned with.
_HEARING_RANGES = {
    "margin_db": (-20.0, 40.0), "ceiling": (0.05, 1.0), "fading_db": (0.0, 15.0), "own_db": (0.0, 15.0),
    "shared_db": (0.0, 15.0), "working": (0.05, 1.0), "slow_level_db": (80.0, 160.0),
    "fast_level_db": (80.0, 160.0), "jet_level_db": (80.0, 160.0),
}  # fmt: skip


def planned(args: argparse.Namespace) -> Planned:
    """Read and check all. Raises ConfigurationError."""
    from forehear.io.geojson import read_network, read_sites

    network = read_network(args.network)
    sites = read_sites(args.sites) if args.sites else ()
    faults: list[str] = []
    known = _hearing(args.hearing)
    kinds, words = _kinds(args, network.atmosphere, known, faults)
    noise = _noise(args, faults)
    if not 1 <= args.k <= 8:
        faults.append(f"--k {args.k}: allowed: 1 to 8")
    if not math.isfinite(args.lapse_k_per_km) or abs(args.lapse_k_per_km) > 100.0:
        faults.append(f"--lapse-k-per-km {args.lapse_k_per_km:g}: allowed: -100 to 100")
    weathers = _weathers(args, network.atmosphere, faults)
    plane = plane_of(network)
    dead = [name for name in args.dead.split(",") if name]
    there = {s.id for s in network.sensors}
    faults += [f"--dead {name}: no sensor of the network has this id" for name in dead if name not in there]
    lonlat = [(s.lon, s.lat) for s in network.sensors] + [(s.lon, s.lat) for s in sites]
    place = np.column_stack(plane.forward(*np.array(lonlat).T))
    step = None
    if args.cell_km is not None:
        step = 1000.0 * args.cell_km
        if not 50.0 <= step <= 100_000.0:
            faults.append(f"--cell-km {args.cell_km:g}: allowed: 0.05 to 100")
    if faults:
        raise ConfigurationError("command line", faults)
    cells = cells_over(plane, place, step)
    if cells.rows * cells.columns > MOST_CELLS:
        many = cells.rows * cells.columns
        raise ConfigurationError(
            "command line", [f"--cell-km {args.cell_km:g}: {many:,} cells; allowed: {MOST_CELLS:,}"]
        )
    ground = _ground(args.terrain, cells) if args.terrain else None
    stations = stations_of(network.sensors, plane, noise, ground)
    stations = taken(stations, np.array([name not in dead for name in stations.ids], bool))
    ground_m = float(np.median([s.height_m for s in network.sensors])) - MAST_M
    priors = HearingPriors(
        known.margin_db, known.ceiling, hearing.PRIORS.scale_db, known.fading_db, hearing.PRIORS.fading_s,
        known.own_db, known.shared_db, known.working,
    )  # fmt: skip
    situation = Situation(plane, weathers, ground, ground_m, args.k, priors)
    return Planned(network, sites, plane, stations, situation, noise, cells, kinds, words)


def _hearing(path: str | None) -> _Hearing:
    if path is None:
        return _Hearing()
    try:
        found = msgspec.json.decode(Path(path).read_bytes(), type=_Hearing)
    except OSError as error:
        raise ConfigurationError(path, [f"cannot be read: {error.strerror or error}"]) from None
    except msgspec.DecodeError as error:
        raise ConfigurationError(path, [str(error)]) from None
    faults = [
        f"{key}={getattr(found, key):g}: allowed: {low:g} to {high:g}"
        for key, (low, high) in _HEARING_RANGES.items()
        if not low <= getattr(found, key) <= high
    ]
    if faults:
        raise ConfigurationError(path, faults)
    return found


def _kinds(
    args: argparse.Namespace, air: Atmosphere, known: _Hearing, faults: list[str]
) -> tuple[tuple[Approaching, ...], tuple[str, ...]]:
    names = [name.strip() for name in args.kinds.split(",") if name.strip()]
    faults += [f"--kinds {name!r}: allowed: {', '.join(NAMED)}" for name in names if name not in NAMED]
    if not names:
        faults.append(f"--kinds {args.kinds!r}: names none; allowed: {', '.join(NAMED)}")
    heights: list[float | None] = [None]
    if args.heights_m:
        try:
            heights = [float(part) for part in args.heights_m.split(",")]
        except ValueError:
            faults.append(f"--heights-m {args.heights_m!r}: must be numbers, as 200,500")
        faults += [
            f"--heights-m {h:g}: allowed: 20 to 12000" for h in heights if h is not None and not 20 <= h <= 12000
        ]
    levels = {"slow": known.slow_level_db, "fast": known.fast_level_db, "jet": known.jet_level_db}
    kinds, words = [], []
    for name in [name for name in names if name in NAMED]:
        kind = NAMED[name]
        figures = air.temperature_c, air.relative_humidity_pct, air.pressure_hpa
        taken_db = float(absorption_db_per_m(kind.band_hz, *figures))
        for height in heights:
            h = kind.height_m if height is None else height
            level = levels[name]
            kinds.append(kind._replace(height_m=h, absorbed_db_per_m=taken_db, level_db=level))
            words.append(f"{WORDS[kind.kind]} at {h:,.0f} m")
    return tuple(kinds), tuple(words)


def _noise(args: argparse.Namespace, faults: list[str]) -> NoiseMap:
    from forehear.io.planned import read_land

    level = CLASSES.get(args.noise)
    if level is None:
        try:
            level = float(args.noise)
        except ValueError:
            level = math.nan
        if not 0.0 <= level <= 110.0:
            faults.append(f"--noise {args.noise!r}: must be {', '.join(CLASSES)}, or a level of 0 to 110 dB")
    areas = read_land(args.land, CLASSES) if args.land else []
    return NoiseMap(level, tuple(NoiseArea(ring, noise_db) for ring, noise_db in areas))


def _weathers(args: argparse.Namespace, air: Atmosphere, faults: list[str]) -> tuple[Weather, ...]:
    from forehear.io.planned import read_winds

    if args.winds:
        return tuple(part for wind in read_winds(args.winds) for part in blowing(Weather(*wind)))
    speed = air.wind_mps if args.wind_mps is None else args.wind_mps
    come_from = air.wind_from_deg if args.wind_from_deg is None else args.wind_from_deg
    if not 0.0 <= speed <= 40.0:
        faults.append(f"--wind-mps {speed:g}: allowed: 0 to 40")
    if not -360.0 <= come_from <= 360.0:
        faults.append(f"--wind-from-deg {come_from:g}: allowed: -360 to 360")
    return blowing(Weather(speed, come_from, args.lapse_k_per_km))


def _ground(paths: list[str], cells: LandCells) -> Raster:
    """Read the ground. It must hold the land that is planned for."""
    from forehear.cli.extras import require
    from forehear.io.terrain import read_terrain

    if any(path.lower().endswith((".tif", ".tiff")) for path in paths):
        require("plan", ("tifffile",))
    found = Raster(*read_terrain(paths))
    lon, lat = cells.corners()
    slack = 2.0 * max(found.step_lat_deg, found.step_lon_deg)
    inside = (
        found.west_deg - slack <= lon.min() and lon.max() <= found.east_deg + slack
        and found.south_deg - slack <= lat.min() and lat.max() <= found.north_deg + slack
    )  # fmt: skip
    if not inside:
        raise ConfigurationError(
            paths[0],
            [
                f"holds longitude {found.west_deg:.2f} to {found.east_deg:.2f} and latitude "
                f"{found.south_deg:.2f} to {found.north_deg:.2f}; the network needs {lon.min():.2f} to "
                f"{lon.max():.2f} and {lat.min():.2f} to {lat.max():.2f}"
            ],
        )
    return found

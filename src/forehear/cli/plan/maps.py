"""Answers as GeoJSON, with the style that maps read of it: cells, areas that are not heard, sensors, sites."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forehear.cli.plan.inputs import Planned
from forehear.plan.grid import LandCells, outlines_of
from forehear.plan.stations import Stations

Array = NDArray[np.float64]
# The same classes as the picture's; here, and not taken from there, so that a map needs no matplotlib.
COLOURS = ((0.0, "#b35806"), (0.2, "#fdc98a"), (0.5, "#deebf7"), (0.8, "#9ecae1"), (0.95, "#6baed6"))
# A place is heard where its odds are a half or more.
HEARD = 0.5


def colour_of(odds: float) -> str:
    """Give the colour of odds."""
    return next(colour for low, colour in reversed(COLOURS) if odds >= low)


def cells_of(cells: LandCells, odds: Array, words: Sequence[str]) -> list[dict[str, Any]]:
    """Give each cell with its odds (P, answers), coloured by the first answer."""
    lon, lat = cells.corners()
    out = []
    for p in range(len(odds)):
        r, c = divmod(p, cells.columns)
        ring = [_at(lon, lat, i, j) for i, j in ((r, c), (r, c + 1), (r + 1, c + 1), (r + 1, c), (r, c))]
        named = {name: round(float(value), 3) for name, value in zip(words, odds[p], strict=True)}
        colour = colour_of(float(odds[p, 0]))
        out.append(
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": {"odds": named, "fill": colour, "fill-opacity": 0.55, "stroke-width": 0},
            }
        )
    return out


def holes_of(cells: LandCells, odds: Array, words: str) -> list[dict[str, Any]]:
    """Give the areas in which a target is heard less often than not: outlines, for the operator's eyes."""
    lon, lat = cells.corners()
    inside = odds.reshape(cells.rows, cells.columns) < HEARD
    out = []
    for ring in outlines_of(inside):
        line = [_at(lon, lat, i, j) for i, j in ring]
        # Outlines of areas go counter-clockwise, those of islands within them the other way round.
        if _area(line) <= 0.0:
            continue
        out.append(
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [line]},
                "properties": {"not_heard": words, "fill-opacity": 0, "stroke": "#8c510a", "stroke-width": 1.5},
            }
        )
    return out


def _at(lon: Array, lat: Array, row: int, column: int) -> list[float]:
    return [round(float(lon[row, column]), 6), round(float(lat[row, column]), 6)]


def _area(ring: Sequence[Sequence[float]]) -> float:
    x, y = np.array(ring).T
    return float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2.0


def sensors_of(stations: Stations, note: str) -> list[dict[str, Any]]:
    """Give sensors as points."""
    return [
        {
            "type": "Feature",
            "id": stations.ids[k],
            "geometry": {"type": "Point", "coordinates": [round(float(x), 6) for x in stations.lonlat[k]]},
            "properties": {
                "kind": stations.kinds[k],
                "is": note,
                "noise_db": round(float(stations.noise_db[k]), 1),
            },
        }
        for k in range(len(stations.ids))
    ]


def sites_in_plane(plan: Planned) -> tuple[list[str], Array, Array]:
    """Give the sites' names, middles (n, 2) and reach (n,) in the plane [m]."""
    from forehear.forecast.places import places_of

    if not plan.sites:
        return [], np.zeros((0, 2)), np.zeros(0)
    laid = places_of(plan.sites, plan.plane)
    return [site.name for site in plan.sites], laid.middle, laid.reach

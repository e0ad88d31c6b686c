"""aircraft.json of dump1090 and readsb: a page that is written anew each second, with everything in it.

What lives here: both programs' keys for one thing. Heights above the ellipsoid go before those by pressure,
which weather moves by up to 250 m. Positions by others' multilateration (`mlat`) and by ground stations (`tisb`)
are taken like any; an aircraft on the ground is heard by nobody, and left out.
"""

import math
from typing import Any

import msgspec

from forehear.io.aircraft.judge import AircraftJudge
from forehear.io.aircraft.sbs import FEET_A_MINUTE_MPS, FOOT_M, KNOT_MPS
from forehear.io.ndjson import Rejections
from forehear.records import KnownAircraft

# A page of a thousand aircraft is half a megabyte; beyond this it is none [bytes].
MOST_PAGE_BYTES = 16_000_000
# NACp (DO-260B, table A-13): the radius that holds the place in 95 of 100 cases [m]. A record has the standard
# deviation: over sqrt(-2 ln 0.05). So "NACp 4 or less" is 757 m or more.
RADIUS_95_M = {
    11: 3.0, 10: 10.0, 9: 30.0, 8: 92.6, 7: 185.2, 6: 555.6, 5: 926.0, 4: 1852.0, 3: 3704.0, 2: 7408.0,
    1: 18_520.0,
}  # fmt: skip


def read_page(
    data: bytes, received_at_s: float, rejections: Rejections, judge: AircraftJudge
) -> tuple[float | None, list[KnownAircraft]]:
    """Give when a page was made, by its own clock, and the aircraft in it that are believed.

    None where it is no page: cut off as it is written, or something else.
    """
    if len(data) > MOST_PAGE_BYTES:
        rejections.reject("page too long")
        return None, []
    try:
        page = msgspec.json.decode(data)
        now_s, listed = float(page["now"]), page["aircraft"]
        if not isinstance(listed, list) or not math.isfinite(now_s):
            raise ValueError("aircraft is no list")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError, KeyError, ValueError) as error:
        rejections.reject("not a page", None, str(error))
        return None, []
    out = []
    for one in listed:
        if not isinstance(one, dict) or "lat" not in one or "lon" not in one:
            # Heard, and its place is not known yet.
            continue
        rejections.read += 1
        try:
            made = _aircraft(one, now_s)
        except (ValueError, TypeError, KeyError) as error:
            rejections.reject("impossible field", str(one.get("hex"))[:10], str(error))
            continue
        if made is not None and judge.believed(made, received_at_s):
            out.append(made)
    return now_s, out


def _aircraft(one: dict[str, Any], now_s: float) -> KnownAircraft | None:
    identity = str(one["hex"]).strip().upper()
    if not identity or len(identity) > 10:
        raise ValueError(f"hex={identity!r}")
    lat, lon = float(one["lat"]), float(one["lon"])
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        raise ValueError(f"lat={lat} lon={lon}: is no place")
    # dump1090-mutability's key, or readsb's and dump1090-fa's.
    height = _first(one, "alt_geom", "alt_baro", "altitude")
    if height is None or height == "ground":
        return None
    speed = float(_first(one, "gs", "speed") or 0.0) * KNOT_MPS
    course = math.radians(float(one.get("track") or 0.0))
    up = float(_first(one, "geom_rate", "baro_rate", "vert_rate") or 0.0) * FEET_A_MINUTE_MPS
    radius = RADIUS_95_M.get(one["nac_p"]) if isinstance(one.get("nac_p"), int) else None
    accuracy = None if radius is None else round(radius / math.sqrt(-2.0 * math.log(0.05)), 1)
    seen_s = max(float(one.get("seen_pos") or 0.0), 0.0)
    return KnownAircraft(
        now_s - seen_s, identity, lon, lat, round(float(height) * FOOT_M, 1), round(speed * math.sin(course), 2),
        round(speed * math.cos(course), 2), round(up, 2), accuracy, str(one.get("category") or ""),
        (str(one.get("flight") or "").strip() or None),
    )  # fmt: skip


def _first(one: dict[str, Any], *keys: str) -> Any:
    return next((one[key] for key in keys if one.get(key) is not None), None)

"""Lines of port 30003 (BaseStation, SBS-1), as dump1090 and its kin write them: one message of a transponder
each.

    MSG,3,1,1,40621D,1,2026/11/25,14:00:00.123,2026/11/25,14:00:00.150,,38000,,,52.2572,3.9194,,,0,0,0,0

Place, velocity and name come in lines of their own, so an aircraft's last of each is kept, and a record made of
each line with a place. Times in the lines are of the receiver's clock in a zone that they do not name: a
record's time is that of its coming, and what is off beyond a whole quarter of an hour is refused.
"""

import math
from datetime import UTC, datetime

from forehear.io.aircraft.judge import AircraftJudge
from forehear.io.ndjson import Rejections
from forehear.records import KnownAircraft

FOOT_M, KNOT_MPS = 0.3048, 1852.0 / 3600.0
FEET_A_MINUTE_MPS = FOOT_M / 60.0
# A line is a hundred characters; beyond this it is none [bytes].
MOST_LINE_BYTES = 1000
FIELDS = 22
# A velocity is of use to a place for so long [s].
VELOCITY_S = 15.0
# Zones are whole quarters of an hour; a receiver's clock may be off by so much beside that [s].
QUARTER_S, OFF_S = 900.0, 30.0
# Aircraft whose velocity and name are remembered.
MOST_REMEMBERED = 20_000
_POSITIONS = {"2", "3"}


class _Partial:
    """What is known of an aircraft beside its place."""

    def __init__(self) -> None:
        self.name: str | None = None
        self.velocity: tuple[float, float, float] = (0.0, 0.0, 0.0)
        self.velocity_at_s = -math.inf
        self.height_m: float | None = None


class SbsParser:
    """Bytes of port 30003 to records, in any pieces."""

    def __init__(self, rejections: Rejections, judge: AircraftJudge) -> None:
        self._rejections, self._judge = rejections, judge
        self._rest = b""
        self._known: dict[str, _Partial] = {}

    def feed(self, data: bytes, received_at_s: float) -> list[KnownAircraft]:
        """Give the records that these bytes complete; keep an unfinished line for the next call."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > MOST_LINE_BYTES:
            self._rejections.read += 1
            self._rejections.reject("line too long")
            self._rest = b""
        out = []
        for line in lines:
            text = line.strip()
            if text:
                self._rejections.read += 1
                one = self._line(text, received_at_s)
                if one is not None and self._judge.believed(one, received_at_s):
                    out.append(one)
        return out

    def _line(self, text: bytes, now_s: float) -> KnownAircraft | None:
        """Take one line: what it tells is kept, and a record is made where it tells a place."""
        if len(text) > MOST_LINE_BYTES:
            self._rejections.reject("line too long")
            return None
        fields = text.decode("ascii", "replace").split(",")
        if fields[0] != "MSG":
            # SEL, ID, AIR, STA, CLK: of the program, not of an aircraft.
            if fields[0] not in ("SEL", "ID", "AIR", "STA", "CLK"):
                self._rejections.reject("not a message")
            return None
        if len(fields) < FIELDS:
            self._rejections.reject("truncated", fields[4] if len(fields) > 4 else None)
            return None
        try:
            return self._message(fields, now_s)
        except ValueError as error:
            self._rejections.reject("impossible field", fields[4], str(error))
            return None

    def _message(self, fields: list[str], now_s: float) -> KnownAircraft | None:
        identity = fields[4].strip().upper()
        if len(identity) != 6 or not all(c in "0123456789ABCDEF" for c in identity):
            raise ValueError(f"aircraft {identity!r}: allowed: six hexadecimal digits")
        off_s = _off_s(fields[6], fields[7], now_s)
        if off_s is not None and abs(off_s) > OFF_S:
            self._rejections.reject("from the future" if off_s > 0.0 else "too old", identity)
            return None
        partial = self._partial(identity)
        if fields[10].strip():
            partial.name = fields[10].strip()
        if fields[11]:
            partial.height_m = _number(fields[11]) * FOOT_M
        if fields[12] and fields[13]:
            speed, course = _number(fields[12]) * KNOT_MPS, math.radians(_number(fields[13]))
            up = _number(fields[16]) * FEET_A_MINUTE_MPS if fields[16] else 0.0
            partial.velocity, partial.velocity_at_s = (
                (speed * math.sin(course), speed * math.cos(course), up),
                now_s,
            )
        if fields[1] not in _POSITIONS or not fields[14] or not fields[15] or fields[21].strip() in ("-1", "1"):
            return None
        lat, lon = _number(fields[14]), _number(fields[15])
        if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
            raise ValueError(f"lat={lat} lon={lon}: is no place")
        if partial.height_m is None:
            self._rejections.warnings["places without a height"] += 1
            return None
        east, north, up = partial.velocity if now_s - partial.velocity_at_s <= VELOCITY_S else (0.0, 0.0, 0.0)
        return KnownAircraft(
            now_s, identity, lon, lat, round(partial.height_m, 1), round(east, 2), round(north, 2), round(up, 2),
            name=partial.name,
        )  # fmt: skip

    def _partial(self, identity: str) -> _Partial:
        found = self._known.get(identity)
        if found is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.pop(next(iter(self._known)))
            found = self._known[identity] = _Partial()
        return found


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not finite")
    return value


def _off_s(day: str, clock: str, now_s: float) -> float | None:
    """Give by how much a line's clock is ahead of ours, beside whole quarters of an hour; None without a time."""
    if not day or not clock:
        return None
    at = datetime.strptime(f"{day} {clock.partition('.')[0]}", "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)
    ahead_s = at.timestamp() - now_s
    if abs(ahead_s) > 15 * 3600.0:
        # More than any zone.
        return ahead_s
    return ahead_s - QUARTER_S * round(ahead_s / QUARTER_S)

"""Tracks as ASTERIX category 062, system track data (EUROCONTROL-SPEC-0149-9, edition 1.18), for radar displays.

What lives here: data blocks that fit a datagram, with items 010, 040, 070, 080, 105, 185 and 500 of each track.
The height is left out: microphones know it poorly, and a display would take it for a measured one. Whatever is not
meant for real has the bit of a simulated track. Affiliation, identity and everything cooperative are not ours.
"""

import math
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from forehear.io.cap import Status
from forehear.io.outlets.fix import TrackFix, sigmas_east_north_m
from forehear.records import Track

CATEGORY = 62
# Least significant bits: of a second, of degrees, of metres, of metres a second.
TIME_LSB_S, POSITION_LSB_DEG, METRES_LSB_M, SPEED_LSB_MPS = 1.0 / 128.0, 180.0 / 2**25, 0.5, 0.25
# A datagram beyond this is parted on the way, and lost with any of its parts [bytes].
MOST_BLOCK_BYTES = 1400
DAY_S = 86_400.0
# Where on earth a degree is so long [m]; a millimetre in an error's size does not matter.
DEGREE_M = 111_320.0
# Items' places in the field specification.
_FRN = {"010": 1, "070": 4, "105": 5, "185": 7, "040": 12, "080": 13, "500": 27}


class AsterixManner(NamedTuple):
    """What all records of an outlet share: the codes of who sends (item 010), and CAP's status."""

    sac: int
    sic: int
    status: Status


class TrackNumbers:
    """Numbers of 16 bits for tracks: the same as long as it lives, and most often after a restart, too."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._taken: set[int] = set()

    def number(self, track: Track) -> tuple[int, bool]:
        """Give a track's number, and whether it is new; an ended one's may be another's from the next call on.

        Raises OverflowError where 65,536 tracks live at once.
        """
        found = self._numbers.get(track.track)
        new = found is None
        if found is None:
            if len(self._taken) > 0xFFFF:
                raise OverflowError("category 062 has 65536 track numbers, and all are in use")
            found = zlib.crc32(track.track.encode("utf-8", "surrogatepass")) & 0xFFFF
            while found in self._taken:
                found = (found + 1) & 0xFFFF
            self._numbers[track.track] = found
            self._taken.add(found)
        if track.status == "ended":
            self._taken.discard(self._numbers.pop(track.track))
        return found, new

    def keep_only(self, names: Iterable[str]) -> None:
        """Give back the numbers of tracks that are gone without a last line."""
        for name in self._numbers.keys() - set(names):
            self._taken.discard(self._numbers.pop(name))


def blocks(fixes: Iterable[TrackFix], manner: AsterixManner, numbers: TrackNumbers) -> Iterator[bytes]:
    """Write tracks as data blocks, each for one datagram."""
    body = b""
    for fix in fixes:
        number, new = numbers.number(fix.track)
        record = track_record(fix, manner, number, new)
        if len(body) + len(record) + 3 > MOST_BLOCK_BYTES:
            yield _block(body)
            body = b""
        body += record
    if body:
        yield _block(body)


def track_record(fix: TrackFix, manner: AsterixManner, number: int, new: bool) -> bytes:
    """Write one track's record: its field specification and its items, in the order of the standard."""
    track = fix.track
    items = {
        "010": bytes((manner.sac, manner.sic)),
        "070": _whole(track.time_s % DAY_S, TIME_LSB_S, 3, False, round(DAY_S / TIME_LSB_S) - 1),
        "105": _whole(track.lat, POSITION_LSB_DEG, 4) + _whole(_within_180(track.lon), POSITION_LSB_DEG, 4),
        "185": _velocity(track),
        "040": struct.pack(">H", number),
        "080": _status(track, manner.status, new),
        "500": _accuracies(fix),
    }
    return _specification(items) + b"".join(items[name] for name in sorted(items, key=_FRN.__getitem__))


def _block(body: bytes) -> bytes:
    return struct.pack(">BH", CATEGORY, len(body) + 3) + body


def _specification(items: Iterable[str]) -> bytes:
    """Seven items an octet, the eighth bit says that another follows."""
    places = {_FRN[name] for name in items}
    octets = (max(places) + 6) // 7
    out = bytearray(octets)
    for place in places:
        out[(place - 1) // 7] |= 0x80 >> ((place - 1) % 7)
    for k in range(octets - 1):
        out[k] |= 1
    return bytes(out)


def _whole(value: float, lsb: float, size: int, signed: bool = True, most: int | None = None) -> bytes:
    """Write a value as the nearest multiple of its least significant bit, or the largest there is room for."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is not finite and has no place in category 062")
    high = 2 ** (8 * size - signed) - 1 if most is None else most
    low = -(2 ** (8 * size - 1)) if signed else 0
    return min(max(round(value / lsb), low), high).to_bytes(size, "big", signed=signed)


def _within_180(lon_deg: float) -> float:
    return (lon_deg + 180.0) % 360.0 - 180.0


def _velocity(track: Track) -> bytes:
    course = math.radians(track.course_deg)
    east, north = track.speed_mps * math.sin(course), track.speed_mps * math.cos(course)
    return _whole(east, SPEED_LSB_MPS, 2) + _whole(north, SPEED_LSB_MPS, 2)


def _status(track: Track, status: Status, new: bool) -> bytes:
    """Item 080: many sensors, geometric height by triangulation; tentative; simulated, first, last; coasting."""
    first = 0b0010_1100 | (track.status == "tentative") << 1
    second = (status != "Actual") << 7 | (track.status == "ended") << 6 | new << 5
    if track.status != "coasting":
        return bytes((first | 1, second))
    return bytes((first | 1, second | 1, 1, 0x80))


def _accuracies(fix: TrackFix) -> bytes:
    """Item 500: errors east and north, their covariance, in degrees too, and of the velocity; one sigma each."""
    east_m, north_m = sigmas_east_north_m(fix)
    major_m, minor_m, axis_deg = fix.axes
    angle = math.radians(axis_deg)
    covariance = (major_m**2 - minor_m**2) * math.sin(angle) * math.cos(angle)
    root_m = math.copysign(math.sqrt(abs(covariance)), covariance)
    metres_lon = DEGREE_M * max(math.cos(math.radians(fix.track.lat)), 1e-6)
    speed = _whole(fix.track.velocity_sigma_mps / math.sqrt(2.0), SPEED_LSB_MPS, 1, False)
    return b"".join((
        bytes((0b1110_0100,)),
        _whole(east_m, METRES_LSB_M, 2, False), _whole(north_m, METRES_LSB_M, 2, False),
        _whole(root_m, METRES_LSB_M, 2),
        _whole(north_m / DEGREE_M, POSITION_LSB_DEG, 2, False),
        _whole(east_m / metres_lon, POSITION_LSB_DEG, 2, False),
        speed, speed,
    ))  # fmt: skip

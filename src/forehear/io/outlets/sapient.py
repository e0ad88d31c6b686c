"""Registration, status, detections and alerts as SAPIENT messages (BSI Flex 335 v2.0), for a fusion node.

What lives here: messages in their frames, 4 bytes little-endian for the length and then protobuf, and what is
read of the answers. Every number here is a field of Dstl's published .proto files. The node says that it takes
no tasks: it listens, and nobody can point it anywhere.

All messages of one sending carry one time stamp, the moment of sending: a fusion node takes detections that are
a few milliseconds apart for a fault, and those that are a second old for late.
"""

import hashlib
import math
import struct
from typing import NamedTuple
from uuid import UUID

from forehear import __version__
from forehear.io.cap import Status
from forehear.io.outlets.fix import TrackFix, sigmas_east_north_m
from forehear.io.outlets.protobuf import double, fields, nested, single, text, timestamp, whole
from forehear.records import Alert, AlertState, Site

VERSION = "BSI Flex 335 v2.0"
# Longer than anything that a fusion node answers [bytes].
MOST_ANSWER_BYTES = 1_000_000
# Status goes out so often [s], as the registration says.
STATUS_EVERY_S = 10.0
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Of SapientMessage's content.
_REGISTRATION, _REGISTRATION_ACK, _STATUS, _DETECTION, _ALERT, _ERROR = 4, 5, 6, 7, 10, 12
# Enumerations: degrees and metres; height above the geoid, which is the sea's.
_LAT_LON_DEG_M, _WGS84_GEOID, _METRES_A_SECOND, _SECONDS = 1, 2, 1, 4
_ACOUSTIC, _PERMANENT, _FIXED, _TRACK, _MULTI_CLASS, _AREA_OF_INTEREST = 6, 1, 1, 3, 2, 1
_SYSTEM_OK, _SYSTEM_WARNING, _SYSTEM_GOODBYE, _NEW = 1, 2, 5, 1
_INTERNAL_FAULT, _OTHER, _INFORMATION, _WARNING_LEVEL = 1, 13, 2, 3
MODE = "listening"
_CLASS = "Air Vehicle"
# Of the standard's taxonomy: what has an engine that drones have; helicopters and light aircraft are neither.
_SUB_CLASS = "UAV Fixed Wing"
# What is said of a track beside its place and speed, and in which units.
_INFOS = (
    ("status", "tentative, confirmed, coasting, ended"), ("sensors", "count"), ("count", "engines"),
    ("exercise", "words"),
)  # fmt: skip
_TRACK_INFO = 2
_LOCATION_TYPE = (whole(1, _LAT_LON_DEG_M), whole(3, _WGS84_GEOID))
_ALERT_TYPE: dict[AlertState, int] = {"warning": 3, "watch": 2, "cancelled": 1, "not_covered": 1}
_ALERT_STATUS: dict[AlertState, int] = {"warning": 1, "watch": 1, "cancelled": 5, "not_covered": 1}
_ALERT_PRIORITY: dict[AlertState, int] = {"warning": 3, "watch": 2, "cancelled": 1, "not_covered": 2}


class SapientManner(NamedTuple):
    """What all messages of an outlet share: the installation's own name, its name for people, CAP's status."""

    name: str
    title: str
    status: Status

    @property
    def node_id(self) -> str:
        """The node's UUID, always the same; in the form of version 4, the only one that is taken."""
        return str(UUID(bytes=hashlib.sha256(b"forehear/node/" + self.name.encode()).digest()[:16], version=4))


class FusionAnswer(NamedTuple):
    """What a fusion node said: whether it accepts the registration, or what was wrong."""

    accepted: bool | None = None
    words: tuple[str, ...] = ()


def ulid(time_s: float, *names: str) -> str:
    """Give a ULID (spec of github.com/ulid) of a moment and of names: the same for the same."""
    # A length before each name: "a", "bc" and "ab", "c" are different things.
    data = b"".join(struct.pack(">I", len(one := name.encode("utf-8", "surrogatepass"))) + one for name in names)
    number = round(time_s * 1000.0) << 80 | int.from_bytes(hashlib.sha256(data).digest()[:10], "big")
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def frame(message: bytes) -> bytes:
    """Put a message into its frame."""
    return struct.pack("<I", len(message)) + message


def unframe(data: bytes) -> tuple[list[bytes], bytes]:
    """Take messages out of their frames: those that are whole, and the rest. Raises ValueError on a mad length."""
    out = []
    while len(data) >= 4:
        (size,) = struct.unpack_from("<I", data)
        if size > MOST_ANSWER_BYTES:
            raise ValueError(f"a message of {size} bytes; allowed: {MOST_ANSWER_BYTES}")
        if len(data) < 4 + size:
            break
        out.append(data[4 : 4 + size])
        data = data[4 + size :]
    return out, data


def answer_of(message: bytes) -> FusionAnswer:
    """Read what concerns us of a fusion node's message. Raises ValueError where it is none."""
    for number, value in fields(message):
        if number == _REGISTRATION_ACK and isinstance(value, bytes):
            parts = list(fields(value))
            words = tuple(one.decode("utf-8", "replace") for k, one in parts if k == 3 and isinstance(one, bytes))
            return FusionAnswer(any(k == 1 and one == 1 for k, one in parts), words)
        if number == _ERROR and isinstance(value, bytes):
            parts = list(fields(value))
            return FusionAnswer(
                None, tuple(w.decode("utf-8", "replace") for k, w in parts if k == 3 and isinstance(w, bytes))
            )
    return FusionAnswer()


def registration(manner: SapientManner, sensors: int, now_s: float) -> bytes:
    """Say who we are and what will come: where things are, with their errors, how fast, and what they may be."""
    task = (whole(1, 0), nested(2, whole(1, _AREA_OF_INTEREST), nested(3, *_LOCATION_TYPE)))
    mode = (
        text(1, MODE), whole(2, _PERMANENT), text(3, "Listens all the time, everywhere that sensors stand"),
        nested(4, *_seconds(0.0)), whole(6, _FIXED), whole(7, _TRACK), nested(10, *_detection_definition()),
        nested(11, *task),
    )  # fmt: skip
    body = (
        nested(1, whole(1, _ACOUSTIC), text(2, "Network")), text(2, VERSION),
        text(3, _marked(manner, manner.title)), text(4, "forehear"),
        nested(5, text(1, "Acoustic"), text(2, "Sensors"), text(3, str(sensors)), text(4, "count")),
        nested(6, nested(1, *_seconds(STATUS_EVERY_S)), nested(2, *_LOCATION_TYPE)),
        nested(7, *mode), nested(10, text(1, "forehear"), text(2, "forehear"), text(5, __version__)),
    )  # fmt: skip
    return _message(manner, now_s, _REGISTRATION, *body)


def _detection_definition() -> tuple[bytes, ...]:
    velocity_type = (nested(4, whole(1, _METRES_A_SECOND), whole(2, _METRES_A_SECOND)), whole(6, _WGS84_GEOID))
    error = (text(1, "Standard Deviation"), text(2, "Metres"), text(3, "Reported with each detection"))
    sub_class = (text(1, _SUB_CLASS), text(2, "0-1"), whole(3, 1))
    classes = (whole(1, _MULTI_CLASS), nested(3, text(1, _CLASS), text(2, "0-1"), nested(3, *sub_class)))
    infos = [nested(3, whole(1, _TRACK_INFO), text(2, kind), text(3, units)) for kind, units in _INFOS]
    return (
        nested(1, *_LOCATION_TYPE), *infos, nested(4, *classes), nested(6, *velocity_type), nested(7, *error),
    )  # fmt: skip


def status_report(manner: SapientManner, troubles: dict[str, str], now_s: float, ends: bool = False) -> bytes:
    """Say how the service is doing."""
    system = _SYSTEM_GOODBYE if ends else _SYSTEM_WARNING if troubles else _SYSTEM_OK
    statuses = [
        nested(11, whole(1, _WARNING_LEVEL), text(3, f"{name}: {words}"), whole(4, _INTERNAL_FAULT))
        for name, words in sorted(troubles.items())
    ]
    if manner.status != "Actual":
        statuses.append(
            nested(11, whole(1, _INFORMATION), text(3, _marked(manner, "no real threat")), whole(4, _OTHER))
        )
    report = ulid(now_s, manner.name, "status")
    body = (text(1, report), whole(2, system), whole(3, _NEW), text(5, MODE), *statuses)
    return _message(manner, now_s, _STATUS, *body)


def detection_report(manner: SapientManner, fix: TrackFix, since_s: float, now_s: float) -> bytes:
    """Write where a track is now. `since_s`, when it began, makes its ULID together with its name."""
    track = fix.track
    course = math.radians(track.course_deg)
    velocity_error = track.velocity_sigma_mps / math.sqrt(2.0)
    velocity = (
        double(1, track.speed_mps * math.sin(course)), double(2, track.speed_mps * math.cos(course)),
        double(3, track.climb_mps), double(4, velocity_error), double(5, velocity_error),
    )  # fmt: skip
    body = [
        text(1, ulid(now_s, manner.name, "detection", track.track)),
        text(2, ulid(since_s, manner.name, track.track)),
        nested(6, *_location(fix)),
        single(7, track.existence),
        _info("status", track.status),
        _info("sensors", str(len(track.heard_by))),
        _info("count", str(track.count)),
        nested(11, *_classes(fix)),
        nested(19, *velocity),
    ]  # fmt: skip
    if track.status == "ended":
        body.insert(2, text(4, "lost"))
    if manner.status != "Actual":
        body.append(_info("exercise", _marked(manner, "no real threat")))
    return _message(manner, now_s, _DETECTION, *body)


def alert_message(manner: SapientManner, alert: Alert, site: Site, headline: str, now_s: float) -> bytes:
    """Write a site's state. One alert keeps its ULID from its first message to its all-clear."""
    # The alert's name has no time of its own: that of its messages would be another each time.
    where = (double(1, site.lon), double(2, site.lat), whole(7, _LAT_LON_DEG_M), whole(8, _WGS84_GEOID))
    body = (
        text(1, ulid(0.0, manner.name, "alert", alert.alert, alert.site)), whole(2, _ALERT_TYPE[alert.state]),
        whole(3, _ALERT_STATUS[alert.state]), text(4, _marked(manner, headline)), nested(6, *where),
        whole(8, _ALERT_PRIORITY[alert.state]), single(10, alert.probability),
        text(13, _marked(manner, alert.because)),
    )  # fmt: skip
    return _message(manner, now_s, _ALERT, *body)


def _message(manner: SapientManner, now_s: float, content: int, *body: bytes) -> bytes:
    return b"".join((timestamp(1, now_s), text(2, manner.node_id), nested(content, *body)))


def _marked(manner: SapientManner, words: str) -> str:
    return words if manner.status == "Actual" else f"{manner.status.upper()} {words}"


def _seconds(value_s: float) -> tuple[bytes, bytes]:
    return whole(1, _SECONDS), single(3, value_s)


def _info(kind: str, value: str) -> bytes:
    return nested(8, text(1, kind), text(2, value))


def _location(fix: TrackFix) -> tuple[bytes, ...]:
    """Longitude, latitude, height; errors in metres along east and north. Of the height none is known."""
    track = fix.track
    if not all(map(math.isfinite, (track.lon, track.lat, track.height_m))):
        raise ValueError(f"track {track.track!r}: lon={track.lon} lat={track.lat}: not finite")
    east_m, north_m = sigmas_east_north_m(fix)
    return (
        double(1, track.lon), double(2, track.lat), double(3, track.height_m), double(4, east_m),
        double(5, north_m), whole(7, _LAT_LON_DEG_M), whole(8, _WGS84_GEOID),
    )  # fmt: skip


def _classes(fix: TrackFix) -> tuple[bytes, ...]:
    kinds = fix.track.kinds
    drone = kinds.piston + kinds.jet
    sub_class = (text(1, _SUB_CLASS), single(2, min(drone, 1.0)), whole(3, 1))
    return text(1, _CLASS), single(2, fix.track.existence), nested(3, *sub_class)

"""The gate: which lines become reports. Everything that may be hostile is judged here, in bounded memory.

Order of judgement, cheapest first: size, form, fields, sensor known, not revoked, signed (unless the configuration
allows unsigned), counter, rate. Rate limits count only what was proven to be the sensor's own, so that a forger
cannot use up another's allowance; what is not proven is limited by where it comes from.

Behind one gateway, or one proxy, all come from one place: there honest lines go on being taken. A place that has
used up its allowance is judged on, but only so many lines of it a second may turn out to be worth nothing
(`TRIES_PER_S`: a third of a core); and a connection that has handed in something proven is judged without end,
until something on it is forged.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from forehear.io.ndjson import Rejections, ReportParser
from forehear.io.signing import NotALine, is_signed_by, open_line, read_public_key
from forehear.records import Report, Sensor
from forehear.service.store.store import AHEAD

# A signed report of sixteen sources is under 4 kB; ten times that is nobody's report.
MAX_REPORT_BYTES = 40_000
# A counter may come so much after a higher one of its sensor: lines overtake each other over several connections.
# Each is taken once all the same (as IPsec does, RFC 4303, 3.4.3).
WINDOW = 62
# Origins (addresses) whose refusals are remembered; the least recent goes first.
MAX_ORIGINS = 10_000
# A counter so much above the last, or so far ahead of the clock where counters are microseconds since 1970, is not
# one that a sensor comes to by itself: it has a window of its own (`Known.ahead`), so that whoever stole a key
# cannot lock its sensor out with it. Counters beyond MICROSECONDS are such ones.
JUMP, AHEAD_S, MICROSECONDS = 10**9, 600.0, 10**14
# Lines of origins beyond their allowance that may turn out to be worth nothing, each second: of one, and of all.
TRIES_PER_S, TRIES_OF_ALL_PER_S = 2000.0, 4000.0

T = TypeVar("T")
Reason = Literal[
    "too long", "not a report line", "bad report", "unknown sensor", "revoked", "unsigned", "no key",
    "bad signature", "replayed", "too many", "too many refused", "disk full", "busy",
]  # fmt: skip


@dataclass
class Bucket:
    """A token bucket: how much is left, and as of when."""

    left: float
    at_s: float

    def take(self, now_s: float, per_s: float, most: float) -> bool:
        """Take one, if there is one."""
        self.left = min(most, self.left + max(now_s - self.at_s, 0.0) * per_s)
        self.at_s = now_s
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True

    def has(self, now_s: float, per_s: float) -> bool:
        """Say whether there is one to take, and take none."""
        return self.left + max(now_s - self.at_s, 0.0) * per_s >= 1.0


@dataclass
class CounterWindow:
    """The highest counter taken, and which of those below it: bit k is the counter k below."""

    counter: int = -1
    seen: int = 0


@dataclass
class Known:
    """One enrolled sensor."""

    sensor: Sensor
    key: Ed25519PublicKey | None = None
    revoked: bool = False
    # The highest counter taken, and which of those below it: bit k is the counter k below.
    counter: int = -1
    seen: int = 0
    bucket: Bucket = field(default_factory=lambda: Bucket(0.0, -1e18))
    # The same of counters far above those.
    ahead: CounterWindow = field(default_factory=CounterWindow)

    def window(self, counter: int, now_s: float) -> "Known | CounterWindow":
        """Give the window that a counter belongs to."""
        timed = counter <= 1e6 * (now_s + AHEAD_S)
        if self.counter < 0:
            near = timed
        else:
            near = counter <= self.counter + JUMP or (timed and self.counter > MICROSECONDS)
        return self if near else self.ahead


@dataclass(frozen=True)
class Limits:
    """What one sensor, and one unproven origin, may send."""

    unsigned: bool = False
    per_s: float = 4.0
    burst: float = 240.0
    refused_per_s: float = 20.0
    refused_burst: float = 200.0


class Gate:
    """Judges lines. Holds each sensor's key, counter and allowance; counts what it refuses by reason."""

    def __init__(self, sensors: dict[str, Known], limits: Limits) -> None:
        self.sensors = sensors
        self.limits = limits
        self.refused: dict[str, int] = {}
        self.accepted = 0
        # The reader's own count of what it found wrong, by field: bounded by its making.
        self.rejections = Rejections()
        self._parser = ReportParser(self.rejections)
        self._origins: OrderedDict[str, Bucket] = OrderedDict()
        self._tries: OrderedDict[str, Bucket] = OrderedDict()
        self._tries_of_all = Bucket(TRIES_OF_ALL_PER_S, -1e18)
        # Connections that have handed in something proven.
        self._proven: OrderedDict[str, None] = OrderedDict()

    def judge(
        self, line: bytes, origin: str, now_s: float, connection: str | None = None
    ) -> tuple[Report, int | None] | Reason:
        """Give the report and its counter, or why not. `connection` is one of the origin's.

        Nothing of a refused line is kept. An accepted counter is taken at once: `reload` gives it back
        where the report could not be stored.
        """
        if len(line) > MAX_REPORT_BYTES:
            return self._refuse("too long", origin, now_s)
        if connection not in self._proven and not self._may_try(origin, now_s):
            self.refused["too many refused"] = self.refused.get("too many refused", 0) + 1
            return "too many refused"
        try:
            envelope = open_line(line)
        except NotALine:
            return self._refuse("not a report line", origin, now_s)
        reports = self._parser.feed(envelope.payload.replace(b"\n", b" ") + b"\n")
        if len(reports) != 1:
            return self._refuse("bad report", origin, now_s)
        report = reports[0]
        known = self.sensors.get(report.sensor)
        if known is None:
            return self._refuse("unknown sensor", origin, now_s)
        if known.revoked:
            return self._refuse("revoked", origin, now_s)
        if envelope.counter is None:
            # An enrolled key is a promise: such a sensor's unsigned reports are somebody else's.
            if not self.limits.unsigned or known.key is not None:
                return self._refuse("unsigned", origin, now_s)
        elif known.key is None:
            return self._refuse("no key", origin, now_s)
        elif used(known.window(envelope.counter, now_s), envelope.counter):
            # Before the signature, which is dearer. A sensor that lost our answer sends again: not an offence.
            return self._refuse("replayed", origin, now_s, offence=False)
        elif not is_signed_by(envelope, known.key):
            self._proven.pop(connection or "", None)
            return self._refuse("bad signature", origin, now_s)
        if not known.bucket.take(now_s, self.limits.per_s, self.limits.burst):
            return self._refuse("too many", origin, now_s, offence=False)
        if envelope.counter is not None:
            use(known.window(envelope.counter, now_s), envelope.counter)
            if connection is not None:
                _remember(self._proven, connection, None)
        self.accepted += 1
        return msgspec.structs.replace(report, received_at_s=now_s), envelope.counter

    def enrol(self, sensor: str, public_key: str) -> None:
        """Give a sensor of the network a (new) key; its counter starts anew. Raises ValueError, KeyError."""
        known = self.sensors[sensor]
        known.key, known.revoked, known.counter, known.seen = read_public_key(public_key), False, -1, 0
        known.ahead = CounterWindow()

    def revoke(self, sensor: str) -> None:
        """Take nothing more from a sensor. Raises KeyError."""
        self.sensors[sensor].revoked = True

    def reload(self, counters: dict[str, tuple[int, int]], sensors: Iterable[str]) -> None:
        """Set the counters of these sensors back to what was stored: what could not be will be sent again."""
        for sensor in sensors:
            if sensor in self.sensors:
                known = self.sensors[sensor]
                known.counter, known.seen = counters.get(sensor, (-1, 0))
                known.ahead = CounterWindow(*counters.get(sensor + AHEAD, (-1, 0)))

    def counters(self, sensors: Iterable[str]) -> dict[str, tuple[int, int]]:
        """Give what these sensors' counters stand at, for the store."""
        out = {}
        for sensor in sensors:
            known = self.sensors[sensor]
            out[sensor] = (known.counter, known.seen)
            if known.ahead.counter >= 0:
                out[sensor + AHEAD] = (known.ahead.counter, known.ahead.seen)
        return out

    def _may_try(self, origin: str, now_s: float) -> bool:
        """Say whether a line of an origin is worth looking at: within its allowance, or there are tries left."""
        bucket = self._origins.get(origin)
        if bucket is None or bucket.has(now_s, self.limits.refused_per_s):
            return True
        mine = self._tries.get(origin)
        return (mine is None or mine.has(now_s, TRIES_PER_S)) and self._tries_of_all.has(now_s, TRIES_OF_ALL_PER_S)

    def _refuse(self, reason: Reason, origin: str, now_s: float, offence: bool = True) -> Reason:
        self.refused[reason] = self.refused.get(reason, 0) + 1
        if offence:
            bucket = self._origins.get(origin) or Bucket(self.limits.refused_burst, now_s)
            if not bucket.take(now_s, self.limits.refused_per_s, self.limits.refused_burst):
                tries = self._tries.get(origin) or Bucket(TRIES_PER_S, now_s)
                tries.take(now_s, TRIES_PER_S, TRIES_PER_S)
                self._tries_of_all.take(now_s, TRIES_OF_ALL_PER_S, TRIES_OF_ALL_PER_S)
                _remember(self._tries, origin, tries)
            _remember(self._origins, origin, bucket)
        return reason


def _remember(known: OrderedDict[str, T], name: str, value: T) -> None:
    """Note a value as the most recent; the least recent goes where there are too many."""
    known[name] = value
    known.move_to_end(name)
    if len(known) > MAX_ORIGINS:
        known.popitem(last=False)


def used(known: Known | CounterWindow, counter: int) -> bool:
    """Say whether a counter was taken before, or is too far below the highest to tell."""
    below = known.counter - counter
    return below >= 0 and (below > WINDOW or bool(known.seen >> below & 1))


def use(known: Known | CounterWindow, counter: int) -> None:
    """Take a counter that was not used."""
    above = counter - known.counter
    if above > 0:
        kept = known.seen << above if above <= WINDOW else 0
        known.seen = (kept | 1) & ((1 << (WINDOW + 1)) - 1)
        known.counter = counter
    else:
        known.seen |= 1 << -above


def known_sensors(sensors: tuple[Sensor, ...]) -> dict[str, Known]:
    """Lay out the network's sensors, with the keys that it names. Raises ValueError naming the first bad key."""
    out = {}
    for sensor in sensors:
        key = None
        if sensor.public_key is not None:
            try:
                key = read_public_key(sensor.public_key)
            except ValueError as error:
                raise ValueError(f"sensor {sensor.id!r}: {error}") from None
        out[sensor.id] = Known(sensor, key)
    return out

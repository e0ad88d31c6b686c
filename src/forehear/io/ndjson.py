"""Records as newline-delimited JSON: parsers that survive every line, and writers.

`ReportParser.feed` is bytes -> records; what it could not take is counted by reason and by sensor, the
first faulty lines of each reason are kept in words, and memory stays bounded whatever comes in.
"""

import codecs
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, BinaryIO, TypeVar

import msgspec

from forehear.records import Health, Report, Source

# A report of a hundred sources is 20 kB; a line beyond this is not one, and is dropped while it is read.
MAX_LINE_BYTES = 1_000_000
# A sensor hears a handful of things at once; the loudest stand first, so what is cut is the faintest.
MAX_SOURCES = 16
# Kind probabilities are rounded by whoever writes them; three numbers of two digits are off by 0.015.
KINDS_SUM_TOLERANCE = 0.03
# Distinct sensor names to count rejections for: a country has 14,000; beyond, they are counted together.
MAX_COUNTED_SENSORS = 50_000
# How many rejected lines are logged in full, per reason.
EXAMPLES_PER_REASON = 3

_SENSOR = re.compile(rb'"sensor"\s*:\s*"((?:[^"\\]|\\.){1,256})"')
_READ_BYTES = 1 << 20
T = TypeVar("T", bound=msgspec.Struct)


class _StrictSource(Source, frozen=True, forbid_unknown_fields=True):
    """A source without fields that version 1 does not know."""


class _StrictHealth(Health, frozen=True, forbid_unknown_fields=True):
    """The sensor's health without fields that version 1 does not know."""


class _StrictReport(Report, frozen=True, forbid_unknown_fields=True):
    """A report without fields that version 1 does not know: the common case, decoded once."""

    sources: Annotated[tuple[_StrictSource, ...], msgspec.Meta(max_length=1000)] = msgspec.field(
        default_factory=lambda: ()
    )
    health: _StrictHealth | None = None


class Rejections:
    """What was read, used and turned away, by reason and by sensor. Bounded in memory."""

    def __init__(self) -> None:
        self.read = 0
        self.used = 0
        self.by_reason: Counter[str] = Counter()
        self.by_sensor: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}

    def reject(self, reason: str, sensor: str | None = None, detail: str = "", count: int = 1) -> None:
        """Count rejected reports under a reason (a short, fixed phrase)."""
        self.by_reason[reason] += count
        name = sensor if sensor is not None else "?"
        if name not in self.by_sensor and len(self.by_sensor) >= MAX_COUNTED_SENSORS:
            name = "(others)"
        self.by_sensor[name] += count
        examples = self.examples.setdefault(reason, [])
        if len(examples) < EXAMPLES_PER_REASON:
            examples.append(f"sensor {name!r}: {detail}" if detail else f"sensor {name!r}")

    @property
    def rejected(self) -> int:
        """How many reports were turned away, for any reason."""
        return sum(self.by_reason.values())

    def summary(self) -> str:
        """One line: read, used, rejected by reason, and warnings."""
        text = f"{self.read} reports read, {self.used} used, {self.rejected} rejected"
        if self.by_reason:
            text += " (" + ", ".join(f"{reason}: {n}" for reason, n in self.by_reason.most_common()) + ")"
        if self.warnings:
            text += "; warnings: " + ", ".join(f"{what}: {n}" for what, n in self.warnings.most_common())
        return text


class ReportParser:
    """Bytes of reports.ndjson to reports, in any pieces."""

    def __init__(self, rejections: Rejections) -> None:
        self._rejections = rejections
        self._rest = b""
        self._skipping = False
        self._begun = False
        self._strict = msgspec.json.Decoder(_StrictReport)
        self._lenient = msgspec.json.Decoder(Report)

    def feed(self, data: bytes) -> list[Report]:
        """Give the reports that these bytes complete; keep an unfinished line for the next call."""
        if not self._begun and (whole := self._rest + data):
            # An editor's byte order mark may come in pieces, too.
            if len(whole) < len(codecs.BOM_UTF8) and codecs.BOM_UTF8.startswith(whole):
                self._rest = whole
                return []
            self._begun, self._rest, data = True, b"", whole.removeprefix(codecs.BOM_UTF8)
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        if self._skipping and lines:
            lines.pop(0)
            self._skipping = False
        if len(self._rest) > MAX_LINE_BYTES:
            if not self._skipping:
                self._rejections.read += 1
                self._rejections.reject("line too long", None, f"over {MAX_LINE_BYTES} bytes")
            self._rest, self._skipping = b"", True
        return self._decode(lines)

    def finish(self) -> list[Report]:
        """Take what is left as the last line: a file may end without a newline."""
        rest, self._rest = self._rest, b""
        return [] if self._skipping else self._decode([rest])

    def _decode(self, lines: list[bytes]) -> list[Report]:
        out = []
        decode = self._strict.decode
        for line in lines:
            try:
                report: Report | None = decode(line) if len(line) <= MAX_LINE_BYTES else None
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                report = None
            if report is None:
                report = self._second_look(line)
                if report is None:
                    continue
            else:
                self._rejections.read += 1
            if not report.sources or self._sound(report):
                if len(report.sources) > MAX_SOURCES:
                    self._rejections.warnings["faintest sources cut"] += 1
                    report = msgspec.structs.replace(report, sources=report.sources[:MAX_SOURCES])
                out.append(report)
        return out

    def _second_look(self, line: bytes) -> Report | None:
        """A line the strict decoder refused: blank, from a newer version, or bad."""
        if not line.strip():
            return None
        self._rejections.read += 1
        if len(line) > MAX_LINE_BYTES:
            self._rejections.reject("line too long", None, f"over {MAX_LINE_BYTES} bytes")
            return None
        try:
            report = self._lenient.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as again:
            if str(again).endswith("`$.sensor`") and (named := _with_named_sensor(line)) is not None:
                self._rejections.warnings["numbers taken for sensors' names"] += 1
                return named
            found = _SENSOR.search(line[:4096])
            sensor = found.group(1).decode("utf-8", "replace") if found else None
            invalid = isinstance(again, msgspec.ValidationError)
            self._rejections.reject("impossible field" if invalid else "not JSON", sensor, str(again))
            return None
        except RecursionError:
            self._rejections.reject("not JSON", None, "nested too deeply")
            return None
        self._rejections.warnings["unknown fields ignored"] += 1
        return report

    def _sound(self, report: Report) -> bool:
        """Check what one field alone cannot tell."""
        for source in report.sources:
            kinds = source.kinds
            if kinds is not None and abs(kinds.piston + kinds.jet + kinds.other - 1.0) > KINDS_SUM_TOLERANCE:
                total = kinds.piston + kinds.jet + kinds.other
                self._rejections.reject("impossible field", report.sensor, f"kinds sum to {total:.3f}, not 1")
                return False
        return True


def _with_named_sensor(line: bytes) -> Report | None:
    """Take a report whose sensor is named by a number, as networks may name them; None where that is not all."""
    try:
        fields = msgspec.json.decode(line)
        if not isinstance(fields["sensor"], int) or isinstance(fields["sensor"], bool):
            return None
        return msgspec.convert(fields | {"sensor": str(fields["sensor"])}, Report)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError, KeyError):
        return None


def read_chunks(stream: BinaryIO, size: int = _READ_BYTES) -> Iterator[bytes]:
    """Read a file or a pipe as it comes: what is there now, at most `size` bytes at a time."""
    read = getattr(stream, "read1", stream.read)
    while chunk := read(size):
        yield chunk


def decode_lines(stream: BinaryIO, kind: type[T]) -> Iterator[T]:
    """Give every record of a file that forehear or its peers wrote; raise on the first bad line.

    Raises msgspec.DecodeError with the line's number in its message.
    """
    decoder = msgspec.json.Decoder(kind)
    for number, line in enumerate(stream, 1):
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if line.strip():
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise msgspec.DecodeError(f"line {number}: {error}") from None


class RecordWriter:
    """Records to newline-delimited JSON, the same bytes for the same records."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._encoder = msgspec.json.Encoder()
        self._buffer = bytearray()

    def write(self, records: Iterable[msgspec.Struct]) -> None:
        """Write a line per record."""
        encode_into = self._encoder.encode_into
        for record in records:
            encode_into(record, self._buffer, -1)
            self._buffer += b"\n"
        if self._buffer:
            self._stream.write(self._buffer)
            self._buffer.clear()

    def flush(self) -> None:
        """Hand on what was written, so that a reader at the other end of a pipe sees it."""
        self._stream.flush()


def rounded(value: float, digits: int) -> float:
    """Round for writing: noise digits cost bytes and tell nothing. Not-a-number becomes an error."""
    if not math.isfinite(value):
        raise ValueError(f"value {value} is not finite and cannot be written")
    return round(value, digits)

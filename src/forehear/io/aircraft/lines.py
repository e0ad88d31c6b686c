"""aircraft.ndjson: known aircraft as files have them, one record a line (docs/formats.md)."""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from forehear.io.aircraft.judge import AircraftJudge
from forehear.io.ndjson import MAX_LINE_BYTES, Rejections
from forehear.records import KnownAircraft


def read_aircraft(stream: BinaryIO, rejections: Rejections) -> Iterator[KnownAircraft]:
    """Give every record that is believed, in the order of the file; what is not is counted by reason.

    A file is of another time than now: only its own order is judged.
    """
    judge = AircraftJudge(rejections)
    decoder = msgspec.json.Decoder(KnownAircraft)
    for number, line in enumerate(stream):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line
        if not text.strip():
            continue
        rejections.read += 1
        if len(text) > MAX_LINE_BYTES:
            rejections.reject("line too long")
            continue
        try:
            one = decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            invalid = isinstance(error, msgspec.ValidationError)
            rejections.reject("impossible field" if invalid else "not JSON", None, str(error))
            continue
        if judge.believed(one, one.time_s):
            yield one

"""The line that a sensor sends: what is in it, who may have made it, what is none."""

import msgspec
import pytest

from forehear.io.signing import (
    NotALine,
    is_signed_by,
    key_from_seed,
    open_line,
    read_public_key,
    signed_line,
    write_public_key,
)
from forehear.records import Report, Source

KEY = key_from_seed(b"k" * 32)
REPORT = Report("K-07", 1_700_000_000.5, 1_700_000_001.0, 35.0, (Source(60.0, 110.0, 0.4),))


def test_a_line_holds_the_report_without_the_hubs_stamp_and_is_its_keys() -> None:
    envelope = open_line(signed_line(REPORT, 41, KEY))
    assert envelope.counter == 41
    assert msgspec.json.decode(envelope.payload, type=Report) == msgspec.structs.replace(
        REPORT, received_at_s=None
    )
    assert b"received_at_s" not in envelope.payload
    assert is_signed_by(envelope, read_public_key(write_public_key(KEY)))
    assert not is_signed_by(envelope, key_from_seed(b"x" * 32).public_key())


def test_another_counter_or_payload_breaks_the_signature() -> None:
    line = signed_line(REPORT, 41, KEY)
    for changed in (line.replace(b"1 41 ", b"1 42 ", 1), line.replace(b"K-07", b"K-08")):
        assert not is_signed_by(open_line(changed), KEY.public_key())


def test_without_a_key_it_is_the_report_alone() -> None:
    line = signed_line(REPORT, 41, None)
    assert open_line(line) == (None, b"", b"", line)
    assert msgspec.json.decode(line, type=Report).sensor == "K-07"


@pytest.mark.parametrize(
    "line", [b"", b"1 41 short {}", b"2 41 " + b"A" * 86 + b" {}", b"1 -1 " + b"A" * 86 + b" {}"]
)
def test_what_is_no_line_is_told(line: bytes) -> None:
    with pytest.raises(NotALine):
        open_line(line)

"""When a recording began: names and headers of many recorders, and none that are no times."""

import struct
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from forehear.io.recorded_at import began

KYIV = ZoneInfo("Europe/Kyiv")
UTC_S = datetime(2026, 3, 21, 3, 15, 0, tzinfo=UTC).timestamp()
hour = 3600.0
minute = 60.0

# Names as recorders, telephones and programs write them; the offset from 03:15:00 UTC, None: is no time.
NAMES: dict[str, float | None] = {
    "20260321_031500.WAV": 0.0,
    "SMU03224_20260321_031500.wav": 0.0,
    "2MM00000_20260321_031500.wav": 0.0,
    "20260321_031500T.WAV": 0.0,
    "20260321T031500Z.wav": 0.0,
    "20260321T051500+0200.flac": 0.0,
    "2026-03-21 03-15-00.m4a": 0.0,
    "2026-03-21T03:15:00Z.ogg": 0.0,
    "2026-03-21-birdnet-03:15:00.wav": 0.0,
    "WhatsApp Audio 2026-03-21 at 03.15.00.ogg": 0.0,
    "audio_2026-03-21_03-15-00.ogg": 0.0,
    "20260321031500.wav": 0.0,
    "PXL_20260321_031500123.mp4": 0.123,
    "VID_20260321_031500.mp4": 0.0,
    "Voice 260321_031500.m4a": 0.0,
    "260321-031500.WAV": 0.0,
    "5678.260321031500.wav": 0.0,
    "21-03-2026 03-15-00.wav": 0.0,
    "2026-03-21_03h15.wav": 0.0,
    "1774062900.wav": 0.0,
    "rec_1774062900500.wav": 0.5,
    "69BE0D34.WAV": 0.0,
    # A date and a counter, a day only, an identity, a month that is none, a clock that was never set, words.
    "20260321_0001.wav": None,
    "ZOOM0001.WAV": None,
    "AUD-20260321-WA0001.opus": None,
    "20262121_031500.wav": None,
    "20260321_256000.wav": None,
    "19700101_000000.wav": None,
    "20000101_000012.wav": None,
    "night.flac": None,
    "DEADBEEF.wav": None,
    "K-07_123456_654321.wav": None,
    "48000.wav": None,
}


@pytest.mark.parametrize(("name", "after_s"), NAMES.items(), ids=NAMES)
def test_a_name_tells_when_it_began_or_nothing(name: str, after_s: float | None) -> None:
    said = began(f"/absent/{name}")
    assert (None if said is None else said.at_s - UTC_S) == (None if after_s is None else pytest.approx(after_s))
    if said is not None:
        assert said.by == "its name"


def test_only_a_name_without_an_offset_is_of_the_recorders_zone() -> None:
    for name, ahead_s in (
        ("20260321_031500.wav", 2 * hour), ("PXL_20260321_031500000.mp4", 0.0), ("20260321T031500Z.wav", 0.0),
        ("20260321T031500+0200.wav", 2 * hour), ("1774062900.wav", 0.0), ("69BE0D34.WAV", 0.0),
    ):  # fmt: skip
        said = began(name, zone=KYIV)
        assert said is not None
        assert said.at_s == UTC_S - ahead_s
        assert said.zoned == (name != "20260321_031500.wav")
    # In summer it is three hours ahead.
    summer = began("20260721_031500.wav", zone=KYIV)
    assert summer is not None
    assert summer.at_s == datetime(2026, 7, 21, 0, 15, tzinfo=UTC).timestamp()


def chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def wav(folder: Path, *chunks: bytes, name: str = "a.wav", after: bytes = b"") -> str:
    form = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 16_000, 32_000, 2, 16))
    body = b"WAVE" + form + b"".join(chunks) + chunk(b"data", bytes(64)) + after
    (folder / name).write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return str(folder / name)


def info(text: str, key: bytes = b"ICMT") -> bytes:
    return chunk(b"LIST", b"INFO" + chunk(b"ISFT", b"abc\0") + chunk(key, text.encode("ascii") + b"\0"))


def bext(day: str, clock: str) -> bytes:
    return chunk(b"bext", bytes(320) + day.encode("ascii").ljust(10, b"\0") + clock.encode("ascii") + bytes(264))


SPOKEN = "Recorded at {} by AudioMoth 0000000000000000 at medium gain while battery was 4.1V."


@pytest.mark.parametrize(("text", "before_s"), [
    ("03:15:00 21/03/2026 (UTC)", 0.0), ("03:15:00 21/03/2026 (UTC+2)", 2 * hour),
    ("03:15:00 21/03/2026 (UTC-3:30)", -3.5 * hour), ("03:15:00.250 21/03/2026 (UTC)", -0.25),
])  # fmt: skip
def test_a_spoken_comment_tells_it_with_its_offset(tmp_path: Path, text: str, before_s: float) -> None:
    said = began(wav(tmp_path, info(SPOKEN.format(text))), zone=KYIV)
    assert said is not None
    assert said == (UTC_S - before_s, "its header (ICMT)", True)


@pytest.mark.parametrize(("day", "clock"), [
    ("2026-03-21", "03:15:00"), ("2026:03:21", "03-15-00"), ("2026/03/21", "03.15.00"), ("2026 03 21", "03_15_00"),
])  # fmt: skip
def test_a_broadcast_extension_tells_it_by_the_recorders_clock(tmp_path: Path, day: str, clock: str) -> None:
    path = wav(tmp_path, bext(day, clock), name="260321_000000.wav")
    assert began(path) == (UTC_S, "its header (bext)", False)
    assert began(path, zone=KYIV) == (UTC_S - 2 * hour, "its header (bext)", False)


def test_guano_behind_the_samples_tells_it(tmp_path: Path) -> None:
    text = b"GUANO|Version:1.0\nTimestamp:2026-03-21T05:15:00+02:00\nMake:x\n"
    assert began(wav(tmp_path, after=chunk(b"guan", text))) == (UTC_S, "its header (GUANO)", True)


def test_what_tells_its_offset_goes_before_what_does_not(tmp_path: Path) -> None:
    path = wav(tmp_path, bext("2026-03-21", "05:15:00"), name="20260321T031500Z.wav")
    assert began(path) == (UTC_S, "its name", True)
    path = wav(tmp_path, info(SPOKEN.format("03:15:00 21/03/2026 (UTC)")), name="20260321_051500.wav")
    assert began(path) == (UTC_S, "its header (ICMT)", True)


@pytest.mark.parametrize("chunks", [
    bext("0000-00-00", "00:00:00"), bext("", ""), info("Recorded at a quiet place"), info("2026", b"ICRD"),
    chunk(b"bext", b"short"), chunk(b"LIST", b"INFOICMT\xff\xff\xff\xff"), chunk(b"LIST", b""),
    chunk(b"guan", b"\xff\xfe"), bext("1970-01-01", "00:00:00"), b"\0\1\2\3",
])  # fmt: skip
def test_a_header_that_tells_nothing_is_no_time_and_no_fault(tmp_path: Path, chunks: bytes) -> None:
    assert began(wav(tmp_path, chunks)) is None


def test_other_files_tell_it_in_comments_and_films_in_their_container() -> None:
    assert began("a.flac", ("2026-03-21T05:15:00+02:00",)) == (UTC_S, "its comment", True)
    apple = "    com.apple.quicktime.creationdate: 2026-03-21T05:15:00+0200\n"
    apple += "    creation_time   : 2026-03-21T03:16:00.000000Z\n"
    said = began("IMG_0001.MOV", about=apple)
    assert said == (UTC_S, "its header", True)
    google = "    creation_time   : 2026-03-21T03:16:00.000000Z\n"
    said = began("a.mp4", about=google)
    assert said is not None
    assert (said.at_s, "when it ended" in said.by) == (UTC_S + minute, True)
    # Which some write at the end: the name goes before.
    said = began("VID_20260321_031500.mp4", about=google)
    assert said == (UTC_S, "its name", False)

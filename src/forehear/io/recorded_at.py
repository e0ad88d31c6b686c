"""When a recording began, by what its recorder wrote: into the file, or into its name.

Recorders say it in many ways, and each way says something of its worth: with the offset from UTC or without, to
the second or to the minute. What is read here is what the file says, never the date of the file itself, which a
copy changes. References: AudioMoth's manual (ICMT, names), EBU Tech 3285 (bext), GUANO 1.0, RFC 3339.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import NamedTuple

from forehear.io import riff

# --- numbers that decide -----------------------------------------------------------------------------
# A clock that was never set says 1970, 1980 or 2000; nobody has recordings of drones from before this year, and
# numbers that are no times are seldom years after the last.
FIRST_YEAR, LAST_YEAR = 2005, 2099
# Of a header's text so much is looked at [bytes].
LONGEST_TEXT = 1 << 16
# -----------------------------------------------------------------------------------------------------

_Z = r"(?P<z>Z|UTC|[+-]\d\d:?\d\d)?"
_CLOCK = r"(?P<h>\d\d)[-_.:h ]?(?P<min>\d\d)[-_.:m ]?(?P<s>\d\d)(?:[.,_]?(?P<ms>\d{3})(?!\d))?(?!\d)"
_NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        # 20260321_031500, 2026-03-21 03-15-00, 2026-03-21T03:15:00+0200, PXL_20260321_031500123,
        # 2026-03-21-birdnet-03:15:00
        r"(?<!\d)(?P<y>20\d\d)[-_.:]?(?P<mon>\d\d)[-_.:]?(?P<d>\d\d)[^0-9]{0,12}?" + _CLOCK + _Z,
        # 21-03-2026 03-15-00
        r"(?<!\d)(?P<d>\d\d)[-_.](?P<mon>\d\d)[-_.](?P<y>20\d\d)[^0-9]{1,6}" + _CLOCK + _Z,
        # 260321_031500, 260321-031500, 5678.260321031500
        r"(?<!\d)(?P<y>\d\d)(?P<mon>\d\d)(?P<d>\d\d)[-_ T.]?(?P<h>\d\d)(?P<min>\d\d)(?P<s>\d\d)(?!\d)" + _Z,
        # 2026-03-21 03-15: to the minute; without a mark inside it would be a counter as well, 20260321_0001
        r"(?<!\d)(?P<y>20\d\d)[-_]?(?P<mon>\d\d)[-_]?(?P<d>\d\d)[-_ T](?P<h>\d\d)[-.:h](?P<min>\d\d)(?!\d)",
    )
)
_EPOCH = re.compile(r"(?<![\d.])([12]\d{9})(\d{3})?(?!\d)")
_HEXADECIMAL = re.compile(r"[0-9A-F]{8}")
# Recorded at 03:15:00 21/03/2026 (UTC+2)
_SPOKEN = re.compile(
    r"(?P<h>\d\d):(?P<min>\d\d):(?P<s>\d\d)(?:\.(?P<ms>\d{3}))? (?P<d>\d\d)/(?P<mon>\d\d)/(?P<y>\d{4})"
    r"(?: \((?P<z>UTC(?:[+-]\d{1,2}(?::\d\d)?)?)\))?"
)
_WRITTEN = re.compile(
    r"(?P<y>\d{4})[-:/](?P<mon>\d\d)[-:/](?P<d>\d\d)[T ](?P<h>\d\d):(?P<min>\d\d):(?P<s>\d\d)"
    r"(?:\.(?P<ms>\d{3})\d*)?\s?" + _Z
)
_GUANO = re.compile(r"^Timestamp:\s*(.*)$", re.MULTILINE)
_CONTAINER = (
    (re.compile(r"com\.apple\.quicktime\.creationdate\s*: (\S+)"), "its header"),
    # Some telephones write it when a recording ends.
    (re.compile(r"creation_time\s*: (\S+)"), "its container, where some telephones write when it ended"),
)


class Began(NamedTuple):
    """When a recording began [s since 1970], who says so, and whether the offset from UTC is said too."""

    at_s: float
    by: str
    zoned: bool


def began(path: str, comments: tuple[str, ...] = (), about: str = "", zone: tzinfo = UTC) -> Began | None:
    """Say when a recording began; None where nothing says so.

    `comments` are those that a decoder found, `about` what a converter said; `zone` is the recorder's where it is
    not given. What tells its offset goes before what does not, and the header before the name.
    """
    said = [*_headers(path, comments, zone), *_names(path, zone), *_containers(about, zone)]
    return next((b for b in said if b.zoned and "container" not in b.by), None) or next(iter(said), None)


def _headers(path: str, comments: tuple[str, ...], zone: tzinfo) -> Iterator[Began]:
    """What the file itself says."""
    for where, text in [*_riff_texts(path), *(("its comment", c) for c in comments)]:
        for pattern in (_SPOKEN, _WRITTEN):
            found = pattern.search(text)
            moment = None if found is None else _moment(found, zone)
            if moment is not None:
                yield Began(moment[0], where, moment[1])


def _riff_texts(path: str) -> list[tuple[str, str]]:
    """What a wav's header says of its beginning: comments, the broadcast extension, GUANO."""
    out: list[tuple[str, str]] = []
    try:
        with Path(path).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            if not riff.is_riff(file.read(12)):
                return []
            for chunk in riff.chunks(file, 0, size):
                if chunk.name not in (b"bext", b"guan", b"LIST"):
                    continue
                file.seek(chunk.at)
                data = file.read(min(chunk.size, LONGEST_TEXT))
                if chunk.name == b"bext":
                    day, clock = _text(data[320:330]), _text(data[330:338])
                    clock = re.sub(r"[^0-9]", ":", clock)
                    out.append(("its header (bext)", re.sub(r"[^0-9]", "-", day) + " " + clock))
                elif chunk.name == b"guan":
                    found = _GUANO.search(data.decode("utf-8", "replace"))
                    out += [("its header (GUANO)", found[1])] if found else []
                else:
                    out += [(f"its header ({name})", text) for name, text in _info(data)]
    except OSError:
        return []
    return out


def _info(data: bytes) -> Iterator[tuple[str, str]]:
    """The texts of a list of a wav's comments that may tell a time."""
    at = 4
    while data[:4] == b"INFO" and at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name in (b"ICMT", b"ICRD"):
            yield name.decode("ascii"), _text(data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2


def _names(path: str, zone: tzinfo) -> Iterator[Began]:
    """What a file's name says."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", Path(path).name)
    for pattern in _NAMES:
        for found in pattern.finditer(stem):
            # Google's telephones name their films in UTC, and say so nowhere.
            moment = _moment(found, UTC if stem.startswith("PXL_") else zone)
            if moment is not None:
                yield Began(moment[0], "its name", moment[1] or stem.startswith("PXL_"))
                return
    found_epoch = _EPOCH.search(stem)
    seconds = None
    if found_epoch is not None:
        seconds = float(found_epoch[1]) + float(found_epoch[2] or 0.0) / 1e3
    elif _HEXADECIMAL.fullmatch(stem) and not stem.startswith(("19", "20")):
        seconds = float(int(stem, 16))
    # Bare seconds are of recorders whose clock ends in 2038; beyond it is some other number.
    if seconds is not None and seconds < 2**31 and datetime.fromtimestamp(seconds, UTC).year >= FIRST_YEAR:
        yield Began(seconds, "its name", True)


def _containers(about: str, zone: tzinfo) -> Iterator[Began]:
    """What a converter found in a film."""
    for pattern, by in _CONTAINER:
        found = pattern.search(about)
        written = None if found is None else _WRITTEN.search(found[1])
        moment = None if written is None else _moment(written, zone)
        if moment is not None:
            yield Began(moment[0], by, moment[1])


def _moment(found: "re.Match[str]", zone: tzinfo) -> tuple[float, bool] | None:
    """Make seconds since 1970 of what was found, and whether its offset was said; None where it is no time."""
    parts = found.groupdict()
    year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    offset = _offset(parts.get("z"))
    try:
        moment = datetime(
            year, int(parts["mon"]), int(parts["d"]), int(parts["h"]), int(parts["min"]), int(parts.get("s") or 0),
            int(parts.get("ms") or 0) * 1000, offset or zone,
        )  # fmt: skip
    except ValueError:
        return None
    return moment.timestamp(), offset is not None


def _offset(words: str | None) -> timezone | None:
    """Read an offset from UTC: Z, UTC, UTC+2, UTC-3:30, +02:00, +0200."""
    if not words:
        return None
    digits = re.sub(r"[^0-9]", "", words)
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "")
    ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return timezone(-ahead if "-" in words else ahead) if ahead < timedelta(hours=15) else None


def _text(data: bytes) -> str:
    return data.split(b"\0")[0].decode("latin-1").strip()

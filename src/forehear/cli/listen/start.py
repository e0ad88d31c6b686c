"""When each recording of `forehear listen` began: as it is given, as the recordings say, or now.

A recorder's files follow each other, so each begins where the last one ended, unless `--start auto` believes what
they say themselves. Where what is assumed is not what they say, a word says so: a time that is wrong by a minute
puts a drone three kilometres off.
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from forehear.errors import InputError
from forehear.io.audio import Recording, is_pipe, open_recording
from forehear.io.recorded_at import Began, began

# --- numbers that decide -----------------------------------------------------------------------------
# Recorders name their files to the second, and take up to another to begin: what is off by less is no gap [s].
NAMED_TO_S = 2.0
# An unknown zone is off by whole quarters of an hour [s].
ZONES_S = 900.0
# A header that promises more than this [s] was filled in before the recording; where the next begins it tells not.
LONGEST_S = 2 * 86_400.0
# -----------------------------------------------------------------------------------------------------

AUTO, NOW = "auto", "now"


def start_of(words: str) -> float | str:
    """Read --start: seconds since 1970, or auto, or now. Raises ArgumentTypeError."""
    if words in (AUTO, NOW):
        return words
    try:
        return float(words)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{words!r}: allowed: seconds since 1970, auto, now") from None


def zone_of(words: str) -> tzinfo:
    """Read --zone. Raises ArgumentTypeError."""
    try:
        return UTC if words == "UTC" else ZoneInfo(words)
    except (KeyError, ValueError, OSError):
        raise argparse.ArgumentTypeError(f"{words!r} is not a time zone; such as Europe/Kyiv") from None


def in_words(at_s: float) -> str:
    """Write a time as a log does."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


class Beginnings:
    """When the recordings of one stream began. `log` takes what should be known."""

    def __init__(
        self, start: float | str, zone: tzinfo, log: Callable[[str], None], clock: Callable[[], float] = time.time
    ) -> None:
        self._start = start
        self._zone = zone
        self._log = log
        self._clock = clock
        # When what was heard so far ends, and how the first that says when it began compares with that.
        self._end_s: float | None = None
        self._off_s: float | None = None
        self._believed = ""

    def in_order(self, paths: list[str]) -> list[str]:
        """Put recordings into the order in which they began, where they are to be believed."""
        if self._start != AUTO or len(paths) < 2:
            return paths
        begun: list[float | None] = []
        for path in paths:
            if is_pipe(path):
                begun.append(None)
                continue
            try:
                recording = open_recording(path)
            except InputError:
                # It will be refused in its place.
                begun.append(None)
                continue
            said = self._said(path, recording)
            recording.close()
            begun.append(said.at_s if said is not None else None)
        last_s = -1.0
        keys = []
        for at_s in begun:
            # What says nothing stays behind what it stood behind.
            last_s = at_s if at_s is not None else last_s
            keys.append(last_s)
        order = sorted(range(len(paths)), key=lambda k: keys[k])
        if order != list(range(len(paths))):
            self._log("heard in the order in which they began, not in the one given")
        return [paths[k] for k in order]

    def of(self, path: str, recording: Recording, part: int) -> float:
        """Say when a recording begins. Raises InputError where nothing says so."""
        said = None if part > 0 else self._said(path, recording)
        if self._start == AUTO and part == 0:
            return self._believing(recording, said)
        if self._end_s is None:
            assumed_s = self._clock() if self._start == NOW else float(self._start)
        else:
            assumed_s = self._end_s
        self._compare(recording, said, assumed_s)
        return assumed_s

    def ended(self, at_s: float, recording: Recording, heard_s: float) -> None:
        """Remember when a recording that began at `at_s` ended: what was cut off it was sound, too."""
        promised_s = recording.promised_s or 0.0
        cut = bool(recording.faults) and heard_s < promised_s <= LONGEST_S
        self._end_s = at_s + (promised_s if cut else heard_s)

    def _said(self, path: str, recording: Recording) -> Began | None:
        if is_pipe(path):
            return None
        return began(path, recording.comments, recording.about, self._zone)

    def _believing(self, recording: Recording, said: Began | None) -> float:
        if said is None:
            if self._end_s is None:
                raise InputError(
                    f"{recording.name}: neither its header nor its name says when it began (the date of a file is "
                    "not believed: a copy changes it): give --start UNIX_S"
                )
            self._log(f"{recording.name}: says nowhere when it began: taken to follow the one before")
            return self._end_s
        if said.by != self._believed:
            self._believed = said.by
            zone = "" if said.zoned else f", if its clock was set to {self._zone} (--zone)"
            self._log(f"{recording.name}: began {in_words(said.at_s)} by {said.by}{zone}")
        if self._end_s is not None:
            late_s = said.at_s - self._end_s
            if abs(late_s) <= NAMED_TO_S:
                return self._end_s
            if late_s < 0.0:
                self._log(f"{recording.name}: began {-late_s:,.0f} s before the one before it ended")
        return said.at_s

    def _compare(self, recording: Recording, said: Began | None, assumed_s: float) -> None:
        """Say so where a recording says otherwise than what is assumed of it."""
        if said is None:
            return
        off_s = said.at_s - assumed_s
        if self._off_s is None:
            self._off_s = off_s
            # Times that count from the beginning, and a zone that nobody knows, are no contradiction.
            known = isinstance(self._start, float) and self._start > 0.0 and self._end_s is None
            apart_s = abs(off_s) if said.zoned else abs(off_s - ZONES_S * round(off_s / ZONES_S))
            if not known or apart_s <= NAMED_TO_S:
                return
            contradiction = f"began {in_words(said.at_s)} by {said.by}, not {in_words(assumed_s)}"
        else:
            late_s = off_s - self._off_s
            if abs(late_s) <= NAMED_TO_S:
                return
            contradiction = f"began {abs(late_s):,.0f} s {'later' if late_s > 0.0 else 'earlier'} by {said.by}"
            contradiction += " than where the one before ended, which is assumed"
        self._log(f"{recording.name}: {contradiction}; --start auto believes what recordings say")

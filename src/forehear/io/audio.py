"""Recordings of any rate to samples, block by block, in memory that does not grow.

libsndfile reads (wav, flac, ogg, and what else it knows), ffmpeg the rest where it is installed (`converted`);
what is in a file is looked up before (`links`). What cannot be used is refused with the file's name and the
reason; what is only damaged gives what is there, and says so in `Recording.faults`. What a file is its first bytes
say, not its name.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from forehear.errors import InputError
from forehear.io import converted, pipes, riff
from forehear.io.links import FilePart, Link, links_of

Samples = NDArray[np.float32]

# --- numbers that decide -----------------------------------------------------------------------------
# Below, nothing of an engine's harmonics is left; above, no sound card records. Bats are recorded at 250 to
# 500 kHz, and drones with the same boxes.
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 8_000, 800_000
MOST_CHANNELS = 8
# Read at once [s]: 13 MB of eight channels at 800 kHz; shorter blocks cost more calls than they spare memory.
BLOCK_S = 0.5
# A float beyond this of full scale is not sound but a broken file: 80 dB over.
LARGEST = 1e4
# More samples than this no recording has, a century at 192 kHz: its length is not known.
LONGEST_FRAMES = 1 << 49
# -----------------------------------------------------------------------------------------------------

_SHORTER = re.compile(r"^data\s*:\s*(\d+) \(should be (\d+)\)", re.MULTILINE)
_TEXT = bytes(range(32, 127)) + b"\t\r\n\f"
# Samples without a header; libsndfile would take some of them for something by their names.
_HEADERLESS = (".raw", ".pcm", ".vox", ".gsm", ".s16", ".s16le", ".f32", ".sw", ".ul", ".al")


class _Forward(soundfile.SoundFile):  # type: ignore[misc]
    """A file that is only read forwards: what has no length cannot be sought in, and fails at its end if it is."""

    def seekable(self) -> bool:
        return False


class Recording:
    """An open recording: `rate_hz`, `channels`, its blocks, and what was found wrong on the way.

    `duration_s` is how long what is there is by its header, None where it cannot know, and `promised_s` how long
    it was before it was cut off. `links` are the recordings that its file holds, `about` is what a converter said
    of it, empty without one, and `comments` are its header's.
    """

    def __init__(
        self, name: str, file: soundfile.SoundFile, duration_s: float | None, source: "_Source | None" = None
    ) -> None:
        self.name = name
        self.rate_hz: int = file.samplerate
        self.channels: int = file.channels
        self.duration_s = self.promised_s = duration_s
        self.faults: list[str] = []
        self.links: list[Link] = []
        self.about = ""
        self.comments = tuple(text for text in (file.comment, file.date) if text)
        self._file = file
        self._source = source

    def blocks(self) -> Iterator[Samples]:
        """Give (n, channels) samples of full scale 1 in order; what is no number, or absurdly large, is NaN."""
        frames = max(int(BLOCK_S * self.rate_hz), 1)
        read = 0
        while True:
            try:
                block = self._file.read(frames, dtype="float32", always_2d=True)
            except (soundfile.LibsndfileError, RuntimeError) as error:
                self._cut_short(read, _reason(error))
                return
            if len(block) == 0:
                self._ended(read)
                return
            read += len(block)
            # One comparison for both: it is false for what is no number.
            if not (np.abs(block) < LARGEST).all():
                block[~(np.abs(block) < LARGEST)] = np.nan
            yield block

    def _ended(self, read: int) -> None:
        """Say what is missing at the end."""
        complaint = self._source.end() if self._source is not None else ""
        promised = 0 if self.duration_s is None else int(self.duration_s * self.rate_hz)
        # A converter's length is rounded, and counts what its codec throws away at both ends.
        slack = 1 if self._source is None else self.rate_hz // 4
        if complaint or read < promised - slack:
            self._cut_short(read, complaint)
        elif read == 0:
            self.faults.append("holds no samples")

    def _cut_short(self, read: int, why: str) -> None:
        of = f" of {self.duration_s:.1f}" if self.duration_s is not None else ""
        words = f"truncated or damaged: {read / self.rate_hz:.1f}{of} s could be read"
        self.faults.append(f"{words} ({why})" if why else words)

    def close(self) -> None:
        """Close the file, and end what converts it."""
        self._file.close()
        if self._source is not None:
            self._source.end()


_Source = converted.Conversion | pipes.Pump


def is_pipe(path: str) -> bool:
    """Say whether a recording comes through a pipe: stdin, or one with a name."""
    try:
        return path == "-" or Path(path).is_fifo()
    except ValueError:
        return False


def open_recording(path: str, number: int = 0, links: list[Link] | None = None) -> Recording:
    """Open a recording; `-` is stdin, and a pipe may have a name too.

    `number` counts the recordings in one file, `links` are they where they are known already. Raises InputError
    with the file's name and the reason.
    """
    if is_pipe(path):
        return _checked(_of_pipe(path))
    head = _look(path)
    try:
        found = links_of(path) if links is None else links
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    name = f"{path} (part {number + 1} of {len(found)})" if len(found) > 1 else path
    try:
        recording = _of_link(path, found[number])
    except (soundfile.LibsndfileError, RuntimeError, OSError, ValueError, TypeError) as error:
        if len(found) > 1:
            raise InputError(f"{name}: is not a recording that can be read: {_reason(error)}") from None
        recording = _of_converter(path, head, _reason(error))
    recording.links, recording.name = found, name
    return _checked(recording)


def _checked(recording: Recording) -> Recording:
    """Give a recording back if it can be heard. Raises InputError."""
    fault = None
    if not 1 <= recording.channels <= MOST_CHANNELS:
        fault = f"has {recording.channels} channels; allowed: 1 to {MOST_CHANNELS}"
    elif not LOWEST_RATE_HZ <= recording.rate_hz <= HIGHEST_RATE_HZ:
        fault = f"sampling rate {recording.rate_hz} Hz; allowed: {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ}"
    elif recording.duration_s == 0.0:
        fault = "holds no samples"
    if fault:
        recording.close()
        raise InputError(f"{recording.name}: {fault}")
    return recording


def _of_link(path: str, link: Link) -> Recording:
    """Open one recording of a file with libsndfile."""
    if link.whole(Path(path).stat().st_size):
        # By number, not by name: a name's ending would be believed.
        file = _Forward(os.open(path, os.O_RDONLY), closefd=True)
    else:
        file = _Forward(FilePart(path, link))
    known = not link.size_unknown and file.frames < LONGEST_FRAMES
    there_s = file.frames / file.samplerate
    recording = Recording(path, file, there_s if known or file.frames == 0 else None)
    shorter = None if link.size_unknown else _SHORTER.search(file.extra_info)
    if shorter and int(shorter[1]) > int(shorter[2]) and int(shorter[1]) < riff.UNKNOWN:
        promised_s = there_s * int(shorter[1]) / max(int(shorter[2]), 1)
        recording.promised_s = promised_s
        recording.faults.append(f"truncated: {there_s:.1f} of {promised_s:.1f} s are there")
    if link.fault:
        of = f"; {there_s:.1f} s are there" if known else ""
        recording.faults.append(link.fault + of)
    return recording


def _of_converter(path: str, head: bytes, why: str) -> Recording:
    """Open with ffmpeg what libsndfile does not know. Raises InputError."""
    kind = converted.kind_of(head)
    if Path(path).suffix.lower() in _HEADERLESS and kind is None:
        raise InputError(
            f"{path}: has no header that tells its rate and format; convert it: "
            f'ffmpeg -f s16le -ar RATE -ac CHANNELS -i "{path}" out.wav'
        )
    if converted.ffmpeg() is None:
        if kind is None:
            raise InputError(f"{path}: is not a recording that can be read: {why}")
        raise InputError(f"{path}: is {kind}; {converted.how_to(path)}")
    about = converted.about(path)
    source = converted.Conversion(path)
    try:
        file = _Forward(source.sound, closefd=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise InputError(
            f"{path}: is not a recording that can be read: {source.end() or _reason(error)}"
        ) from None
    recording = Recording(path, file, about.duration_s, source)
    recording.about = about.words
    return recording


def _of_pipe(path: str) -> Recording:
    """Open what comes through a pipe, whose end and length nobody knows. Raises InputError."""
    name = "stdin" if path == "-" else path
    source: _Source | None = None
    try:
        source = pump = pipes.Pump(0 if path == "-" else os.open(path, os.O_RDONLY))
        if not pump.head:
            raise InputError(f"{name}: is empty")
        sound = pump.sound
        if not riff.is_riff(pump.head) and pump.head[:4] not in (b"FORM", b".snd", b"RIFX"):
            if converted.ffmpeg() is None:
                raise InputError(
                    f"{name}: of a pipe only wav can be read here: ffmpeg -i FILE -f wav - | forehear listen -"
                )
            source = converted.Conversion(None, pump.sound)
            os.close(pump.sound)
            sound = source.sound
        return Recording(name, _Forward(sound, closefd=True), None, source)
    except (soundfile.LibsndfileError, RuntimeError, OSError) as error:
        complaint = source.end() if source is not None else ""
        raise InputError(f"{name}: is not a recording that can be read: {complaint or _reason(error)}") from None


def _look(path: str) -> bytes:
    """Give a file's first bytes; refuse what is plainly no recording, in plainer words than a decoder's."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise InputError(f"{path!r}: cannot be read: {error}") from None
    if not head:
        raise InputError(f"{path}: is empty")
    if not head.translate(None, _TEXT) and not head.startswith(b"#!AMR"):
        raise InputError(f"{path}: is text, not a recording")
    return head


def _reason(error: Exception) -> str:
    """Give a decoder's words without its prefix and its full stop."""
    words = getattr(error, "error_string", "") or getattr(error, "strerror", "") or str(error)
    return words.removeprefix("Error : ").strip().rstrip(".") or "it breaks off"

"""Recordings of any rate to samples at the listening rate, block by block, in memory that does not grow.

libsndfile reads (wav, flac, ogg, and what else it knows), soxr resamples. What cannot be used is refused with the
file's name and the reason; what is only damaged gives what is there, and says so in `Recording.faults`.
"""

import os
import re
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from forehear.constants import LISTENING_RATE_HZ
from forehear.errors import InputError

Samples = NDArray[np.float32]

# --- numbers that decide -----------------------------------------------------------------------------
# Below, nothing of an engine's harmonics is left (formats: 8 to 192 kHz); above, no sound card records.
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 8_000, 192_000
MOST_CHANNELS = 8
# Read at once [s]: 3 MB of eight channels at 192 kHz; shorter blocks cost more calls than they spare memory.
BLOCK_S = 0.5
# A float beyond this of full scale is not sound but a broken file: 80 dB over.
LARGEST = 1e4
# Sizes from here on stand for "unknown" in a wav that was written to a pipe.
UNKNOWN_BYTES = 0x7FFF_0000
# -----------------------------------------------------------------------------------------------------

_SHORTER = re.compile(r"^data\s*:\s*(\d+) \(should be (\d+)\)", re.MULTILINE)
_TEXT = bytes(range(32, 127)) + b"\t\r\n\f"


class Recording:
    """An open recording: `rate_hz`, `channels`, its blocks, and what was found wrong on the way."""

    def __init__(self, name: str, file: soundfile.SoundFile, piped: bool) -> None:
        self.name = name
        self.rate_hz: int = file.samplerate
        self.channels: int = file.channels
        # Seconds that the header promises; None where it cannot know.
        self.duration_s: float | None = None if piped else file.frames / file.samplerate
        self.faults: list[str] = []
        self._file = file
        shorter = None if piped else _SHORTER.search(file.extra_info)
        if shorter and int(shorter[1]) > int(shorter[2]) and int(shorter[1]) < UNKNOWN_BYTES:
            there_s = file.frames / file.samplerate
            promised_s = there_s * int(shorter[1]) / max(int(shorter[2]), 1)
            self.faults.append(f"truncated: {there_s:.1f} of {promised_s:.1f} s are there")
        if file.format == "OGG" and not piped and not _has_end(name):
            self.faults.append(f"truncated: it has no end; {file.frames / file.samplerate:.1f} s are there")

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
                if self.duration_s is not None and read < int(self.duration_s * self.rate_hz) - 1:
                    self._cut_short(read, "")
                return
            read += len(block)
            # One comparison for both: it is false for what is no number.
            if not (np.abs(block) < LARGEST).all():
                block[~(np.abs(block) < LARGEST)] = np.nan
            yield block

    def _cut_short(self, read: int, why: str) -> None:
        of = f" of {self.duration_s:.1f}" if self.duration_s is not None else ""
        words = f"truncated or damaged: {read / self.rate_hz:.1f}{of} s could be read"
        self.faults.append(f"{words} ({why})" if why else words)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def open_recording(path: str) -> Recording:
    """Open a recording; `-` is a wav on stdin, and a pipe may have a name too.

    Raises InputError with the file's name and the reason.
    """
    name = "stdin" if path == "-" else path
    pipe = path == "-" or Path(path).is_fifo()
    try:
        if path == "-":
            file = soundfile.SoundFile(sys.stdin.fileno(), closefd=False)
        elif pipe:
            file = soundfile.SoundFile(os.open(path, os.O_RDONLY), closefd=True)
        else:
            _look(path)
            file = soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, RuntimeError, OSError, ValueError) as error:
        hint = "; of a pipe only wav can be read" if pipe else ""
        raise InputError(f"{name}: is not a recording that can be read: {_reason(error)}{hint}") from None
    fault = None
    if not 1 <= file.channels <= MOST_CHANNELS:
        fault = f"has {file.channels} channels; allowed: 1 to {MOST_CHANNELS}"
    elif not LOWEST_RATE_HZ <= file.samplerate <= HIGHEST_RATE_HZ:
        fault = f"sampling rate {file.samplerate} Hz; allowed: {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ}"
    elif file.frames == 0 and not pipe:
        fault = "holds no samples"
    if fault:
        file.close()
        raise InputError(f"{name}: {fault}")
    return Recording(name, file, piped=pipe and not file.seekable())


def _look(path: str) -> None:
    """Refuse what is plainly no recording, in plainer words than a decoder's."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    if not head:
        raise InputError(f"{path}: is empty")
    if not head.translate(None, _TEXT):
        raise InputError(f"{path}: is text, not a recording")


def _has_end(path: str) -> bool:
    """Say whether an ogg's last page is marked as its last (RFC 3533, 6); a page has at most 65,307 bytes."""
    with Path(path).open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - 65_307, 0))
        tail = file.read()
    page = tail.rfind(b"OggS")
    return page >= 0 and len(tail) > page + 5 and bool(tail[page + 5] & 4)


def _reason(error: Exception) -> str:
    """Give a decoder's words without its prefix and its full stop."""
    words = getattr(error, "error_string", "") or str(error)
    return words.removeprefix("Error : ").strip().rstrip(".") or "it breaks off"


class Resampler:
    """Samples of one rate to the listening rate, block by block, without a seam and without a delay.

    The first sample that comes out is of the moment of the first that went in; how many come out at a call
    varies, and `end` gives the rest. NaN would spread through the filter: it goes in as zero and comes out as
    NaN again in its place.
    """

    def __init__(self, rate_hz: float, channels: int) -> None:
        self._ratio = LISTENING_RATE_HZ / rate_hz
        self._channels = channels
        self._stream = None
        if rate_hz != LISTENING_RATE_HZ:
            self._stream = soxr.ResampleStream(rate_hz, LISTENING_RATE_HZ, channels, dtype="float32", quality="HQ")
        self._taken = 0
        self._given = 0
        # From and to which sample given out there is nothing to hear.
        self._holes: deque[tuple[int, int]] = deque()

    def feed(self, samples: Samples) -> Samples:
        """Take (n, channels) samples; give those (m, channels) that are ready."""
        if self._stream is None or len(samples) == 0:
            return samples
        return self._through(self._filled(samples), last=False)

    def end(self) -> Samples:
        """Give what is still in the filter."""
        none = np.empty((0, self._channels), np.float32)
        return none if self._stream is None or self._taken == 0 else self._through(none, last=True)

    def _filled(self, samples: Samples) -> Samples:
        start, self._taken = self._taken, self._taken + len(samples)
        good: NDArray[np.bool_] = np.asarray(np.isfinite(samples).all(axis=1))
        if good.all():
            return samples
        edges = np.flatnonzero(np.diff(np.concatenate([[True], good, [True]]).astype(np.int8)))
        for first, after in zip(edges[::2], edges[1::2], strict=True):
            hole = int((start + first) * self._ratio), int(np.ceil((start + after) * self._ratio))
            if self._holes and hole[0] <= self._holes[-1][1]:
                hole = self._holes.pop()[0], hole[1]
            self._holes.append(hole)
        return np.where(good[:, None], samples, np.float32(0.0))

    def _through(self, samples: Samples, last: bool) -> Samples:
        assert self._stream is not None
        flat = samples[:, 0] if self._channels == 1 else samples
        out: Samples = self._stream.resample_chunk(np.ascontiguousarray(flat), last=last).reshape(
            -1, self._channels
        )
        start, self._given = self._given, self._given + len(out)
        for first, after in self._holes:
            out[max(first - start, 0) : max(after - start, 0)] = np.nan
        while self._holes and self._holes[0][1] <= self._given:
            self._holes.popleft()
        return out

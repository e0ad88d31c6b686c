"""What libsndfile cannot read, through ffmpeg where it is installed: films and notes of telephones, and the rest.

ffmpeg is a program of its own, called with the file's name and heard through a pipe; nothing is written to the
disk, and it may open nothing but files (a playlist could name an address).
"""

import os
import re
import shutil
import subprocess
import tempfile
from typing import BinaryIO, NamedTuple

from forehear.errors import InputError

# --- numbers that decide -----------------------------------------------------------------------------
# How long ffmpeg may take to say what a file is [s]: a card reader may be slow.
PATIENCE_S = 60.0
# Of what ffmpeg says, so much is shown.
SHOWN_CHARACTERS = 160
# -----------------------------------------------------------------------------------------------------

# By what containers begin with, at which byte; the words say where they come from.
_KINDS = (
    (4, b"ftyp", "an MP4, M4A, MOV or 3GP file, as telephones write them"),
    (4, b"moov", "a MOV file"),
    (4, b"mdat", "a MOV file"),
    (4, b"wide", "a MOV file"),
    (0, b"\x1aE\xdf\xa3", "a WebM or Matroska file"),
    (0, b"#!AMR", "an AMR file, as telephones write them"),
    (0, b"0&\xb2u", "a WMA, WMV or ASF file"),
    (0, b"FLV", "an FLV file"),
    (0, b"wvpk", "a WavPack file"),
    (0, b"MAC ", "an APE file"),
    (0, b"ADIF", "an AAC file"),
    (0, b"\xff\xf1", "an AAC file"),
    (0, b"\xff\xf9", "an AAC file"),
    (8, b"AVI ", "an AVI file"),
    (0, b"OggS", "an ogg of a kind that is not read here"),
    (0, b"DSD ", "a DSF file"),
)
_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")
_ABOUT = re.compile(r"^\[[^\]]*\]\s*")


class About(NamedTuple):
    """What ffmpeg says of a file: its length [s], None where it has none, and all of its words."""

    duration_s: float | None
    words: str


def kind_of(head: bytes) -> str | None:
    """Name the kind of file that begins so; None where it is none that is known."""
    return next((words for at, magic, words in _KINDS if head[at : at + len(magic)] == magic), None)


def ffmpeg() -> str | None:
    """Give where ffmpeg is; None where it is not installed."""
    return shutil.which("ffmpeg")


def how_to(path: str) -> str:
    """Say how to make a recording of a file elsewhere."""
    name = re.sub(r"\.\w{1,5}$", "", path)
    return f'install ffmpeg, or convert it where there is one: ffmpeg -i "{path}" "{name}-sound.wav"'


def about(path: str) -> About:
    """Ask ffmpeg what a file is. Raises InputError where it knows none, or where there is no sound in it."""
    program = ffmpeg()
    assert program is not None
    words = [program, "-nostdin", "-hide_banner", "-protocol_whitelist", "file", "-i", f"file:{path}"]
    try:
        said = subprocess.run(words, capture_output=True, timeout=PATIENCE_S, check=False).stderr
    except (OSError, subprocess.SubprocessError) as error:
        raise InputError(f"{path}: ffmpeg could not look at it: {error}") from None
    text = said.decode("utf-8", "replace")
    if "Input #0" not in text:
        raise InputError(f"{path}: is not a recording that can be read: {_last(text, path)}")
    if not re.search(r"Stream #.*: Audio:", text):
        raise InputError(f"{path}: holds no sound")
    # A length that is reckoned from the size of a file without one is none.
    found = None if "Estimating duration" in text else _DURATION.search(text)
    duration_s = None if found is None else 3600.0 * int(found[1]) + 60.0 * int(found[2]) + float(found[3])
    return About(duration_s, text)


class Conversion:
    """A running ffmpeg: `sound` is a wav of floats that comes through a pipe. `end` says what went wrong."""

    def __init__(self, path: str | None, stdin: int | None = None) -> None:
        """Convert a file, or what comes through a pipe where `path` is None."""
        program = ffmpeg()
        assert program is not None
        source, allowed = ("pipe:0", "pipe") if path is None else (f"file:{path}", "file")
        # Gaps between a container's packets become silence, so that times stay true (aresample's async).
        words = [program, "-nostdin", "-hide_banner", "-v", "error", "-protocol_whitelist", f"{allowed},pipe"]
        words += ["-i", source, "-map", "0:a:0", "-vn", "-sn", "-dn", "-af", "aresample=async=1:first_pts=0"]
        words += ["-c:a", "pcm_f32le", "-bitexact", "-f", "wav", "pipe:1"]
        self._errors: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115
        self._name = path or ""
        self._process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        assert self._process.stdout is not None
        self.sound: int = os.dup(self._process.stdout.fileno())
        self._process.stdout.close()

    def end(self) -> str:
        """Stop it if it still runs; give its complaint, empty where there was none."""
        if self._errors.closed:
            return ""
        try:
            status = self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            status = 0
        self._errors.seek(0)
        text = self._errors.read().decode("utf-8", "replace")
        self._errors.close()
        if text.strip():
            return _last(text, self._name)
        return f"ffmpeg ended with {status}" if status else ""


def _last(text: str, path: str) -> str:
    """Give the first line of ffmpeg's complaints that says something."""
    for line in text.splitlines():
        words = _ABOUT.sub("", line.strip()).replace(f"file:{path}", "it").rstrip(".")
        if words and not words.startswith(("Guessed", "Consider", "At least one output")):
            return words[:SHOWN_CHARACTERS]
    return "ffmpeg does not know it"

"""Sound through pipes: with or without a size, in any pieces, and refused in a sentence where it is no wav."""

import os
import struct
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from forehear.errors import InputError
from forehear.io.audio import open_recording

TONE_HZ = 440.0


def tone(rate_hz: int, seconds: float = 1.5, channels: int = 1) -> np.ndarray:
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    one = 0.5 * np.sin(2 * np.pi * TONE_HZ * time_s)
    return np.repeat(one[:, None], channels, axis=1).astype(np.float32)


def written(folder: Path, name: str, samples: np.ndarray, rate_hz: int, subtype: str | None = None) -> str:
    path = str(folder / name)
    soundfile.write(path, samples, rate_hz, subtype=subtype)
    return path


def refused(path: str) -> str:
    with pytest.raises(InputError) as error:
        open_recording(path)
    assert str(error.value).startswith(path + ": ")
    return str(error.value).removeprefix(path + ": ")


def test_a_wav_comes_through_a_pipe(tmp_path: Path) -> None:
    path = written(tmp_path, "a.wav", tone(16_000, 2.0), 16_000)
    code = (
        "from forehear.io.audio import open_recording\n"
        "r = open_recording('-')\n"
        "print(r.rate_hz, sum(len(b) for b in r.blocks()), r.faults)\n"
    )
    environment = os.environ | {"PYTHONPATH": "src"}
    data = Path(path).read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", code], input=data, capture_output=True, env=environment, timeout=60
    )
    assert done.stdout.decode().split(maxsplit=2) == ["16000", "32000", "[]\n"], done.stderr
    bad = subprocess.run(
        [sys.executable, "-c", code], input=b"no wav", capture_output=True, env=environment, timeout=60
    )
    assert b"stdin: is not a recording that can be read" in bad.stderr


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFF000])
def test_a_wav_through_a_pipe_may_not_know_its_size(tmp_path: Path, size: int) -> None:
    wav = bytearray(Path(written(tmp_path, "a.wav", tone(16_000, 2.0), 16_000)).read_bytes())
    at = wav.index(b"data")
    wav[at + 4 : at + 8] = struct.pack("<I", size)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # In pieces that cut the header.
    pieces = [bytes(wav[:7]), bytes(wav[7:41]), bytes(wav[41:])]

    def write() -> None:
        with pipe.open("wb", buffering=0) as file:
            for piece in pieces:
                file.write(piece)

    writer = threading.Thread(target=write)
    writer.start()
    recording = open_recording(str(pipe))
    assert sum(map(len, recording.blocks())) == 32_000
    assert recording.faults == []
    recording.close()
    writer.join(5.0)


def test_of_a_pipe_what_is_no_wav_is_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    flac = Path(written(tmp_path, "a.flac", tone(16_000, 2.0), 16_000)).read_bytes()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(flac[:1000],))
    writer.start()
    assert "of a pipe only wav can be read here: ffmpeg -i FILE -f wav - | forehear listen -" in refused(str(pipe))
    writer.join(5.0)


def test_a_named_pipe_is_read_like_stdin(tmp_path: Path) -> None:
    data = Path(written(tmp_path, "a.wav", tone(16_000, 2.0), 16_000)).read_bytes()
    pipe = tmp_path / "pipe.wav"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(data,))
    writer.start()
    recording = open_recording(str(pipe))
    assert sum(len(b) for b in recording.blocks()) == 32_000
    recording.close()
    writer.join(5.0)

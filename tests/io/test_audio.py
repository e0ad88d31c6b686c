"""Recordings of every kind become the same sound; what is no recording is refused by name and reason."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from forehear.constants import LISTENING_RATE_HZ
from forehear.errors import InputError
from forehear.io import audio
from forehear.io.audio import Recording, open_recording
from forehear.io.resample import Resampler

TONE_HZ = 440.0


def tone(rate_hz: int, seconds: float = 1.5, channels: int = 1) -> np.ndarray:
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    one = 0.5 * np.sin(2 * np.pi * TONE_HZ * time_s)
    return np.repeat(one[:, None], channels, axis=1).astype(np.float32)


def written(folder: Path, name: str, samples: np.ndarray, rate_hz: int, subtype: str | None = None) -> str:
    path = str(folder / name)
    soundfile.write(path, samples, rate_hz, subtype=subtype)
    return path


def everything(recording: Recording) -> np.ndarray:
    """All of a recording at the listening rate."""
    resampler = Resampler(recording.rate_hz, recording.channels)
    out = [resampler.feed(block) for block in recording.blocks()]
    recording.close()
    return np.concatenate([*out, resampler.end()])


CASES = [
    ("a.wav", "PCM_U8", 8_000, 1), ("a.wav", "PCM_16", 11_025, 1), ("a.wav", "PCM_16", 16_000, 2),
    ("a.wav", "PCM_24", 44_100, 3), ("a.wav", "PCM_32", 48_000, 4), ("a.wav", "FLOAT", 96_000, 1),
    ("a.wav", "DOUBLE", 192_000, 8), ("a.flac", "PCM_16", 44_100, 2), ("a.flac", "PCM_24", 48_000, 8),
    ("a.flac", "PCM_S8", 22_050, 1), ("a.ogg", "VORBIS", 48_000, 1), ("a.ogg", "OPUS", 16_000, 2),
    ("a.wav", "ULAW", 8_000, 1), ("a.wav", "MS_ADPCM", 16_000, 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "subtype", "rate_hz", "channels"), CASES)
def test_every_kind_of_recording_is_the_same_tone(
    tmp_path: Path, name: str, subtype: str, rate_hz: int, channels: int
) -> None:
    recording = open_recording(written(tmp_path, name, tone(rate_hz, channels=channels), rate_hz, subtype))
    assert (recording.rate_hz, recording.channels, recording.faults) == (rate_hz, channels, [])
    heard = everything(recording)
    # An ADPCM recording is of whole blocks; all others are as long as they were.
    assert len(heard) == pytest.approx(1.5 * LISTENING_RATE_HZ, abs=1200 if subtype == "MS_ADPCM" else 2)
    assert heard.shape[1] == channels
    want = tone(LISTENING_RATE_HZ)[2000:20_000, 0]
    # -26 dB for the lossy kinds and 8 bits, -60 dB for all others.
    tolerance = 0.025 if subtype in ("PCM_U8", "PCM_S8", "VORBIS", "OPUS", "ULAW", "MS_ADPCM") else 5e-4
    for channel in range(channels):
        error = heard[2000:20_000, channel] - want
        assert np.sqrt(np.mean(error**2)) < tolerance


def test_memory_does_not_grow_with_the_recording(tmp_path: Path) -> None:
    recording = open_recording(written(tmp_path, "a.wav", tone(48_000, 5.0), 48_000))
    assert max(map(len, recording.blocks())) <= audio.BLOCK_S * 48_000


def refused(path: str) -> str:
    with pytest.raises(InputError) as error:
        open_recording(path)
    assert str(error.value).startswith(path + ": ")
    return str(error.value).removeprefix(path + ": ")


def refused_as(path: str) -> str:
    with pytest.raises(InputError) as error:
        open_recording(path)
    return str(error.value)


def header(channels: int, rate_hz: int, data: bytes = b"\0" * 64) -> bytes:
    form = struct.pack("<HHIIHH", 1, channels, rate_hz, rate_hz * channels * 2 % 2**32, channels * 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


BAD = {
    "empty": (b"", "is empty"),
    "text": (b"This is not a recording.\n" * 40, "is text, not a recording"),
    "noise": (bytes(range(256)) * 8, "is not a recording that can be read"),
    "half a header": (header(1, 16_000)[:30], "is not a recording that can be read"),
    "no samples": (header(1, 16_000, b""), "holds no samples"),
    "no channels": (header(0, 16_000), "is not a recording that can be read"),
    "nine channels": (header(9, 16_000, b"\0" * 180), "has 9 channels; allowed: 1 to 8"),
    "rate of 1 Hz": (header(1, 1), "sampling rate 1 Hz; allowed: 8000 to 800000"),
    "rate of 4 GHz": (header(1, 2**32 - 1), ""),
    "rate of 0 Hz": (header(1, 0), ""),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "is not a recording that can be read"),
}


@pytest.mark.parametrize(("data", "reason"), BAD.values(), ids=BAD)
def test_what_is_no_recording_is_refused_by_name_and_reason(
    tmp_path: Path, data: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With ffmpeg or without: it has words of its own.
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "bad.wav"
    path.write_bytes(data)
    assert refused(str(path)).startswith(reason)


def test_what_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    assert "No such file" in refused(str(tmp_path / "absent.wav"))
    assert "null" in refused_as("a\0.wav")
    assert "directory" in refused(str(tmp_path))


def test_a_truncated_wav_gives_what_is_there_and_says_so(tmp_path: Path) -> None:
    path = Path(written(tmp_path, "a.wav", tone(16_000, 3.0), 16_000))
    path.write_bytes(path.read_bytes()[: 44 + 2 * 16_000])
    recording = open_recording(str(path))
    assert len(everything(recording)) == 16_000
    assert recording.faults == ["truncated: 1.0 of 3.0 s are there"]


@pytest.mark.parametrize("name", ["a.flac", "a.ogg"])
def test_other_truncated_recordings_give_what_is_there(tmp_path: Path, name: str) -> None:
    chance = np.random.default_rng(1).normal(0.0, 0.1, (48_000, 1)).astype(np.float32)
    path = Path(written(tmp_path, name, chance, 16_000))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    recording = open_recording(str(path))
    heard = everything(recording)
    # The first half of a short ogg is its tables, for a good part.
    assert 0.2 * 48_000 < len(heard) < 0.7 * 48_000
    assert len(recording.faults) == 1
    assert ("of 3.0 s could be read" if name == "a.flac" else "truncated: it has no end") in recording.faults[0]


@pytest.mark.slow
def test_any_bytes_are_refused_or_read_and_never_crash(tmp_path: Path) -> None:
    chance = np.random.default_rng(7)
    path = tmp_path / "a.wav"
    sound = [
        Path(written(tmp_path, n, tone(16_000, 0.2), 16_000)).read_bytes() for n in ("b.wav", "b.flac", "b.ogg")
    ]
    for trial in range(150):
        data = bytearray(sound[trial % 3])
        for at in chance.integers(0, min(len(data), 200 if trial % 2 else len(data)), 5):
            data[at] = chance.integers(256)
        path.write_bytes(data)
        try:
            recording = open_recording(str(path))
        except InputError:
            continue
        assert 1 <= recording.channels <= 8
        for block in recording.blocks():
            assert block.dtype == np.float32
        recording.close()

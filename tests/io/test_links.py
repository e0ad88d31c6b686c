"""Joined files, streams without an end, headers never finished: all that is there is heard, and nothing else."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from forehear.errors import InputError
from forehear.io.audio import Recording, open_recording
from forehear.io.links import FilePart, Link, links_of

RATE_HZ = 16_000
CHANCE = np.random.default_rng(4)
SOUND = CHANCE.normal(0.0, 0.1, 3 * RATE_HZ).astype(np.float32)


def bytes_of(folder: Path, seconds: float = 3.0, rate_hz: int = RATE_HZ, **how: str) -> bytes:
    """A recording of noise as a file's bytes."""
    path = folder / "one"
    soundfile.write(path, SOUND[: round(seconds * rate_hz)], rate_hz, **how)
    return path.read_bytes()


def heard(path: Path) -> list[tuple[float, list[str]]]:
    """Seconds and faults of each recording in a file."""
    out, links, number = [], None, 0
    while number == 0 or number < len(links or ()):
        recording = open_recording(str(path), number, links)
        links, number = recording.links, number + 1
        out.append((sum(map(len, recording.blocks())) / recording.rate_hz, recording.faults))
        recording.close()
    return out


def only(path: Path) -> tuple[np.ndarray, Recording]:
    recording = open_recording(str(path))
    samples = np.concatenate([*recording.blocks(), np.empty((0, 1), np.float32)])
    recording.close()
    return samples[:, 0], recording


def sized(wav: bytes, size: int, riff: int | None = None) -> bytes:
    """A wav whose header tells another size of its samples."""
    at = wav.index(b"data")
    out = wav[: at + 4] + struct.pack("<I", size) + wav[at + 8 :]
    return out if riff is None else out[:4] + struct.pack("<I", riff) + out[8:]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "riff"),
    [(0, 0), (0, None), (0xFFFFFFFF, 0xFFFFFFFF), (0x7FFFFFFF, 0x7FFFFFFF), (0x7FFFF000, 0x7FFFF024)],
)  # fmt: skip
def test_a_wav_without_a_size_is_heard_to_its_end(tmp_path: Path, size: int, riff: int | None) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(sized(bytes_of(tmp_path, format="WAV", subtype="PCM_16"), size, riff))
    samples, recording = only(path)
    assert len(samples) == len(SOUND)
    assert samples == pytest.approx(SOUND, abs=1e-4)
    assert recording.faults == []
    assert recording.duration_s is None


def test_sound_that_begins_with_silence_is_not_taken_for_padding(tmp_path: Path) -> None:
    wav = bytearray(sized(bytes_of(tmp_path, format="WAV", subtype="PCM_16"), 0))
    wav[44:20_044] = bytes(20_000)
    (tmp_path / "a.wav").write_bytes(wav)
    assert len(only(tmp_path / "a.wav")[0]) == len(SOUND)


def test_an_rf64_without_sizes_is_heard_to_its_end(tmp_path: Path) -> None:
    wav = bytearray(bytes_of(tmp_path, format="RF64", subtype="PCM_16"))
    at = wav.index(b"ds64")
    wav[at + 8 : at + 32] = bytes(24)
    (tmp_path / "a.wav").write_bytes(wav)
    assert len(only(tmp_path / "a.wav")[0]) == len(SOUND)


def test_a_header_that_was_not_brought_up_to_date_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(sized(bytes_of(tmp_path, format="WAV", subtype="PCM_16"), 32_000))
    samples, recording = only(tmp_path / "a.wav")
    assert len(samples) == len(SOUND)
    assert recording.faults == ["its header was not finished: it tells of 32000 bytes of sound, 96000 are there"]


INFO = b"LIST\x1a\0\0\0INFOISFT\x0e\0\0\0Lavf58.29.100\0"


@pytest.mark.parametrize(
    "after", [b"", b"\0" * 5000, INFO, INFO + b"\0"], ids=["nothing", "zeros", "a list", "odd"]
)
def test_what_follows_the_samples_is_not_heard(tmp_path: Path, after: bytes) -> None:
    wav = bytes_of(tmp_path, format="WAV", subtype="PCM_16")
    (tmp_path / "a.wav").write_bytes(wav + after)
    samples, recording = only(tmp_path / "a.wav")
    assert len(samples) == len(SOUND)
    assert recording.faults == []
    (tmp_path / "empty.wav").write_bytes(sized(wav[:44], 0) + after)
    with pytest.raises(InputError, match="holds no samples"):
        open_recording(str(tmp_path / "empty.wav"))


@pytest.mark.parametrize(
    "how",
    [
        {"format": "OGG"}, {"format": "OGG", "subtype": "OPUS"}, {"format": "FLAC"},
        {"format": "WAV", "subtype": "FLOAT"},
    ],
)  # fmt: skip
def test_joined_recordings_are_all_heard(tmp_path: Path, how: dict[str, str]) -> None:
    parts = [bytes_of(tmp_path, seconds, **how) for seconds in (3.0, 1.0, 2.0)]
    path = tmp_path / "joined"
    path.write_bytes(b"".join(parts))
    pieces = heard(path)
    assert [seconds for seconds, _ in pieces] == pytest.approx([3.0, 1.0, 2.0], abs=0.02)
    assert all(faults == [] for _, faults in pieces)
    assert open_recording(str(path), 1).name == f"{path} (part 2 of 3)"


def test_joined_recordings_may_differ_and_be_damaged_in_between(tmp_path: Path) -> None:
    one, two = bytes_of(tmp_path, 1.0, 48_000, format="OGG", subtype="OPUS"), bytes_of(tmp_path, format="OGG")
    (tmp_path / "a").write_bytes(one + b"what is no page " * 99 + two[: len(two) // 2])
    (first, whole), (second, cut) = heard(tmp_path / "a")
    assert first == 1.0
    assert whole == []
    assert 0.1 < second < 2.5
    assert len(cut) == 1
    assert "truncated: it has no end" in cut[0]


def without_length(flac: bytes) -> bytes:
    """A flac as it comes out of a pipe: how many samples it has, and their sum, was never filled in."""
    out = bytearray(flac)
    out[21] &= 0xF0
    out[22:42] = bytes(20)
    return bytes(out)


def test_a_flac_of_unknown_length_is_heard_to_its_end(tmp_path: Path) -> None:
    flac = without_length(bytes_of(tmp_path, format="FLAC", subtype="PCM_16"))
    (tmp_path / "a.flac").write_bytes(flac)
    samples, recording = only(tmp_path / "a.flac")
    assert samples == pytest.approx(SOUND, abs=1e-4)
    assert (recording.faults, recording.duration_s) == ([], None)
    (tmp_path / "cut.flac").write_bytes(flac[: len(flac) // 2])
    samples, recording = only(tmp_path / "cut.flac")
    assert 0 < len(samples) < 0.6 * len(SOUND)
    assert samples == pytest.approx(SOUND[: len(samples)], abs=1e-4)
    assert len(recording.faults) == 1
    assert " of " not in recording.faults[0].partition("(")[0]


def test_a_flac_of_unknown_length_that_holds_nothing_is_told(tmp_path: Path) -> None:
    flac = without_length(bytes_of(tmp_path, format="FLAC", subtype="PCM_16"))
    (tmp_path / "a.flac").write_bytes(flac[:42])
    assert only(tmp_path / "a.flac")[1].faults == ["holds no samples"]


def test_a_window_reads_as_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(range(100)))
    window = FilePart(tmp_path / "a", Link(10, 50, ((12, b"xyz"),)))
    want = bytes([10, 11]) + b"xyz" + bytes(range(15, 50))
    assert window.read() == want
    for at in range(40):
        window.seek(at)
        assert window.read(3) == want[at : at + 3]
    assert window.seek(-1, 2) == 39
    assert window.read(9) == want[-1:]
    window.close()


def test_one_whole_file_is_one_link(tmp_path: Path) -> None:
    for how in ({"format": "WAV"}, {"format": "OGG"}, {"format": "FLAC"}, {"format": "AIFF"}, {"format": "W64"}):
        data = bytes_of(tmp_path, **how)
        assert links_of(tmp_path / "one") == [Link(0, len(data))]

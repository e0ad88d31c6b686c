"""Sound in a file: what was put in comes out, and what is too loud is cut and counted."""

from pathlib import Path

import numpy as np
import pytest

from forehear.errors import InputError
from forehear.io.audio import open_recording
from forehear.io.audio_out import write_audio

STEP = 2.0**-15


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_what_is_written_is_read_back(tmp_path: Path, suffix: str) -> None:
    rng = np.random.default_rng(1)
    blocks = [rng.uniform(-0.9, 0.9, (1000, 2)).astype(np.float32) for _ in range(3)]
    path = tmp_path / f"a{suffix}"
    assert write_audio(path, blocks, 16000, 2) == 0
    recording = open_recording(str(path))
    got = np.concatenate([block.reshape(-1, 2) for block in recording.blocks()])
    recording.close()
    assert (recording.rate_hz, recording.channels) == (16000, 2)
    assert np.max(np.abs(got - np.concatenate(blocks))) <= STEP


def test_what_is_too_loud_is_cut_and_counted(tmp_path: Path) -> None:
    assert write_audio(tmp_path / "a.wav", [np.array([[0.5], [1.5], [-3.0], [1.0]], np.float32)], 16000, 1) == 2


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"allowed: a name that ends in \.wav or \.flac"):
        write_audio(tmp_path / "a.mp3", [], 16000, 1)
    with pytest.raises(InputError, match="cannot be written"):
        write_audio(tmp_path / "missing" / "a.wav", [], 16000, 1)

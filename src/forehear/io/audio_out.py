"""Sound written to a file as it comes, at a stated full scale."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forehear.errors import InputError

# What a file's name may end with, and what is written then: 16 bits hold 96 dB, all of a microphone's range.
SUFFIXES = {".wav": "WAV", ".flac": "FLAC"}


def write_audio(path: Path, blocks: Iterable[NDArray[np.float32]], rate_hz: int, channels: int) -> int:
    """Write blocks (n, channels) in full scale, -1 to 1, to a .wav or .flac of 16 bits.

    Gives how many samples lay beyond full scale and were cut off there. Raises InputError where the file cannot be
    written.
    """
    import soundfile

    if path.suffix not in SUFFIXES:
        raise InputError(f"{path}: allowed: a name that ends in {' or '.join(SUFFIXES)}")
    cut = 0
    try:
        with soundfile.SoundFile(path, "w", rate_hz, channels, "PCM_16", format=SUFFIXES[path.suffix]) as file:
            for block in blocks:
                cut += int(np.count_nonzero(np.abs(block) > 1.0))
                file.write(np.clip(block, -1.0, 1.0))
    except (OSError, soundfile.LibsndfileError) as error:
        raise InputError(f"{path}: cannot be written: {error}") from None
    return cut

"""Samples to the listening rate: the same in any blocks, in their place, and holes stay holes."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from forehear.constants import LISTENING_RATE_HZ
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


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([8_000, 11_025, 16_000, 44_100, 48_000, 96_000, 192_000]),
    st.lists(st.integers(1, 30_000), min_size=1, max_size=12),
)
def test_resampling_does_not_depend_on_the_blocks(rate_hz: int, sizes: list[int]) -> None:
    samples = tone(rate_hz, 0.4)
    whole = Resampler(rate_hz, 1)
    want = np.concatenate([whole.feed(samples), whole.end()])
    piecewise = Resampler(rate_hz, 1)
    out, at = [], 0
    for size in [*sizes, len(samples)]:
        out.append(piecewise.feed(samples[at : at + size]))
        at += size
    got = np.concatenate([*out, piecewise.end()])
    assert len(got) == len(want)
    # What is given does not depend on the cuts beyond a rounding of floats.
    assert got == pytest.approx(want, abs=1e-5)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 192_000])
def test_a_click_stays_where_it_was(rate_hz: int) -> None:
    samples = np.zeros((rate_hz, 1), np.float32)
    samples[rate_hz // 4 * 3] = 1.0
    resampler = Resampler(rate_hz, 1)
    out = np.concatenate([resampler.feed(samples[: rate_hz // 3]), resampler.feed(samples[rate_hz // 3 :]),
                          resampler.end()])  # fmt: skip
    assert len(out) == LISTENING_RATE_HZ
    assert int(np.abs(out[:, 0]).argmax()) == LISTENING_RATE_HZ // 4 * 3


@pytest.mark.parametrize("rate_hz", [16_000, 44_100, 8_000])
def test_what_is_no_number_comes_out_as_such_in_its_place_and_nowhere_else(tmp_path: Path, rate_hz: int) -> None:
    samples = tone(rate_hz, 2.0)
    holes = [(0.3, 0.45), (0.7, 0.7 + 1.0 / rate_hz), (1.49, 1.51)]
    for (first, after), bad in zip(holes, (np.nan, np.inf, 1e30), strict=True):
        samples[round(first * rate_hz) : round(after * rate_hz)] = bad
    heard = everything(open_recording(written(tmp_path, "a.wav", samples, rate_hz, "FLOAT")))
    lost = ~np.isfinite(heard[:, 0])
    want = np.zeros(len(heard), bool)
    for first, after in holes:
        want[round(first * LISTENING_RATE_HZ) : round(after * LISTENING_RATE_HZ)] = True
    # A sample more or less at each edge, where the rates do not meet.
    assert np.count_nonzero(lost != want) <= 6
    assert np.nanmax(np.abs(heard)) < 0.7

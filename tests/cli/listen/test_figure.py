"""The picture: what was detected stands where it was, and hours take no more memory than minutes."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from forehear.cli.listen import figure as listen_figure
from forehear.cli.listen.figure import COLOURS, MOST_COLUMNS, MOST_REPORTS, Sketch
from forehear.constants import LISTENING_RATE_HZ
from forehear.errors import InputError, NotInstalled
from forehear.records import Kinds, Report, Source

plt = pytest.importorskip("matplotlib.pyplot")
START_S = 1_790_000_000.0


def tone(seconds: float, hz: float, level: float = 0.2) -> np.ndarray:
    time_s = np.arange(round(seconds * LISTENING_RATE_HZ)) / LISTENING_RATE_HZ
    return level * np.sin(2.0 * np.pi * hz * time_s) + np.random.default_rng(1).normal(0.0, 0.01, len(time_s))


def report(at_s: float, *tones: float) -> Report:
    kinds = Kinds(0.9, 0.02, 0.08)
    return Report("S", at_s, at_s + 0.5, 40.0, tuple(Source(60.0, hz, 0.2, kinds=kinds) for hz in tones))


def drawn(sketch: Sketch, path: Path) -> np.ndarray:
    sketch.draw(str(path), "K-07", "a.wav")
    image = plt.imread(path)
    assert image.shape[0] > 800
    assert image.shape[1] > 1400
    return image[..., :3]


def near(image: np.ndarray, colour: str) -> int:
    want = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255.0
    return int((np.abs(image - want).max(axis=2) < 0.02).sum())


@pytest.mark.slow
def test_kinds_are_drawn_in_their_colours(tmp_path: Path) -> None:
    sketch = Sketch()
    for k in range(20):
        sketch.sound(tone(0.5, 120.0), START_S + 0.5 * k)
    sketch.report([report(START_S + k + 0.5, 120.0) for k in range(10)])
    image = drawn(sketch, tmp_path / "a.png")
    assert near(image, COLOURS["piston"]) > 5000
    # The word in the legend, and the little that is left of the odds.
    assert near(image, COLOURS["jet"]) < 3000


def test_the_same_sound_gives_the_same_picture(tmp_path: Path) -> None:
    for name in ("1.png", "2.png"):
        sketch = Sketch()
        sketch.sound(tone(3.0, 120.0), 0.0)
        sketch.report([report(0.5, 120.0), report(1.5, 121.0), report(2.5)])
        drawn(sketch, tmp_path / name)
    assert (tmp_path / "1.png").read_bytes() == (tmp_path / "2.png").read_bytes()


def test_nothing_heard_or_nothing_detected_is_a_picture_too(tmp_path: Path) -> None:
    drawn(Sketch(), tmp_path / "nothing.png")
    sketch = Sketch()
    sketch.sound(np.zeros(LISTENING_RATE_HZ), 5.0)
    sketch.sound(np.full(LISTENING_RATE_HZ, np.nan), 6.0)
    sketch.report([Report("S", 5.5), Report("S", 6.5, noise_db=30.0, sources=(Source(50.0),))])
    drawn(sketch, tmp_path / "silence.png")


def test_blocks_make_the_picture_that_the_whole_makes() -> None:
    x = tone(4.0, 300.0)
    whole, parts = Sketch(), Sketch()
    whole.sound(x, START_S)
    at = 0
    for size in (1, 999, 8000, 3, 20_000, 40_000):
        parts.sound(x[at : at + size], START_S + at / LISTENING_RATE_HZ)
        at += size
    assert np.allclose(whole._columns, parts._columns, equal_nan=True)
    assert np.isfinite(whole._columns[:, 0]).sum() == (len(x) - listen_figure.LENGTH) // listen_figure.STEP + 1


def test_a_gap_is_left_blank_and_sound_after_it_stands_in_its_place() -> None:
    sketch = Sketch()
    sketch.sound(tone(2.0, 300.0), START_S)
    sketch.sound(tone(2.0, 300.0), START_S + 10.0)
    heard = np.flatnonzero(np.isfinite(sketch._columns[:, 0])) * listen_figure.STEP / LISTENING_RATE_HZ
    assert heard.min() == 0.0
    assert not ((heard > 2.0) & (heard < 9.9)).any()
    assert 11.7 < heard.max() < 12.0


@pytest.mark.slow
def test_hours_take_the_memory_of_minutes_and_a_short_tone_is_still_there() -> None:
    sketch = Sketch()
    x = np.random.default_rng(2).normal(0.0, 1e-3, 60 * LISTENING_RATE_HZ)
    loud = x.copy()
    loud[:LISTENING_RATE_HZ] += tone(1.0, 500.0)
    sketch.sound(loud, 0.0)
    tracemalloc.start()
    for minute in range(1, 8):
        sketch.sound(x, 60.0 * minute)
    # Later minutes stand for hours: nothing between.
    sketch.sound(x, 100 * 3600.0)
    sketch.report(report(float(k), 100.0) for k in range(3 * MOST_REPORTS))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 8e6
    assert sketch._columns.shape[0] == MOST_COLUMNS
    row = round(500.0 * listen_figure.LENGTH / LISTENING_RATE_HZ)
    assert sketch._columns[0, row] > 1e3 * np.nanmedian(sketch._columns[0])


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        Sketch().draw(str(tmp_path / "absent" / "a.png"), "S", "a.wav")
    with pytest.raises(InputError, match="cannot be written"):
        Sketch().draw(str(tmp_path / "a.unknown"), "S", "a.wav")


def test_without_matplotlib_it_is_told_before_listening(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(NotInstalled, match=r"needs matplotlib, .*pip install '\.\[report\]'"):
        listen_figure.require_matplotlib()

"""Progress: silent for short work, lines elsewhere, one line that is written over on a terminal."""

import io

import pytest

from forehear.cli import progress


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    one = Clock()
    monkeypatch.setattr(progress.time, "monotonic", one.monotonic)
    return one


def worked(clock: Clock, one: progress.Progress, seconds: int, words: str | None = None) -> None:
    for second in range(seconds):
        clock.now_s += 1.0
        one.show(float(second + 1), words)


def test_short_work_says_nothing_and_long_work_now_and_then(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress.Progress("simulating night") as one:
        one.begin("", 100.0)
        worked(clock, one, 1)
        assert capsys.readouterr().err == ""
        worked(clock, one, 30)
    assert capsys.readouterr().err.splitlines() == [f"simulating night: {share} %" for share in (1, 11, 21)]


def test_quiet_is_quiet_but_for_what_must_be_said(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    for quiet, lines in ((True, True), (False, False)):
        one = progress.Progress("forehear track", quiet, lines)
        worked(clock, one, 60, "words")
        one.log("done")
        assert capsys.readouterr().err == "forehear track: done\n"


def test_on_a_terminal_words_are_written_over_and_a_share_is_a_bar(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Terminal()
    monkeypatch.setattr(progress.sys, "stderr", screen)
    one = progress.Progress("forehear track")
    worked(clock, one, 4, "words")
    one.log("done")
    assert screen.getvalue() == "forehear track: words\x1b[K\r" * 3 + "\x1b[Kforehear track: done\n"
    screen.truncate(0)
    with progress.Progress("forehear listen", after_s=0.0) as bar:
        bar.begin("a.wav", 10.0)
        worked(clock, bar, 3)
        bar.log("a fault")
    assert "a.wav" in screen.getvalue()
    assert "forehear listen: a fault" in screen.getvalue()

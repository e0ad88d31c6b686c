"""How far a long piece of work is, on stderr: one way for every verb.

On a terminal a bar where a share of a whole is known, one line that is written over where words are; elsewhere a
line now and then, or none. Work that is done at once says nothing until it is done.
"""

import sys
import time
from typing import Any

from forehear.cli.extras import is_here

# Work shorter than this needs no progress [s]; after it, so often on a terminal and elsewhere.
QUIET_S = 2.0
TERMINAL_EVERY_S, LINES_EVERY_S = 0.5, 10.0
# A bar is drawn anew so often [s], whatever comes.
BAR_EVERY_S = 0.1


class Progress:
    """One verb's progress. `quiet`: none at all; `lines`: whether it says anything where there is no terminal."""

    def __init__(self, verb: str, quiet: bool = False, lines: bool = True, after_s: float = QUIET_S) -> None:
        self._verb = verb
        self._terminal = sys.stderr.isatty()
        # rich is no part of what a sensor's computer needs: without it a line that is written over, not a bar.
        self._draws = self._terminal and is_here("rich")
        silent = quiet or not (self._terminal or lines)
        self.began_s = time.monotonic()
        self._next_s = float("inf") if silent else self.began_s + after_s
        self._what, self._total = "", 0.0
        self._bar: Any = None

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def begin(self, what: str, total: float | None) -> None:
        """Begin with something of so many seconds (or whatever `show` counts); None: nobody knows how many."""
        self._end()
        self._what, self._total = what, total or 0.0

    def show(self, done: float, words: str | None = None) -> None:
        """Tell that so much is done, if it is time to; `words` in place of a share of the whole."""
        now = time.monotonic()
        if now < self._next_s:
            return
        if self._draws and words is None:
            self._next_s = now + BAR_EVERY_S
            self._draw(done)
            return
        self._next_s = now + (TERMINAL_EVERY_S if self._terminal else LINES_EVERY_S)
        share = f"{100.0 * done / self._total:.0f} %" if self._total else f"{done:,.0f} s"
        end = "\x1b[K\r" if self._terminal else "\n"
        what = words or (f"{self._what}: {share}" if self._what else share)
        print(f"{self._verb}: {what}", file=sys.stderr, end=end, flush=True)

    def log(self, words: str) -> None:
        """Say something that stays, above the bar or in place of the line."""
        if self._bar is not None:
            self._bar.console.print(f"{self._verb}: {words}", markup=False, highlight=False)
        else:
            clear = "\x1b[K" if self._terminal else ""
            print(f"{clear}{self._verb}: {words}", file=sys.stderr, flush=True)

    def _draw(self, done: float) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f} s"),
                TimeRemainingColumn(), console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self._bar.add_task(self._what or self._verb, total=self._total or None)
            self._bar.start()
        self._bar.update(0, completed=done)

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

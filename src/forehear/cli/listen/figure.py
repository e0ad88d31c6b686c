"""`forehear listen --figure`: what was detected, drawn over the spectrogram, in memory that does not grow.

The spectrogram is kept in at most a few thousand columns: whenever it is full, pairs of columns become one with
the larger of their values, so that a line of an hour ago is still there in a picture of a night.
"""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.cli.extras import require
from forehear.constants import LISTENING_RATE_HZ
from forehear.errors import InputError
from forehear.records import KINDS, Report

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# A column's samples and those it steps by: 7.8 Hz and 64 ms, so that lines and their sweep both show.
LENGTH, STEP = 2048, 1024
HIGHEST_HZ = 2000.0
# Columns kept: a picture has 1,500 pixels across.
MOST_COLUMNS = 3000
# Reports kept; beyond, every other one goes.
MOST_REPORTS = 10_000
# Points belong to one line when they follow within this time [s] and this share of the tone.
JOINED_S, JOINED_SHARE = 2.6, 0.12
# -----------------------------------------------------------------------------------------------------
# Okabe and Ito's colours, told apart with any colour vision.
COLOURS = {"piston": "#D55E00", "jet": "#0072B2", "other": "#009E73"}
INK, FAINT, PAPER = "#3A4450", "#8C96A0", "#FFFFFF"
_ROWS = int(HIGHEST_HZ * LENGTH / LISTENING_RATE_HZ) + 1


class _SourcePoint(NamedTuple):
    """One source of one report."""

    heard_at_s: float
    level_db: float
    tone_hz: float | None
    sigma_hz: float
    kind: str
    odds: tuple[float, float, float]


def require_matplotlib() -> None:
    """Raise NotInstalled where there is no matplotlib: before hours of listening, not after."""
    require("listen", ("matplotlib",))


class Sketch:
    """The picture while it grows."""

    def __init__(self) -> None:
        self._columns = np.full((MOST_COLUMNS, _ROWS), np.nan, np.float32)
        self._began_s: float | None = None
        self._per_column = 1
        self._ended_s = 0.0
        self._rest = np.empty(0)
        self._window = np.hanning(LENGTH + 1)[:-1]
        self._points: list[_SourcePoint] = []
        self._noise: list[tuple[float, float]] = []

    def sound(self, samples: NDArray[np.floating], at_s: float) -> None:
        """Draw samples (n,) or (n, channels) at the listening rate."""
        one = np.asarray(samples, np.float64)
        one = one if one.ndim == 1 else one.mean(axis=1)
        if self._began_s is None:
            self._began_s = at_s
        if abs(at_s - self._ended_s) > 0.5 * STEP / LISTENING_RATE_HZ:
            self._rest = np.empty(0)
        rest_s = len(self._rest) / LISTENING_RATE_HZ
        joined = np.concatenate([self._rest, one])
        count = max((len(joined) - LENGTH) // STEP + 1, 0)
        self._ended_s = at_s + len(one) / LISTENING_RATE_HZ
        self._rest = joined[count * STEP :].copy()
        if count == 0:
            return
        cut = np.lib.stride_tricks.sliding_window_view(joined, LENGTH)[::STEP][:count]
        power = np.abs(np.fft.rfft(cut * self._window, axis=1)[:, :_ROWS]) ** 2
        first = round((at_s - rest_s - self._began_s) * LISTENING_RATE_HZ / STEP)
        for k in range(count):
            self._put(first + k, power[k])

    def _put(self, number: int, power: Array) -> None:
        # Sound from before the beginning: a clock that was set back.
        if number < 0:
            return
        while number // self._per_column >= MOST_COLUMNS:
            self._columns[: MOST_COLUMNS // 2] = np.fmax(self._columns[0::2], self._columns[1::2])
            self._columns[MOST_COLUMNS // 2 :] = np.nan
            self._per_column *= 2
        row = self._columns[number // self._per_column]
        np.fmax(row, power.astype(np.float32), out=row)

    def report(self, reports: Iterable[Report]) -> None:
        """Note what was detected."""
        for report in reports:
            if report.noise_db is not None and math.isfinite(report.noise_db):
                self._noise.append((report.heard_at_s, report.noise_db))
            for source in report.sources:
                odds = (0.0, 0.0, 1.0)
                if source.kinds is not None:
                    odds = (source.kinds.piston, source.kinds.jet, source.kinds.other)
                kind = KINDS[int(np.argmax(odds))]
                point = _SourcePoint(
                    report.heard_at_s, source.level_db, source.tone_hz, source.tone_sigma_hz or 0.0, kind, odds
                )
                self._points.append(point)
            if len(self._points) > MOST_REPORTS:
                self._points = self._points[::2]
            if len(self._noise) > MOST_REPORTS:
                self._noise = self._noise[::2]

    def draw(self, path: str, sensor: str, name: str) -> None:
        """Write the picture. Raises InputError where it cannot be."""
        import matplotlib as mpl

        mpl.use("Agg")
        from matplotlib import pyplot as plt

        style: Any = {
            "font.size": 9.0, "axes.edgecolor": FAINT, "axes.labelcolor": INK, "text.color": INK,
            "xtick.color": INK, "ytick.color": INK, "axes.linewidth": 0.6, "axes.spines.top": False,
            "axes.spines.right": False, "xtick.major.width": 0.6, "ytick.major.width": 0.6,
        }  # fmt: skip
        with plt.rc_context(style):
            figure, (above, strip, below) = plt.subplots(
                3, 1, sharex=True, figsize=(12.0, 7.2), dpi=130, height_ratios=(6.0, 0.28, 1.9),
                gridspec_kw={"hspace": 0.09, "left": 0.065, "right": 0.985, "top": 0.9, "bottom": 0.075},
            )  # fmt: skip
            axis = _Axis(self._began_s or 0.0, max(self._ended_s - (self._began_s or 0.0), 0.1))
            self._draw_sound(above, axis)
            self._draw_tones(above, axis)
            self._draw_kinds(strip, axis)
            self._draw_levels(below, axis)
            below.set_xlim(0.0, axis.length)
            axis.label(below)
            _draw_head(figure, sensor, Path(name).name, self._words())
            try:
                figure.savefig(path, facecolor=PAPER, metadata={"Software": None})
            except (OSError, ValueError) as error:
                raise InputError(f"{path}: cannot be written: {error}") from None
            finally:
                plt.close(figure)

    def _words(self) -> str:
        if not self._points:
            return "nothing detected"
        seconds = {k: len({p.heard_at_s for p in self._points if p.kind == k}) for k in KINDS}
        return ",  ".join(f"{k} in {n} report{'s' if n != 1 else ''}" for k, n in seconds.items() if n)

    def _draw_sound(self, axes: Any, axis: "_Axis") -> None:
        """Draw decibels above each frequency's own floor: lines stand out, weather does not."""
        from matplotlib.colors import LinearSegmentedColormap

        column_s = STEP * self._per_column / LISTENING_RATE_HZ
        # A hole in the middle shows; after the last column there is nothing to miss.
        heard: NDArray[np.bool_] = np.asarray(np.isfinite(self._columns).any(axis=1))
        if not heard.any():
            return
        used = int(np.flatnonzero(heard)[-1]) + 1
        with np.errstate(divide="ignore", invalid="ignore"):
            levels = 10.0 * np.log10(self._columns[:used].T + 1e-14)
        floor = np.nanpercentile(levels[:, heard[:used]], 25.0, axis=1)
        # The floor itself follows frequency smoothly, or a steady line would be taken for floor and vanish.
        wide = 41
        smooth = np.array([np.median(floor[max(k - wide // 2, 0) : k + wide // 2 + 1]) for k in range(len(floor))])
        shades = ["#FFFFFF", "#E3E9EF", "#A9B9C9", "#5F7489", "#1F2B38"]
        cmap = LinearSegmentedColormap.from_list("paper", shades).with_extremes(bad="#F3F1EC")
        axes.imshow(
            levels - smooth[:, None], origin="lower", aspect="auto", cmap=cmap, vmin=2.0, vmax=34.0,
            extent=(0.0, used * column_s / axis.unit_s, 0.0, _ROWS * LISTENING_RATE_HZ / LENGTH),
        )  # fmt: skip
        axes.set_ylim(0.0, HIGHEST_HZ)
        axes.set_ylabel("frequency, Hz")
        axes.tick_params(labelbottom=False)

    def _draw_tones(self, axes: Any, axis: "_Axis") -> None:
        for line in _lines([p for p in self._points if p.tone_hz is not None]):
            when = axis.of(np.array([p.heard_at_s for p in line]))
            tone = np.array([p.tone_hz for p in line], np.float64)
            sigma = np.array([p.sigma_hz for p in line])
            colour = COLOURS[_commonest(line)]
            if len(line) == 1:
                when, tone, sigma = axis.stretched(when), np.repeat(tone, 2), np.repeat(sigma, 2)
            for k in range(2, int(HIGHEST_HZ / tone.min()) + 1):
                # Paler the higher: of a slow engine's thirty harmonics the first say where to look.
                axes.plot(
                    when, k * tone, color=colour, lw=0.6, alpha=max(0.7 - 0.04 * k, 0.2), solid_capstyle="round"
                )
            axes.fill_between(when, tone - sigma, tone + sigma, color=colour, alpha=0.25, lw=0.0)
            axes.plot(when, tone, color=colour, lw=1.8, solid_capstyle="round")

    def _draw_kinds(self, axes: Any, axis: "_Axis") -> None:
        """Draw the loudest source's odds as a strip; empty where nothing was heard."""
        loudest: dict[float, _SourcePoint] = {}
        for p in self._points:
            if p.heard_at_s not in loudest or p.level_db > loudest[p.heard_at_s].level_db:
                loudest[p.heard_at_s] = p
        when = np.array(sorted(loudest))
        if len(when):
            odds = np.array([loudest[t].odds for t in when])
            bottom = np.zeros(len(when))
            for k, kind in enumerate(KINDS):
                axes.bar(axis.of(when), odds[:, k], axis.second, bottom, color=COLOURS[kind], lw=0.0)
                bottom += odds[:, k]
        axes.set_ylim(0.0, 1.0)
        axes.set_yticks([0.5], ["kind"])
        axes.tick_params(left=False, bottom=False, labelbottom=False)
        axes.set_facecolor("#F5F6F7")
        for side in axes.spines.values():
            side.set_visible(False)

    def _draw_levels(self, axes: Any, axis: "_Axis") -> None:
        if self._noise:
            noise = np.array(sorted(self._noise))
            axes.plot(axis.of(noise[:, 0]), noise[:, 1], color=FAINT, lw=1.2)
            axes.annotate(
                "noise", (axis.of(noise[-1:, 0])[0], noise[-1, 1]), (-4, -4), textcoords="offset points",
                ha="right", va="top", color=FAINT, fontsize=8,
            )  # fmt: skip
        for kind in KINDS:
            points = [p for p in self._points if p.kind == kind]
            if points:
                when = axis.of(np.array([p.heard_at_s for p in points]))
                axes.plot(when, [p.level_db for p in points], "o", ms=3.2, color=COLOURS[kind], mew=0.0, alpha=0.9)
        axes.set_ylabel("level, dB")
        axes.margins(y=0.16)
        axes.grid(axis="y", color="#E6E9EC", lw=0.6)
        axes.set_axisbelow(True)


class _Axis:
    """Time across the picture, in seconds, minutes or hours since the beginning."""

    def __init__(self, began_s: float, length_s: float) -> None:
        self.began_s = began_s
        self.length_s = length_s
        self.unit_s, self.unit = next(
            (u for u in ((1.0, "seconds"), (60.0, "minutes")) if length_s <= 180.0 * u[0]), (3600.0, "hours")
        )
        self.length = length_s / self.unit_s
        # A report's second, never so thin that a night's picture loses it.
        self.second = max(1.0, length_s / 1200.0) / self.unit_s

    def of(self, times_s: Array) -> Array:
        """Give where times stand."""
        return (times_s - self.began_s) / self.unit_s

    def stretched(self, when: Array) -> Array:
        """Give the ends of a report's second around its middle."""
        half = 0.5 * self.second
        return np.array([when[0] - half, when[0] + half])

    def label(self, axes: Any) -> None:
        """Say what the numbers are."""
        since = ""
        if self.began_s > 1e8:
            since = f" since {datetime.fromtimestamp(self.began_s, UTC):%Y-%m-%d %H:%M:%S} UTC"
        axes.set_xlabel(self.unit + since)


def _draw_head(figure: Any, sensor: str, name: str, words: str) -> None:
    figure.text(0.065, 0.952, name, fontsize=13, fontweight="bold", ha="left", va="center")
    figure.text(0.065, 0.921, f"{sensor}:  {words}", fontsize=9.5, ha="left", va="center", color=FAINT)
    for k, kind in enumerate(reversed(KINDS)):
        x = 0.985 - 0.062 * k
        figure.text(x, 0.921, kind, color=COLOURS[kind], fontsize=9.5, ha="right", va="center", fontweight="bold")


def _lines(points: list[_SourcePoint]) -> list[list[_SourcePoint]]:
    """Join points that follow each other in time and tone; a line of each source."""
    open_lines: list[list[_SourcePoint]] = []
    done: list[list[_SourcePoint]] = []
    for p in sorted(points, key=lambda p: p.heard_at_s):
        done += [line for line in open_lines if p.heard_at_s - line[-1].heard_at_s > JOINED_S]
        open_lines = [line for line in open_lines if p.heard_at_s - line[-1].heard_at_s <= JOINED_S]
        near = [
            line for line in open_lines
            if line[-1].heard_at_s < p.heard_at_s
            and abs((line[-1].tone_hz or 0.0) / (p.tone_hz or 1.0) - 1.0) < JOINED_SHARE
        ]  # fmt: skip
        if near:
            min(near, key=lambda line: abs((line[-1].tone_hz or 0.0) - (p.tone_hz or 0.0))).append(p)
        else:
            open_lines.append([p])
    return done + open_lines


def _commonest(line: list[_SourcePoint]) -> str:
    return max(KINDS, key=lambda kind: sum(p.kind == kind for p in line))

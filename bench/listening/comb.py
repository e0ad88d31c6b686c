"""The peer that listening is compared with: a plain comb of harmonics over each second, as anybody would write it.

Frames of a quarter second, their spectra in decibels above the median of the lines around, averaged over one
second; the score is the mean of twenty harmonics within 2 kHz, each counted to CAP_DB at most, of the best
fundamental. Nothing is followed over seconds, nothing is known of kinds. Of 18 such combs (8, 12 or 20 lines; caps
of 8, 12 and none; fundamentals to 130 or to 250 Hz) it finds most at one false second in 10 minutes.

As a stand-in for a Listener (`listen`) it makes reports whose `piston` says how far the score is beyond
THRESHOLD_DB.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from bench.listening.recordings import RATE_HZ
from forehear.records import Kinds, Report, Source

Array = NDArray[np.float64]
FRAME, HOP, SIZE = 4000, 2000, 8000
HIGHEST_HZ, LINES, FLOOR_HZ, CAP_DB = 2000.0, 20, 100.0, 12.0
# Shafts; the blades' own line is among their harmonics.
TONES_HZ = np.arange(40.0, 130.0, 0.5)
# One false second a minute on the development recordings.
THRESHOLD_DB, SOFT_DB = 5.9, 0.5


@cache
def _teeth() -> tuple[NDArray[np.intp], Array]:
    """Bins (tones, lines) of each tone's harmonics, and their weights: equal, 0 beyond HIGHEST_HZ."""
    line_hz = TONES_HZ[:, None] * np.arange(1, LINES + 1)
    inside = line_hz <= HIGHEST_HZ
    bins = np.where(inside, np.rint(line_hz * SIZE / RATE_HZ), 0).astype(np.intp)
    return bins, inside / inside.sum(axis=1, keepdims=True)


def scores(samples: NDArray[np.floating]) -> tuple[Array, Array]:
    """Give for each second its best comb's mean height above its surroundings [dB], and its fundamental [Hz].

    The last second is the last whole one; a rest of half a second or more counts as one too.
    """
    top = int(HIGHEST_HZ * SIZE / RATE_HZ) + 100
    width = int(FLOOR_HZ * SIZE / RATE_HZ) | 1
    bins, weights = _teeth()
    window = np.hanning(FRAME)
    best_db, tone_hz = [], []
    for k in range(max(int(len(samples) / RATE_HZ + 0.5), 1)):
        piece = np.asarray(samples[int(k * RATE_HZ) : int((k + 1) * RATE_HZ)], np.float64)
        if len(piece) < FRAME:
            break
        frames = np.lib.stride_tricks.sliding_window_view(piece, FRAME)[::HOP]
        power = np.abs(np.fft.rfft(frames * window, SIZE, axis=1)[:, :top]) ** 2
        level = np.mean(10.0 * np.log10(power + 1e-12), axis=0)
        above = np.minimum(level - median_filter(level, width, mode="nearest"), CAP_DB)
        comb = np.sum(above[bins] * weights, axis=1)
        i = int(np.argmax(comb))
        best_db.append(float(comb[i]))
        tone_hz.append(float(TONES_HZ[i]))
    return np.array(best_db), np.array(tone_hz)


def listen(samples: NDArray[np.floating], at_s: float) -> list[Report]:
    """Hear with the comb alone: a Listener's reports, `jet` never."""
    reports = []
    for k, (score, tone) in enumerate(zip(*(x.tolist() for x in scores(samples)), strict=True)):
        piston = 1.0 / (1.0 + math.exp(-(score - THRESHOLD_DB) / SOFT_DB))
        source = Source(50.0, tone_hz=tone, tone_sigma_hz=1.0, kinds=Kinds(piston, 0.0, 1.0 - piston))
        reports.append(Report("comb", at_s + k + 0.5, sources=(source,) if piston > 0.05 else ()))
    return reports

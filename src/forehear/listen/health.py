"""How well a sensor hears: what is amiss with samples, added up between heartbeats.

A block of samples gives a `Tally`; tallies add; `health_of` says what a report tells of them. Nothing is repaired
here and nothing refused: a level from clipped samples is still worth having, if the reader knows.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.records import Health

# --- numbers that decide -----------------------------------------------------------------------------
# Full scale: the highest code of 8 bits is 127/128 = 0.992; a recording normalised to its peak touches it once.
CLIPPED_FROM = 0.99
# All the same: below the noise of any microphone (a step of 16 bits is 3e-5), above what resampling makes of a
# constant.
SILENT_UNDER = 2e-6
# Filling the scale: rms of noise between -1 and 1 is 0.58, of a full-scale sine 0.71, of the loudest music 0.3.
OVERLOADED_FROM_RMS = 0.4
# Silence and overload are judged in pieces of this length [s]: a drop-out of a few samples is not silence, a dead
# second is. A block shorter than half a piece is not judged: a single sample always is all the same.
PIECE_S = 0.1
# Reported from these shares on [%]: a clap or two at full scale in ten seconds is nobody's business.
CLIPPED_REPORTED_PCT, SILENT_REPORTED_PCT, OVERLOADED_REPORTED_PCT = 0.01, 1.0, 1.0
# Lost sound shorter than this between heartbeats is not reported [s].
GAP_REPORTED_S = 1e-3
# A rate that is not the listening rate is no news: it is written as often as a heartbeat comes [s].
RATE_EVERY_S = 10.0
# -----------------------------------------------------------------------------------------------------


class Tally(NamedTuple):
    """What was counted. Samples are those of all channels; a piece is one channel's tenth of a second."""

    samples: int = 0
    clipped: int = 0
    pieces: int = 0
    silent: int = 0
    overloaded: int = 0
    gap_s: float = 0.0
    rate_changes: int = 0
    resampled_from_hz: float | None = None
    opposed: int = 0


def tally_of(samples: ArrayLike, rate_hz: float) -> Tally:
    """Count what is amiss in samples (n,) or (n, channels) of full scale 1; what is no number is a gap.

    Reference: our own limits, at the head of this module; docs/microphone.md, "Health".
    """
    x = np.atleast_2d(np.asarray(samples).T)
    channels, n = x.shape
    if n == 0:
        return Tally()
    # A channel's samples side by side: ten times as fast as interleaved.
    x = np.ascontiguousarray(x)
    piece = max(int(PIECE_S * rate_hz), 1)
    whole = n // piece
    pieces = x[:, : whole * piece].reshape(channels, whole, piece) if whole else x[:, None]
    square = np.einsum("ijk,ijk->ij", pieces, pieces) / pieces.shape[2]
    lost = 0
    if not (np.isfinite(square).all() and np.isfinite(x[:, whole * piece :]).all()):
        good = np.isfinite(x).all(axis=0)
        lost = n - int(good.sum())
        x = np.where(good, x, np.float32(0.0))
    # Comparisons with what is no number are false: a gap is neither silent nor overloaded.
    with np.errstate(invalid="ignore", over="ignore"):
        high, low = np.maximum.reduce(pieces, axis=2), np.minimum.reduce(pieces, axis=2)
        silent = int(np.count_nonzero((high - low) < SILENT_UNDER))
        # What moves fills the scale, or stands at its end; an offset, as cheap converters have it, does neither.
        offset = pieces.mean(axis=2)
        full = (square - offset**2 >= OVERLOADED_FROM_RMS**2) | (np.abs(offset) >= CLIPPED_FROM)
        overloaded = int((np.isfinite(square) & full).sum())
    judged = square.size
    if n < piece // 2:
        judged = silent = overloaded = 0
    return Tally((n - lost) * channels, _clipped(x), judged, silent, overloaded, lost / rate_hz)


def _clipped(x: NDArray[np.floating]) -> int:
    """Count samples (channels, n) at full scale; most blocks have none, and cost but two extremes."""
    if max(float(x.max()), -float(x.min())) < CLIPPED_FROM:
        return 0
    return int((np.abs(x) >= CLIPPED_FROM).sum())


def gap(gap_s: float) -> Tally:
    """Count sound that never came [s]."""
    return Tally(gap_s=max(gap_s, 0.0))


def together(one: Tally, other: Tally) -> Tally:
    """Add two tallies; the rate that counts is the later one's, where it knows."""
    rate_hz = other.resampled_from_hz if other.resampled_from_hz is not None else one.resampled_from_hz
    return Tally(
        one.samples + other.samples,
        one.clipped + other.clipped,
        one.pieces + other.pieces,
        one.silent + other.silent,
        one.overloaded + other.overloaded,
        one.gap_s + other.gap_s,
        one.rate_changes + other.rate_changes,
        rate_hz,
        max(one.opposed, other.opposed),
    )


def health_of(tally: Tally, uncalibrated: bool = False) -> Health | None:
    """Say what a report tells of a tally; None where nothing is amiss."""
    return _health(
        _share(tally.clipped, tally.samples, CLIPPED_REPORTED_PCT),
        _share(tally.silent, tally.pieces, SILENT_REPORTED_PCT),
        _share(tally.overloaded, tally.pieces, OVERLOADED_REPORTED_PCT),
        round(tally.gap_s, 3) if tally.gap_s >= GAP_REPORTED_S else 0.0,
        tally.rate_changes,
        tally.resampled_from_hz,
        uncalibrated,
        tally.opposed,
    )


def _health(*values: float | bool | None) -> Health | None:
    """Make the record of its fields' values in order; a default that is only equal would be written."""
    fields = zip(Health.__struct_fields__, values, Health.__struct_defaults__, strict=True)
    amiss: dict[str, Any] = {name: value for name, value, default in fields if value != default}
    return Health(**amiss) if amiss else None


def _share(count: int, of: int, least_pct: float) -> float:
    pct = 100.0 * count / of if of else 0.0
    return round(pct, 2) if pct >= least_pct else 0.0


class Checkup:
    """What is amiss with one stream: since a report last said so (`tally`), and lost sound in all (`gap_s`)."""

    def __init__(self, uncalibrated: bool) -> None:
        self._uncalibrated = uncalibrated
        self._said_s = -math.inf
        self.tally = Tally()
        self.gap_s = 0.0

    def add(self, tally: Tally) -> None:
        """Add what was counted."""
        self.tally = together(self.tally, tally)
        self.gap_s += tally.gap_s

    def health(self, heard_at_s: float, heartbeat: bool) -> Health | None:
        """Say what a report of this time says; what it says is forgotten then."""
        if not heartbeat and heard_at_s - self._said_s < RATE_EVERY_S:
            news = health_of(self.tally._replace(resampled_from_hz=None), self._uncalibrated)
            if news is None:
                return None
        out = health_of(self.tally, self._uncalibrated)
        self.tally, self._said_s = Tally(), heard_at_s
        return out

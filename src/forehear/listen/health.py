"""How well the ear hears: what is amiss with samples, added up between heartbeats.

A block of samples gives a `Tally`; tallies add; `health_of` says what a report tells of them. Nothing is repaired
here and nothing refused: a level from clipped samples is still worth having, if the reader knows.
"""

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
# Told from these shares on [%]: a clap or two at full scale in ten seconds is nobody's business.
CLIPPED_TOLD_PCT, SILENT_TOLD_PCT, OVERLOADED_TOLD_PCT = 0.01, 1.0, 1.0
# Lost sound shorter than this between heartbeats is not told [s].
GAP_TOLD_S = 1e-3
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


def tally_of(samples: ArrayLike, rate_hz: float) -> Tally:
    """Count what is amiss in samples (n,) or (n, channels) of full scale 1; what is no number is a gap."""
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
    with np.errstate(invalid="ignore"):
        silent = int(((pieces.max(axis=2) - pieces.min(axis=2)) < SILENT_UNDER).sum())
        overloaded = int((np.isfinite(square) & (square >= OVERLOADED_FROM_RMS**2)).sum())
    judged = square.size
    if n < piece // 2:
        judged = silent = overloaded = 0
    return Tally((n - lost) * channels, _clipped(x), judged, silent, overloaded, lost / rate_hz)


def _clipped(x: NDArray[np.floating]) -> int:
    """Count samples at full scale; most blocks have none, and are passed over at the cost of two extremes."""
    if max(float(x.max()), -float(x.min())) < CLIPPED_FROM:
        return 0
    return int((np.abs(x) >= CLIPPED_FROM).sum())


def gap(gap_s: float) -> Tally:
    """Tell of sound that never came."""
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
    )


def health_of(tally: Tally, uncalibrated: bool = False) -> Health | None:
    """Say what a report tells of a tally; None where nothing is amiss."""
    return _health(
        _share(tally.clipped, tally.samples, CLIPPED_TOLD_PCT),
        _share(tally.silent, tally.pieces, SILENT_TOLD_PCT),
        _share(tally.overloaded, tally.pieces, OVERLOADED_TOLD_PCT),
        round(tally.gap_s, 3) if tally.gap_s >= GAP_TOLD_S else 0.0,
        tally.rate_changes,
        tally.resampled_from_hz,
        uncalibrated,
    )


def _health(*values: float | bool | None) -> Health | None:
    """Make the record of its fields' values in order; a default that is only equal would be written."""
    fields = zip(Health.__struct_fields__, values, Health.__struct_defaults__, strict=True)
    amiss: dict[str, Any] = {name: value for name, value, default in fields if value != default}
    return Health(**amiss) if amiss else None


def _share(count: int, of: int, told_pct: float) -> float:
    pct = 100.0 * count / of if of else 0.0
    return round(pct, 2) if pct >= told_pct else 0.0


def worse(one: Health | None, other: Health | None) -> Health | None:
    """Put two views of the same time together, the worse of each: the device's own and the Listener's."""
    if one is None or other is None:
        return one if other is None else other
    return _health(
        max(one.clipped_pct, other.clipped_pct),
        max(one.silent_pct, other.silent_pct),
        max(one.overloaded_pct, other.overloaded_pct),
        max(one.gap_s, other.gap_s),
        max(one.rate_changes, other.rate_changes),
        one.resampled_from_hz if one.resampled_from_hz is not None else other.resampled_from_hz,
        one.uncalibrated or other.uncalibrated,
    )

"""`forehear listen --passby`: what whole passes tell of tone, speed, and the closest approach, as a table."""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from forehear.constants import STANDARD_SOUND_SPEED_MPS
from forehear.errors import NoSolution
from forehear.listen.passby import LEAST_TONES, PassBy, pass_by
from forehear.listen.sweeps import Sweep, sweeps
from forehear.records import Report

# Below this a time is seconds into a recording, not a date.
_DATES_FROM_S = 1e8
_HEADS = ("sensor", "heard", "tone at rest", "speed", "closest at", "distance", "tones")


def table(reports: Iterable[Report], sound_mps: float = STANDARD_SOUND_SPEED_MPS) -> list[str]:
    """Give the lines of the table: one per pass with 1-sigma errors, or the reason for no answer.

    Sweeps of fewer than LEAST_TONES tones are only counted.
    """
    rows: list[tuple[str, ...]] = []
    short = 0
    for sweep in sweeps(reports):
        if len(sweep.tone_hz) < LEAST_TONES:
            short += 1
            continue
        first, last = _moment(sweep.heard_at_s[0], 0), _moment(sweep.heard_at_s[-1], 0)
        rows.append((sweep.sensor, f"{first} - {last}", *_answer(sweep, sound_mps)))
    lines = _table(_HEADS, rows) if rows else ["no sweep is long enough for a pass-by"]
    if short:
        lines.append(f"{short} sweeps of fewer than {LEAST_TONES} tones are left out")
    return lines


def _answer(sweep: Sweep, sound_mps: float) -> tuple[str, ...]:
    try:
        found = pass_by(sweep.heard_at_s, sweep.tone_hz, sweep.tone_sigma_hz, sound_mps)
    except NoSolution as reason:
        return (f"no answer: {reason}",)
    return _figures(found, len(sweep.tone_hz))


def _figures(found: PassBy, tones: int) -> tuple[str, ...]:
    tone, speed, time, distance = found.sigmas
    return (
        f"{_with_sigma(found.tone_hz, tone)} Hz",
        f"{_with_sigma(found.speed_mps, speed)} m/s",
        f"{_moment(found.nearest_at_s, _digits(time))} \u00b1 {time:.{_digits(time)}f} s",
        f"{_with_sigma(found.distance_m, distance)} m",
        f"{found.used} of {tones}" + (f", {found.octave_slips} moved by an octave" if found.octave_slips else ""),
    )


def _digits(sigma: float) -> int:
    """Give the decimals that two digits of a sigma need."""
    return max(0, 1 - math.floor(math.log10(sigma))) if 0.0 < sigma < 10.0 else 0


def _with_sigma(value: float, sigma: float) -> str:
    digits = min(_digits(sigma), 3)
    return f"{value:.{digits}f} \u00b1 {sigma:.{digits}f}"


def _moment(time_s: float, digits: int) -> str:
    digits = min(digits, 2)
    if time_s < _DATES_FROM_S:
        return f"{time_s:.{digits}f} s"
    rounded = round(time_s, digits)
    text = datetime.fromtimestamp(rounded, UTC).strftime("%H:%M:%S")
    return text + (f"{rounded % 1.0:.{digits}f}"[1:] if digits else "")


def _table(heads: Sequence[str], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Align columns; a reason, which stands alone after the second column, runs on."""
    full = [row for row in [tuple(heads), *rows] if len(row) == len(heads)]
    widths = [max(len(row[k]) for row in full) for k in range(len(heads))]
    widths[:2] = [max(len(row[k]) for row in [tuple(heads), *rows]) for k in (0, 1)]
    return [
        "  ".join(cell.ljust(widths[k]) for k, cell in enumerate(row)).rstrip() for row in [tuple(heads), *rows]
    ]

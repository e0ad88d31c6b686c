"""The table of passes: digits as the sigma says, a reason where there is no answer, short sweeps counted."""

import math

import numpy as np
import pytest

from forehear.cli.listen.passby import table
from forehear.listen.passby import LEAST_TONES
from forehear.records import Report, Source

SOUND_MPS, TONE_HZ, SPEED_MPS, DISTANCE_M = 340.0, 100.0, 50.0, 200.0
START_S = 1_790_000_000.0


def heard(seconds: int, begin_s: float = START_S, seed: int = 1) -> list[Report]:
    """Reports of one drone that passes in the middle, with errors of their sigma."""
    rng = np.random.default_rng(seed)
    reports = []
    for k in range(seconds):
        left = k - seconds / 2.0
        # Heard when the sound is there: the delay solved by repetition.
        for _ in range(30):
            left = (k - seconds / 2.0) - math.hypot(DISTANCE_M, SPEED_MPS * left) / SOUND_MPS
        along = SPEED_MPS * left
        ratio = 1.0 / (1.0 + SPEED_MPS * along / math.hypot(DISTANCE_M, along) / SOUND_MPS)
        tone = TONE_HZ * ratio + 0.05 * float(rng.standard_normal())
        sources = (Source(60.0, round(tone, 4), 0.05),)
        reports.append(Report("K-07", begin_s + k, begin_s + k + 0.5, 40.0, sources))
    return reports


def test_a_pass_is_a_line_with_the_truth_within_its_errors() -> None:
    head, row = table(heard(30), SOUND_MPS)
    assert head.split()[0] == "sensor"
    cells = row.split("  ")
    sensor, when, tone, speed, nearest, distance, tones = [cell.strip() for cell in cells if cell.strip()]
    assert (sensor, tones) == ("K-07", "30 of 30")
    assert when == "14:13:20 - 14:13:49"
    assert nearest.startswith("14:13:3")
    for text, unit, truth in ((tone, " Hz", TONE_HZ), (speed, " m/s", SPEED_MPS), (distance, " m", DISTANCE_M)):
        value, sigma = (float(part) for part in text.removesuffix(unit).split(" ± "))
        assert abs(value - truth) < 4.0 * sigma


def test_times_of_a_recording_without_a_date_are_seconds_into_it() -> None:
    _, row = table(heard(30, begin_s=0.0), SOUND_MPS)
    assert "0 s - 29 s" in row


def test_short_sweeps_are_only_counted() -> None:
    assert table(heard(LEAST_TONES - 1), SOUND_MPS) == [
        "no sweep is long enough for a pass-by",
        f"1 sweeps of fewer than {LEAST_TONES} tones are left out",
    ]
    assert table([], SOUND_MPS) == ["no sweep is long enough for a pass-by"]


def test_a_tone_that_does_not_fall_has_a_reason_in_its_line() -> None:
    steady = [
        Report("K-07", START_S + k, START_S + k + 0.5, 40.0, (Source(60.0, 100.0, 0.05),)) for k in range(30)
    ]
    rows = table(steady, SOUND_MPS)
    assert len(rows) == 2
    assert "no answer: " in rows[1]


@pytest.mark.parametrize("count", [2, 3])
def test_columns_stand_under_their_heads(count: int) -> None:
    reports = [r for k in range(count) for r in heard(30, START_S + 600.0 * k, seed=k)]
    head, *rows = table(sorted(reports, key=lambda r: r.heard_at_s), SOUND_MPS)
    assert len(rows) == count
    for name in ("heard", "tone at rest", "speed", "distance", "tones"):
        at = head.index(name)
        assert all(row[at - 2 : at] == "  " and row[at].isdigit() for row in rows), name

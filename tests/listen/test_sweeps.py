"""Tones joined to sweeps, and the table of what they table."""

import math

import numpy as np
from tests.listen.test_passby import SOUND, ZERO, tones

from forehear.cli.listen.passby import table
from forehear.listen.sweeps import sweeps
from forehear.records import Kinds, Report, Source


def heard(sensor: str, times: np.ndarray, *courses: np.ndarray) -> list[Report]:
    return [
        Report(
            sensor,
            float(t),
            sources=tuple(
                Source(50.0, tone_hz=float(c[i]), tone_sigma_hz=0.1, kinds=Kinds(piston=0.9, other=0.1))
                for c in courses
                if not math.isnan(c[i])
            ),
        )
        for i, t in enumerate(times)
    ]


TIMES = ZERO + np.arange(-30.0, 30.0, 1.0)
ONE, TWO = tones(92.0, 51.0, ZERO, 300.0, TIMES), tones(100.0, 51.0, ZERO + 4.0, 350.0, TIMES)


def test_two_courses_side_by_side_are_two_sweeps() -> None:
    found = sweeps(heard("S", TIMES, ONE, TWO))
    assert [len(s.tone_hz) for s in found] == [60, 60]
    assert sorted(s.tone_hz[0] for s in found) == [ONE[0], TWO[0]]
    assert all(s.tone_hz in (ONE.tolist(), TWO.tolist()) for s in found)


def test_a_gap_is_bridged_and_a_silence_ends_a_sweep() -> None:
    gap, silence = ONE.copy(), ONE.copy()
    gap[20:24] = np.nan
    silence[20:28] = np.nan
    assert [len(s.tone_hz) for s in sweeps(heard("S", TIMES, gap))] == [56]
    assert [len(s.tone_hz) for s in sweeps(heard("S", TIMES, silence))] == [20, 32]


def test_octaves_belong_to_the_sweep_and_other_tones_do_not() -> None:
    odd = ONE.copy()
    odd[10], odd[30] = 2.0 * ONE[10], 60.0
    assert sorted(len(s.tone_hz) for s in sweeps(heard("S", TIMES, odd))) == [1, 59]


def test_sensors_and_order_of_arrival_do_not_mix() -> None:
    both = heard("B", TIMES, TWO) + heard("A", TIMES, ONE)[::-1]
    assert [(s.sensor, len(s.tone_hz)) for s in sweeps(both)] == [("A", 60), ("B", 60)]


def test_the_table_tells_what_was_found_or_why_nothing() -> None:
    rng = np.random.default_rng(1)
    reports = heard("A", TIMES, ONE + 0.1 * rng.standard_normal(60)) + heard("B", TIMES, np.full(60, 80.0))
    lines = table([*reports, *heard("C", TIMES[:3], ONE[:3])], SOUND)
    assert lines[0].split("  ")[0] == "sensor"
    assert lines[1].split()[4:7] == ["91.983", "\u00b1", "0.053"]
    assert "51.10 \u00b1 0.15 m/s" in lines[1]
    assert lines[1].endswith("60 of 60")
    assert "no answer: " in lines[2]
    assert lines[3] == "1 sweeps of fewer than 8 tones are left out"
    assert table([]) == ["no sweep is long enough for a pass-by"]


def test_times_of_recordings_are_seconds_into_them() -> None:
    at = np.arange(0.0, 60.0)
    [_, line] = table(heard("A", at, tones(92.0, 51.0, ZERO + 30.0, 300.0, ZERO + at)), SOUND)
    assert "0 s - 59 s" in line
    assert " 30.0" in line or " 29.9" in line

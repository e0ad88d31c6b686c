"""Threads: what a second leaves open the next ones settle, and nothing sticks that was wrong."""

from functools import cache

import numpy as np
import pytest
from tests.listen.synthetic import comb, mixed, noise, seconds_of

from forehear.listen import threads
from forehear.listen.families import Family
from forehear.listen.kinds import Weighed
from forehear.listen.threads import Thread, follow


@cache
def heard() -> Family:
    return seconds_of(mixed(comb(100.0, 4.0), noise(4.0), 6.0))[-1][0]


def family(tone_hz: float = 100.0, slope_hz_per_s: float = 0.0, halved: float = 0.0) -> Family:
    sharp = heard().fine._replace(tone_hz=tone_hz, slope_hz_per_s=slope_hz_per_s)
    return heard()._replace(fine=sharp, halved=halved)


def run(*evidence: float) -> list[Thread]:
    """A family whose places halfway between lines told so much each second."""
    out: list[Thread] = []
    before: list[Thread] = []
    for halved in evidence:
        before = follow(before, [family(halved=halved)], [0.0])
        out += before
    return out


def test_little_evidence_for_the_half_adds_up_and_then_it_stays() -> None:
    weak = 0.4 * threads.HALVED_FROM
    told = [t.octave == 0.5 for t in run(*[weak] * 10, 0.0, 0.0)]
    assert not told[0]
    assert told[-4:] == [True] * 4


def test_it_goes_when_it_is_clear_that_it_was_wrong_and_soon() -> None:
    told = [t.octave == 0.5 for t in run(1e3, *[-5.0] * 8)]
    assert told[0]
    assert not any(told[6:])


def test_noise_between_lines_halves_nothing() -> None:
    chance = np.random.default_rng(1)
    assert not any(t.octave == 0.5 for t in run(*chance.normal(-4.0, 2.0, 60).tolist()))


def test_what_would_be_lower_than_any_engine_is_not_halved() -> None:
    assert follow([], [family(60.0, halved=100.0)], [0.0])[0].octave == 1.0


@pytest.mark.parametrize("slope", [0.0, -8.0, 5.0])
def test_a_family_goes_on_where_its_slope_leads(slope: float) -> None:
    first = follow([], [family(100.0, slope)], [3.0])
    on = follow(first, [family(100.0 + slope, slope)], [1.0])
    alone = follow([], [family(100.0 + slope, slope)], [1.0])
    assert [t.before for t in on] == [0]
    assert on[0].weighed.nat > alone[0].weighed.nat
    other = follow(follow([], [family(70.0, halved=20.0)], [0.0]), [family(100.0)], [0.0])
    assert other[0].halved == 0.0
    # What is not found is remembered, after what is.
    assert [(t.before, t.gaps) for t in other] == [(-1, 0), (0, 1)]


def test_a_family_that_was_not_found_for_a_second_goes_on_and_later_is_over() -> None:
    first = follow([], [family(100.0, -4.0)], [3.0])
    missed = follow(first, [], [])
    assert [t.gaps for t in missed] == [1]
    again = follow(missed, [family(92.0, -4.0)], [1.0])
    assert again[0].before == 0
    assert again[0].gaps == 0
    assert 1.0 < again[0].weighed.nat < follow(first, [family(96.0, -4.0)], [1.0])[0].weighed.nat
    assert follow(follow(missed, [], []), [], []) == []


def test_evidence_against_gathers_too() -> None:
    first = follow([], [family()], [-3.0])
    assert follow(first, [family()], [-1.0])[0].weighed.nat < -1.0


def test_what_is_found_an_octave_off_keeps_the_octave_told() -> None:
    first = follow([], [family(100.0)], [0.0])
    for tone_hz in (200.0, 50.0):
        on = follow(first, [family(tone_hz)], [0.0])[0]
        assert on.tone_hz == pytest.approx(100.0)


def test_a_past_is_of_one_family_only() -> None:
    past = follow([], [family(100.0)], [0.0])[0]._replace(weighed=Weighed(10.0))
    now = follow([past], [family(100.0), family(100.2)], [0.0, 0.0])
    assert now[0].weighed.nat > now[1].weighed.nat
    assert [t.family.fine.tone_hz for t in now] == [100.0, 100.2]

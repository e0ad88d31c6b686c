"""The one law of hearing: its odds, silence by time, and what is learned in a world that is not its own."""

import math

import numpy as np
import pytest

from forehear.track.associate.detection import (
    CEILING,
    COMMON_MARGIN,
    CORRELATION_S,
    MARGIN_DB,
    HearingLaws,
    ceiling_of,
    laws_of,
    learn_bias,
    learn_hearing,
    learn_spread,
    margin_of,
    silence_nats,
)
from forehear.track.associate.existence import (
    NEW_SENSOR_NATS,
    SILENCE_MOST_NATS,
    fade,
    note_hearing,
    note_silence,
)
from forehear.track.memory import bank as banks


def taught(margin_db: float, ceiling: float, seed: int, soft_db: float = 3.0) -> HearingLaws:
    """HearingLaws of ten sensors that heard a thousand opportunities by a logistic law of their own."""
    rng, laws = np.random.default_rng(seed), laws_of(10)
    for _ in range(1000):
        excess = float(rng.uniform(-15.0, 30.0))
        odds = ceiling / (1.0 + math.exp(-(excess - margin_db) / (0.45 * soft_db)))
        learn_hearing(laws, int(rng.integers(10)), excess, 4.0, bool(rng.random() < odds), 0.5)
    return laws


@pytest.mark.parametrize("margin_db", [-4.0, 3.0, 9.0])
@pytest.mark.parametrize("ceiling", [0.5, 0.9])
def test_margin_and_ceiling_are_learned_whatever_they_are(margin_db: float, ceiling: float) -> None:
    laws = taught(margin_db, ceiling, 1)
    assert np.mean([margin_of(laws, s) for s in range(10)]) == pytest.approx(margin_db, abs=2.0)
    assert np.mean([ceiling_of(laws, s) for s in range(10)]) == pytest.approx(ceiling, abs=0.1)


def test_a_sensor_that_hears_worse_than_the_others_is_known_by_itself() -> None:
    rng, laws = np.random.default_rng(3), laws_of(10)
    for _ in range(2000):
        sensor, excess = int(rng.integers(10)), float(rng.uniform(-10.0, 25.0))
        edge = 12.0 if sensor == 0 else 3.0
        learn_hearing(laws, sensor, excess, 4.0, bool(excess + rng.normal(0.0, 4.0) > edge), 0.5)
    others = [margin_of(laws, s) for s in range(1, 10)]
    assert margin_of(laws, 0) > max(others) + 3.0


def test_nothing_learned_is_what_is_known_of_any_sensor() -> None:
    laws = laws_of(2)
    assert margin_of(laws, 0) == MARGIN_DB == laws.common[COMMON_MARGIN]
    assert ceiling_of(laws, 1) == pytest.approx(CEILING)


def test_a_level_error_is_found_and_the_spread_of_all_is_followed() -> None:
    rng = np.random.default_rng(2)
    true, laws = rng.normal(0.0, 9.0, 40), laws_of(40)
    for _ in range(60):
        for s in range(30):
            learn_bias(laws, s, float(true[s] - laws.bias_db[s] + rng.normal(0.0, 5.0)), 25.0, 1.0)
        learn_spread(laws)
    assert np.abs(laws.bias_db[:30] - true[:30]).mean() < 3.0
    # Of those that never heard anything, what is known is how far off such sensors are.
    assert laws.bias_var[35] > 5.0**2
    assert laws.bias_db[35] == 0.0


@pytest.mark.parametrize("times", [1, 2, 5, 10])
def test_silence_counts_by_time_and_not_by_reports(times: int) -> None:
    once = silence_nats(0.8, 500.0, CORRELATION_S)
    assert times * silence_nats(0.8, 500.0, CORRELATION_S / times) == pytest.approx(once)
    assert once == pytest.approx(math.log(1.0 - 0.8))
    # A silence of a minute is no more than one opinion, and behind the shadow's edge it is worth less.
    assert silence_nats(0.8, 500.0, 60.0) == pytest.approx(once)
    assert once < silence_nats(0.8, 4000.0, CORRELATION_S) < silence_nats(0.8, 6000.0, CORRELATION_S) < 0.0


def tracked_bank(odds: float = 6.0) -> banks.Bank:
    bank = banks.make(2)
    bank.alive[0] = True
    bank.log_odds[0] = bank.birth_odds[0] = odds
    return bank


def test_ten_minutes_of_one_sensors_silence_take_less_than_a_hearing_gives_which_forgives_it() -> None:
    bank = tracked_bank()
    for second in range(600):
        note_silence(bank, 0, 7, float(second), silence_nats(0.9, 500.0, 1.0))
    assert bank.log_odds[0] == pytest.approx(6.0 - SILENCE_MOST_NATS)
    assert SILENCE_MOST_NATS < NEW_SENSOR_NATS
    note_hearing(bank, 0, 7, 600.0, 3.0, 1.0)
    assert bank.log_odds[0] == pytest.approx(6.0 + 3.0)
    assert bank.sensors_heard[0] == 1


def test_a_target_that_two_hear_outlives_eight_that_miss_it_and_one_alone_does_not() -> None:
    for hearing, lives in ((2, True), (1, False)):
        bank = tracked_bank(3.0)
        for second in range(240):
            fade(bank, 1.0)
            for sensor in range(8):
                note_silence(bank, 0, sensor, float(second), silence_nats(0.85, 800.0, 1.0))
            for sensor in range(100, 100 + hearing):
                note_hearing(bank, 0, sensor, float(second), 4.0, 1.0)
        assert bool(bank.log_odds[0] > -3.0) is lives, (hearing, bank.log_odds[0])


def test_the_stalest_opinion_goes_where_there_is_no_room() -> None:
    bank = tracked_bank()
    many = bank.sensors.shape[1]
    for sensor in range(many + 1):
        note_hearing(bank, 0, sensor, float(sensor), 1.0, 1.0)
    assert 0 not in bank.sensors[0]
    assert set(range(1, many + 1)) == set(bank.sensors[0])

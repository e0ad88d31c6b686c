"""Straight flight fitted to many reports, the rival story of one engine, and how a birth weighs them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chi2
from tests.track.flights import AIR, SENSORS, blank_row, rows_of, straight

from forehear.records import Network, Sensor
from forehear.track.associate.ingest import arrays_of
from forehear.track.estimate.engines import engine_evidence
from forehear.track.estimate.fit import fit, misfit
from forehear.track.estimate.linear import cholesky, solve
from forehear.track.estimate.prior import SPEED_SIGMA_MPS, set_prior, speed_evidence
from forehear.track.initiate import verdict
from forehear.track.initiate.attempt import INFO, attempt
from forehear.track.initiate.candidates import MAX_STREAMS, Asked
from forehear.track.layout import EMITTED, HEARD, LEVEL_DB, LEVEL_VAR, LN_TONE, LN_TONE_VAR, SENSOR, STATES
from forehear.track.lifecycle.refit import mirror
from forehear.track.memory import streams
from forehear.track.memory.pool import Streams, make

Array = NDArray[np.float64]

TRUTH = np.array([-2500.0, 800.0, 450.0, 48.0, 15.0, 1.0, 118.0, math.log(110.0)])
# No aircraft is known.
NO_TONES = np.array([0.0, 0.0, 1.0])
ONES = np.ones(4)
# Next to nothing is known before: what is found comes from the reports.
VAGUE = np.array([TRUTH * 0.0, 1.0 / np.array([1e6, 1e6, 1e5, 1e4, 1e4, 1e3, 1e3, 1e2]) ** 2])
VAGUE[0, 6:] = 110.0, 4.5
CENTIMETRE = 0.01
MILLIMETRE_PER_S = 1e-3
FIRST_GUESS_OFF = np.array([700.0, -500.0, 150.0, -12.0, 9.0, 0.0, 5.0, 0.04])


def fitted(rows: Array, guess: Array, prior: Array = VAGUE, steps: int = 40) -> tuple[Array, Array, float]:
    x, cov = guess.copy(), np.full((STATES, STATES), np.nan)
    evidence = fit(x, 0.0, rows, len(rows), AIR, ONES, prior, cov, steps)
    return x, cov, evidence


@pytest.mark.parametrize("senses", ["lt", "lta", "ltae"])
def test_without_noise_the_flight_comes_back(senses: str) -> None:
    rows = rows_of(straight(TRUTH), np.arange(5.0, 45.0, 2.0), senses)
    x, cov, evidence = fitted(rows, TRUTH + FIRST_GUESS_OFF)
    assert math.isfinite(evidence)
    # Settled to a thousandth of a nat: a share of a sigma, which noise would have made metres.
    off = (x - TRUTH) / np.sqrt(np.diag(cov))
    assert np.abs(off).max() < 0.01
    # And taken on from there, it is the flight itself.
    again, _, _ = fitted(rows, x)
    assert again[:3] == pytest.approx(TRUTH[:3], abs=5.0 * CENTIMETRE)
    assert again[3:6] == pytest.approx(TRUTH[3:6], abs=2.0 * MILLIMETRE_PER_S)


def normalised_errors(sound: float | None, runs: int) -> float:
    """Sum over runs of error^T P^-1 error of place and horizontal velocity: 5 degrees of freedom each."""
    total = 0.0
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        # Plain microphones hardly see the height, and a straight line below the ground sounds much the same:
        # there the cost has a second valley, which no covariance tells. So the height is known to 60 m.
        prior = VAGUE.copy()
        prior[:, 2] = TRUTH[2] + 60.0 * rng.standard_normal(), 1.0 / 60.0**2
        rows = rows_of(straight(TRUTH), np.arange(5.0, 35.0, 2.0), "lt", rng, sound=sound)
        x, cov, _ = fitted(rows, TRUTH + 0.3 * FIRST_GUESS_OFF, prior)
        miss = (x - TRUTH)[:5]
        total += float(miss @ np.linalg.solve(cov[:5, :5], miss))
    return total


def test_errors_of_fits_scatter_as_their_covariance_says() -> None:
    # The guard against stray reports gives a tenth of honest ones' weight away, which the covariance counts:
    # errors may be that much smaller than stated, and no larger.
    low, high = chi2.interval(0.999, 5 * 60)
    total = normalised_errors(None, 60)
    assert 0.9 * low < total < high, total / (5 * 60)


def test_a_wrong_speed_of_sound_is_told_by_the_scatter_of_fits() -> None:
    assert normalised_errors(300.0, 10) > 3.0 * chi2.ppf(0.9999, 5 * 10)


def test_a_flight_heard_without_delay_does_not_fit() -> None:
    rows = rows_of(straight(TRUTH), np.arange(5.0, 45.0, 2.0), "lt", np.random.default_rng(1))
    wrong = rows_of(straight(TRUTH), np.arange(5.0, 45.0, 2.0), "lt", np.random.default_rng(1), sound=250.0)
    right_miss, wrong_miss = np.empty(3), np.empty(3)
    for told, miss in ((rows, right_miss), (wrong, wrong_miss)):
        x, _, _ = fitted(told, TRUTH)
        misfit(x, 0.0, told, len(told), AIR, ONES, miss)
    assert right_miss[:2] == pytest.approx(np.ones(2), abs=0.35)
    assert math.isnan(right_miss[2])
    assert wrong_miss[1] > 3.0


def test_one_stray_report_moves_the_fit_by_less_than_a_sigma() -> None:
    rows = rows_of(straight(TRUTH), np.arange(5.0, 45.0, 2.0), "lt", np.random.default_rng(2))
    x, cov, _ = fitted(rows, TRUTH)
    stray = rows.copy()
    stray[60, LN_TONE] += 0.5
    moved, _, _ = fitted(stray, TRUTH)
    assert np.abs((moved - x) / np.sqrt(np.diag(cov))).max() < 1.0


@given(st.integers(1, 8), st.integers(0, 1000))
@settings(deadline=None)
def test_the_small_solver_is_numpy_s(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((n, n + 2))
    a, b = root @ root.T + 0.01 * np.eye(n), rng.standard_normal(n)
    lower, out = np.zeros((n, n)), np.empty(n)
    assert cholesky(a, lower)
    assert lower == pytest.approx(np.linalg.cholesky(a), rel=1e-8, abs=1e-10)
    solve(lower, b, out)
    assert a @ out == pytest.approx(b, abs=1e-7)
    assert not cholesky(a - 2.0 * np.linalg.eigvalsh(a).max() * np.eye(n), lower)


# --- an engine of its own, or an aircraft ----------------------------------------------------------------
def engine_rows(rng: np.random.Generator, seconds: Array, index: int = 0) -> Array:
    """One sensor's stream of an engine on the road: level and ln tone are parabolas in time."""
    mid = float(seconds.mean())
    level = 48.0 + 0.5 * (seconds - mid) - 0.04 * (seconds - mid) ** 2
    tone = math.log(95.0) + 0.012 * (seconds - mid) - 0.0009 * (seconds - mid) ** 2
    rows = np.array([blank_row(SENSORS[index], t) for t in seconds])
    rows[:, SENSOR] = index
    rows[:, EMITTED] = seconds
    rows[:, LEVEL_DB], rows[:, LEVEL_VAR] = level + 3.0 * rng.standard_normal(len(seconds)), 9.0
    rows[:, LN_TONE], rows[:, LN_TONE_VAR] = tone + 0.003 * rng.standard_normal(len(seconds)), 0.003**2
    return rows


def flight_s_prior(row: Array) -> Array:
    prior = np.empty((2, STATES))
    set_prior(prior, row, True)
    return prior


def best_flight(rows: Array) -> float:
    """The best evidence of a straight flight from sixteen courses around the sensor."""
    best = -math.inf
    for k in range(16):
        angle = 2.0 * math.pi * k / 16.0
        place = rows[0, 2:4] + 1500.0 * np.array([math.sin(angle + 1.0), math.cos(angle + 1.0)])
        guess = np.array([*place, 600.0, 50 * math.sin(angle), 50 * math.cos(angle), 0.0, 118.0, rows[0, LN_TONE]])
        best = max(best, fitted(rows, guess, flight_s_prior(rows[0]), 30)[2])
    return best


@pytest.mark.parametrize("seed", range(5))
def test_one_sensor_s_parabola_is_an_engine(seed: int) -> None:
    rows = engine_rows(np.random.default_rng(seed), np.arange(10.0, 30.0))
    assert engine_evidence(rows, len(rows), ONES, NO_TONES) > best_flight(rows)


@pytest.mark.parametrize("seed", range(5))
def test_what_many_sensors_hear_of_one_flight_is_no_crowd_of_engines(seed: int) -> None:
    rows = rows_of(straight(TRUTH), np.arange(10.0, 30.0), "lt", np.random.default_rng(seed))
    x, _, flight = fitted(rows, TRUTH, flight_s_prior(rows[0]))
    engines = sum(engine_evidence(own, len(own), ONES, NO_TONES) for own in by_sensor(rows))
    assert flight - engines > verdict.BIRTH_NATS
    assert x[:2] == pytest.approx(TRUTH[:2], abs=200.0)


@pytest.mark.parametrize("seed", range(3))
def test_engines_at_many_sensors_are_no_flight(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = np.concatenate([engine_rows(rng, np.arange(10.0, 30.0), i) for i in (0, 1, 3, 4)])
    engines = sum(engine_evidence(own, len(own), ONES, NO_TONES) for own in by_sensor(rows))
    assert best_flight(rows) - engines < 0.0


def by_sensor(rows: Array) -> list[Array]:
    return [np.ascontiguousarray(rows[rows[:, SENSOR] == i]) for i in sorted(set(rows[:, SENSOR]))]


def test_where_nothing_is_measured_there_is_no_evidence() -> None:
    rows = np.array([blank_row(SENSORS[0], float(t)) for t in range(5)])
    # The shares of the three sorts add up to one, to rounding.
    assert abs(engine_evidence(rows, 5, ONES, NO_TONES)) < 1e-12


# --- the other side of the sensors -------------------------------------------------------------------------
coordinate = st.floats(-8000.0, 8000.0)


@given(st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=8), st.integers(0, 100))
@settings(deadline=None)
def test_mirroring_twice_is_nothing(places: list[tuple[float, float]], seed: int) -> None:
    rows = np.array([blank_row(np.array([e, n, 10.0]), 0.0) for e, n in places])
    x = TRUTH * np.random.default_rng(seed).uniform(-1.0, 1.0, STATES)
    once = x.copy()
    mirror(once, rows, len(rows))
    assert math.hypot(once[3], once[4]) == pytest.approx(math.hypot(x[3], x[4]), abs=1e-9)
    assert np.array_equal(once[[2, 5, 6, 7]], x[[2, 5, 6, 7]])
    twice = once.copy()
    mirror(twice, rows, len(rows))
    assert twice == pytest.approx(x, abs=1e-6)


def test_the_mirror_is_the_line_through_the_sensors() -> None:
    # Along north-east: east and north change places.
    rows = np.array([blank_row(np.array([1000.0 * k, 1000.0 * k, 10.0]), 0.0) for k in range(-2, 3)])
    x = TRUTH.copy()
    mirror(x, rows, len(rows))
    assert x[[0, 1, 3, 4]] == pytest.approx(TRUTH[[1, 0, 4, 3]], abs=1e-6)
    for index in (0, 2):
        there, here = (math.dist(state[:2], rows[index, 2:4]) for state in (x, TRUTH))
        assert there == pytest.approx(here, abs=1e-6)


# --- a birth ---------------------------------------------------------------------------------------------
def pool_of(rows: Array, sensors: int) -> Streams:
    pool = make(64, sensors)
    for row in rows[np.argsort(rows[:, HEARD], kind="mergesort")]:
        assert streams.add(pool, row.copy(), np.array([0.8, 0.05, 0.15])) >= 0
    return pool


def attempted(rows: Array, sensors: Array = SENSORS, directed: bool = False) -> tuple[int, int, Array]:
    """What becomes of a birth from the loudest stream; how many streams agree; the state at the last hearing."""
    n = len(sensors)
    pool = pool_of(rows, n)
    now = float(rows[:, HEARD].max()) + 0.5
    _, arrays = arrays_of(Network(tuple(Sensor(f"S{i}", "microphone", 31.0, 47.5, 30.0) for i in range(n))))
    arrays.place[:] = np.column_stack([sensors, np.ones(n)])
    arrays.directed[:] = directed
    seeds = np.empty(64, np.int64)
    assert streams.seeds(pool, now, 5.0, 3, seeds) > 0
    x, cov, info = np.empty(STATES), np.empty((STATES, STATES)), np.zeros(INFO)
    members = np.empty(MAX_STREAMS, np.int64)
    asked = Asked(pool, arrays, AIR, ONES, NO_TONES, now)
    outcome, agreeing = attempt(asked, seeds[0], x, cov, members, info)
    x[:3] -= info[0] * x[3:6]
    return outcome, agreeing, x


def heard_at(indices: list[int], rng: np.random.Generator, senses: str = "lt") -> Array:
    rows = rows_of(straight(TRUTH), np.arange(10.0, 32.0), senses, rng)
    return np.ascontiguousarray(rows[np.isin(rows[:, SENSOR], indices)])


@pytest.mark.parametrize("indices", [[0], [4]])
def test_one_microphone_is_too_few(indices: list[int]) -> None:
    assert attempted(heard_at(indices, np.random.default_rng(1)))[:2] == (verdict.TOO_FEW, 0)


@pytest.mark.parametrize("seed", range(3))
def test_two_microphones_agree_on_a_flight_but_do_not_bear_it_within_twenty_seconds(seed: int) -> None:
    assert attempted(heard_at([1, 4], np.random.default_rng(seed)))[:2] == (verdict.WEAK, 2)


def test_two_microphones_must_say_more_than_three() -> None:
    cov, fits = np.diag([1e4, 1e4, 1e4, 25.0, 25.0, 1.0, 1.0, 1e-4]), np.array([1.0, 1.0, np.nan])
    for nats in (verdict.BIRTH_NATS - 0.1, verdict.BIRTH_NATS + 0.1, verdict.FEW_BIRTH_NATS + 0.1):
        three, two = (verdict.judge(TRUTH, cov, nats, -np.inf, fits, few, AIR) for few in (False, True))
        assert (three == verdict.INITIATED) == (nats > verdict.BIRTH_NATS)
        assert (two == verdict.INITIATED) == (nats > verdict.FEW_BIRTH_NATS)
    # Their mirror image is exact: it must be farther behind.
    best, second = verdict.FEW_BIRTH_NATS + 4.0, verdict.FEW_BIRTH_NATS
    three, two = (verdict.judge(TRUTH, cov, best, second, fits, few, AIR) for few in (False, True))
    assert (three, two) == (verdict.INITIATED, verdict.AMBIGUOUS)


# --- what flies at what speed -----------------------------------------------------------------------------
def test_speeds_of_propellers_are_a_distribution_over_the_fits_own() -> None:
    v = np.arange(0.5, 400.0)
    plain = v / SPEED_SIGMA_MPS**2 * np.exp(-0.5 * (v / SPEED_SIGMA_MPS) ** 2)
    known = plain * np.exp([speed_evidence(float(one), 1.0) for one in v])
    assert known.sum() == pytest.approx(1.0, abs=0.03)


def test_a_propellers_speed_is_more_likely_fifty_than_a_hundred_and_a_jets_may_be_anything() -> None:
    assert speed_evidence(50.0, 1.0) - speed_evidence(100.0, 1.0) > 2.0
    # A slow one in the wind and a light aircraft are not ruled out.
    assert min(speed_evidence(25.0, 1.0), speed_evidence(70.0, 1.0)) > 0.0
    assert speed_evidence(50.0, 0.0) == speed_evidence(180.0, 0.0) == 0.0


@pytest.mark.parametrize("seed", range(4))
def test_a_flight_over_nine_microphones_is_born_where_it_is(seed: int) -> None:
    outcome, agreeing, x = attempted(heard_at(list(range(9)), np.random.default_rng(seed)))
    assert outcome == verdict.INITIATED
    assert agreeing >= 4
    # At time 0, ten seconds before the first hearing.
    assert x[:2] == pytest.approx(TRUTH[:2], abs=300.0)
    assert x[3:5] == pytest.approx(TRUTH[3:5], abs=10.0)


def test_two_sensors_that_know_bearings_are_enough_to_be_asked() -> None:
    rows = heard_at([1, 4], np.random.default_rng(1), "lta")
    assert attempted(rows, directed=True)[0] != verdict.TOO_FEW


@pytest.mark.parametrize("seed", range(3))
def test_engines_at_many_sensors_bear_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = np.concatenate([engine_rows(rng, np.arange(10.0, 30.0), i) for i in (0, 1, 3, 4, 7)])
    assert attempted(rows)[0] != verdict.INITIATED

"""The tone at the middle of a second: as sharp as the Cramer-Rao bound allows, and a sigma that is true."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.listen.synthetic import level
from tests.listen.waves import coloured

from forehear.listen import fine, spectrum
from forehear.listen.lines import LineStart

Array = NDArray[np.float64]
RATE_HZ = spectrum.RATE_HZ
TIME_S = (np.arange(RATE_HZ) - (RATE_HZ - 1) / 2) / RATE_HZ
TONE_HZ = 90.0
DRAWS = 200


@dataclass
class Draws:
    """Errors and sigmas of tones [Hz], and what came beside."""

    error_hz: Array
    sigma_hz: Array
    found: list[fine.Fine]

    @property
    def normalised(self) -> float:
        return float(np.sqrt(np.mean((self.error_hz / self.sigma_hz) ** 2)))

    @property
    def median(self) -> float:
        """What the standard deviation would be if the median were of a normal law."""
        return float(np.median(np.abs(self.error_hz))) / 0.6745


def draws(
    ratio_db: float, lines: int, *, slope: float = 0.0, power: float = 0.0, width_hz: float = 0.0,
    turns: Callable[[Array], Array] | None = None, follows: bool = False,
) -> Draws:  # fmt: skip
    """Tones of combs of equal lines in noise of variance 1, from starts that are off as a search's are.

    `follows`: the second before has been heard too.
    """
    phase = turns if turns is not None else lambda t: TONE_HZ * t + 0.5 * slope * t**2
    errors, sigmas, found = [], [], []
    for seed in range(DRAWS):
        chance = np.random.default_rng(seed)
        began: Array | None = None
        before = None
        for shift_s in (-1.0, 0.0) if follows else (0.0,):
            turned = phase(TIME_S + shift_s)
            turned = turned + np.cumsum(chance.normal(size=RATE_HZ)) * np.sqrt(width_hz / (2.0 * np.pi * RATE_HZ))
            began = chance.uniform(0.0, 2.0 * np.pi, lines) if began is None else began
            signal = np.zeros(RATE_HZ)
            for k in range(1, lines + 1):
                signal += np.sqrt(2.0 / lines) * np.sin(2.0 * np.pi * k * turned + began[k - 1])
            around = coloured(RATE_HZ, chance, RATE_HZ, power)[:, 0] if power else chance.normal(size=RATE_HZ)
            low = np.asarray(0.1 * (around + level(ratio_db) * signal), np.float32)
            frames = [low[i : i + spectrum.FRAME] for i in range(0, RATE_HZ - spectrum.FRAME + 1, spectrum.HOP)]
            floors = [spectrum.floor_and_ratio(spectrum.power_spectrum(f))[0] for f in frames]
            near = phase(shift_s + np.array([-1e-3, 0.0, 1e-3]))
            true_hz, moves = float(near[2] - near[0]) / 2e-3, float(np.diff(near, 2)[0]) / 1e-6
            tone_hz = true_hz * (1.0 + chance.uniform(-0.002, 0.002))
            start = LineStart(tone_hz, moves / true_hz + chance.uniform(-0.005, 0.005))
            before = fine.refine(low, start, np.mean(floors, axis=0).astype(np.float32), before=before)
        assert before is not None
        found.append(before)
        errors.append(before.tone_hz - true_hz)
        sigmas.append(before.tone_sigma_hz)
    return Draws(np.array(errors), np.array(sigmas), found)


def bound_hz(ratio_db: float, lines: int) -> float:
    """The Cramer-Rao bound of a comb of equal lines in white noise, its slope unknown too (it costs nothing)."""
    strength = level(ratio_db) ** 2 / lines * np.sum(np.arange(1, lines + 1) ** 2)
    return float(1.0 / np.sqrt((2.0 * np.pi) ** 2 * strength * np.sum(TIME_S**2)))


@pytest.mark.slow
@pytest.mark.parametrize(("ratio_db", "lines"), [(-8.0, 4), (-12.0, 8), (-18.0, 3)])
def test_errors_are_near_the_bound_and_the_sigma_is_true(ratio_db: float, lines: int) -> None:
    got = draws(ratio_db, lines)
    bound = np.hypot(bound_hz(ratio_db, lines), fine.LEAST_SIGMA_HZ)
    assert got.median < 1.3 * bound
    assert 0.8 * bound < np.median(got.sigma_hz) < 1.4 * bound
    # Where a low bound stands, it is what is told: the sigma may be larger, not smaller. And lines so faint that
    # noise passes for one now and then are as many as one in fifty.
    far = np.abs(got.error_hz) > 4.0 * got.sigma_hz
    assert far.mean() <= 0.02
    assert 0.6 < np.sqrt(np.mean((got.error_hz / got.sigma_hz)[~far] ** 2)) < 1.3


@pytest.mark.slow
@pytest.mark.parametrize("ratio_db", [0.0, -8.0])
def test_a_tone_that_falls_by_12_hz_a_second_is_told_at_the_middle(ratio_db: float) -> None:
    got = draws(ratio_db, 20, slope=-12.0)
    # A second alone does not know that so steep a slope bends no more: its sigma may be too large.
    assert 0.4 < got.normalised < 1.3
    # The slope is a straight line's share of 13 % a second: what bends beyond is what is wrong.
    assert np.abs(got.error_hz).max() < 0.1
    slopes = np.array([f.slope_hz_per_s for f in got.found])
    assert np.all(np.abs(slopes + 12.0) < 0.5)


@pytest.mark.slow
@pytest.mark.parametrize(("distance_m", "after_s"), [(120.0, 0.5), (120.0, 4.0), (200.0, 1.0), (300.0, 1.5)])
@pytest.mark.parametrize("follows", [False, True])
def test_a_doppler_that_bends_is_in_the_sigma(distance_m: float, after_s: float, follows: bool) -> None:
    got = draws(0.0, 20, turns=passing(distance_m, after_s), follows=follows)
    # A second alone knows less of the bend, and says so.
    assert (0.6 if follows else 0.3) < got.normalised < 1.5


@pytest.mark.slow
@pytest.mark.parametrize(("distance_m", "after_s"), [(55.0, 0.0), (55.0, 1.5)])
def test_a_doppler_that_bends_within_the_second_is_in_the_sigma(distance_m: float, after_s: float) -> None:
    got = draws(0.0, 20, turns=passing(distance_m, after_s))
    assert 0.4 < got.normalised < 1.5


def passing(distance_m: float, after_s: float) -> Callable[[Array], Array]:
    """Turns heard from a pass at 50 m/s, `after_s` after its nearest point was heard."""
    sound_mps, speed_mps = 340.0, 50.0

    def emitted_s(heard_s: Array) -> Array:
        """When sound left that is heard at a time; the time of travel at the nearest point taken off."""
        t = heard_s + after_s
        for _ in range(60):
            t = heard_s + after_s - (np.sqrt(distance_m**2 + (speed_mps * t) ** 2) - distance_m) / sound_mps
        return np.asarray(t)

    ratio = float(np.diff(emitted_s(np.array([-1e-3, 1e-3])))[0] / 2e-3)
    return lambda t: np.asarray(TONE_HZ / ratio * emitted_s(t))


@pytest.mark.slow
@pytest.mark.parametrize("power", [1.0, 2.0])
def test_in_noise_of_a_colour_the_sigma_is_as_true(power: float) -> None:
    got = draws(-12.0, 4, power=power)
    far = np.abs(got.error_hz) > 4.0 * got.sigma_hz
    assert far.mean() <= 0.02
    assert 0.6 < np.sqrt(np.mean((got.error_hz / got.sigma_hz)[~far] ** 2)) < 1.3


@pytest.mark.slow
def test_an_engine_that_trembles_has_a_larger_sigma_and_a_true_one() -> None:
    widths = [0.0, 0.001, 0.005, 0.02]
    got = [draws(0.0, 20, width_hz=w) for w in widths]
    medians = [float(np.median(g.sigma_hz)) for g in got]
    assert medians == sorted(medians)
    assert medians[-1] > 5.0 * medians[0]
    for g in got[1:]:
        # Some seconds show little of their wander: the middle of the law is true, its tail is too long.
        assert 0.6 < float(np.median(np.abs(g.error_hz / g.sigma_hz))) / 0.6745 < 1.7
        assert np.mean(np.abs(g.error_hz) > 3.0 * g.sigma_hz) < 0.15


def test_a_line_that_is_not_there_tells_nothing_and_halves_do_not_stand_out() -> None:
    got = draws(0.0, 8)
    ratio = np.median([f.ratio for f in got.found], axis=0)
    assert np.all(ratio[:8] > 50.0)
    assert np.all(ratio[8:] < 3.0)
    assert np.median([f.between for f in got.found]) < 3.0
    power = np.mean([f.all_power for f in got.found])
    assert 10.0 * np.log10(power / 0.1**2) == pytest.approx(0.0, abs=0.5)


def test_of_noise_alone_no_more_is_unknown_than_was_searched() -> None:
    got = draws(-200.0, 4)
    assert np.all(np.isfinite(got.error_hz))
    assert np.all(got.sigma_hz >= fine.LEAST_SIGMA_HZ)
    # The start is off by a share too.
    assert np.all(got.sigma_hz <= 1.01 * fine.TONE_SPAN * TONE_HZ)


def test_lines_that_another_has_too_are_left_to_it() -> None:
    chance = np.random.default_rng(5)
    low = (0.01 * chance.normal(size=RATE_HZ)).astype(np.float32)
    for k in range(1, 20):
        low += np.asarray(0.05 * np.sin(2.0 * np.pi * k * 100.0 * TIME_S + k), np.float32)
    floor = spectrum.floor_and_ratio(spectrum.power_spectrum(low[: spectrum.FRAME]))[0]
    first = fine.refine(low, LineStart(100.05, 0.0), floor)
    second = fine.refine(low, LineStart(200.1, 0.0), floor, [first])
    assert not second.ratio.any()
    assert second.all_power == 0.0
    assert np.isfinite(second.tone_sigma_hz)


def test_small_matrices_are_inverted_as_by_a_solver() -> None:
    chance = np.random.default_rng(3)
    for _ in range(50):
        # As information is: of tones known far better than their bend.
        root = chance.normal(size=(3, 3)) * np.array([1.0, 30.0, 1e3])
        of = root.T @ root + np.diag([1e-9, 1e-9, 0.1])
        assert fine._inverse(of) == pytest.approx(np.linalg.inv(of), rel=1e-6)

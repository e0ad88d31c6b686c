"""Pass-bys of flights whose truth is known; the tones come from a forward model of its own (tests/track)."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.track.flights import hear, straight

from forehear.errors import NoSolution
from forehear.listen.passby import PassBy, pass_by
from forehear.listen.passby_fit import model, received_tone_hz

Array = NDArray[np.float64]
SOUND = 340.3
ZERO = 1_790_000_000.0
STILL = np.zeros(3)


def tones(tone: float, speed: float, nearest: float, distance: float, heard: Array) -> Array:
    """What is heard of a flight on a slant line that passes at that distance, climbing."""
    along = np.array([math.cos(0.7) * math.cos(0.1), math.sin(0.7) * math.cos(0.1), math.sin(0.1)])
    across = np.cross(along, [0.3, -0.2, 0.9])
    place = across / np.linalg.norm(across) * distance
    flight = straight(np.array([*place, *(speed * along), 120.0, math.log(tone)]), nearest - ZERO)
    pitch = hear(flight, heard - ZERO, np.zeros((len(heard), 3)), STILL, SOUND)[2]
    return np.asarray(tone * pitch)


def drawn(rng: np.random.Generator, half: bool = False) -> tuple[tuple[float, ...], Array, Array, Array]:
    """Truth, times, tones without error, sigmas of one pass."""
    tone, speed, nearest = rng.uniform(70.0, 220.0), rng.uniform(25.0, 100.0), ZERO + rng.uniform(-3.0, 3.0)
    distance = float(np.exp(rng.uniform(np.log(60.0), np.log(1500.0))))
    reach = min(6.0 * distance / speed + 8.0, 60.0)
    until = rng.uniform(0.0, 1.2) * distance / speed if half else reach
    heard = np.arange(-reach, until, 1.0) + nearest + distance / SOUND
    sigma = np.full(len(heard), np.exp(rng.uniform(np.log(0.03), np.log(0.4))))
    return (tone, speed, nearest, distance), heard, tones(tone, speed, nearest, distance, heard), sigma


def errors(found: PassBy, truth: tuple[float, ...]) -> Array:
    got = np.array([found.tone_hz, found.speed_mps, found.nearest_at_s, found.distance_m])
    return got - np.array(truth)


Spoil = Callable[[np.random.Generator, Array, Array], Array]


def normalised(count: int, half: bool, wander: float | None, spoil: Spoil | None = None) -> tuple[Array, int]:
    """Errors over sigmas (n, 4) of many passes, and how many had no answer."""
    rows, refused = [], 0
    for seed in range(count):
        rng = np.random.default_rng((seed, 3))
        truth, heard, tone, sigma = drawn(rng, half)
        tone = tone + sigma * rng.standard_normal(len(tone))
        if spoil is not None:
            tone = spoil(rng, heard, tone)
        try:
            found = pass_by(heard, tone, sigma, SOUND, wander)
        except NoSolution:
            refused += 1
            continue
        rows.append(errors(found, truth) / found.sigmas)
    return np.array(rows), refused


def rms(rows: Array) -> Array:
    return np.asarray(np.sqrt(np.mean(rows**2, axis=0)))


def test_the_model_is_the_marched_one() -> None:
    heard = ZERO + np.arange(-30.0, 30.0, 0.5)
    wanted = tones(110.0, 90.0, ZERO, 200.0, heard)
    assert received_tone_hz(heard, 110.0, 90.0, ZERO, 200.0, SOUND) == pytest.approx(wanted, rel=1e-7)


def test_derivatives_are_those_of_small_steps() -> None:
    x = np.array([math.log(100.0), math.log(60.0), 1.3, math.log(300.0)])
    heard = np.linspace(-20.0, 20.0, 15)
    slopes = model(x, heard, SOUND)[1]
    for k in range(4):
        step = np.zeros(4)
        step[k] = 1e-5
        numeric = (model(x + step, heard, SOUND)[0] - model(x - step, heard, SOUND)[0]) / 2e-5
        assert slopes[:, k] == pytest.approx(numeric, abs=1e-8)


@pytest.mark.parametrize(
    ("tone", "speed", "distance"), [(92.0, 51.0, 400.0), (180.0, 20.0, 60.0), (110.0, 150.0, 900.0)]
)
def test_without_errors_the_truth_comes_back(tone: float, speed: float, distance: float) -> None:
    heard = ZERO + np.arange(-60.0, 60.0, 1.0)
    found = pass_by(heard, tones(tone, speed, ZERO, distance, heard), np.full(len(heard), 1e-3), SOUND)
    assert found.tone_hz == pytest.approx(tone, rel=1e-6)
    assert found.speed_mps == pytest.approx(speed, rel=1e-5)
    assert found.nearest_at_s == pytest.approx(ZERO, abs=1e-3)
    assert found.distance_m == pytest.approx(distance, rel=1e-4)
    assert (found.used, found.outliers, found.octave_slips) == (120, 0, 0)


def test_moving_time_moves_the_answer_and_nothing_else() -> None:
    heard = np.arange(-40.0, 40.0, 1.0)
    tone = tones(92.0, 51.0, ZERO, 400.0, ZERO + heard)
    rng = np.random.default_rng(1)
    tone = tone + 0.1 * rng.standard_normal(len(tone))
    shuffled = rng.permutation(len(heard))
    sigma = np.full(len(heard), 0.1)
    here = pass_by(heard, tone, sigma, SOUND)
    there = pass_by(1.75e9 + heard[shuffled], tone[shuffled], sigma, SOUND)
    assert there.nearest_at_s - 1.75e9 == pytest.approx(here.nearest_at_s, abs=1e-5)
    assert there.speed_mps == pytest.approx(here.speed_mps, rel=1e-6)
    assert there.sigmas == pytest.approx(here.sigmas, rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("half", [False, True])
def test_errors_are_as_large_as_the_sigmas_say(half: bool) -> None:
    rows, refused = normalised(100, half, 0.0)
    assert refused <= 5
    assert np.all((rms(rows) > 0.8) & (rms(rows) < 1.3)), rms(rows)


@pytest.mark.slow
def test_sigmas_that_ignore_an_unsteady_throttle_are_found_out() -> None:
    rows, _ = normalised(25, False, 0.0, wandering)
    # The scatter is seen as such, but not that it is slow: the negative control.
    assert np.max(rms(rows)) > 1.6


def wandering(rng: np.random.Generator, heard: Array, tone: Array) -> Array:
    """A throttle that wanders by 0.3 % over some ten seconds."""
    apart = (heard[:, None] - heard) / 10.0
    factor = np.linalg.cholesky(np.exp(-0.5 * apart**2) + 1e-6 * np.eye(len(heard)))
    return np.asarray(tone * (1.0 + 0.003 * factor @ rng.standard_normal(len(heard))))


@pytest.mark.slow
def test_errors_are_as_large_as_the_sigmas_say_though_the_throttle_wanders() -> None:
    rows, refused = normalised(80, False, None, wandering)
    assert refused <= 4
    # The tone at rest may be better than its sigma: a wander of minutes cannot be told from a tone.
    assert np.all(rms(rows)[1:] > 0.8)
    assert np.all(rms(rows) < 1.3), rms(rows)


def spoilt(rng: np.random.Generator, heard: Array, tone: Array) -> Array:
    """One in ten is anything, one in ten an octave off."""
    kind = rng.random(len(tone))
    anything = tone * rng.uniform(0.7, 1.4, len(tone))
    return np.asarray(
        np.where(kind < 0.1, anything, np.where(kind > 0.9, tone * rng.choice([0.5, 2.0], len(tone)), tone))
    )


@pytest.mark.slow
def test_outliers_and_octave_slips_do_not_rule() -> None:
    rows, refused = normalised(30, False, 0.0, spoilt)
    assert refused <= 2
    assert np.median(np.abs(rows)) < 1.0
    assert np.mean(np.max(np.abs(rows), axis=1) < 5.0) > 0.95


def test_octave_slips_are_counted() -> None:
    heard = ZERO + np.arange(-30.0, 30.0, 1.0)
    tone = tones(92.0, 51.0, ZERO, 300.0, heard)
    tone[::7] *= 2.0
    tone[5] = 150.0
    found = pass_by(heard, tone, np.full(60, 0.05), SOUND)
    assert (found.octave_slips, found.outliers) == (9, 1)
    assert found.tone_hz == pytest.approx(92.0, abs=0.01)


@pytest.mark.parametrize(
    ("tone", "reason"),
    [
        (np.full(30, 100.0), "bends too little|runs out"),
        (100.0 + 0.01 * np.arange(30.0), "bends too little|runs out"),
        (np.full(5, 100.0), "5 tones; at least 8"),
        (np.exp(np.random.default_rng(1).uniform(4.0, 5.2, 40)), "stray by [0-9]+ % from the best straight pass"),
        (np.where(np.arange(20) < 15, np.nan, 100.0), "5 tones; at least 8"),
    ],
    ids=["steady", "creeping", "few", "anything", "mostly nothing"],
)
def test_a_sweep_that_cannot_tell_is_refused_with_the_reason(tone: Array, reason: str) -> None:
    jitter = 0.05 * np.random.default_rng(2).standard_normal(len(tone))
    with pytest.raises(NoSolution, match=reason):
        pass_by(ZERO + np.arange(len(tone)), tone + jitter, np.full(len(tone), 0.05), SOUND)


def test_only_the_approach_is_refused_far_out_and_answered_when_it_bends() -> None:
    far = ZERO + np.arange(-60.0, -40.0, 1.0)
    near = ZERO + np.arange(-40.0, 4.0, 1.0)
    rng = np.random.default_rng(4)
    with pytest.raises(NoSolution, match="bends too little"):
        pass_by(far, tones(92.0, 51.0, ZERO, 300.0, far) + 0.1 * rng.standard_normal(20), np.full(20, 0.1), SOUND)
    found = pass_by(
        near, tones(92.0, 51.0, ZERO, 300.0, near) + 0.1 * rng.standard_normal(44), np.full(44, 0.1), SOUND
    )
    assert np.all(np.abs(errors(found, (92.0, 51.0, ZERO, 300.0))) < 4.0 * np.array(found.sigmas))

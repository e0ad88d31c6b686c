"""The front end: what comes of hops does not depend on how many come at once, and which microphone is heard."""

import numpy as np
import pytest
from tests.listen.synthetic import RATE_HZ, comb, mixed, noise

from forehear.listen import spectrum
from forehear.listen.floor import LISTENING
from forehear.listen.front import SECOND_HOPS, FrontEnd

SECONDS = 4
HOPS = SECONDS * SECOND_HOPS


def heard(samples: np.ndarray, at_once: int) -> FrontEnd:  # type: ignore[type-arg]
    front = FrontEnd()
    step = at_once * spectrum.HOP_IN
    for first in range(0, len(samples), step):
        front.hear(samples[first : first + step])
    return front


@pytest.mark.parametrize("at_once", [2, 4, 16])
def test_hops_at_once_give_what_hops_one_by_one_give(at_once: int) -> None:
    x = mixed(comb(90.0, SECONDS), noise(SECONDS, 1), 0.0)[: HOPS * spectrum.HOP_IN, None]
    one, many = heard(x, 1), heard(x, at_once)
    assert many.search.evidence == pytest.approx(one.search.evidence, abs=1e-3)
    assert one.search.evidence.max() > 50.0
    assert many.noise == pytest.approx(one.noise, abs=1e-4)
    assert many.floor.powers == pytest.approx(one.floor.powers, rel=1e-4)
    assert many.sound(1).beat == pytest.approx(one.sound(1).beat, rel=1e-3)
    assert many.low[-spectrum.HOP :] == pytest.approx(one.low, abs=1e-6)
    states = np.array([state for _, state in one.search.tops(24.0, 10)])
    assert (many.search.paths(states).states == one.search.paths(states).states).all()


def test_of_each_hop_the_first_microphone_that_lives_is_heard() -> None:
    x = np.zeros((HOPS * spectrum.HOP_IN, 2), np.float32)
    half = len(x) // 2
    sound = noise(SECONDS, 2)[: len(x)]
    x[:half, 0], x[half:, 1] = sound[:half], sound[half:]
    both, alone = heard(x, SECOND_HOPS), heard(sound[:, None], SECOND_HOPS)
    assert both.floor.powers == pytest.approx(alone.floor.powers, rel=1e-3)


def test_what_is_begun_anew_keeps_its_floor_and_forgets_its_tones() -> None:
    front = heard(mixed(comb(90.0, SECONDS), noise(SECONDS, 3), 6.0)[: HOPS * spectrum.HOP_IN, None], SECOND_HOPS)
    level = front.floor.powers
    assert level is not None
    assert level[LISTENING].sum() > 0.0
    front.begin()
    assert front.noise is None
    assert front.search.evidence.max() == 0.0
    assert front.floor.powers == pytest.approx(level)
    assert front.floor.known_s == SECONDS - spectrum.HOP_S
    # A single hop has no frame yet.
    front.hear(np.zeros((spectrum.HOP_IN, 1), np.float32))
    assert front.noise is None
    assert RATE_HZ * spectrum.HOP_S == spectrum.HOP_IN

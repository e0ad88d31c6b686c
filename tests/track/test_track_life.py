"""When young tracks are fitted anew."""

import math

import numpy as np
import pytest

from forehear.records import Network
from forehear.track.associate.ingest import arrays_of
from forehear.track.lifecycle import refit
from forehear.track.lifecycle.start import Life
from forehear.track.memory import bank as banks

SENSORS = arrays_of(Network(()))[1]


def test_those_that_have_waited_longest_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []
    monkeypatch.setattr(refit, "reseat", lambda bank, k, rival, ask, *_: (turns.append(k) is None, math.inf))
    many = refit.RESEATS_PER_STEP + 50
    lives = [
        Life(f"T{k}", initiated_s=0.0, evidence=0.0, reseat_s=1.0 + 0.001 * (k * 7 % many)) for k in range(many)
    ]
    expected = sorted(range(many), key=lambda k: lives[k].reseat_s)
    bank, nothing = banks.make(many), np.zeros(4)
    refit.reseat_young(bank, lives, SENSORS, nothing, nothing, 2.9)
    assert turns == expected[: refit.RESEATS_PER_STEP]
    refit.reseat_young(bank, lives, SENSORS, nothing, nothing, 2.95)
    assert turns == expected, "the others in the next step"


def test_a_long_step_does_not_bring_all_turns_together(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []

    def reseat(bank: object, k: int, *_: object) -> tuple[bool, float]:
        turns.append(k)
        return True, math.inf

    monkeypatch.setattr(refit, "reseat", reseat)
    bank, nothing = banks.make(20), np.zeros(4)
    lives = [Life(f"T{k}", initiated_s=0.1 * k, evidence=0.0, reseat_s=0.1 * k + 1.0) for k in range(20)]
    most = []
    # A step of five seconds in the middle: all are due in it.
    for now_s in [*np.arange(0.05, 6.0, 0.1), *np.arange(11.05, 20.0, 0.1)]:
        turns.clear()
        refit.reseat_young(bank, lives, SENSORS, nothing, nothing, float(now_s))
        most.append(len(turns))
    assert max(most) == 20, "the long step"
    assert sorted(most)[-2] <= 2, "each has its turn as it was born"
    assert sum(most[-20:]) == 20, "every two seconds"
    refit.reseat_young(bank, lives, SENSORS, nothing, nothing, 70.0)
    assert all(one.reseat_s == np.inf for one in lives), "none is young any more"

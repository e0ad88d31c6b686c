"""What drives about in the second world."""

from collections import defaultdict

import numpy as np
from tests.simulate.second.worlds import world

from forehear.simulate.second import engines


def test_vehicles_keep_to_their_speeds_and_are_not_in_the_truth() -> None:
    second = {"trains": 4, "motorbikes": 8, "cars": 4, "tractors": 2, "pumps": 3}
    one = world(second, flights=[])
    assert all(actor.target is None for actor in one.actors)
    fastest: dict[str, float] = defaultdict(float)
    names = {engine: name for name, engine in engines.ENGINES.items()}
    for actor in one.actors:
        xyz = actor.make().xyz_m
        speed = np.linalg.norm(np.diff(xyz, axis=0), axis=1)
        fastest[names[actor.emitter]] = max(fastest[names[actor.emitter]], float(speed.max()))
    assert fastest["pump"] < 1e-6
    for name, (slow, fast) in engines.SPEEDS_MPS.items():
        # A degree of longitude is taken as of each place: a straight line bends by a thousandth.
        assert 0.9 * slow < fastest[name] <= 1.002 * fast
    assert fastest["train"] > 50.0

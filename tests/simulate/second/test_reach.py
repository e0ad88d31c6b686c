"""What arrives where in the second world: level by distance, tone by Doppler, direction, and who is left out."""

import math
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from tests.simulate.second.worlds import world

from forehear.simulate.scenario.emitters import EMITTERS
from forehear.simulate.second import reach
from forehear.simulate.second.reach import Arrivals, SecondVoice, arrivals, joined
from forehear.simulate.second.run import SecondWorld
from forehear.simulate.world import paths

SOUND_MPS, ABSORPTION = 340.0, 0.002
LEVEL_DB, TONE_HZ, NOISE_DB = 120.0, 100.0, 30.0
# No fading and no shadow: what is left has a closed form.
STILL = {"fading_sigma_db": 0.0, "shadow_db": 0.0, "ceiling_low": 1.0, "ceiling_high": 1.0}


def standing(one: SecondWorld, above_m: float) -> SecondVoice:
    """An engine that stands over sensor 0 for a minute, and sounds evenly to all sides."""
    at = one.sensors.xyz_m[0]
    up = at / np.linalg.norm(at)
    path = paths.EmitterPath(
        -60.0, np.tile(at + above_m * up, (120, 1)), np.full(120, TONE_HZ), np.full(120, LEVEL_DB)
    )
    emitter = msgspec.structs.replace(EMITTERS["piston"], convection=0.0)
    n = len(one.sensors.kind)
    return SecondVoice(0, "t", emitter, path, ABSORPTION, 7, np.zeros(n), np.zeros(n))


def heard(one: SecondWorld, voice: SecondVoice) -> tuple[Arrivals, np.ndarray, np.ndarray] | None:  # type: ignore[type-arg]
    n = len(one.sensors.kind)
    calm = replace(one.sensors, wind_mps=np.zeros((n, 3)))
    return arrivals(
        voice, calm, np.full((n, 10), NOISE_DB), one.scenario.second, one.air, SOUND_MPS, 0,
        np.ones((n, 10), np.bool_),
    )  # fmt: skip


def test_a_standing_engine_is_as_loud_as_spreading_and_absorption_leave_it() -> None:
    one = world(STILL)
    voice = standing(one, 1000.0)
    found = heard(one, voice)
    assert found is not None
    rows, best, expected = found
    overhead = rows.take(rows.sensor == 0)
    assert overhead.level_db == pytest.approx(LEVEL_DB - 60.0 - 1000.0 * ABSORPTION, abs=1e-6)
    assert overhead.tone_hz == pytest.approx(TONE_HZ, abs=1e-9)
    # Straight up of the ellipsoid is not quite straight away from its middle.
    assert overhead.elevation_deg == pytest.approx(90.0, abs=0.3)
    assert best == pytest.approx(1.0, abs=1e-3)
    assert np.all(expected >= best)
    # The neighbours stand some 3 km away, and every one hears it from its own side.
    aside = rows.take((rows.sensor == 1) & (rows.tick == 0))
    way = voice.path.xyz_m[0] - one.sensors.xyz_m[1]
    distance = float(np.linalg.norm(way))
    assert aside.level_db == pytest.approx(
        LEVEL_DB - 20.0 * math.log10(distance) - distance * ABSORPTION, abs=1e-6
    )
    assert aside.elevation_deg == pytest.approx(math.degrees(math.asin(1000.0 / distance)), abs=0.5)


def test_only_those_who_may_hear_do() -> None:
    one = world(STILL)
    voice = standing(one, 1000.0)
    voice.only = np.array([1, 3])
    found = heard(one, voice)
    assert found is not None
    assert set(found[0].sensor.tolist()) <= {1, 3}
    voice.only = np.array([], np.int64)
    assert heard(one, voice) is None


def test_who_does_not_listen_or_is_too_far_is_left_out() -> None:
    one = world(STILL)
    assert heard(one, standing(one, 15_000.0)) is None
    # However loud: nothing is followed so far.
    loud = standing(one, 40_000.0)
    loud.path = replace(loud.path, level_db=loud.path.level_db + 200.0)
    assert heard(one, loud) is None
    n = len(one.sensors.kind)
    deaf = np.ones((n, 10), np.bool_)
    deaf[0] = False
    found = arrivals(
        standing(one, 1000.0), one.sensors, np.full((n, 10), NOISE_DB), one.scenario.second, one.air, SOUND_MPS,
        0, deaf,
    )  # fmt: skip
    assert found is not None
    assert 0 not in found[0].sensor
    assert 1 in found[0].sensor


def test_a_path_that_is_over_is_not_heard() -> None:
    one = world(STILL)
    voice = standing(one, 1000.0)
    voice.path = paths.EmitterPath(-900.0, voice.path.xyz_m, voice.path.tone_hz, voice.path.level_db)
    assert heard(one, voice) is None


def test_rows_are_joined_in_their_order() -> None:
    def row(k: int) -> Arrivals:
        return Arrivals(np.array([k]), np.array([k]), np.array([k]), *(np.array([float(k)]) for _ in range(5)))

    both = joined([row(2), row(1)])
    assert both.emitter.tolist() == [2, 1]
    assert both.slip.tolist() == [2.0, 1.0]
    assert len(joined([]).sensor) == 0
    assert reach.MAST_M > 0.0

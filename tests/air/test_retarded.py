"""Retarded time, direction and pitch against marched wavefronts; exact derivatives against differences."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.reference import wavefront

from forehear.air import retarded
from forehear.errors import NoSolution

Array = NDArray[np.float64]
SOUND_MPS = 340.0
# The march halves to the last bit: what is left is rounding of times of a hundred seconds.
MICROSECOND = 1e-6
MILLIMETRE = 1e-3
MILLIDEGREE = 1e-3


def cases(n: int, seed: int) -> list[tuple[Array, Array, Array]]:
    """Random geometries: within 12 km, up to 200 m/s, wind up to 25 m/s."""
    rng = np.random.default_rng(seed)
    out = []
    while len(out) < n:
        r = rng.uniform(-12_000.0, 12_000.0, 3) * np.array([1.0, 1.0, 0.1])
        v = rng.uniform(-200.0, 200.0, 3) * np.array([1.0, 1.0, 0.2])
        w = rng.uniform(-25.0, 25.0, 3) * np.array([1.0, 1.0, 0.05])
        if np.linalg.norm(v - w) < 0.8 * SOUND_MPS:
            out.append((r, v, w))
    return out


@pytest.mark.parametrize("case", range(60))
def test_the_closed_form_is_what_a_marched_wavefront_says(case: int) -> None:
    r, v, w = cases(60, 1)[case]

    def motion(t: float) -> wavefront.Vector:
        return (r[0] + v[0] * t, r[1] + v[1] * t, r[2] + v[2] * t)

    heard = wavefront.arrival(motion, 0.0, (0.0, 0.0, 0.0), tuple(w), SOUND_MPS)
    delay = float(retarded.delay_s(r, v, w, SOUND_MPS))
    assert delay == pytest.approx(heard.delay_s, abs=MICROSECOND)
    assert r - v * delay == pytest.approx(heard.from_place, abs=MILLIMETRE)
    e = retarded.apparent_m(r, v, w, SOUND_MPS)
    assert float(np.linalg.norm(e)) == pytest.approx(heard.radius_m, abs=MILLIMETRE)
    azimuth, elevation = (math.degrees(float(a)) for a in retarded.azimuth_elevation_rad(e))
    expected = wavefront.azimuth_elevation_deg(heard.direction)
    assert (azimuth - expected[0] + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=MILLIDEGREE)
    assert elevation == pytest.approx(expected[1], abs=MILLIDEGREE)
    assert float(retarded.doppler_ratio(r, v, w, SOUND_MPS)) == pytest.approx(heard.pitch, rel=1e-7)


def test_the_wavefront_that_ignores_the_wind_is_told_apart() -> None:
    # The comparison above can fail: the same case without its wind is far off.
    r, v, w = cases(60, 1)[0]
    with_wind, without = (float(retarded.delay_s(r, v, x, SOUND_MPS)) for x in (w, np.zeros(3)))
    assert abs(with_wind - without) > 1000 * MICROSECOND


lengths = st.floats(-10_000.0, 10_000.0)
speeds = st.floats(-120.0, 120.0)
winds = st.floats(-20.0, 20.0)


@given(st.tuples(lengths, lengths, lengths), st.tuples(speeds, speeds, speeds), st.floats(0.1, 10.0))
def test_a_world_twice_as_large_has_twice_the_delay(
    r: tuple[float, float, float], v: tuple[float, float, float], size: float
) -> None:
    still = np.zeros(3)
    one = float(retarded.delay_s(r, v, still, SOUND_MPS))
    other = float(retarded.delay_s(size * np.array(r), v, still, SOUND_MPS))
    assert other == pytest.approx(size * one, rel=1e-9, abs=1e-9)


@given(
    st.tuples(lengths, lengths, lengths),
    st.tuples(speeds, speeds, speeds),
    st.tuples(winds, winds),
    st.floats(0, 360),
)
def test_turning_the_world_turns_the_bearing(
    r: tuple[float, float, float], v: tuple[float, float, float], w: tuple[float, float], turn_deg: float
) -> None:
    assume(math.hypot(r[0], r[1]) > 1.0)
    a = math.radians(turn_deg)
    # Clockwise from above, as bearings count.
    turn = np.array([[math.cos(a), math.sin(a), 0.0], [-math.sin(a), math.cos(a), 0.0], [0.0, 0.0, 1.0]])
    wind = np.array([*w, 0.0])
    before = retarded.apparent_m(r, v, wind, SOUND_MPS)
    assume(float(np.hypot(before[0], before[1])) > 1.0)
    after = retarded.apparent_m(turn @ np.array(r), turn @ np.array(v), turn @ wind, SOUND_MPS)
    (azimuth, elevation), (turned, same) = (retarded.azimuth_elevation_rad(x) for x in (before, after))
    assert math.remainder(float(turned - azimuth) - a, 2.0 * math.pi) == pytest.approx(0.0, abs=1e-6)
    assert float(same) == pytest.approx(float(elevation), abs=1e-9)


def test_faster_than_sound_has_no_answer() -> None:
    for v, w in (([341.0, 0.0, 0.0], [0.0, 0.0, 0.0]), ([330.0, 0.0, 0.0], [-20.0, 0.0, 0.0])):
        with pytest.raises(NoSolution, match="not below the speed of sound"):
            retarded.delay_s([1000.0, 0.0, 0.0], v, w, SOUND_MPS)


def test_at_the_source_itself_there_is_no_delay_and_no_direction() -> None:
    still = np.zeros(3)
    assert float(retarded.delay_s(still, [50.0, 0.0, 0.0], still, SOUND_MPS)) == 0.0
    assert float(retarded.doppler_ratio(still, [50.0, 0.0, 0.0], still, SOUND_MPS)) == 1.0
    with pytest.raises(NoSolution, match="direction is not defined"):
        retarded.apparent_jacobians(still, [50.0, 0.0, 0.0], still, SOUND_MPS)


def test_the_figures_of_the_theory() -> None:
    # Heard from 4 km, sound is 11.8 s old; head-on the source is now at 3.4 km (51 m/s), 2.0 km (170 m/s).
    for speed, now_m in ((51.0, 3400.0), (170.0, 2000.0)):
        delay = float(retarded.delay_s([now_m, 0.0, 0.0], [-speed, 0.0, 0.0], [0.0, 0.0, 0.0], SOUND_MPS))
        assert delay == pytest.approx(11.8, abs=0.05)
    approaching = float(retarded.doppler_ratio([1000.0, 0.0, 0.0], [-170.0, 0.0, 0.0], [0.0, 0.0, 0.0], SOUND_MPS))
    receding = float(retarded.doppler_ratio([1000.0, 0.0, 0.0], [170.0, 0.0, 0.0], [0.0, 0.0, 0.0], SOUND_MPS))
    assert approaching == pytest.approx(2.0)
    assert receding == pytest.approx(2.0 / 3.0)

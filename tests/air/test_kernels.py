"""The kernels of delay and Doppler: one number at a time as arrays do it, and their slopes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from forehear.air import kernels, retarded

Array = NDArray[np.float64]
SOUND_MPS = 340.0


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


@pytest.mark.parametrize("case", range(20))
def test_the_scalar_kernel_is_the_array_function(case: int) -> None:
    r, v, w = cases(20, 2)[case]
    u = v - w
    assert kernels.delay(tuple(r), tuple(u), SOUND_MPS) == pytest.approx(
        float(retarded.delay_s(r, v, w, SOUND_MPS)), rel=1e-14
    )


def differences(function, x: Array, step: float) -> Array:  # type: ignore[no-untyped-def]
    """Central differences of a function of a vector: (..., 3)."""
    columns = []
    for k in range(3):
        ahead, behind = x.copy(), x.copy()
        ahead[k] += step
        behind[k] -= step
        columns.append((np.asarray(function(ahead)) - np.asarray(function(behind))) / (2.0 * step))
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("case", range(30))
def test_the_jacobians_are_the_slopes(case: int) -> None:
    r, v, w = cases(30, 3)[case]
    de_dr, de_dv, dd_dr, dd_dv = retarded.apparent_jacobians(r, v, w, SOUND_MPS)
    # A metre of step on kilometres: truncation and rounding are both under 1e-7.
    close = {"rel": 2e-6, "abs": 1e-7}
    by_r = differences(lambda x: retarded.apparent_m(x, v, w, SOUND_MPS), r, 1.0)
    by_v = differences(lambda x: retarded.apparent_m(r, x, w, SOUND_MPS), v, 0.01)
    assert de_dr == pytest.approx(by_r, **close)
    assert de_dv == pytest.approx(by_v, rel=2e-6, abs=1e-4)
    assert dd_dr == pytest.approx(differences(lambda x: retarded.delay_s(x, v, w, SOUND_MPS), r, 1.0), **close)
    assert dd_dv == pytest.approx(differences(lambda x: retarded.delay_s(r, x, w, SOUND_MPS), v, 0.01), **close)

    def bearings(x: Array) -> Array:
        return np.array(retarded.azimuth_elevation_rad(x))

    e = retarded.apparent_m(r, v, w, SOUND_MPS)
    by_e = np.array(retarded.azimuth_elevation_gradients(e))
    assert by_e == pytest.approx(differences(bearings, e, 0.01), rel=1e-5, abs=1e-9)
    f_dr, f_dv = retarded.doppler_gradients(r, v, w, SOUND_MPS)
    pitch_by_r = differences(lambda x: retarded.doppler_ratio(x, v, w, SOUND_MPS), r, 1.0)
    pitch_by_v = differences(lambda x: retarded.doppler_ratio(r, x, w, SOUND_MPS), v, 0.01)
    assert f_dr == pytest.approx(pitch_by_r, rel=1e-4, abs=1e-9)
    assert f_dv == pytest.approx(pitch_by_v, rel=1e-5, abs=1e-9)

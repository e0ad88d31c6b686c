"""The compiled laws are the plain ones: to the last bit of a loop's own numbers."""

import inspect

import numpy as np
import pytest
from numba import njit
from tests.air.test_retarded import SOUND_MPS, cases

from forehear.air import compiled, kernels, retarded

LAWS = [
    name for name, law in inspect.getmembers(kernels, inspect.isfunction) if law.__module__ == kernels.__name__
]
ROUNDING = 1e-13


@njit(cache=True)
def everything(r, u, v, w, c, absorption):  # type: ignore[no-untyped-def]
    d = compiled.delay(r, u, c)
    e = compiled.apparent(r, u, d)
    path = c * d
    n = (e[0] / path, e[1] / path, e[2] / path)
    flat2 = e[0] * e[0] + e[1] * e[1]
    nv, cw = compiled.along(n, v, w, c)
    ratio = compiled.doppler_ratio(nv, cw)
    level = compiled.received_level(110.0, path, absorption) + compiled.convective_gain(
        compiled.ln_doppler(nv, cw), 0.5
    )
    return (
        (d, ratio, level, compiled.level_by_path(path, absorption)),
        e,
        compiled.delay_by_place(e, path, u, c),
        compiled.ln_doppler_by_apparent(n, path, v, w, (nv, cw, ratio)),
        compiled.azimuth_by_apparent(e, flat2),
        compiled.elevation_by_apparent(e, flat2),
    )


def test_every_law_has_its_compiled_face() -> None:
    assert len(LAWS) >= 10
    assert [name for name in LAWS if getattr(compiled, name).py_func is not getattr(kernels, name)] == []


@pytest.mark.parametrize("case", range(20))
def test_compiled_and_plain_agree(case: int) -> None:
    r, v, w = cases(20, 7)[case]
    plain = everything.py_func
    given = tuple(tuple(float(x) for x in one) for one in (r, v - w, v, w))
    got, wanted = everything(*given, SOUND_MPS, 0.002), plain(*given, SOUND_MPS, 0.002)
    for one, other in zip(got, wanted, strict=True):
        assert one == pytest.approx(other, rel=ROUNDING, abs=1e-300)
    # And the faces for arrays say the same.
    assert got[0][0] == pytest.approx(float(retarded.delay_s(r, v, w, SOUND_MPS)), rel=ROUNDING)
    assert got[0][1] == pytest.approx(float(retarded.doppler_ratio(r, v, w, SOUND_MPS)), rel=ROUNDING)
    by_azimuth, by_elevation = retarded.azimuth_elevation_gradients(retarded.apparent_m(r, v, w, SOUND_MPS))
    assert np.array(got[4]) == pytest.approx(by_azimuth[:2], rel=1e-11)
    assert np.array(got[5]) == pytest.approx(by_elevation, rel=1e-11)

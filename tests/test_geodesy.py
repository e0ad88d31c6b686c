"""The plane against PROJ, distances against geodesics; expectations are somebody else's."""

import math

import numpy as np
import pyproj
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st

from forehear.errors import NoSolution
from forehear.geodesy import east_north_up, ecef, geodetic, plane_at

MILLIMETRE = 1e-3
MICROMETRE = 1e-6
ARCSECOND = 1.0 / 3600.0
# A region up to 600 km across: its corners lie 424 km from the centre.
REGION_M = 424_000.0
WGS84 = pyproj.Geod(ellps="WGS84")
CENTRES = [(31.0, 47.0), (0.0, 0.0), (-179.9, -17.0), (25.0, 69.0), (-70.0, -53.0), (140.0, 1.0)]
longitudes, latitudes = st.floats(-180.0, 180.0), st.floats(-89.0, 89.0)


def region(lon0: float, lat0: float, seed: int = 1, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Places (lon, lat) [deg] all over a region, by PROJ's geodesics."""
    rng = np.random.default_rng(seed)
    azimuth, distance = rng.uniform(0.0, 360.0, n), REGION_M * np.sqrt(rng.uniform(0.0, 1.0, n))
    lon, lat, _ = WGS84.fwd(np.full(n, lon0), np.full(n, lat0), azimuth, distance)
    return lon, lat


def proj(lon0: float, lat0: float) -> pyproj.Proj:
    return pyproj.Proj(f"+proj=sterea +lat_0={lat0} +lon_0={lon0} +k=1 +ellps=WGS84")


def wrapped(degrees: np.ndarray) -> np.ndarray:
    return np.mod(degrees + 180.0, 360.0) - 180.0


@pytest.mark.parametrize(("lon0", "lat0"), CENTRES)
def test_forward_and_inverse_are_projs(lon0: float, lat0: float) -> None:
    lon, lat = region(lon0, lat0)
    plane = plane_at(lon0, lat0)
    east, north = proj(lon0, lat0)(lon, lat)
    ours = plane.forward(lon, lat)
    assert np.max(np.abs(ours[0] - east)) < MICROMETRE
    assert np.max(np.abs(ours[1] - north)) < MICROMETRE
    back_lon, back_lat = plane.inverse(east, north)
    assert np.max(np.abs(back_lat - lat)) * 111e3 < MICROMETRE
    assert np.max(np.abs(wrapped(back_lon - lon)) * np.cos(np.radians(lat))) * 111e3 < MICROMETRE


@pytest.mark.parametrize(("lon0", "lat0"), CENTRES)
def test_scale_and_convergence_are_projs(lon0: float, lat0: float) -> None:
    lon, lat = region(lon0, lat0)
    plane, factors = plane_at(lon0, lat0), proj(lon0, lat0).get_factors(lon, lat)
    assert np.max(np.abs(plane.scale(lon, lat) - factors.meridional_scale)) < 1e-9
    assert np.max(np.abs(plane.scale(lon, lat) - factors.parallel_scale)) < 1e-9
    turned = wrapped(np.degrees(plane.convergence(lon, lat)) - factors.meridian_convergence)
    assert np.max(np.abs(turned)) < 1e-3 * ARCSECOND
    assert plane.scale(lon0, lat0) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(("lon0", "lat0"), CENTRES)
def test_a_true_azimuth_is_a_plane_azimuth_plus_convergence(lon0: float, lat0: float) -> None:
    """The sign, by going there: 10 m along true azimuth 40 degrees, by geographiclib."""
    plane = plane_at(lon0, lat0)
    for lon, lat in zip(*region(lon0, lat0, n=50), strict=True):
        there = Geodesic.WGS84.Direct(lat, lon, 40.0, 10.0)
        e0, n0 = plane.forward(lon, lat)
        e1, n1 = plane.forward(there["lon2"], there["lat2"])
        azimuth = math.degrees(math.atan2(float(e1 - e0), float(n1 - n0)) + float(plane.convergence(lon, lat)))
        # Rounding of 10 m differences of coordinates of 400 km: 1e-9 / 10 rad, and the geodesic's bend.
        assert wrapped(np.array(azimuth - 40.0)) == pytest.approx(0.0, abs=0.1 * ARCSECOND)


@pytest.mark.parametrize(("lon0", "lat0"), CENTRES)
def test_distances_within_hearing_hold_anywhere_in_a_region(lon0: float, lat0: float) -> None:
    """A plane distance over the scale at the sensor, against the geodesic: parts in 1e5 up to 30 km.

    The scale grows by r / (2 R^2) per metre: at 424 km 5.2e-9, so that over 30 km half of 1.6e-4 is lost at
    most: 2.4 m, 7 ms of sound. Without the scale 33 m would be lost at the corners.
    """
    plane, rng = plane_at(lon0, lat0), np.random.default_rng(2)
    for lon, lat in zip(*region(lon0, lat0, n=100), strict=True):
        azimuth, distance = rng.uniform(0.0, 360.0), rng.uniform(10.0, 30_000.0)
        there = Geodesic.WGS84.Direct(lat, lon, azimuth, distance)
        e0, n0 = plane.forward(lon, lat)
        e1, n1 = plane.forward(there["lon2"], there["lat2"])
        over = math.hypot(float(e1 - e0), float(n1 - n0))
        assert over / float(plane.scale(lon, lat)) == pytest.approx(distance, rel=8e-5, abs=MILLIMETRE)
        # With the scale at the way's middle hardly anything is lost.
        middle = 0.5 * (float(plane.scale(lon, lat)) + float(plane.scale(there["lon2"], there["lat2"])))
        assert over / middle == pytest.approx(distance, rel=2e-6, abs=MILLIMETRE)


@pytest.mark.parametrize(("lon0", "lat0"), CENTRES)
def test_slant_ranges_hold_up_to_drones_heights(lon0: float, lat0: float) -> None:
    """sqrt(plane distance^2 + height difference^2) against the straight line through the earth's frame.

    What is ignored is the earth's curvature under the sight line: of first order height / R, at 3 km height
    2.4e-4 of the horizontal part on average over the path (half of it), and the drop in height itself.
    """
    plane, rng = plane_at(lon0, lat0), np.random.default_rng(3)
    to_ecef = pyproj.Transformer.from_crs(4979, 4978, always_xy=True)
    for lon, lat in zip(*region(lon0, lat0, n=100), strict=True):
        there = Geodesic.WGS84.Direct(lat, lon, rng.uniform(0.0, 360.0), rng.uniform(100.0, 30_000.0))
        sensor_m, source_m = rng.uniform(0.0, 500.0), rng.uniform(0.0, 3000.0)
        straight = math.dist(
            to_ecef.transform(lon, lat, sensor_m), to_ecef.transform(there["lon2"], there["lat2"], source_m)
        )
        e0, n0 = plane.forward(lon, lat)
        e1, n1 = plane.forward(there["lon2"], there["lat2"])
        over = math.hypot(float(e1 - e0), float(n1 - n0)) / float(plane.scale(lon, lat))
        ours = math.hypot(over, source_m - sensor_m)
        assert ours == pytest.approx(straight, rel=8e-5 + 3000.0 / 6_357_000.0, abs=MILLIMETRE)


@pytest.mark.parametrize(("lon0", "lat0"), CENTRES)
def test_earth_centred_coordinates_are_projs(lon0: float, lat0: float) -> None:
    lon, lat = region(lon0, lat0)
    height = np.random.default_rng(4).uniform(-400.0, 30_000.0, len(lon))
    theirs = np.stack(pyproj.Transformer.from_crs(4979, 4978, always_xy=True).transform(lon, lat, height), axis=-1)
    assert np.max(np.abs(ecef(lon, lat, height) - theirs)) < MICROMETRE
    back = geodetic(theirs)
    assert np.max(np.abs(wrapped(back[0] - lon)) * np.cos(np.radians(lat))) * 111e3 < MICROMETRE
    assert np.max(np.abs(back[1] - lat)) * 111e3 < MICROMETRE
    assert np.max(np.abs(back[2] - height)) < MICROMETRE


@given(longitudes, latitudes, st.floats(-400.0, 30_000.0))
def test_geodetic_undoes_ecef(lon: float, lat: float, height: float) -> None:
    back = geodetic(ecef(lon, lat, height))
    assert np.allclose(ecef(*back), ecef(lon, lat, height), rtol=0.0, atol=MICROMETRE)


@given(longitudes, latitudes, st.floats(-3e5, 3e5), st.floats(-3e5, 3e5))
def test_inverse_undoes_forward_everywhere(lon0: float, lat0: float, east: float, north: float) -> None:
    plane = plane_at(lon0, lat0)
    again = plane.forward(*plane.inverse(east, north))
    assert np.allclose(again, (east, north), rtol=0.0, atol=MICROMETRE)


@given(longitudes, latitudes)
def test_east_north_up_is_a_rotation_with_up_outwards(lon: float, lat: float) -> None:
    turn = east_north_up(lon, lat)
    assert np.allclose(turn @ turn.T, np.eye(3), atol=1e-14)
    up = (ecef(lon, lat, 1000.0) - ecef(lon, lat, 0.0)) / 1000.0
    assert np.allclose(turn @ up, (0.0, 0.0, 1.0), atol=1e-9)
    north = ecef(lon, lat + 1e-6, 0.0) - ecef(lon, lat, 0.0)
    assert (turn @ north)[1] > 0.1
    assert np.linalg.det(turn) == pytest.approx(1.0)


@pytest.mark.parametrize("lat0", [90.0, -90.0, 89.995, math.nan])
def test_there_is_no_east_at_a_pole(lat0: float) -> None:
    with pytest.raises(NoSolution, match="no east at a pole"):
        plane_at(0.0, lat0)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_point_that_is_nowhere_has_no_place(bad: float) -> None:
    with pytest.raises(NoSolution, match="not finite"):
        plane_at(31.0, 47.0).inverse(bad, 0.0)

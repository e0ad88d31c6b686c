"""A network is configuration: every fault is named at once, with the thing, the value and what is allowed."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.io.strategies import networks, sites

from forehear.errors import ConfigurationError
from forehear.io.geojson import MAX_FAULTS_SHOWN, network_geojson, read_network, read_sites, sites_geojson
from forehear.records import Atmosphere, Network, Sensor, Site

SAME_FILE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)


def feature(identity: Any = "S1", place: Any = (31.0, 47.0, 120.0), kind: Any = "microphone", **more: Any) -> dict:
    properties = {"kind": kind, **more}
    return {
        "type": "Feature",
        "id": identity,
        "geometry": {"type": "Point", "coordinates": place},
        "properties": properties,
    }


def collection(*features: Any, **members: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", **members, "features": list(features)}).encode()


def faults(tmp_path: Path, data: bytes, read: Any = read_network) -> tuple[str, ...]:
    path = tmp_path / "network.geojson"
    path.write_bytes(data)
    with pytest.raises(ConfigurationError) as raised:
        read(path)
    assert raised.value.where == str(path)
    return raised.value.faults


@SAME_FILE
@given(networks)
def test_a_network_comes_back_as_it_was_written(tmp_path: Path, network: Network) -> None:
    path = tmp_path / "network.geojson"
    path.write_bytes(network_geojson(network))
    assert read_network(path) == network


@SAME_FILE
@given(st.lists(sites(), max_size=5, unique_by=lambda s: s.id))
def test_sites_come_back_as_they_were_written(tmp_path: Path, written: list[Site]) -> None:
    path = tmp_path / "sites.geojson"
    path.write_bytes(sites_geojson(tuple(written)))
    read = read_sites(path)
    for a, b in zip(read, written, strict=True):
        assert (a.id, a.name, a.kind, a.radius_m, a.polygon) == (b.id, b.name, b.kind, b.radius_m, b.polygon)
        if b.polygon is None:
            assert (a.lon, a.lat) == (b.lon, b.lat)


def test_what_is_written_is_geojson_by_rfc_7946(tmp_path: Path) -> None:
    network = Network((Sensor("S1", "array", 31.0, 47.0, 120.0, "key", "roof"),), Atmosphere(wind_mps=5.0))
    data = json.loads(network_geojson(network))
    assert data["type"] == "FeatureCollection"
    assert data["features"][0]["geometry"] == {"type": "Point", "coordinates": [31.0, 47.0, 120.0]}
    assert data["features"][0]["properties"] == {"kind": "array", "public_key": "key", "name": "roof"}
    assert data["atmosphere"]["wind_mps"] == 5.0
    ring = ((31.0, 47.0), (31.1, 47.0), (31.1, 47.1), (31.0, 47.0))
    site = json.loads(sites_geojson((Site("odesa", "Odesa", "settlement", 31.05, 47.03, polygon=ring),)))
    assert site["features"][0]["geometry"] == {"type": "Polygon", "coordinates": [[list(p) for p in ring]]}


def test_the_standard_atmosphere_stands_in_where_none_is_given(tmp_path: Path) -> None:
    path = tmp_path / "network.geojson"
    path.write_bytes(collection(feature()))
    network = read_network(path)
    assert network.atmosphere == Atmosphere(15.0, 70.0, 1013.25, 0.0, 0.0)
    assert network.sensors == (Sensor("S1", "microphone", 31.0, 47.0, 120.0),)


@pytest.mark.parametrize(
    ("bad", "reported"),
    [
        (feature(identity=""), "sensor #0: id must be a non-empty string"),
        (feature(identity=True), "sensor #0: id must be a non-empty string"),
        (feature(identity=[7]), "sensor #0: id must be a non-empty string"),
        (5, "sensor #0: id must be a non-empty string"),
        (None, "sensor #0: id must be a non-empty string"),
        (feature(identity="S" * 300), "<= 256"),
        (feature(kind="radar"), "kind='radar'"),
        (feature(kind=None), "kind=None"),
        (feature(place=[31.0, 47.0]), "sensor 'S1': height_m is missing"),
        (feature(place=[31.0, 97.0, 0.0]), "sensor 'S1': lat=97.0: Expected `float` <= 90"),
        (feature(place=[231.0, 47.0, 0.0]), "lon=231.0"),
        (feature(place=[31.0, 47.0, -999]), "sensor 'S1': height_m=-999: Expected `float` >= -430"),
        (feature(place=[31.0, 47.0, 1e6]), "height_m=1000000.0"),
        (feature(place=["31", 47.0, 0.0]), "lon='31'"),
        (feature(place=[True, 47.0, 0.0]), "lon=True"),
        (feature(place=[None, None, None]), "lon=None"),
        (feature(place="31 47"), "geometry must be a Point"),
        (feature(place=[[31.0, 47.0, 0.0]]), "geometry must be a Point"),
        ({"id": "S1", "geometry": None, "properties": None}, "geometry must be a Point"),
        (feature(name=5), "name=5"),
        (feature(name={"x": "y" * 10_000}), "name={'x': 'yyy"),
    ],
)
def test_each_fault_is_reported_with_the_value_and_what_is_allowed(
    tmp_path: Path, bad: Any, reported: str
) -> None:
    found = faults(tmp_path, collection(bad, feature(identity="good")))
    assert len(found) == 1
    assert reported in found[0]
    assert len(found[0]) < 400


@pytest.mark.parametrize(
    ("air", "reported"),
    [
        ({"temperature_c": 500.0}, "atmosphere: temperature_c=500.0"),
        ({"wind_mps": -1.0}, "wind_mps=-1.0"),
        ({"wind_mps": "calm"}, "wind_mps='calm'"),
        (5, "atmosphere"),
        ([], "atmosphere"),
    ],
)
def test_a_faulty_atmosphere_is_reported(tmp_path: Path, air: Any, reported: str) -> None:
    assert reported in faults(tmp_path, collection(feature(), atmosphere=air))[0]


def test_duplicate_sensors_are_a_fault(tmp_path: Path) -> None:
    found = faults(tmp_path, collection(feature(), feature("S2"), feature(place=[30.0, 46.0, 1.0])))
    assert found == ("sensor 'S1': id appears more than once",)


@pytest.mark.parametrize(
    ("identity", "name"),
    [(7, "7"), (8.0, "8"), (0, "0"), (-3, "-3"), (2.5, "2.5"), (123456789012, "123456789012")],
)
def test_ids_may_be_numbers(tmp_path: Path, identity: float, name: str) -> None:
    # Raw: "id":7. Symptom: "id must be a non-empty string". RFC 7946, 3.2: a string or a number.
    path = tmp_path / "any.geojson"
    path.write_bytes(collection(feature(identity)))
    assert read_network(path).sensors[0].id == name
    path.write_bytes(collection({**site(identity), "id": None, "properties": {"id": identity}}))
    assert read_sites(path)[0].id == name


def test_a_number_and_its_name_are_one_id(tmp_path: Path) -> None:
    assert faults(tmp_path, collection(feature(7), feature("7"))) == ("sensor '7': id appears more than once",)


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_is_no_fault(tmp_path: Path, coding: str) -> None:
    # Raw: ef bb bf 7b 22 ... Symptom: "invalid character (byte 0)". Cause: the mark of Windows' editors.
    mark = "" if coding in ("utf-8-sig", "utf-16") else "\ufeff"
    path = tmp_path / "sites.geojson"
    path.write_bytes((mark + collection(site(name="Містечко")).decode()).encode(coding))
    assert read_sites(path)[0].name == "Містечко"


def square(lon: float, lat: float, side: float = 0.1) -> list[list[list[float]]]:
    return [[[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]]


def test_a_site_may_have_several_parts(tmp_path: Path) -> None:
    # Raw: "type":"MultiPolygon", a town and its far bank. Symptom: "geometry must be a Point or a Polygon".
    path = tmp_path / "sites.geojson"
    path.write_bytes(collection(site(shape="MultiPolygon", place=[square(30.0, 46.0), square(30.5, 46.2, 0.2)])))
    (read,) = read_sites(path)
    assert len(read.rings) == 2
    # It is named by the larger part's middle, where somebody lives, not by a place in the river.
    assert (read.lon, read.lat) == pytest.approx((30.6 - 0.02, 46.3 - 0.02), abs=0.03)
    path.write_bytes(sites_geojson((read,)))
    assert read_sites(path) == (read,)
    path.write_bytes(collection(site(shape="MultiPolygon", place=[square(30.0, 46.0)])))
    assert read_sites(path)[0].further == ()


@pytest.mark.parametrize("place", [[], [[]], [[[]]], [square(30.0, 46.0), [[[1.0, 2.0]]]], 5, None])
def test_a_faulty_part_is_a_fault(tmp_path: Path, place: Any) -> None:
    found = faults(tmp_path, collection(site(shape="MultiPolygon", place=place)), read_sites)
    assert len(found) == 1
    assert found[0].startswith("site 'odesa': ")


@pytest.mark.parametrize("beyond", [[180.1, 180.3], [-180.3, -180.1], [179.9, 180.3], [179.9, -179.7]])
def test_areas_over_180_degrees_are_read_however_they_count(tmp_path: Path, beyond: list[float]) -> None:
    west, east = beyond
    ring = [[[west, 0.0], [east, 0.0], [east, 0.2], [west, 0.2], [west, 0.0]]]
    path = tmp_path / "sites.geojson"
    path.write_bytes(collection(site(shape="Polygon", place=ring)))
    (read,) = read_sites(path)
    middle = (west + (east if abs(east - west) < 180.0 else east + 360.0)) / 2.0
    assert (read.lon - middle + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.05)
    assert all(-180.0 <= lon <= 180.0 for lon, _ in read.polygon or ())


def test_an_empty_network_is_a_fault(tmp_path: Path) -> None:
    assert "at least one sensor" in faults(tmp_path, collection())[0]


def test_all_faults_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        collection(
            feature(kind="radar"), feature("S2", [31.0, 97.0, 0.0]), feature("S1"), 7, atmosphere={"wind_mps": -1}
        ),
    )
    assert len(found) == 5
    assert all(any(word in fault for fault in found) for word in ("radar", "97.0", "once", "#3", "wind_mps"))


@pytest.mark.slow
def test_a_country_of_faults_is_reported_briefly(tmp_path: Path) -> None:
    found = faults(tmp_path, collection(*(feature(f"S{k}", kind="radar") for k in range(14_000))))
    assert len(found) == MAX_FAULTS_SHOWN + 1
    assert found[-1] == f"... and {14_000 - MAX_FAULTS_SHOWN} more"


@pytest.mark.parametrize("read", [read_network, read_sites])
@pytest.mark.parametrize(
    ("data", "reported"),
    [
        (b"", "is not JSON"),
        (collection(feature())[:-20], "is not JSON"),
        (collection(feature()).replace(b"47.0", b"NaN"), "is not JSON"),
        (collection(feature()).replace(b"47.0", b"-Infinity"), "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[" * 200_000, "is not JSON"),
        (b'{"type":"FeatureCollection","features":[' + b'{"id":[' * 100_000, "is not JSON"),
        (b"[]", "type must be 'FeatureCollection'"),
        (b'{"type":"Feature"}', "type must be 'FeatureCollection'"),
        (b'{"type":"FeatureCollection"}', "features must be a list"),
        (b'{"type":"FeatureCollection","features":{}}', "features must be a list"),
    ],
)
def test_a_file_that_is_no_geojson_is_reported(tmp_path: Path, read: Any, data: bytes, reported: str) -> None:
    assert reported in faults(tmp_path, data, read)[0]


def test_a_file_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        read_network(tmp_path / "none")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_network(tmp_path)


def site(identity: Any = "odesa", shape: str = "Point", place: Any = (30.7, 46.5), **properties: Any) -> dict:
    return {"id": identity, "geometry": {"type": shape, "coordinates": place}, "properties": properties}


RING = [[30.0, 46.0], [30.1, 46.0], [30.1, 46.1], [30.0, 46.0]]


@pytest.mark.parametrize(
    ("bad", "reported"),
    [
        (site(identity=None), "site #0: id must be a non-empty string"),
        (site(kind="palace"), "kind='palace'"),
        (site(radius_m=0.0), "radius_m=0.0"),
        (site(radius_m="3 km"), "radius_m='3 km'"),
        (site(name=5), "name=5"),
        (site(place=[30.7]), "coordinates"),
        (site(place=[30.7, "north"]), "site 'odesa'"),
        (site(place=[230.7, 46.0]), "site 'odesa'"),
        (site(place=None), "site 'odesa'"),
        (site(shape="LineString", place=RING), "geometry must be a Point or a Polygon"),
        (site(shape="Polygon", place=[]), "coordinates=[] are not"),
        (site(shape="Polygon", place=[[]]), "polygon must be closed"),
        (site(shape="Polygon", place=[RING[:3]]), "polygon must be closed"),
        (site(shape="Polygon", place=[[[30.0]] * 4]), "are not [lon, lat] numbers"),
        (site(shape="Polygon", place=[[[30.0, 46.0], [300.0, 46.0], [30.1, 46.1], [30.0, 46.0]]]), "site 'odesa'"),
        (site(shape="Polygon", place=[[[30.0, "x" * 10_000]] * 4]), "site 'odesa'"),
    ],
)
def test_each_fault_of_a_site_is_reported(tmp_path: Path, bad: dict, reported: str) -> None:
    found = faults(tmp_path, collection(bad, site("good", "Polygon", [RING])), read_sites)
    assert len(found) == 1
    assert reported in found[0]
    assert len(found[0]) < 400


def test_duplicate_sites_are_a_fault_and_no_site_at_all_is_none(tmp_path: Path) -> None:
    assert "appears more than once" in faults(tmp_path, collection(site(), site()), read_sites)[0]
    path = tmp_path / "sites.geojson"
    path.write_bytes(collection())
    assert read_sites(path) == ()


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    st.sampled_from(["id", "geometry", "properties", "coordinates", "kind", "type", "radius_m", "name"]),
    json_values,
)
def test_any_wrong_value_anywhere_is_reported_never_raised(tmp_path: Path, where: str, value: Any) -> None:
    for read, good in ((read_network, feature()), (read_sites, site("s", "Polygon", [RING], radius_m=5.0))):
        inner = "geometry" if where in ("coordinates", "type") else "properties"
        holder = good if where in good and where != "type" else good[inner]
        holder[where] = value
        path = tmp_path / "any.geojson"
        path.write_bytes(collection(good))
        with contextlib.suppress(ConfigurationError):
            read(path)

"""What can be served and can hardly be meant is said by `forehear check`, and nothing else is."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.service.stand import network, write_config

from forehear.cli.main import main
from forehear.io.geojson import network_geojson


def checked(
    folder: Path, capsys: pytest.CaptureFixture[str], change: Any = None, sites: Any = None, status: int = 0
) -> str:
    """Check a configuration whose network was changed by `change`, or with these sites; gives what was said."""
    path = write_config(folder)
    if change is not None:
        data = json.loads(network_geojson(network()))
        change(data)
        (folder / "network.geojson").write_text(json.dumps(data))
    if sites is not None:
        (folder / "sites.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": sites}))
    assert main(["check", str(path)]) == status
    return capsys.readouterr().err


def place(lon: float, lat: float, **properties: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "id": "a", "geometry": geometry, "properties": {"name": "Town", **properties}}


def test_a_good_set_up_has_no_doubts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = checked(tmp_path, capsys, sites=[place(31.0, 47.0, **{"name:en": "Town", "fid": 3, "stroke": "#fff"})])
    assert "warning" not in said
    assert "good" in said


def test_a_site_with_its_coordinates_the_wrong_way_round(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Raw: "coordinates":[47.5,31.0] in a network about 31 E, 47 N. Symptom: "good". 2,300 km from every sensor.
    said = checked(tmp_path, capsys, sites=[place(47.5, 31.0)])
    assert "site 'a': the nearest sensor is " in said
    assert "never warned" in said
    assert "is [47.5, 31] meant to be [31, 47.5]?" in said


def test_a_site_far_from_all_and_one_out_of_earshot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "never warned" in checked(tmp_path, capsys, sites=[place(36.0, 50.0)])
    said = checked(tmp_path, capsys, sites=[place(31.0, 47.5)])
    assert "nobody hears what is there; warned only of what was heard elsewhere" in said
    assert "meant to be" not in said
    assert "warning" not in checked(tmp_path, capsys, sites=[place(31.0, 47.12, radius_m=3000.0)])


def test_keys_that_nothing_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Raw: "atmosphere":{"temp_c":-20}. Symptom: good, and 15 degrees used in silence.
    said = checked(tmp_path, capsys, lambda data: data["atmosphere"].update(temp_c=-20))
    assert "atmosphere.'temp_c': is not read" in said
    assert "temperature_c" in said
    said = checked(tmp_path, capsys, lambda data: data.update(atmosfere={"wind_mps": 3}))
    assert "atmosfere: is not read: is atmosphere meant?" in said
    said = checked(tmp_path, capsys, sites=[place(31.0, 47.0, radius=5000)])
    assert "'a': 'radius' is not read: is radius_m meant?" in said


def test_sensors_on_one_spot_at_nowhere_or_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def at(lon: float, lat: float, *which: int) -> Any:
        def change(data: Any) -> None:
            for k in which:
                data["features"][k]["geometry"]["coordinates"][:2] = [lon, lat]

        return change

    said = checked(tmp_path, capsys, at(31.02, 47.01, 0, 1, 2, 3, 4))
    assert "5 sensors stand on one spot ('S0', 'S1', 'S2', 'S3', 'S4')" in said
    said = checked(tmp_path, capsys, at(0.0, 0.0, 7))
    assert "sensor 'S7' stands at 0 N 0 E" in said
    said = checked(tmp_path, capsys, at(47.02, 31.02, 7))
    assert "sensor 'S7' is " in said
    assert "is [47.02, 31.02] meant to be [31.02, 47.02]?" in said
    assert "on one spot" not in checked(tmp_path, capsys, at(31.02, 47.01, 0, 1))


def test_faults_still_stop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = checked(tmp_path, capsys, lambda data: data["features"][0]["properties"].update(kind="radar"), status=2)
    assert "kind='radar'" in said

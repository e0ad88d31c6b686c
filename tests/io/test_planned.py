"""What a planner brings: every fault of a file at once, with what is allowed."""

import json
from pathlib import Path
from typing import Any

import pytest

from forehear.errors import ConfigurationError
from forehear.io.planned import read_area, read_candidates, read_land, read_winds

RING = [[31.0, 47.0], [31.1, 47.0], [31.1, 47.1], [31.0, 47.0]]
SQUARE = {"type": "Polygon", "coordinates": [RING]}
CLASSES = {"town": 48.0}


def written(path: Path, features: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def feature(geometry: Any, name: str | None = None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": name, "geometry": geometry, "properties": properties}


def test_land_has_levels_or_classes(tmp_path: Path) -> None:
    both = {"type": "MultiPolygon", "coordinates": [[RING], [RING]]}
    path = written(tmp_path / "land", [feature(SQUARE, noise_db=51.5), feature(both, **{"class": "town"})])
    assert [level for _, level in read_land(path, CLASSES)] == [51.5, 48.0, 48.0]


def test_noise_that_is_no_number_is_named_and_all_faults_at_once(tmp_path: Path) -> None:
    text = written(tmp_path / "land", [feature(SQUARE, noise_db="loud"), feature(SQUARE, **{"class": "moon"})])
    with pytest.raises(ConfigurationError) as error:
        read_land(text, CLASSES)
    assert "area #0: noise_db='loud'" in str(error.value)
    assert "area #1: class='moon'" in str(error.value)
    assert "town" in str(error.value)
    nan = tmp_path / "nan"
    nan.write_text(written(tmp_path / "x", [feature(SQUARE, noise_db=1)]).read_text().replace('": 1}', '": NaN}'))
    with pytest.raises(ConfigurationError, match="is not JSON"):
        read_land(nan, CLASSES)
    with pytest.raises(ConfigurationError, match="allowed: 0 to 110"):
        read_land(written(tmp_path / "y", [feature(SQUARE, noise_db=500)]), CLASSES)
    line = {"type": "LineString", "coordinates": RING}
    with pytest.raises(ConfigurationError, match="must be a Polygon"):
        read_land(written(tmp_path / "z", [feature(line, noise_db=50)]), CLASSES)


def test_areas_are_areas(tmp_path: Path) -> None:
    assert len(read_area(written(tmp_path / "a", [feature(SQUARE)]))) == 1
    with pytest.raises(ConfigurationError, match="an area is needed"):
        read_area(written(tmp_path / "b", []))
    with pytest.raises(ConfigurationError, match="must be a Polygon"):
        read_area(written(tmp_path / "c", [feature({"type": "Point", "coordinates": [1, 2]})]))


def test_candidates_have_kind_place_and_cost(tmp_path: Path) -> None:
    here = {"type": "Point", "coordinates": [31.0, 47.0, 120.0]}
    path = written(
        tmp_path / "c", [feature(here, "a", kind="array", place="must", eur=7), feature(here, "b", eur=0)]
    )
    first, second = read_candidates(path, "eur")
    assert (first.sensor.kind, first.place, first.cost, first.sensor.height_m) == ("array", "must", 7.0, 120.0)
    assert (second.sensor.kind, second.place, second.cost) == ("microphone", "may", 0.0)
    bad = [feature(here, "a"), feature(here, "a"), feature(None, "d"), feature(here, "e", kind="radar")]
    with pytest.raises(ConfigurationError) as error:
        read_candidates(written(tmp_path / "d", bad), None)
    for said in ("candidate a: id must be", "candidate d: geometry must be", "kind='radar'; allowed: microphone"):
        assert said in str(error.value)


def test_winds_are_a_list_of_winds(tmp_path: Path) -> None:
    path = tmp_path / "winds"
    path.write_text('[{"wind_mps": 4, "wind_from_deg": 270}, {"share": 3}]')
    assert [(w.wind_mps, w.share) for w in read_winds(path)] == [(4.0, 1.0), (0.0, 3.0)]
    for text, said in (
        ("[]", "at least one"),
        ("{", "is not JSON"),
        ('[{"wind_mps": -1}]', "wind_mps=-1; allowed"),
    ):
        path.write_text(text)
        with pytest.raises(ConfigurationError, match=said):
            read_winds(path)

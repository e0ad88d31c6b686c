"""Places of an array's microphones, in each of their forms; all faults are reported."""

import json
from pathlib import Path

import numpy as np
import pytest

from forehear.errors import ConfigurationError
from forehear.io.places import read_places

WANT = np.array([[0.0, 0.0, 1.5], [0.8, 0.0, 1.5], [0.0, 0.8, 1.5]])


def test_words_and_files_are_the_same(tmp_path: Path) -> None:
    assert np.array_equal(read_places("0,0,1.5; 0.8,0,1.5;0,0.8,1.5"), WANT)
    file = tmp_path / "places.txt"
    file.write_text("# east north up\n0 0 1.5\n0.8, 0, 1.5   # the second\n\n0,0.8,1.5\n")
    assert np.array_equal(read_places(str(file)), WANT)


def test_geojson_points_are_metres_around_their_middle(tmp_path: Path) -> None:
    # At 47 degrees north 0.8 m are 1.054e-5 degrees of longitude and 0.7195e-5 of latitude (WGS 84).
    points = [[31.0, 47.0, 51.5], [31.0 + 1.0525e-5, 47.0, 51.5], [31.0, 47.0 + 0.7195e-5, 51.5]]
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": p}, "properties": {}} for p in points
    ]
    file = tmp_path / "places.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    found = read_places(str(file))
    assert found - found[0] == pytest.approx(WANT - WANT[0], abs=2e-3)


BAD = {
    "0,0;1,1,1;x,1,1": ["microphone 1: '0,0'", "microphone 3: 'x,1,1'"],
    "0,0,0": ["1 microphones; allowed: 2 to 8"],
    ";".join(["0,0,0"] * 9): ["9 microphones"],
    "0,0,0;nan,0,0": ["not finite"],
    "0,0,0;500,0,0": ["500 m apart; allowed: 100"],
    "0,0,0;1,0,0;1,0,0.001": ["microphones 2 and 3 are at one place"],
    "absent.txt": ["cannot be read: No such file"],
}


@pytest.mark.parametrize("words", BAD)
def test_faults_are_told_all_at_once(words: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        read_places(words)
    for reason in BAD[words]:
        assert reason in str(error.value)


def test_a_geojson_that_is_none_is_told(tmp_path: Path) -> None:
    file = tmp_path / "places.geojson"
    for text in ('{"features": [{}]}', "{", '{"features": []}'):
        file.write_text(text)
        with pytest.raises(ConfigurationError, match=r"places\.geojson"):
            read_places(str(file))

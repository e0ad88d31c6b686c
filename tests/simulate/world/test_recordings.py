"""Recorded trajectories: both formats, both clocks, and all that can be wrong with them."""

import json
from pathlib import Path

import numpy as np
import pytest

from forehear.errors import ConfigurationError
from forehear.simulate.world.recordings import read_recordings

HEAD = "time_s,lon,lat,height_m"
START = 1_790_000_000.0


def csv_of(folder: Path, *lines: str, head: str = HEAD) -> str:
    path = folder / "flight.csv"
    path.write_text("\n".join([head, *lines]))
    return str(path)


def test_csv_holds_one_or_several_flights(tmp_path: Path) -> None:
    (one,) = read_recordings(csv_of(tmp_path, "0,31,47,400", "10,31.005,47,410"), START, "clock")
    assert one == pytest.approx(np.array([[0, 31, 47, 400], [10, 31.005, 47, 410]]))
    lines = ("a,0,31,47,400", "b,5,32,47,400", "a,10,31.005,47,400", "b,15,32.005,47,400")
    both = read_recordings(csv_of(tmp_path, *lines, head="target," + HEAD), START, "clock")
    assert [table[0, 1] for table in both] == [31.0, 32.0]


def test_a_geojson_line_is_the_same_flight(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[31, 47, 400], [31.005, 47, 410]]},
        "properties": {"times_s": [0, 10]},
    }
    for name, data in (
        ("one.geojson", feature),
        ("all.geojson", {"type": "FeatureCollection", "features": [feature]}),
    ):
        (tmp_path / name).write_text(json.dumps(data))
        (table,) = read_recordings(str(tmp_path / name), START, "clock")
        assert table == pytest.approx(np.array([[0, 31, 47, 400], [10, 31.005, 47, 410]]))


def test_times_of_the_calendar_are_moved_and_may_be_aligned(tmp_path: Path) -> None:
    name = csv_of(tmp_path, f"{START + 50},31,47,400", f"{START + 60},31.005,47,400")
    assert read_recordings(name, START, "clock")[0][0, 0] == 50.0
    assert read_recordings(name, START, "start")[0][0, 0] == 0.0


def test_fixes_out_of_order_and_repeated_are_put_right(tmp_path: Path) -> None:
    (table,) = read_recordings(
        csv_of(tmp_path, "10,31.005,47,400", "0,31,47,400", "10,31.006,47,400"), START, "clock"
    )
    assert table[:, 0].tolist() == [0.0, 10.0]


@pytest.mark.parametrize(
    ("lines", "reported"),
    [
        (["0,31,47,400", "x,31,47,400"], "line 3: time_s='x'"),
        (["0,31,47,400"], "it needs two or more"),
        (["0,31,47,400", "10,231,47,400"], "lon must lie within"),
        (["0,31,47,400", "10,31,47,90000"], "height_m 400 to 90000"),
        (["0,31,47,400", "10,32,47,400"], "moves at"),
        (["0,31,47,nan", "10,31,47,400"], "not finite"),
        ([], "holds no trajectory"),
    ],
)
def test_what_is_wrong_is_reported(tmp_path: Path, lines: list[str], reported: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_recordings(csv_of(tmp_path, *lines), START, "clock")
    assert any(reported in fault for fault in caught.value.faults), caught.value.faults


def test_a_missing_column_and_a_missing_file_are_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="columns missing: height_m"):
        read_recordings(csv_of(tmp_path, "0,31,47", head="time_s,lon,lat"), START, "clock")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_recordings(str(tmp_path / "none.csv"), START, "clock")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1]",
        '{"type":"FeatureCollection"}',
        '{"type":"Feature"}',
        '{"type":"FeatureCollection","features":[3]}',
    ],
)
def test_a_geojson_that_is_none_is_reported(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.geojson").write_text(text)
    with pytest.raises(ConfigurationError):
        read_recordings(str(tmp_path / "bad.geojson"), START, "clock")

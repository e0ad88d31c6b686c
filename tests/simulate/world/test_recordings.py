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


def flight(count: int = 300) -> list[str]:
    return [f"{k},{30.8 + 0.00066 * k:.5f},{47.5 + 0.00002 * k:.5f},400" for k in range(count)]


@pytest.mark.parametrize("at", [0, 1, 150, 298, 299])
def test_one_fix_of_a_deceived_receiver_is_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], at: int
) -> None:
    # A recorder's log, one fix a second, whose receiver was deceived once. Line 152, say:
    #     150.0,34.84900,47.50300,400
    # Symptom: the whole file was refused, and the fix was not named. Cause: a trajectory was usable or was not.
    lines = flight()
    lines[at] = f"{at},34.849,47.503,400"
    (table,) = read_recordings(csv_of(tmp_path, *lines), START, "clock")
    assert len(table) == 299
    assert at not in table[:, 0]
    assert np.abs(np.diff(table[:, 1]) - 0.00066 * np.diff(table[:, 0])).max() < 1e-4
    said = capsys.readouterr().err
    assert f"line {at + 2}: time_s={at}, lon=34.849" in said


@pytest.mark.parametrize("bad", ["nan,30.9,47.5,400", "77,inf,47.5,400", "77,30.9,97,400", "77,30.9,47.5,99999"])
def test_a_fix_that_is_nowhere_on_earth_is_left_out_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], bad: str
) -> None:
    lines = flight()
    lines[77] = bad
    (table,) = read_recordings(csv_of(tmp_path, *lines), START, "clock")
    assert len(table) == 299
    assert "line 79: " in capsys.readouterr().err


def test_a_receiver_that_is_deceived_for_a_while_is_believed_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = flight()
    for k in range(100, 125):
        lines[k] = f"{k},{37.0 + 0.0005 * k:.5f},45.0,400"
    (table,) = read_recordings(csv_of(tmp_path, *lines), START, "clock")
    assert table[:, 0].tolist() == [*range(100), *range(125, 300)]
    assert "25 left out" in capsys.readouterr().err


def test_a_flight_of_which_much_is_impossible_is_refused_and_says_when(tmp_path: Path) -> None:
    lines = flight(20)
    for k in (5, 9, 13):
        lines[k] = f"{k},34.849,47.503,400"
    with pytest.raises(ConfigurationError, match=r"between two fixes, time_s=\d+ and \d+"):
        read_recordings(csv_of(tmp_path, *lines), START, "clock")

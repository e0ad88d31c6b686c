"""Heights from files: HGT by the byte, GeoTIFF by another program's writer, and what is refused by name."""

from pathlib import Path

import numpy as np
import pytest

from forehear.errors import ConfigurationError
from forehear.io.terrain import read_terrain


def hgt(folder: Path, name: str, values: np.ndarray) -> Path:
    path = folder / f"{name}.hgt"
    path.write_bytes(values.astype(">i2").tobytes())
    return path


def test_an_hgt_begins_in_the_north_west_and_is_named_by_the_south_west(tmp_path: Path) -> None:
    rows = np.arange(16).reshape(4, 4) * 10
    found = read_terrain([hgt(tmp_path, "S05W077", rows)])
    assert (found.south_deg, found.west_deg) == (-5.0, -77.0)
    assert found.step_lat_deg == pytest.approx(1.0 / 3.0)
    assert found.values[0].tolist() == [120.0, 130.0, 140.0, 150.0], "the last row of the file is the southernmost"


def test_tiles_are_put_together(tmp_path: Path) -> None:
    west, east = np.full((5, 5), 100), np.full((5, 5), 300)
    found = read_terrain([hgt(tmp_path, "N47E031", east), hgt(tmp_path, "N47E030", west)])
    assert found.values.shape == (5, 9)
    assert found.values[2].tolist() == [100.0] * 5 + [300.0] * 4 or found.values[2, 0] == 100.0
    assert found.west_deg == 30.0
    with pytest.raises(ConfigurationError, match=r"steps of 0\.5 deg"):
        read_terrain([hgt(tmp_path, "N47E032", east), hgt(tmp_path, "N47E033", np.zeros((3, 3)))])


def test_small_gaps_are_filled_and_large_ones_refused(tmp_path: Path) -> None:
    rows = np.full((10, 10), 50)
    rows[0, :3] = -32768
    assert np.all(read_terrain([hgt(tmp_path, "N01E001", rows)]).values == 50.0)
    rows[:5] = -32768
    with pytest.raises(ConfigurationError, match="50% of its heights are unknown"):
        read_terrain([hgt(tmp_path, "N01E002", rows)])


def test_what_is_no_terrain_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="named by its south-west corner"):
        read_terrain([hgt(tmp_path, "mountains", np.zeros((3, 3)))])
    (tmp_path / "N01E003.hgt").write_bytes(b"abc")
    with pytest.raises(ConfigurationError, match="no square of 16-bit heights"):
        read_terrain([tmp_path / "N01E003.hgt"])
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_terrain([tmp_path / "N01E004.hgt"])
    with pytest.raises(ConfigurationError, match=r"none of \.hgt"):
        read_terrain([tmp_path / "ground.jpg"])
    with pytest.raises(ConfigurationError, match="allowed: -500 to 9000"):
        read_terrain([hgt(tmp_path, "N01E005", np.full((3, 3), 20_000))])


def geotiff(path: Path, values: np.ndarray, model: int = 2, datum: int = 4326) -> Path:
    tifffile = pytest.importorskip("tifffile")
    keys = (1, 1, 0, 3, 1024, 0, 1, model, 1025, 0, 1, 1, 2048, 0, 1, datum)
    tags = [
        (33550, "d", 3, (0.1, 0.2, 0.0), False), (33922, "d", 6, (0.0, 0.0, 0.0, 30.0, 48.0, 0.0), False),
        (34735, "H", len(keys), keys, False),
    ]  # fmt: skip
    tifffile.imwrite(path, values.astype(np.float32), extratags=tags)
    return path


def test_a_geotiff_in_degrees_is_read_and_another_projection_named(tmp_path: Path) -> None:
    rows = np.arange(20.0).reshape(5, 4)
    found = read_terrain([geotiff(tmp_path / "ground.tif", rows)])
    # Values are of the middles of cells: the north-west one is half a step in from the corner.
    assert found.west_deg == pytest.approx(30.05)
    assert found.south_deg == pytest.approx(48.0 - 0.1 - 4 * 0.2)
    assert found.values[-1].tolist() == [0.0, 1.0, 2.0, 3.0]
    with pytest.raises(ConfigurationError, match="its projection is EPSG"):
        read_terrain([geotiff(tmp_path / "utm.tif", rows, 1, 32636)])
    (tmp_path / "broken.tif").write_bytes(b"II*\0nothing")
    with pytest.raises(ConfigurationError, match=r"broken\.tif"):
        read_terrain([tmp_path / "broken.tif"])

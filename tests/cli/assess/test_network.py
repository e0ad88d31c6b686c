"""`forehear assess warning` and `raids`: words of their records, and what the command line may say."""

import json
from pathlib import Path
from typing import Any

import pytest

from forehear.cli.assess.network import raid_text, warning_text
from forehear.cli.main import main
from forehear.io.geojson import network_geojson
from forehear.records import Network, Sensor


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--depth-km", "0"], "--depth-km 0: must be above 0 and at most 400"),
        (["--depth-km", "401"], "--depth-km 401"),
        (["--spacing-km", "-1"], "--spacing-km -1"),
        (["--runs", "101"], "--runs 101: must be above 0 and at most 100"),
    ],
)
def test_a_number_out_of_range_is_refused_with_its_range(
    words: list[str], fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["assess", "warning", "--formula-only", *words]) == 2
    assert fault in capsys.readouterr().err


@pytest.mark.parametrize(
    ("site", "fault"),
    [("31", "must be LON,LAT in degrees"), ("a,b", "must be LON,LAT"), ("31,91", "latitude -90 to 90")],
)
def test_a_site_that_is_none_is_refused(
    site: str, fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sensors = tuple(Sensor(f"S{k}", "microphone", 31.0 + 0.05 * k, 50.0, 100.0) for k in range(4))
    path = tmp_path / "n.geojson"
    path.write_bytes(network_geojson(Network(sensors)))
    words = ["assess", "warning", "--formula-only", "--network", str(path), "--site", site]
    assert main(words) == 2
    assert fault in capsys.readouterr().err


def test_a_network_of_ones_own_is_measured_in_place_of_a_belt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sensors = tuple(
        Sensor(f"S{i}{j}", "microphone", 31.0 + 0.05 * i, 50.0 + 0.03 * j, 100.0)
        for i in range(9)
        for j in range(9)
    )
    path = tmp_path / "n.geojson"
    path.write_bytes(network_geojson(Network(sensors)))
    words = ["assess", "warning", "--formula-only", "--network", str(path), "--json"]
    assert main(words) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["sensors"] == 81
    # 0.4 degrees of longitude and 0.24 of latitude at 50 degrees: 28.7 by 26.7 km, a ninth of each on a side.
    assert record["spacing_m"] == pytest.approx(28_700.0 / 9.0, rel=0.1)
    assert record["depth_m"] == pytest.approx(14_500.0, rel=0.2)
    assert not record["measured"]


def test_a_warning_in_words_is_that_of_its_record(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["assess", "warning", "--formula-only", "--depth-km", "60", "--spacing-km", "6"]
    assert main([*words, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert main(words) == 0
    text = capsys.readouterr().out
    assert text.strip() == warning_text(record)
    assert "reaching out 60 km, about 6.0 km apart" in text
    fastest = record["variants"]["jet"]["formula_lead_heard_s"]["fastest"]
    assert f"first heard {fastest:.0f}–" in text
    assert "measured:" not in text
    assert f"takes away {record['lost_to_faster_engine_s'] / 60:.1f} minutes" in text


def carried(**changes: Any) -> dict[str, Any]:
    return {
        "month": "2026-01", "as_of": "2025-12-31",
        "launched_that_night": 170, "quantile": 0.9, "pass_this_network": 20,
        "in_the_busiest_hour": {"piston": 9, "jet": 1}, "seconds": 3600, "sensors": 100,
        "reports_per_s": {"mean": 1234.5, "most": 2000}, "confirm_wait_s": {"median": 12.0, "0.9": None},
        "flying_at_once": 8, "confirmed_tracks_at_once": 7, "never_confirmed": 1, "audible_targets": 10,
        "missed_share": 0.05, "false_share": None, "carried": True,
        "bars": {"missed_share": 0.12, "false_share": 0.02},
    } | changes  # fmt: skip


def test_a_night_in_words_says_what_is_endless_and_what_cannot_be_judged() -> None:
    text = raid_text(carried())
    assert "170 launched over the country (quantile 0.90 of the forecast as of 2025-12-31)" in text
    assert "12 s for" not in text
    assert "confirmed 12 s after first audible (median), endless for nine of ten" in text
    assert "missed 5.0% of the time, false none to judge" in text
    assert "Carried: yes (bars: missed at most 12%, false at most 2%)" in text
    assert "Carried: no" in raid_text(carried(carried=False))


def test_a_night_that_was_not_played_has_two_lines() -> None:
    drawn = {k: v for k, v in carried().items() if k not in ("seconds", "carried")}
    assert raid_text(drawn).count("\n") == 1

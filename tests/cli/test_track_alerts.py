"""`forehear track --sites --alerts`: reports in, alerts out, the same bytes each time."""

from pathlib import Path

import msgspec
import pytest

from forehear.cli.main import main
from forehear.io.geojson import network_geojson, sites_geojson
from forehear.io.ndjson import decode_lines
from forehear.records import Alert, Site
from forehear.simulate.run import blocks, prepare
from forehear.simulate.scenario.files import load


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six minutes of a drone over microphones, and a town on its way."""
    folder = tmp_path_factory.mktemp("alerts")
    world = prepare(load("single", {"duration_s": 360, "flights.0.start_s": -200}), 3)
    (folder / "network.geojson").write_bytes(network_geojson(world.network))
    lines = [msgspec.json.encode(r) for block in blocks(world) for r in block.reports()]
    (folder / "reports.ndjson").write_bytes(b"\n".join(lines) + b"\n")
    middle = [
        float(sum(x) / len(world.network.sensors))
        for x in zip(*((s.lon, s.lat) for s in world.network.sensors), strict=True)
    ]
    sites = (
        Site("town", "Town", "settlement", *middle, 4000.0),
        Site("far", "Far", "settlement", middle[0] + 6.0, middle[1], 3000.0),
    )
    (folder / "sites.geojson").write_bytes(sites_geojson(sites))
    return folder


def run(folder: Path, *more: str) -> int:
    files = ["--network", str(folder / "network.geojson"), "--reports", str(folder / "reports.ndjson"), "--quiet"]
    return main(["track", *files, *more])


@pytest.mark.slow
def test_a_town_is_warned_and_a_place_without_sensors_is_not_covered(folder: Path) -> None:
    out = [folder / name for name in ("first.ndjson", "again.ndjson")]
    for path in out:
        words = [
            "--sites",
            str(folder / "sites.geojson"),
            "--alerts",
            str(path),
            "--tracks",
            str(folder / "tracks"),
        ]
        assert run(folder, *words) == 0
    assert out[0].read_bytes() == out[1].read_bytes()
    with out[0].open("rb") as file:
        alerts = list(decode_lines(file, Alert))
    by_site = {site: [a for a in alerts if a.site == site] for site in ("town", "far")}
    assert [a.state for a in by_site["far"]] == ["not_covered"]
    raised = [a for a in by_site["town"] if a.state in ("watch", "warning")]
    assert raised
    assert all(sum(g.count for g in a.groups) == 1 and a.groups[0].kind == a.kind for a in raised)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--alerts", "x"), "--alerts is given without --sites"),
        (("--sites", "x"), "--sites is given without --alerts"),
        (("--sites", "x", "--alerts", "-"), "--tracks and --alerts cannot both be stdout"),
    ],
)
def test_half_of_what_is_needed_is_said(
    folder: Path, words: tuple[str, ...], why: str, capfd: pytest.CaptureFixture
) -> None:
    assert run(folder, *words) == 2
    assert why in capfd.readouterr().err

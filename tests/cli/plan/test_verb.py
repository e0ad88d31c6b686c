"""`forehear plan`: files, words, the same bytes twice, and bad input by name."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from forehear.cli.main import main
from forehear.cli.plan import coverage, minutes, site, verb, what_if
from forehear.io.geojson import network_geojson, sites_geojson
from forehear.plan.warning_run import MIDDLE, belt
from forehear.records import Site

QUICK = ("--cell-km", "4", "--kinds", "slow")
RING = [[30.8, 47.3], [31.0, 47.3], [31.0, 47.45], [30.8, 47.45], [30.8, 47.3]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("plan")
    (out / "network.geojson").write_bytes(network_geojson(belt(20_000.0, 7_000.0)))
    sites = (
        Site("here", "Here", "settlement", *MIDDLE),
        Site("east", "East", "other", MIDDLE[0] + 0.2, MIDDLE[1]),
    )
    (out / "sites.geojson").write_bytes(sites_geojson(sites))
    return out


def collection(path: Path, features: list[dict[str, Any]]) -> str:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return str(path)


def point(name: str, lon: float, lat: float, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": name, "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": properties}  # fmt: skip


def plan(folder: Path, subverb: str, *more: str) -> int:
    network, sites = str(folder / "network.geojson"), str(folder / "sites.geojson")
    return main(["plan", subverb, "--network", network, "--sites", sites, *QUICK, *more])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("subverb", "more"),
    [("coverage", ()), ("site", ("--add", "4", "--no-proof")), ("warning", ()), ("what-if", ())],
)
def test_every_question_is_answered_with_map_picture_and_page_and_twice_the_same(
    folder: Path, tmp_path: Path, subverb: str, more: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    seen = []
    for name in ("one", "two"):
        assert plan(folder, subverb, *more, "--out", str(tmp_path / name), "--json") == 0
        record = json.loads(capsys.readouterr().out)
        assert record["what"] == subverb
        assert record["finished"]
        seen.append({p.name: p.read_bytes() for p in sorted((tmp_path / name).iterdir())})
    assert seen[0] == seen[1]
    assert set(seen[0]) == {"index.html", "plan.geojson", "plan.json", "plan.png"}
    drawn = json.loads(seen[0]["plan.geojson"])
    assert {f["geometry"]["type"] for f in drawn["features"]} <= {"Point", "Polygon"}, "areas and places, no ways"
    text = seen[0]["index.html"].decode()
    assert "What this rests on" in text
    assert seen[0]["plan.png"].startswith(b"\x89PNG")
    assert plan(folder, subverb, *more) == 0
    assert "sensors" in capsys.readouterr().out


def test_one_file_is_one_file_and_no_other_is_written_over(folder: Path, tmp_path: Path) -> None:
    assert plan(folder, "coverage", "--out", str(tmp_path / "only.geojson")) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["only.geojson"]
    (tmp_path / "notes.txt").write_text("mine")
    assert plan(folder, "coverage", "--out", str(tmp_path / "notes.txt")) == 2
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_noise_dead_sensors_wind_and_listeners_change_the_answer(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def mean(*more: str) -> float:
        assert plan(folder, "coverage", "--json", *more) == 0
        return float(json.loads(capsys.readouterr().out)["kinds"][0]["mean_odds"])

    shape = {"type": "Polygon", "coordinates": [RING]}
    town = {"type": "Feature", "geometry": shape, "properties": {"class": "town"}}
    land = collection(tmp_path / "land.geojson", [town])
    (tmp_path / "hearing.json").write_text('{"margin_db": 9.0}')
    winds = [{"wind_mps": 8.0, "wind_from_deg": 0.0}, {"share": 3.0}]
    (tmp_path / "winds.json").write_text(json.dumps(winds))
    night = mean()
    assert mean("--noise", "day") < night
    assert mean("--land", land) < night
    assert mean("--dead", "S00003,S00004,S00009") < night
    assert mean("--hearing", str(tmp_path / "hearing.json")) < night
    stormy = mean("--wind-mps", "8", "--wind-from-deg", "0")
    assert stormy < mean("--winds", str(tmp_path / "winds.json")) < night
    assert mean("--lapse-k-per-km", "25") < night
    assert mean("--k", "1") > night


def test_candidates_that_must_and_must_not_and_a_budget(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [point(f"c{k}", 30.75 + 0.05 * k, 47.32 + 0.02 * k, eur=100 + 50 * k) for k in range(10)]
    named[0]["properties"]["place"], named[1]["properties"]["place"] = "must", "never"
    candidates = collection(tmp_path / "candidates.geojson", named)
    more = ("--add", "5", "--candidates", candidates, "--budget", "900", "--cost-field", "eur", "--no-proof")
    assert plan(folder, "site", *more, "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert "c0" in record["taken"]
    assert "c1" not in record["taken"]
    assert record["cost"] <= 900.0
    assert record["mean_odds_after"] > record["mean_odds_before"]


def test_the_proof_bounds_the_search(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("highspy")
    assert plan(folder, "site", "--add", "3", "--k", "1", "--json", "--proof-s", "300") == 0
    record = json.loads(capsys.readouterr().out)
    proof = record["proof"]
    assert record["mean_odds_after"] <= record["no_choice_above"] + 0.02
    assert proof["finished"]
    assert proof["reached"] <= proof["bound"] + 1e-3 <= 1.0 + 2e-3


BAD: list[tuple[str, tuple[str, ...], str]] = [
    ("coverage", ("--noise", "nan"), "--noise 'nan': must be night"),
    ("coverage", ("--noise", "130"), "0 to 110 dB"),
    ("coverage", ("--k", "0"), "--k 0: allowed: 1 to 8"),
    ("coverage", ("--kinds", "balloon"), "--kinds 'balloon': allowed: slow, fast, jet"),
    ("coverage", ("--heights-m", "-5"), "--heights-m -5: allowed: 20 to 12000"),
    ("coverage", ("--heights-m", "low"), "must be numbers"),
    ("coverage", ("--dead", "nobody"), "--dead nobody: no sensor"),
    ("coverage", ("--wind-mps", "99"), "--wind-mps 99: allowed: 0 to 40"),
    ("coverage", ("--cell-km", "0.001"), "--cell-km 0.001"),
    ("coverage", ("--cell-km", "0.06"), "cells; allowed"),
    ("site", ("--add", "0"), "--add 0: allowed"),
    ("site", ("--add", "2", "--budget", "0"), "a budget of nothing buys nothing"),
    ("site", ("--add", "2", "--budget", "50"), "--budget and --cost-field go together"),
    ("what-if", ("--lose", "1.5"), "--lose 1.5: allowed: 0 to 1"),
    ("what-if", ("--louder-db", "nan"), "--louder-db nan"),
]


@pytest.mark.parametrize(("subverb", "more", "said"), BAD, ids=[" ".join((s, *m)) for s, m, _ in BAD])
def test_bad_input_is_named_with_what_is_allowed(
    folder: Path, subverb: str, more: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plan(folder, subverb, *more) == 2
    assert said in capsys.readouterr().err


def test_bad_candidates_are_named(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(features: list[dict[str, Any]], *more: str) -> str:
        path = collection(tmp_path / "c.geojson", features)
        assert plan(folder, "site", "--add", "2", "--candidates", path, "--no-proof", *more) == 2
        return capsys.readouterr().err

    assert "outside the land of the plan" in said([point("far", 35.0, 47.5)])
    assert "no candidate is left: features is empty" in said([])
    assert "every one is a place that must not" in said([point("a", 31.0, 47.5, place="never")])
    assert "place='perhaps'; allowed: must, may, never" in said([point("a", 31.0, 47.5, place="perhaps")])
    assert "eur='dear'" in said([point("a", 31.0, 47.5, eur="dear")], "--budget", "5", "--cost-field", "eur")
    musts = [point(f"m{k}", 31.0 + k / 100, 47.5, place="must") for k in range(3)]
    assert "3 places must be taken" in said(musts)


def test_terrain_of_another_place_is_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tile = tmp_path / "N10E010.hgt"
    tile.write_bytes(b"\0\0" * 1201 * 1201)
    assert plan(folder, "coverage", "--terrain", str(tile)) == 2
    assert "holds longitude 10.00 to 11.00" in capsys.readouterr().err
    tiles = []
    for lat in (47,):
        for lon in (30, 31):
            path = tmp_path / f"N{lat}E0{lon}.hgt"
            path.write_bytes(b"\0\x64" * 1201 * 1201)
            tiles.append(str(path))
    assert plan(folder, "coverage", "--terrain", *tiles) == 0


def test_every_question_has_a_module_that_answers() -> None:
    modules = {module.__name__.rpartition(".")[2]: module for module in (coverage, minutes, site, what_if)}
    assert {module for _, module in verb.SUBVERBS.values()} == set(modules)
    assert all(callable(module.run) for module in modules.values())


def test_warning_needs_sites(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "warning", "--network", str(folder / "network.geojson")]) == 2
    assert "--sites is needed" in capsys.readouterr().err


@pytest.mark.slow
def test_ctrl_c_leaves_what_is_done(folder: Path, tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from forehear.cli.plan import outputs\n"
        "seen = outputs.PlanProgress.__call__\n"
        "def call(self, share, words):\n"
        "    if share > 0.3: os.kill(os.getpid(), signal.SIGINT)\n"
        "    seen(self, share, words)\n"
        "outputs.PlanProgress.__call__ = call\n"
        "from forehear.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    words = ["plan", "coverage", "--network", str(folder / "network.geojson"), "--cell-km", "4",
             "--out", str(tmp_path / "cut.geojson"), "--json"]  # fmt: skip
    paths = os.pathsep.join(p for p in sys.path if p)
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert done.returncode == 128 + signal.SIGINT, done.stderr
    record = json.loads(done.stdout)
    assert not record["finished"]
    assert 1 <= len(record["kinds"]) < 3
    assert (tmp_path / "cut.geojson").stat().st_size > 1000

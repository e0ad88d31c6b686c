"""`forehear simulate` from the outside: files, pipes, faults."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from forehear.cli.main import main
from forehear.io import geojson
from forehear.io.ndjson import Rejections, ReportParser, decode_lines
from forehear.records import Truth

SHORT = ["--set", "duration_s=60"]


def test_four_files_that_our_readers_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "deep" / "er"
    assert main(["simulate", "single", "--out", str(out), "--seed", "3", *SHORT]) == 0
    network = geojson.read_network(out / "network.geojson")
    assert len(network.sensors) == 64
    assert [site.id for site in geojson.read_sites(out / "sites.geojson")] == ["east-town"]
    rejections = Rejections()
    reports = ReportParser(rejections).feed((out / "reports.ndjson").read_bytes())
    assert len(reports) > 300
    assert rejections.rejected == 0
    with open(out / "truth.ndjson", "rb") as stream:
        truth = list(decode_lines(stream, Truth))
    assert {t.kind for t in truth} == {"piston"}
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "simulated single, seed 3: 64 sensors" in captured.err


def test_every_line_says_its_sources_even_none(tmp_path: Path) -> None:
    main(["simulate", "single", "--out", str(tmp_path), *SHORT])
    lines = [json.loads(line) for line in (tmp_path / "reports.ndjson").read_bytes().splitlines()]
    assert all(isinstance(line["sources"], list) for line in lines)
    assert any(line["sources"] == [] for line in lines)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert main(["simulate", "clutter", "--out", str(tmp_path / name), "--seed", "9", *SHORT]) == 0
    for file in ("network.geojson", "sites.geojson", "reports.ndjson", "truth.ndjson"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


@pytest.mark.slow
def test_reports_go_down_a_pipe(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "forehear.cli.main", "simulate", "single", "--out", str(tmp_path), *SHORT]
    piped = subprocess.run([*command, "--reports", "-"], capture_output=True, check=True)
    assert not (tmp_path / "reports.ndjson").exists()
    subprocess.run(command, capture_output=True, check=True)
    assert piped.stdout == (tmp_path / "reports.ndjson").read_bytes()


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_failure(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "forehear.cli.main", "simulate", "column", "--out", str(tmp_path)]
    with subprocess.Popen([*command, "--reports", "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(100)
        process.stdout.close()
        errors = process.stderr.read()
        assert process.wait(timeout=60) == 0
    assert b"Traceback" not in errors


def test_a_network_from_a_file(tmp_path: Path) -> None:
    main(["simulate", "single", "--out", str(tmp_path / "first"), *SHORT])
    (tmp_path / "mine.toml").write_text(
        'duration_s = 30\n[network]\nlayout = "file"\nfile = "first/network.geojson"\n[[flights]]\nrandom = true\n'
    )
    assert main(["simulate", str(tmp_path / "mine.toml"), "--out", str(tmp_path / "second")]) == 0
    same = [(tmp_path / name / "network.geojson").read_bytes() for name in ("first", "second")]
    assert same[0] == same[1]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["nonesuch", "--out", "x"], "is not shipped"),
        (["single"], "--out is needed"),
        ([], "SCENARIO is needed"),
        (["single", "--out", "x", "--seed", "-1"], "must be 0 or more"),
        (["single", "--out", "x", "--set", "spacing"], "must be KEY=VALUE"),
        (["single", "--out", "x", "--set", "network.spacing=3"], "no such key"),
        (["single", "--out", "x", "--set", "network.layout=file"], "network.file: is missing"),
        (["--show", "nonesuch"], "is not shipped"),
    ],
)
def test_wrong_usage_is_status_2_and_says_why(
    words: list[str],
    shown: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["simulate", *words]) == 2
    assert shown in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_out_that_is_a_file_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("")
    assert main(["simulate", "single", "--out", str(tmp_path / "taken"), *SHORT]) == 1
    assert "taken" in capsys.readouterr().err


def test_list_and_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--list"]) == 0
    assert "eight piston drones in a line" in capsys.readouterr().out
    assert main(["simulate", "--show", "single"]) == 0
    assert "[[flights]]" in capsys.readouterr().out

"""`forehear score` from files to words."""

import io
import json
import sys
from pathlib import Path

import msgspec
import pytest

from forehear.cli.main import main
from forehear.io.geojson import sites_geojson
from forehear.records import Alert, Kinds, Site, Track, Truth


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    truth, tracks = tmp_path / "truth.ndjson", tmp_path / "tracks.ndjson"
    encode = msgspec.json.encode
    lines = [Truth("a", 100.0 + k, 31.0, 47.0, 300.0, 0.0, 50.0, 0.0, "jet", 0.9, 3.0) for k in range(30)]
    truth.write_bytes(b"".join(encode(line) + b"\n" for line in lines))
    kinds = Kinds(0.1, 0.8, 0.1)
    points = [
        Track(
            100.0 + k,
            "T1",
            "confirmed",
            31.0,
            47.0,
            0.0,
            50.0,
            0.0,
            0.0,
            80.0,
            2.0,
            0.99,
            1,
            "jet",
            kinds,
            None,
            ("S",),
        )
        for k in range(10, 30)
    ]
    tracks.write_bytes(b"".join(encode(line) + b"\n" for line in points))
    return truth, tracks


def test_json_has_every_key_documented_and_a_unit_in_each(
    files: tuple[Path, Path], capfd: pytest.CaptureFixture
) -> None:
    from forehear.score.records import Score, TargetScore

    assert main(["score", "--truth", str(files[0]), "--tracks", str(files[1]), "--json"]) == 0
    out = json.loads(capfd.readouterr().out)
    assert tuple(out) == Score.__struct_fields__
    assert tuple(out["by_target"][0]) == TargetScore.__struct_fields__
    assert out["confirm_wait_median_s"] == 10.0
    assert out["kind_right_share"] == 1.0


def test_the_table_is_for_people(files: tuple[Path, Path], capfd: pytest.CaptureFixture) -> None:
    assert main(["score", "--truth", str(files[0]), "--tracks", str(files[1])]) == 0
    out = capfd.readouterr().out
    assert "missed" in out
    assert "33.3 %" in out


def test_stdin(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(files[1].read_bytes()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert main(["score", "--truth", str(files[0]), "--tracks", "-", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["missed_share"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("broken", "shown"),
    [
        (b"{", "line 31: "),
        (b"[]", "Expected `object`"),
        (b'{"target":"a","time_s":130.0}', "missing required field"),
        (b'{"target":"\xff\xfe"}', "line 31: "),
        (b"[" * 100_000, "line 31: "),
    ],
    ids=["cut", "list", "fields", "utf8", "nested"],
)
def test_a_bad_file_is_told_with_its_line(
    files: tuple[Path, Path], capfd: pytest.CaptureFixture, broken: bytes, shown: str
) -> None:
    files[0].write_bytes(files[0].read_bytes() + broken + b"\n")
    assert main(["score", "--truth", str(files[0]), "--tracks", str(files[1])]) == 1
    error = capfd.readouterr().err
    assert shown in error
    assert "truth.ndjson" in error
    assert "Traceback" not in error


def test_files_that_are_not_there_and_wrong_numbers(
    files: tuple[Path, Path], tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    assert main(["score", "--truth", str(tmp_path / "no"), "--tracks", str(files[1])]) == 1
    assert "no: cannot be read: No such file" in capfd.readouterr().err
    assert main(["score", "--truth", str(tmp_path), "--tracks", str(files[1])]) == 1
    assert "cannot be read" in capfd.readouterr().err
    assert main(["score", "--truth", "-", "--tracks", "-", "--cutoff-m", "-1", "--hold-s", "nan"]) == 2
    assert "3 faults" in capfd.readouterr().err


def test_every_key_is_documented() -> None:
    from forehear.score.records import Score, TargetScore

    page = (Path(__file__).parents[2] / "docs" / "score.md").read_text(encoding="utf-8")
    for struct in (Score, TargetScore):
        missing = [key for key in struct.__struct_fields__ if f"`{key}`" not in page]
        assert not missing


@pytest.fixture
def warned(tmp_path: Path) -> list[str]:
    """A jet that comes from the south over a town that was warned, as files."""
    encode = msgspec.json.encode
    lines = [
        Truth("a", 100.0 + k, 31.0, 46.9 + 0.0005 * k, 300.0, 0.0, 50.0, 0.0, "jet", 0.9, 3.0) for k in range(250)
    ]
    alerts = [Alert(150.0, "A1", "town", "warning", 0.8, None, None, None, 1, "jet", ("T1",), "why")]
    site = Site("town", "Town", "settlement", 31.0, 47.0, 3000.0)
    (tmp_path / "truth").write_bytes(b"".join(encode(line) + b"\n" for line in lines))
    (tmp_path / "alerts").write_bytes(b"".join(encode(line) + b"\n" for line in alerts))
    (tmp_path / "sites").write_bytes(sites_geojson((site,)))
    return [word for name in ("truth", "alerts", "sites") for word in (f"--{name}", str(tmp_path / name))]


def test_alerts_are_scored_in_json_and_in_words(warned: list[str], capfd: pytest.CaptureFixture) -> None:
    from forehear.score.warnings import WarningScore

    assert main(["score", *warned, "--json"]) == 0
    out = json.loads(capfd.readouterr().out)
    assert tuple(out) == WarningScore.__struct_fields__
    assert (out["arrivals"], out["missed"], out["named_too_many"]) == (1, 0, 0)
    assert 80.0 < out["lead_median_s"] < 110.0
    assert main(["score", *warned]) == 0
    words = capfd.readouterr().out
    assert "not warned of" in words
    assert "town" in words


@pytest.mark.parametrize(
    ("left", "why"),
    [
        (("sites",), "--alerts and --sites go together"),
        (("alerts", "sites"), "one of --tracks and --alerts is needed"),
    ],
)
def test_what_belongs_together_is_asked_for_together(
    warned: list[str], left: tuple[str, ...], why: str, capfd: pytest.CaptureFixture
) -> None:
    words = [w for k in range(0, 6, 2) if warned[k][2:] not in left for w in warned[k : k + 2]]
    assert main(["score", *words]) == 2
    assert why in capfd.readouterr().err

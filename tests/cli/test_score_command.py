"""`forehear score` from files to words."""

import io
import json
import sys
from pathlib import Path

import msgspec
import pytest

from forehear.cli.main import main
from forehear.records import Kinds, Track, Truth


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

"""A score for the eye: what is unknown is a dash, the worst stand first, and nothing is cut in a file."""

import pytest
from tests.score.scenes import point, still, target

from forehear.cli.score_table import ROWS_SHOWN, WIDTH, print_score
from forehear.score.records import Score


def printed(score: Score, capsys: pytest.CaptureFixture[str]) -> list[str]:
    print_score(score)
    return capsys.readouterr().out.splitlines()


def line(lines: list[str], begins: str) -> str:
    (found,) = [one for one in lines if one.startswith(begins)]
    return found


def scene(targets: int) -> Score:
    """Targets 30 km apart; the k-th is tracked from its k-th second on, 50 m off."""
    truth = [target(f"t{k:02d}", s, north_m=30_000.0 * k) for s in range(60) for k in range(targets)]
    tracks = [point(f"T{k}", s, north_m=30_000.0 * k + 50.0) for s in range(60) for k in range(targets) if s >= k]
    return still(truth, tracks)


def test_the_summary_has_the_scores_figures(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(scene(1), capsys)
    assert "50 m" in line(lines, "horizontal error")
    assert "0.50" in line(lines, "error over sigma")
    assert "of 60 audible target-seconds" in line(lines, "missed ")
    assert "100.0 %" in line(lines, "kind right")
    assert not [one for one in lines if one.startswith("Cramer-Rao")]


def test_what_is_unknown_is_a_dash_and_never_a_zero(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(still([], []), capsys)
    assert "–" in line(lines, "GOSPA")
    assert "–" in line(lines, "horizontal error")
    assert not [one for one in lines if one.startswith("targets")]


def test_the_worst_stand_first_and_the_rest_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    many = ROWS_SHOWN + 5
    lines = printed(scene(many), capsys)
    at = lines.index(line(lines, "targets, the worst first"))
    assert f"({ROWS_SHOWN} of {many})" in lines[at]
    rows = [one.split()[0] for one in lines[at + 2 : at + 2 + ROWS_SHOWN]]
    assert rows == [f"t{k:02d}" for k in range(many - 1, many - 1 - ROWS_SHOWN, -1)]


def test_a_file_is_as_wide_as_it_must_be(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = printed(scene(2), capsys)
    assert max(map(len, lines)) > 60
    assert max(map(len, lines)) <= WIDTH
    assert not any("…" in one for one in lines)


def test_kinds_stand_against_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    truth = [target("a", s, kind="piston") for s in range(10)]
    tracks = [point("T", s, kind="jet" if s < 3 else "piston") for s in range(10)]
    lines = printed(still(truth, tracks), capsys)
    assert line(lines, "piston").split() == ["piston", "7", "3", "0"]
    assert "70.0 %" in line(lines, "kind right")

"""How far an outlet came: kept, damaged, of another status."""

from pathlib import Path

from forehear.service.outlets.progress import CameTo


def test_it_goes_on_where_it_was(tmp_path: Path) -> None:
    first = CameTo(tmp_path / "out" / "hook.json", "Actual")
    assert (first.is_new, first.number) == (True, 0)
    first.keep(17, {"odesa": "warning"})
    again = CameTo(tmp_path / "out" / "hook.json", "Actual")
    assert (again.is_new, again.number, again.sent) == (False, 17, {"odesa": "warning"})


def test_what_was_of_an_exercise_is_not_gone_on_with_in_earnest(tmp_path: Path) -> None:
    CameTo(tmp_path / "hook.json", "Exercise").keep(17, {"odesa": "warning"})
    meant = CameTo(tmp_path / "hook.json", "Actual")
    assert (meant.is_new, meant.sent) == (True, {})


def test_a_damaged_file_is_as_none(tmp_path: Path) -> None:
    for data in (b"", b"{", b'{"number":"x"}', b"\xff"):
        (tmp_path / "hook.json").write_bytes(data)
        assert CameTo(tmp_path / "hook.json", "Actual").is_new


def test_a_disk_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    progress = CameTo(tmp_path / "hook.json", "Actual")
    (tmp_path / "hook.json.part").mkdir()
    progress.keep(3, {})
    assert progress.number == 3

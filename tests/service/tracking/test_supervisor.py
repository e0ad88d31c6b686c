"""The tracker's process brought back: steps since its snapshot are taken again, and what kills it is left out."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from tests.service.stand import report, write_config

from forehear.records import Alert
from forehear.service.config import load
from forehear.service.store.store import Store
from forehear.service.tracking import supervisor
from forehear.service.tracking.frames import Frame
from forehear.service.tracking.messages import Ready, Start, Step
from forehear.service.tracking.pipe import WorkerGone
from forehear.service.tracking.supervisor import ATTEMPTS, REPLAY_S, Tracking

START_S = 1_790_000_000.0


class Process:
    """Stands where the tracker's process would: has a snapshot, or dies of a moment's reports."""

    started: list[Start]
    taken: list[Step]

    def __init__(self, ready: Ready, dies_of_s: float = float("nan"), always: bool = False) -> None:
        self.ready, self.dies_of_s, self.always = ready, dies_of_s, always
        self.started, self.taken = [], []

    async def start(self, start: Start, launched: object = None) -> "tuple[Process, Ready]":
        self.started.append(start)
        return self, self.ready

    async def take(self, one: Step) -> Frame:
        if self.always or (one.time_s == self.dies_of_s and one.bodies):
            raise WorkerGone("gone")
        self.taken.append(one)
        return Frame(one.time_s, one.block, (), reports=len(one.bodies))

    async def take_all(self, steps: Iterable[Step]) -> AsyncIterator[Frame]:
        for one in steps:
            yield await self.take(one)

    async def stop(self) -> None:
        pass


def stored(folder: Path, seconds: int = 10) -> Store:
    """A store with a block and a step each second."""
    store = Store(folder / "s.sqlite", writer=True)
    for k in range(seconds):
        store.commit([report("S0", START_S + k)], {"S0": (k + 1, 0)})
        store.put_tick(START_S + k, k + 1)
    return store


def resumed(
    folder: Path, store: Store, process: Process, monkeypatch: pytest.MonkeyPatch
) -> tuple[Tracking, int, list[tuple[float, bool]]]:
    """Bring the process back; gives the last block seen, and the frames shown with whether they are exact."""
    monkeypatch.setattr(supervisor, "Pipe", process)
    shown: list[tuple[float, bool]] = []

    async def show(frame: Frame, exact: bool) -> None:
        shown.append((frame.time_s, exact))

    tracking = Tracking(load(write_config(folder)), folder, store, None)
    return tracking, asyncio.run(tracking.resume(show)), shown


def test_steps_since_the_snapshot_are_taken_again_with_their_very_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Process(Ready(START_S + 6.0, 7))
    tracking, block, shown = resumed(tmp_path, stored(tmp_path), process, monkeypatch)
    assert [one.time_s - START_S for one in process.taken] == [7.0, 8.0, 9.0]
    assert [(one.block, len(one.bodies)) for one in process.taken] == [(8, 1), (9, 1), (10, 1)]
    assert all(one.replayed and not one.adopt for one in process.taken)
    # Nobody is shown the past but its end.
    assert [one.silent for one in process.taken] == [True, True, False]
    assert shown == [(START_S + k, True) for k in (7.0, 8.0, 9.0)]
    assert (block, tracking.replayed, tracking.restarts) == (10, 3, 0)


def test_a_snapshot_of_the_last_step_leaves_nothing_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process(Ready(START_S + 9.0, 10))
    _, block, shown = resumed(tmp_path, stored(tmp_path), process, monkeypatch)
    assert (block, shown, process.taken) == (10, [], [])


def test_without_a_snapshot_the_last_minutes_are_tracked_again_and_their_end_adopted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = round(REPLAY_S) + 20
    process = Process(Ready(None, 0, "the snapshot is damaged"))
    _, block, shown = resumed(tmp_path, stored(tmp_path, seconds), process, monkeypatch)
    assert len(process.taken) == round(REPLAY_S)
    assert [one.adopt for one in process.taken] == [False] * (len(process.taken) - 1) + [True]
    assert not any(exact for _, exact in shown)
    assert block == seconds
    assert "the snapshot is damaged: tracking the last 180 s again" in capsys.readouterr().err


def test_an_empty_store_is_no_past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "s.sqlite", writer=True)
    _, block, shown = resumed(tmp_path, store, Process(Ready(None, 0, "no snapshot")), monkeypatch)
    assert (block, shown) == (0, [])


def test_the_block_that_kills_is_left_out_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Process(Ready(START_S + 6.0, 7), dies_of_s=START_S + 8.0)
    tracking, block, shown = resumed(tmp_path, stored(tmp_path), process, monkeypatch)
    assert tracking.restarts == 1
    again = process.taken[-3:]
    assert [(one.time_s - START_S, len(one.bodies)) for one in again] == [(7.0, 1), (8.0, 0), (9.0, 1)]
    assert block == 10
    assert shown[-1] == (START_S + 9.0, True)


def test_a_process_that_never_stays_up_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process(Ready(START_S + 6.0, 7), always=True)
    with pytest.raises(WorkerGone, match=f"does not stay up: {ATTEMPTS} attempts"):
        resumed(tmp_path, stored(tmp_path), process, monkeypatch)
    assert len(process.started) == ATTEMPTS


def test_the_first_words_say_where_everything_is_and_what_each_site_was_sent_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stored(tmp_path)
    for k, state in enumerate(("watch", "warning")):
        sent = Alert(START_S + k, "A1", "town", state, 0.9, 1.0, 2.0, 3.0, 1, "piston", ("T1",), "why")  # type: ignore[arg-type]
        store.put_alert(sent, b"<alert/>", f"id-{k}", "sent")
    process = Process(Ready(START_S + 9.0, 10))
    resumed(tmp_path, store, process, monkeypatch)
    (start,) = process.started
    assert Path(start.network).is_file()
    assert start.sites is not None
    assert start.snapshot == str(tmp_path / "snapshot.bin")
    assert [(a.site, a.state) for a in start.resume] == [("town", "warning")]

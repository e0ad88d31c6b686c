"""A live microphone that misbehaves: it vanishes, drops samples, changes its rate; and the reports go on."""

import json
import signal
import sys
import time
import types
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.listen.stubs import Stub

from forehear.cli.listen import run as listen_run
from forehear.cli.main import main
from forehear.errors import NotInstalled
from forehear.node import microphone as node
from forehear.node.edge import Edge
from forehear.node.microphone import Block, DeviceLost, Microphone
from forehear.records import Report

START_S = 1_790_000_000.0
CHANCE = np.random.default_rng(1)


class World:
    """A clock, and a device that plays a script: seconds of sound, faults, and times away."""

    def __init__(self, script: list[tuple[str, float]]) -> None:
        self.now_s = START_S
        self.script = script
        self.opened = self.closed = 0
        self.logged: list[str] = []
        self.reports: list[Report] = []
        self.sink_closed = False
        self._blocks: Iterator[Block] | None = None
        self.rate_hz = 16_000

    def open(self) -> "World":
        if self.script and self.script[0][0] == "away":
            self.script[0] = ("away", self.script[0][1] - 1)
            if self.script[0][1] <= 0:
                self.script.pop(0)
            raise DeviceLost("device 'USB' is not there")
        self.opened += 1
        return self

    def read(self) -> Block:
        if not self.script:
            raise KeyboardInterrupt
        what, amount = self.script[0]
        if what == "away":
            raise DeviceLost("the device gave nothing for 2 s")
        if what == "rate":
            self.rate_hz = int(amount)
            self.script.pop(0)
            return self.read()
        dropped = what == "drop"
        if dropped:
            self.now_s += amount
            self.script.pop(0)
        else:
            self.script[0] = (what, amount - 0.1)
            if amount - 0.1 < 0.05:
                self.script.pop(0)
        at_s, self.now_s = self.now_s, self.now_s + 0.1
        samples = CHANCE.normal(0.0, 0.01, (self.rate_hz // 10, 1)).astype(np.float32)
        return Block(samples, self.rate_hz, at_s, dropped)

    def close(self) -> None:
        self.closed += 1

    def pause(self, seconds: float) -> None:
        self.now_s += seconds

    def put(self, reports: Iterable[Report]) -> None:
        self.reports += reports


class Sink:
    def __init__(self, world: World) -> None:
        self.world = world

    def put(self, reports: Iterable[Report]) -> None:
        self.world.put(reports)

    def close(self) -> None:
        self.world.sink_closed = True


def ran(*script: tuple[str, float]) -> World:
    world = World(list(script))
    edge = Edge(Stub(), clock=lambda: world.now_s)
    node.run(world.open, edge, Sink(world), world.logged.append, world.pause)
    assert world.sink_closed
    assert world.closed == world.opened
    return world


def gaps(world: World) -> float:
    return sum(r.health.gap_s for r in world.reports if r.health)


def test_a_microphone_is_heard_until_it_is_stopped() -> None:
    world = ran(("sound", 5.0))
    assert [round(r.heard_at_s - START_S, 2) for r in world.reports] == [0.5, 1.5, 2.5, 3.5, 4.5]
    assert all(r.received_at_s is not None and r.received_at_s >= r.heard_at_s for r in world.reports)
    assert world.logged == ["stopped"]


def test_a_device_that_vanishes_is_opened_again_and_the_gap_is_told() -> None:
    world = ran(("sound", 3.0), ("away", 4), ("sound", 3.0))
    assert world.opened == 2
    # Pauses of 0.5, 1, 2, 4 and 8 s: one for the loss and one for each time that it was not there.
    assert gaps(world) == pytest.approx(15.5)
    heard = [r.heard_at_s - START_S for r in world.reports]
    assert heard == pytest.approx([0.5, 1.5, 2.5, 19.0, 20.0, 21.0])
    assert world.logged[0] == "the device gave nothing for 2 s; again in 0.5 s"
    assert world.logged[1] == "device 'USB' is not there; again in 1 s"
    assert world.logged[-2:] == ["the device is back", "stopped"]


def test_pauses_stay_bounded() -> None:
    world = ran(("sound", 1.0), ("away", 12), ("sound", 1.0))
    assert "again in 30 s" in world.logged[-3]
    assert max(float(t.split("again in ")[1].split()[0]) for t in world.logged if "again" in t) == 30.0


def test_dropped_samples_are_told() -> None:
    world = ran(("sound", 1.0), ("drop", 0.03), ("sound", 3.0))
    assert gaps(world) == pytest.approx(0.03)
    assert len(world.reports) >= 3


def test_a_changed_rate_is_survived_and_told() -> None:
    world = ran(("sound", 2.0), ("rate", 48_000), ("sound", 2.0), ("rate", 44_100), ("sound", 2.0))
    assert [round(r.heard_at_s - START_S, 2) for r in world.reports] == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
    assert sum(r.health.rate_changes for r in world.reports if r.health) == 2
    assert gaps(world) == 0.0


def test_a_device_that_was_never_there_is_an_error() -> None:
    world = World([("away", 1)])
    with pytest.raises(DeviceLost, match="is not there"):
        node.run(world.open, Edge(Stub()), Sink(world), world.logged.append, world.pause)


# --- PortAudio, as sounddevice shows it -----------------------------------------------------------------


class FakePortAudio(types.ModuleType):
    """What Microphone uses of sounddevice."""

    class PortAudioError(Exception):
        pass

    def __init__(self) -> None:
        super().__init__("sounddevice")
        self.streams: list[types.SimpleNamespace] = []
        self.inputs = 1

    def _terminate(self) -> None: ...

    def _initialize(self) -> None: ...

    def query_devices(self, device: object = None, kind: str | None = None) -> object:
        one = {"index": 3, "name": "USB Audio", "max_input_channels": self.inputs, "default_samplerate": 48_000.0}
        if kind is None:
            return [one, {**one, "max_input_channels": 0}]
        if not self.inputs:
            raise ValueError(f"No input device matching {device!r}")
        return one

    def InputStream(self, **settings: object) -> types.SimpleNamespace:
        stream = types.SimpleNamespace(
            settings=settings, start=lambda: None, abort=lambda **_: None, close=lambda **_: None
        )
        self.streams.append(stream)
        return stream


@pytest.fixture
def portaudio(monkeypatch: pytest.MonkeyPatch) -> FakePortAudio:
    fake = FakePortAudio()
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    monkeypatch.setattr(node, "SILENCE_S", 0.05)
    return fake


def called(fake: FakePortAudio, overflow: bool = False, ago_s: float = 0.0) -> np.ndarray:
    samples = CHANCE.normal(0.0, 0.01, (4800, 1)).astype(np.float32)
    when = types.SimpleNamespace(currentTime=7.0, inputBufferAdcTime=7.0 - ago_s)
    fake.streams[-1].settings["callback"](samples, 4800, when, types.SimpleNamespace(input_overflow=overflow))
    return samples


def test_the_microphone_gives_blocks_with_their_time_and_faults(portaudio: FakePortAudio) -> None:
    microphone = Microphone("USB", 1, lambda: START_S)
    assert portaudio.streams[0].settings["device"] == "USB"
    assert portaudio.streams[0].settings["samplerate"] == 48_000.0
    sent = called(portaudio)
    block = microphone.read()
    # Without the driver's word: as long ago as the block is long.
    assert (block.rate_hz, block.at_s, block.dropped) == (48_000.0, START_S - 0.1, False)
    assert np.array_equal(block.samples, sent)
    assert block.samples is not sent
    called(portaudio, overflow=True, ago_s=0.04)
    block = microphone.read()
    assert block.at_s == pytest.approx(START_S - 0.04)
    assert block.dropped
    with pytest.raises(DeviceLost, match="gave nothing"):
        microphone.read()
    microphone.close()


def test_blocks_that_find_no_room_are_told_with_the_next(portaudio: FakePortAudio) -> None:
    microphone = Microphone("3", 1, lambda: START_S)
    assert portaudio.streams[0].settings["device"] == 3
    for _ in range(node.WAITING + 5):
        called(portaudio)
    for _ in range(node.WAITING):
        assert not microphone.read().dropped
    called(portaudio)
    assert microphone.read().dropped


def test_a_device_that_is_not_there_is_told_by_name(portaudio: FakePortAudio) -> None:
    portaudio.inputs = 0
    with pytest.raises(DeviceLost, match="device 'Bose': No input device matching 'Bose'"):
        Microphone("Bose", 1, lambda: START_S)


def test_devices_are_named(portaudio: FakePortAudio) -> None:
    assert node.devices() == ["3: USB Audio (1 channels, 48000 Hz)"]


def test_what_is_missing_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(NotInstalled, match=r"needs sounddevice, .*pip install '\.\[microphone\]'"):
        Microphone(None, 1, lambda: START_S)


def test_the_command_hears_a_microphone_until_it_is_stopped(
    portaudio: FakePortAudio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three seconds from the driver, then nothing; while it is looked for again, Ctrl-C."""
    monkeypatch.setattr(listen_run, "listener_of", lambda sensor, db, places: Stub(sensor))
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    now = [START_S]
    monkeypatch.setattr(time, "time", lambda: now[0])
    opened: list[object] = []

    def stream(**settings: object) -> types.SimpleNamespace:
        if opened:
            raise KeyboardInterrupt
        opened.append(settings)
        made = FakePortAudio.InputStream(portaudio, **settings)

        def start() -> None:
            for _ in range(30):
                now[0] += 0.1
                called(portaudio)

        made.start = start
        return made

    monkeypatch.setattr(portaudio, "InputStream", stream)
    out = tmp_path / "reports.ndjson"
    assert main(["listen", "--device", "USB", "--sensor", "K-07", "--out", str(out)]) == 0
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["heard_at_s"] for line in lines] == pytest.approx([START_S + k + 0.5 for k in range(3)], abs=1e-3)
    logged = capsys.readouterr().err
    assert "listening to USB; Ctrl-C ends it" in logged
    assert "gave nothing for 0.05 s; again in 0.5 s" in logged
    assert logged.splitlines()[-1] == "forehear listen: 3.0 s heard, 3 reports, sources: none, no gaps"


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(listen_run, "listener_of", lambda sensor, db, places: Stub(sensor))
    assert main(["listen", "--device", "--sensor", "K-07"]) == 2
    assert "pip install '.[microphone]'" in capsys.readouterr().err
    assert main(["listen", "--devices"]) == 2

"""The edge: a live microphone to reports, for years. A device may vanish, drop samples, change its rate.

Theory of operation. The driver's thread puts blocks into a short queue, each with the time of its first sample by
this machine's clock. The loop takes them to the Edge and its reports to a sink. A device that gives an error, or
nothing for two seconds, is closed and opened again, after a pause that doubles up to half a minute. Meanwhile no
report is made: one that says "heard nothing" would be taken for evidence. The next report after it tells the gap.
"""

import contextlib
import queue
import sys
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

from forehear.errors import ForehearError, InputError, NotInstalled
from forehear.io.audio import Samples
from forehear.node.edge import Edge
from forehear.records import Report

# --- numbers that decide -----------------------------------------------------------------------------
# A block of the driver [s]: short enough to lose little, long enough that a small computer sleeps in between.
BLOCK_S = 0.1
# Blocks that may wait: while the disk or the hub holds the loop up for this long, nothing is lost.
WAITING = 100
# No block for this long [s]: the device is gone, whatever its driver says.
SILENCE_S = 2.0
# Pauses before a device is opened again [s].
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
# -----------------------------------------------------------------------------------------------------

MISSING_LIBRARY = "a live microphone needs the system's PortAudio: apt install libportaudio2"


class Block(NamedTuple):
    """What a device gave: samples (n, channels), the time of the first, and whether some before it were lost."""

    samples: Samples
    rate_hz: float
    at_s: float
    dropped: bool = False


class DeviceLost(ForehearError):
    """The device cannot be opened, or gives no more."""


class Device(Protocol):
    """An open device. `read` waits for the next block; raises DeviceLost."""

    def read(self) -> Block: ...

    def close(self) -> None: ...


class Sink(Protocol):
    """Where reports go."""

    def put(self, reports: Iterable[Report]) -> None: ...

    def close(self) -> None: ...


def run(
    open_device: Callable[[], Device],
    edge: Edge,
    sink: Sink,
    log: Callable[[str], None],
    pause: Callable[[float], None],
    goes_on: Callable[[], bool] = lambda: True,
) -> None:
    """Listen until `goes_on` says no, or until interrupted. Raises DeviceLost if the first opening fails."""
    device: Device | None = open_device()
    pause_s = FIRST_PAUSE_S
    try:
        while goes_on():
            try:
                if device is None:
                    device = open_device()
                    log("the device is back")
                block = device.read()
            except DeviceLost as lost:
                log(f"{lost}; again in {pause_s:g} s")
                if device is not None:
                    device.close()
                    device = None
                pause(pause_s)
                pause_s = min(2.0 * pause_s, LONGEST_PAUSE_S)
                continue
            pause_s = FIRST_PAUSE_S
            if reports := edge.take(block.samples, block.rate_hz, block.at_s, block.dropped):
                sink.put(reports)
    except KeyboardInterrupt:
        log("stopped")
    finally:
        if device is not None:
            device.close()
        sink.put(edge.end())
        sink.close()


class Microphone:
    """A device of PortAudio, by its number, a part of its name, or the system's default."""

    def __init__(self, name: str | None, channels: int, clock: Callable[[], float]) -> None:
        """Open it. Raises NotInstalled where sounddevice is missing, DeviceLost where there is no such device."""
        self._sound = _sounddevice()
        self._clock = clock
        self._waiting: queue.Queue[Block] = queue.Queue(WAITING)
        self._missed = False
        known: Any = int(name) if name is not None and name.isdigit() else name
        try:
            # What PortAudio lists is what was there when it started: a device that came back needs a new look.
            self._sound._terminate()
            self._sound._initialize()
            device = self._sound.query_devices(known, "input")
            self.rate_hz = float(device["default_samplerate"])
            self._stream = self._sound.InputStream(
                samplerate=self.rate_hz, blocksize=int(BLOCK_S * self.rate_hz), device=known, channels=channels,
                dtype="float32", callback=self._came, finished_callback=None,
            )  # fmt: skip
            self._stream.start()
        except (self._sound.PortAudioError, ValueError, OSError) as error:
            raise DeviceLost(f"device {name or 'default'!r}: {error}") from None

    def _came(self, samples: Samples, frames: int, when: Any, status: Any) -> None:
        """Take a block in the driver's thread."""
        ago_s = when.currentTime - when.inputBufferAdcTime
        # Some drivers do not know when it was recorded.
        at_s = self._clock() - (ago_s if 0.0 < ago_s < SILENCE_S else frames / self.rate_hz)
        dropped = self._missed or bool(status.input_overflow)
        try:
            self._waiting.put_nowait(Block(samples.copy(), self.rate_hz, at_s, dropped))
            self._missed = False
        except queue.Full:
            self._missed = True

    def read(self) -> Block:
        """Wait for the next block."""
        try:
            return self._waiting.get(timeout=SILENCE_S)
        except queue.Empty:
            raise DeviceLost(f"the device gave nothing for {SILENCE_S:g} s") from None

    def close(self) -> None:
        """Close it, whatever it says to that."""
        with contextlib.suppress(self._sound.PortAudioError, OSError):
            self._stream.abort(ignore_errors=True)
            self._stream.close(ignore_errors=True)


def _sounddevice() -> Any:
    try:
        import sounddevice
    except ImportError:
        raise NotInstalled("sounddevice", "microphone", "a live microphone") from None
    except OSError:
        raise InputError(MISSING_LIBRARY) from None
    return sounddevice


def devices() -> list[str]:
    """Name the devices that can record, with their number, channels and rate. Raises NotInstalled."""
    found = _sounddevice().query_devices()
    return [
        f"{d['index']}: {d['name']} ({d['max_input_channels']} channels, {d['default_samplerate']:.0f} Hz)"
        for d in found if d["max_input_channels"] > 0
    ]  # fmt: skip


def log(words: str) -> None:
    """Say something to whoever watches."""
    print(f"forehear listen: {words}", file=sys.stderr, flush=True)

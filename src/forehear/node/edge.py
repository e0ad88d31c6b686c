"""Sound as it comes from a file or a device to reports: the streaming code that both share.

Theory of operation. Blocks of any length come in, with their rate and the time of their first sample. Each is
looked at as it came (clipping, silence and overload are the device's, and resampling would blur them), mixed to
one channel unless the sensor is an array, resampled, cut into pieces of half a second and handed to the Listener
with what was seen of them. A time that is not the one expected ends the filter: what is in it is handed on, and
the stream begins anew. Small deviations are a clock's drift, and followed slowly.

What does not live here: gaps, heartbeats, health and what was heard in all are the Listener's, for it alone knows
what it reports. The edge adds the one gap that a time cannot tell, samples that a driver says it dropped.

A report is stamped as received when the piece is through that completed it: a recording's stamps are those that a
live microphone without a delay on its line would have had, so a replay is as fast and no faster.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from forehear.constants import LISTENING_RATE_HZ
from forehear.io.audio import Samples
from forehear.io.resample import Resampler
from forehear.listen.channels import Mixer
from forehear.listen.health import Tally, gap, tally_of, together
from forehear.records import Report

# --- numbers that decide -----------------------------------------------------------------------------
# A piece that the Listener is handed [samples]: half a second. A report waits this long at most; shorter pieces
# cost more calls than they save time.
PIECE = LISTENING_RATE_HZ // 2
# A block's time may be off by this before it is a gap [s] (the Listener's own limit): drivers jitter by 10 ms.
JITTER_S = 0.05
# Where the driver says that it dropped samples, a time that is off by this is believed to be what was dropped [s];
# below, at least this much is reported.
DROPPED_S = 1e-3
# The share of a deviation below it that is followed at each block: 50 ppm of a sound card's clock are 25 us a
# block, which this follows with a lag of 2 ms; a driver's jitter of 10 ms moves the time by 0.1 ms.
FOLLOWED = 0.01
# -----------------------------------------------------------------------------------------------------


class Hears(Protocol):
    """What the edge, and who sums up what was heard, need of a Listener."""

    @property
    def heard_s(self) -> float: ...
    @property
    def gap_s(self) -> float: ...
    def hear(self, samples: NDArray[np.floating], at_s: float, seen: Tally) -> list[Report]: ...
    def end(self) -> list[Report]: ...


class Edge:
    """One stream on its way to one Listener. `clock` stamps live reports; a recording has its own time."""

    def __init__(self, listener: Hears, array: bool = False, clock: Callable[[], float] | None = None) -> None:
        self._listener = listener
        self._array = array
        self._clock = clock
        self._resampler: Resampler | None = None
        self._mixer = Mixer(LISTENING_RATE_HZ)
        self._rate_hz = 0.0
        self._channels = 0
        # The time at which the next sample is due, of the device and of what is handed on.
        self._due_s: float | None = None
        self._piece_s = 0.0
        self._waiting: list[Samples] = []
        # What was seen of the samples that wait.
        self._seen = Tally()
        self._stamp_s = 0.0
        # How many channels are wired against the others.
        self.opposed = 0

    def take(self, samples: Samples, rate_hz: float, at_s: float, dropped: bool = False) -> list[Report]:
        """Take (n, channels) samples whose first is of `at_s`; give the reports that are ready.

        `dropped`: the driver says that it lost samples before these.
        """
        if len(samples) == 0:
            return []
        ahead_s = 0.0 if self._due_s is None else at_s - self._due_s
        jitter_s = DROPPED_S if dropped else JITTER_S
        out = self._made_ready(samples.shape[1] if self._array else 1, rate_hz, at_s, jitter_s)
        if dropped and abs(ahead_s) <= JITTER_S:
            self._see(gap(max(ahead_s, DROPPED_S)))
        seen = tally_of(samples, rate_hz)
        if rate_hz != LISTENING_RATE_HZ:
            seen = seen._replace(resampled_from_hz=float(rate_hz))
        self._see(seen)
        length_s = len(samples) / rate_hz
        assert self._due_s is not None
        assert self._resampler is not None
        late_s = at_s - self._due_s
        self._due_s += length_s + FOLLOWED * late_s
        self._piece_s += FOLLOWED * late_s
        if not self._array and samples.shape[1] > 1:
            samples = self._mixer.mix(samples)
            self.opposed = self._mixer.opposed
            self._see(Tally(opposed=self.opposed))
        self._waiting.append(self._resampler.feed(samples))
        return out + self._hand_on(PIECE)

    def end(self) -> list[Report]:
        """Hand on all that is left, and give the last reports."""
        out = self._flushed()
        return out + self._stamped(self._listener.end())

    def _see(self, tally: Tally) -> None:
        self._seen = together(self._seen, tally)

    def _made_ready(self, channels: int, rate_hz: float, at_s: float, jitter_s: float) -> list[Report]:
        """Begin anew where the time, the rate or the channels are not what they were."""
        jumped_s = 0.0 if self._due_s is None else at_s - self._due_s
        same = self._resampler is not None and (channels, rate_hz) == (self._channels, self._rate_hz)
        if same and abs(jumped_s) <= jitter_s:
            return []
        out = self._flushed()
        if abs(jumped_s) > jitter_s:
            self._due_s = None
        if self._rate_hz not in (0.0, rate_hz):
            self._see(Tally(rate_changes=1))
        self._channels, self._rate_hz = channels, rate_hz
        self._resampler = Resampler(rate_hz, channels)
        self._mixer = Mixer(rate_hz)
        if self._due_s is None:
            self._due_s = self._piece_s = at_s
        return out

    def _flushed(self) -> list[Report]:
        if self._resampler is None:
            return []
        self._waiting.append(self._resampler.end())
        self._resampler = None
        out = self._hand_on(PIECE) + self._hand_on(1)
        if self._due_s is not None:
            self._piece_s = self._due_s
        return out

    def _hand_on(self, least: int) -> list[Report]:
        """Hand pieces to the Listener while there are at least so many samples."""
        out: list[Report] = []
        there = sum(map(len, self._waiting))
        if there < least:
            return out
        joined = self._waiting[0] if len(self._waiting) == 1 else np.concatenate(self._waiting)
        done = 0
        while there - done >= least:
            piece = joined[done : done + PIECE]
            at_s = self._piece_s
            done += len(piece)
            self._piece_s += len(piece) / LISTENING_RATE_HZ
            seen, self._seen = self._seen, Tally()
            out += self._stamped(self._listener.hear(piece if self._array else piece[:, 0], at_s, seen))
        self._waiting = [joined[done:].copy()]
        return out

    def _stamped(self, reports: list[Report]) -> list[Report]:
        out = []
        for report in reports:
            now_s = self._clock() if self._clock is not None else max(self._piece_s, report.heard_at_s)
            self._stamp_s = max(now_s, self._stamp_s)
            out.append(replace(report, received_at_s=round(self._stamp_s, 3)))
        return out

"""A stream of reports cut into seconds of reception, with a guard on the server's own clock."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from forehear.io.ndjson import Rejections, ReportParser, read_chunks
from forehear.records import Report

# A reception this far [s] from the one before is believed when the next one agrees: one forged or broken
# stamp must not throw the tracker's clock years ahead.
JUMP_S = 600.0
# Receptions may stand a little out of order (several writers); beyond this [s] they are logged as such.
BACKWARD_S = 2.0


class Seconds:
    """Groups reports by whole seconds of `received_at_s`; `heard_at_s` stands in where it is missing."""

    def __init__(self, rejections: Rejections) -> None:
        self._rejections = rejections
        self._second: int | None = None
        self._reports: list[Report] = []
        self._held: list[tuple[float, Report]] = []

    def feed(self, reports: Iterable[Report]) -> Iterator[tuple[float, list[Report]]]:
        """Give (time, reports) for every second that is over; empty seconds too."""
        for report in reports:
            received = report.received_at_s if report.received_at_s is not None else report.heard_at_s
            if self._second is None or abs(received - self._second) > JUMP_S:
                yield from self._doubtful(received, report)
                continue
            if self._held:
                self._drop_held()
            yield from self._take(received, report)

    def finish(self, reports: Iterable[Report] = ()) -> Iterator[tuple[float, list[Report]]]:
        """Give what is left, at the end of the stream."""
        yield from self.feed(reports)
        if self._second is None and self._held:
            held, self._held = self._held, []
            self._second = int(held[0][0])
            for received, report in held:
                if abs(received - self._second) <= JUMP_S:
                    yield from self._take(received, report)
                else:
                    self._rejections.reject("received_at_s jumps", report.sensor, f"received_at_s={received}")
        self._drop_held()
        if self._second is not None and self._reports:
            yield float(self._second + 1), self._reports
            self._reports = []

    def _doubtful(self, received: float, report: Report) -> Iterator[tuple[float, list[Report]]]:
        """A first stamp, or one far away: believed as soon as the one after it agrees."""
        if self._held and abs(self._held[-1][0] - received) <= JUMP_S:
            # A jump forward is a pause; a jump backward a new recording: both go on from there.
            agreeing = [(r, one) for r, one in self._held if abs(r - received) <= JUMP_S]
            for r, one in self._held:
                if abs(r - received) > JUMP_S:
                    self._rejections.reject("received_at_s jumps", one.sensor, f"received_at_s={r}")
            self._held = []
            if self._second is not None and received < self._second:
                for r, one in [*agreeing, (received, report)]:
                    self._rejections.reject("received_at_s runs backward", one.sensor, f"received_at_s={r}")
                return
            if self._second is not None:
                yield float(self._second + 1), self._reports
                self._reports = []
            self._second = int(agreeing[0][0])
            for r, one in [*agreeing, (received, report)]:
                yield from self._take(r, one)
        else:
            self._held.append((received, report))
            if len(self._held) > 8:
                r, one = self._held.pop(0)
                self._rejections.reject("received_at_s jumps", one.sensor, f"received_at_s={r}")

    def _take(self, received: float, report: Report) -> Iterator[tuple[float, list[Report]]]:
        assert self._second is not None
        if received < self._second - BACKWARD_S:
            self._rejections.warnings["received_at_s out of order"] += 1
        while received >= self._second + 1:
            yield float(self._second + 1), self._reports
            self._reports = []
            self._second += 1
        self._reports.append(report)

    def _drop_held(self) -> None:
        for r, one in self._held:
            self._rejections.reject("received_at_s jumps", one.sensor, f"received_at_s={r}")
        self._held = []


def read_seconds(stream: BinaryIO, rejections: Rejections) -> Iterator[tuple[float, list[Report]]]:
    """Read a journal's seconds, (time, reports), from its first to its last."""
    parser, seconds = ReportParser(rejections), Seconds(rejections)
    for chunk in read_chunks(stream):
        yield from seconds.feed(parser.feed(chunk))
    yield from seconds.finish(parser.finish())

"""A Listener for tests of what feeds it: a report a second of the level, and a memory of what it was handed."""

import numpy as np

from forehear.constants import LISTENING_RATE_HZ
from forehear.listen.health import Tally, gap, health_of, together
from forehear.records import Kinds, Report, Source


class Stub:
    """Reports every second of whole sound: with a source where it is loud, else a heartbeat."""

    def __init__(self, sensor: str = "S1", calibrated: bool = True) -> None:
        self.sensor = sensor
        self.calibrated = calibrated
        self.pieces: list[tuple[float, np.ndarray]] = []
        self._frame: list[np.ndarray] = []
        self._from_s = 0.0
        self._due_s: float | None = None
        self._tally = Tally()
        self.heard_s = self.gap_s = 0.0

    def hear(self, samples: np.ndarray, at_s: float, seen: Tally | None = None) -> list[Report]:
        self.pieces.append((at_s, np.array(samples)))
        lost = seen or Tally()
        if self._due_s is not None and at_s > self._due_s + 0.05:
            lost = together(lost, gap(at_s - self._due_s))
        self._tally = together(self._tally, lost)
        self.gap_s += lost.gap_s
        self.heard_s += float(np.isfinite(samples).reshape(len(samples), -1).any(axis=1).sum()) / LISTENING_RATE_HZ
        if self._due_s is None or abs(at_s - self._due_s) > 0.05:
            self._frame, self._from_s = [], at_s
        self._due_s = at_s + len(samples) / LISTENING_RATE_HZ
        self._frame.append(np.asarray(samples))
        out = []
        while sum(map(len, self._frame)) >= LISTENING_RATE_HZ:
            joined = np.concatenate(self._frame)
            out.append(self._report(joined[:LISTENING_RATE_HZ]))
            self._frame, self._from_s = [joined[LISTENING_RATE_HZ:]], self._from_s + 1.0
        return out

    def end(self) -> list[Report]:
        joined = np.concatenate(self._frame) if self._frame else np.empty(0)
        return [self._report(joined)] if len(joined) >= LISTENING_RATE_HZ // 4 else []

    def _report(self, frame: np.ndarray) -> Report:
        level_db = float(94.0 + 20.0 * np.log10(np.sqrt(np.mean(np.nan_to_num(frame) ** 2)) * np.sqrt(2.0) + 1e-9))
        sources = (Source(round(level_db, 1), 100.0, 0.1, kinds=Kinds(0.9, 0.05, 0.05)),) if level_db > 80 else ()
        health, self._tally = health_of(self._tally, not self.calibrated), Tally()
        heard_at_s = round(self._from_s + 0.5 * len(frame) / LISTENING_RATE_HZ, 3)
        return Report(self.sensor, heard_at_s, noise_db=40.0, sources=sources, health=health)

    @property
    def heard(self) -> np.ndarray:
        """Everything handed over, joined."""
        return np.concatenate([p for _, p in self.pieces])

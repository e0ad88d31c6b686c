"""Samples of any rate to the listening rate, block by block, without a seam."""

from collections import deque

import numpy as np
import soxr
from numpy.typing import NDArray

from forehear.constants import LISTENING_RATE_HZ

Samples = NDArray[np.float32]


class Resampler:
    """Samples of one rate to the listening rate, block by block, without a seam and without a delay.

    The first sample that comes out is of the moment of the first that went in; how many come out at a call
    varies, and `end` gives the rest. NaN would spread through the filter: it goes in as zero and comes out as
    NaN again in its place.
    """

    def __init__(self, rate_hz: float, channels: int) -> None:
        self._ratio = LISTENING_RATE_HZ / rate_hz
        self._channels = channels
        self._stream = None
        if rate_hz != LISTENING_RATE_HZ:
            self._stream = soxr.ResampleStream(rate_hz, LISTENING_RATE_HZ, channels, dtype="float32", quality="HQ")
        self._taken = 0
        self._given = 0
        # From and to which sample given out there is nothing to hear.
        self._holes: deque[tuple[int, int]] = deque()

    def feed(self, samples: Samples) -> Samples:
        """Take (n, channels) samples; give those (m, channels) that are ready."""
        if self._stream is None or len(samples) == 0:
            return samples
        return self._through(self._filled(samples), last=False)

    def end(self) -> Samples:
        """Give what is still in the filter."""
        none = np.empty((0, self._channels), np.float32)
        return none if self._stream is None or self._taken == 0 else self._through(none, last=True)

    def _filled(self, samples: Samples) -> Samples:
        start, self._taken = self._taken, self._taken + len(samples)
        good: NDArray[np.bool_] = np.asarray(np.isfinite(samples).all(axis=1))
        if good.all():
            return samples
        edges = np.flatnonzero(np.diff(np.concatenate([[True], good, [True]]).astype(np.int8)))
        for first, after in zip(edges[::2], edges[1::2], strict=True):
            hole = int((start + first) * self._ratio), int(np.ceil((start + after) * self._ratio))
            if self._holes and hole[0] <= self._holes[-1][1]:
                hole = self._holes.pop()[0], hole[1]
            self._holes.append(hole)
        return np.where(good[:, None], samples, np.float32(0.0))

    def _through(self, samples: Samples, last: bool) -> Samples:
        assert self._stream is not None
        flat = samples[:, 0] if self._channels == 1 else samples
        out: Samples = self._stream.resample_chunk(np.ascontiguousarray(flat), last=last).reshape(
            -1, self._channels
        )
        start, self._given = self._given, self._given + len(out)
        for first, after in self._holes:
            out[max(first - start, 0) : max(after - start, 0)] = np.nan
        while self._holes and self._holes[0][1] <= self._given:
            self._holes.popleft()
        return out

"""Reports as columns: a block of a large night is a million sources, and a record each would be too slow."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear.records import Kinds, Report, Source

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Heard:
    """Sources, one a row: which sensor, in which tick of the block, and what it measured. NaN is absent."""

    sensor: Ints
    tick: Ints
    level_db: Array
    tone_hz: Array
    tone_sigma_hz: Array
    azimuth_deg: Array
    azimuth_sigma_deg: Array
    elevation_deg: Array
    elevation_sigma_deg: Array
    kinds: Array  # (n, 3)

    def __len__(self) -> int:
        return len(self.sensor)

    def take(self, which: Mask | Ints) -> "Heard":
        """Give some of the rows, in the order asked."""
        return Heard(
            self.sensor[which], self.tick[which], self.level_db[which], self.tone_hz[which],
            self.tone_sigma_hz[which], self.azimuth_deg[which], self.azimuth_sigma_deg[which],
            self.elevation_deg[which], self.elevation_sigma_deg[which], self.kinds[which],
        )  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """Reports, one a row; report i has the sources first[i] to first[i + 1]. NaN is absent.

    Times count from the scenario's start.
    """

    sensor: Ints
    heard_at_s: Array
    received_at_s: Array
    noise_db: Array
    lon: Array
    lat: Array
    first: Ints
    sources: Heard

    def __len__(self) -> int:
        return len(self.sensor)

    def take(self, which: Ints) -> "Batch":
        """Give some reports, in the order asked, with their sources."""
        count = np.diff(self.first)[which]
        first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        rows = np.repeat(self.first[which] - first[:-1], count) + np.arange(first[-1])
        return Batch(
            self.sensor[which], self.heard_at_s[which], self.received_at_s[which], self.noise_db[which],
            self.lon[which], self.lat[which], first, self.sources.take(rows),
        )  # fmt: skip


def join_heard(parts: Sequence[Heard]) -> Heard:
    """Put rows one after another."""
    return Heard(
        np.concatenate([p.sensor for p in parts]),
        np.concatenate([p.tick for p in parts]),
        np.concatenate([p.level_db for p in parts]),
        np.concatenate([p.tone_hz for p in parts]),
        np.concatenate([p.tone_sigma_hz for p in parts]),
        np.concatenate([p.azimuth_deg for p in parts]),
        np.concatenate([p.azimuth_sigma_deg for p in parts]),
        np.concatenate([p.elevation_deg for p in parts]),
        np.concatenate([p.elevation_sigma_deg for p in parts]),
        np.concatenate([p.kinds for p in parts]),
    )


def join_batches(parts: Sequence[Batch]) -> Batch:
    """Put reports one after another."""
    counts = np.concatenate([np.diff(p.first) for p in parts])
    return Batch(
        np.concatenate([p.sensor for p in parts]),
        np.concatenate([p.heard_at_s for p in parts]),
        np.concatenate([p.received_at_s for p in parts]),
        np.concatenate([p.noise_db for p in parts]),
        np.concatenate([p.lon for p in parts]),
        np.concatenate([p.lat for p in parts]),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        join_heard([p.sources for p in parts]),
    )


def _given(values: Array, digits: int) -> list[float | None]:
    """Round, and turn NaN into None."""
    return [v if v == v else None for v in np.round(values, digits).tolist()]


def hundredths(kinds: Array) -> Ints:
    """Round kind probabilities (n, 3) to hundredths that sum to a hundred: the largest takes the rest."""
    out = np.rint(100.0 * kinds).astype(np.int64)
    if len(out):
        out[np.arange(len(out)), np.argmax(out, axis=1)] += 100 - out.sum(axis=1)
    return out


def records(batch: Batch, ids: Sequence[str], start_s: float) -> list[Report]:
    """Make the records of a batch, rounded as they are written; `ids` are the sensors', in their order."""
    src = batch.sources
    kinds = [Kinds(*row) for row in (hundredths(src.kinds) / 100.0).tolist()]
    sources = [
        Source(*row)
        for row in zip(
            np.round(src.level_db, 1).tolist(),
            _given(src.tone_hz, 2),
            _given(np.maximum(src.tone_sigma_hz, 0.01), 2),
            _given(np.mod(np.round(src.azimuth_deg, 1), 360.0), 1),
            _given(src.azimuth_sigma_deg, 1),
            _given(src.elevation_deg, 1),
            _given(src.elevation_sigma_deg, 1),
            kinds,
            strict=True,
        )
    ]
    heard = np.round(np.maximum(batch.heard_at_s + start_s, 0.0), 3).tolist()
    received = np.round(batch.received_at_s + start_s, 3).tolist()
    noise, lon, lat = np.round(batch.noise_db, 1).tolist(), _given(batch.lon, 5), _given(batch.lat, 5)
    first = batch.first.tolist()
    return [
        Report(ids[s], heard[i], received[i], noise[i], tuple(sources[first[i] : first[i + 1]]), lon[i], lat[i])
        for i, s in enumerate(batch.sensor.tolist())
    ]

"""Reports as columns: a block of a large night is a million sources, and a record each would be too slow."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear.records import Kinds, Report, Source

# Stands for a field that is absent in a table of whole numbers.
ABSENT = np.iinfo(np.int64).min

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class SourceColumns:
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

    def take(self, which: Mask | Ints) -> "SourceColumns":
        """Give some of the rows, in the order asked."""
        return SourceColumns(
            self.sensor[which], self.tick[which], self.level_db[which], self.tone_hz[which],
            self.tone_sigma_hz[which], self.azimuth_deg[which], self.azimuth_sigma_deg[which],
            self.elevation_deg[which], self.elevation_sigma_deg[which], self.kinds[which],
        )  # fmt: skip


@dataclass(frozen=True)
class ReportColumns:
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
    sources: SourceColumns

    def __len__(self) -> int:
        return len(self.sensor)

    def take(self, which: Ints) -> "ReportColumns":
        """Give some reports, in the order asked, with their sources."""
        count = np.diff(self.first)[which]
        first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        rows = np.repeat(self.first[which] - first[:-1], count) + np.arange(first[-1])
        return ReportColumns(
            self.sensor[which], self.heard_at_s[which], self.received_at_s[which], self.noise_db[which],
            self.lon[which], self.lat[which], first, self.sources.take(rows),
        )  # fmt: skip


def join_sources(parts: Sequence[SourceColumns]) -> SourceColumns:
    """Put rows one after another."""
    return SourceColumns(
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


def join_reports(parts: Sequence[ReportColumns]) -> ReportColumns:
    """Put reports one after another."""
    counts = np.concatenate([np.diff(p.first) for p in parts])
    return ReportColumns(
        np.concatenate([p.sensor for p in parts]),
        np.concatenate([p.heard_at_s for p in parts]),
        np.concatenate([p.received_at_s for p in parts]),
        np.concatenate([p.noise_db for p in parts]),
        np.concatenate([p.lon for p in parts]),
        np.concatenate([p.lat for p in parts]),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        join_sources([p.sources for p in parts]),
    )


def _whole(values: Array, scale: int) -> Ints:
    """Round to whole numbers of 1/scale; NaN becomes ABSENT."""
    absent = np.isnan(values)
    return np.where(absent, ABSENT, np.rint(np.where(absent, 0.0, values) * scale)).astype(np.int64)


def _sigma(values: Array, scale: int) -> Ints:
    """Round a standard deviation; it is never rounded to zero."""
    return np.where(np.isnan(values), ABSENT, np.maximum(_whole(values, scale), 1))


def hundredths(kinds: Array) -> Ints:
    """Round kind probabilities (n, 3) to hundredths that sum to a hundred: the largest takes the rest."""
    out = np.rint(100.0 * kinds).astype(np.int64)
    if len(out):
        out[np.arange(len(out)), np.argmax(out, axis=1)] += 100 - out.sum(axis=1)
    return out


@dataclass(frozen=True)
class Written:
    """A batch rounded as it is written, as whole numbers: what `io.report_columns` encodes. ABSENT is absent.

    `reports` (n, 6): sensor, heard_at, received_at [ms], noise [0.1 dB], lon, lat [1e-5 deg].
    `sources` (m, 10): level [0.1 dB], tone, its sigma [0.01 Hz], azimuth, its sigma, elevation, its sigma
    [0.1 deg], piston, jet, other [0.01]. Report i has the sources first[i] to first[i + 1].
    """

    reports: Ints
    first: Ints
    sources: Ints


def written(batch: ReportColumns, start_s: float) -> Written:
    """Round a batch as it is written, with times of the calendar."""
    src = batch.sources
    # A clock that is wrong by more than the age of the calendar shows its first second.
    heard = np.maximum(_whole(batch.heard_at_s + start_s, 1000), 0)
    reports = [
        batch.sensor,
        heard,
        _whole(batch.received_at_s + start_s, 1000),
        _whole(np.clip(batch.noise_db, -50.0, 200.0), 10),
    ]
    reports += [_whole(batch.lon, 100_000), _whole(batch.lat, 100_000)]
    azimuth = np.where(np.isnan(src.azimuth_deg), ABSENT, _whole(src.azimuth_deg, 10) % 3600)
    sources = [_whole(src.level_db, 10), _whole(src.tone_hz, 100), _sigma(src.tone_sigma_hz, 100)]
    sources += [azimuth, _sigma(src.azimuth_sigma_deg, 10)]
    sources += [_whole(src.elevation_deg, 10), _sigma(src.elevation_sigma_deg, 10), *hundredths(src.kinds).T]
    return Written(np.stack(reports, axis=1), batch.first, np.stack(sources, axis=1))


def _values(whole: Ints, scale: int) -> list[float | None]:
    """The nearest floats, None where absent. Dividing whole numbers rounds correctly, as a parser does."""
    return [None if w == ABSENT else w / scale for w in whole.tolist()]


def records(batch: ReportColumns, ids: Sequence[str], start_s: float) -> list[Report]:
    """Make the records of a batch, rounded as they are written; `ids` are the sensors', in their order."""
    w = written(batch, start_s)
    column = w.sources.T
    kinds = [Kinds(*row) for row in (w.sources[:, 7:] / 100).tolist()]
    optional = [_values(column[k], scale) for k, scale in ((1, 100), (2, 100), (3, 10), (4, 10), (5, 10), (6, 10))]
    sources = [Source(*row) for row in zip((column[0] / 10).tolist(), *optional, kinds, strict=True)]
    sensor, heard, received, noise = w.reports[:, 0], w.reports[:, 1], w.reports[:, 2], w.reports[:, 3]
    rows = zip(
        sensor.tolist(), (heard / 1000).tolist(), (received / 1000).tolist(), (noise / 10).tolist(),
        _values(w.reports[:, 4], 100_000), _values(w.reports[:, 5], 100_000), strict=True,
    )  # fmt: skip
    first = w.first.tolist()
    return [
        Report(ids[s], at, got, quiet, tuple(sources[first[i] : first[i + 1]]), lon, lat)
        for i, (s, at, got, quiet, lon, lat) in enumerate(rows)
    ]

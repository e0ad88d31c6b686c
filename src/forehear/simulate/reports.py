"""From what was heard to reports: frames, heartbeats, clocks, the network's delays, order of arrival."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear.records import Kinds, Network, Report, Source
from forehear.simulate import faults as fault_codes
from forehear.simulate.faults import Broken
from forehear.simulate.sensors import ARRAY, OBSERVER, Heard, Posts
from forehear.simulate.settings import Faults, SensorModel

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass
class Batch:
    """Reports as columns, in the order of `received_at_s`; report i has the sources first[i] to first[i+1]."""

    sensor: Ints
    heard_at_s: Array
    received_at_s: Array
    noise_db: Array
    lon: Array  # NaN unless the sensor tells where it is
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
        columns = (self.sensor, self.heard_at_s, self.received_at_s, self.noise_db, self.lon, self.lat)
        return Batch(*(c[which] for c in columns), first, self.sources.take(rows))


def join(parts: list[Batch]) -> Batch:
    """Put batches one after another."""
    from forehear.simulate.sensors import join as join_heard

    names = ("sensor", "heard_at_s", "received_at_s", "noise_db", "lon", "lat")
    columns = [np.concatenate([getattr(p, name) for p in parts]) for name in names]
    counts = np.concatenate([np.diff(p.first) for p in parts])
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Batch(*columns, first, join_heard([p.sources for p in parts]))


def quieten(heard: Heard, model: SensorModel) -> Heard:
    """Sort by sensor, frame and loudness; drop what stands too far under the loudest to be noticed."""
    order = np.lexsort((-heard.level_db, heard.tick, heard.sensor))
    heard = heard.take(order)
    if not len(order):
        return heard
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(heard.sensor) != 0) | (np.diff(heard.tick) != 0)
    loudest = heard.level_db[np.flatnonzero(new)][np.cumsum(new) - 1]
    return heard.take(heard.level_db > loudest - model.masking_db)


def frames(
    heard: Heard, posts: Posts, broken: Broken, model: SensorModel, noise: Array,
    t0_s: float, ticks: int, since: Ints, rng: np.random.Generator,
) -> Batch:  # fmt: skip
    """Make the reports of a block, without delays yet: `received_at_s` is the true time of the frame.

    `since` (n,) counts each sensor's ticks without a report and is brought up to date in place.
    """
    n = len(posts.kind)
    speaks = np.zeros((n, ticks), np.bool_)
    speaks[heard.sensor, heard.tick] = True
    # A person points every now and then, and sends no heartbeat: silence of theirs means nothing.
    person = posts.kind == OBSERVER
    beats = ~person
    alive = broken.dies_s[:, None] > t0_s + np.arange(ticks)
    for tick in range(ticks):
        since += 1
        heartbeat = beats & (since >= model.heartbeat_s)
        pause = person & (since < model.observer_interval_s)
        speaks[:, tick] = (speaks[:, tick] | heartbeat) & alive[:, tick] & ~pause
        since[speaks[:, tick]] = 0
    sensor, tick = np.nonzero(speaks)
    rows = heard.take(speaks[heard.sensor, heard.tick])
    key = sensor * ticks + tick
    first = np.searchsorted(rows.sensor * ticks + rows.tick, np.append(key, n * ticks)).astype(np.int64)
    true_s = t0_s + tick + posts.ears.phase_s[sensor]
    told = noise[sensor, tick] + model.noise_error_db * rng.standard_normal(len(sensor))
    heard_at = true_s + broken.offset_s[sensor] + broken.drift[sensor] * true_s
    nowhere = np.full(len(sensor), np.nan)
    return Batch(sensor, heard_at, true_s, told, nowhere, nowhere.copy(), first, rows)


def deliver(
    batch: Batch, posts: Posts, broken: Broken, model: SensorModel, faults: Faults, rng: np.random.Generator
) -> Batch:
    """Add the network's delays, late sensors and duplicates."""
    n = len(batch)
    delay = model.latency_min_s + model.latency_mean_s * rng.standard_exponential(n)
    tail = rng.uniform(0.0, 1.0, n) < model.latency_tail_share
    delay += np.where(tail, model.latency_tail_s * rng.standard_exponential(n), 0.0)
    late = broken.fault[batch.sensor] == fault_codes.LATE
    delay += np.where(late, faults.late_s * rng.uniform(0.2, 1.8, n), 0.0)
    person = posts.kind[batch.sensor] == OBSERVER
    delay += np.where(person, model.observer_delay_s * rng.uniform(0.3, 1.7, n), 0.0)
    batch.received_at_s = batch.received_at_s + delay
    twice = broken.fault[batch.sensor] == fault_codes.DUPLICATE
    again = np.flatnonzero(twice & (rng.uniform(0.0, 1.0, n) < faults.duplicate_odds))
    if not len(again):
        return batch
    copies = batch.take(again)
    copies.received_at_s = copies.received_at_s + 2.0 * rng.standard_exponential(len(again))
    return join([batch, copies])


def release(batch: Batch, until_s: float) -> tuple[Batch, Batch]:
    """Split off what the server has by a time, in the order in which it came."""
    order = np.argsort(batch.received_at_s, kind="stable")
    cut = int(np.searchsorted(batch.received_at_s[order], until_s))
    return batch.take(order[:cut]), batch.take(order[cut:])


def records(batch: Batch, network: Network, posts: Posts, model: SensorModel, start_s: float) -> list[Report]:
    """Make the records of a batch, rounded as they are written."""
    src = batch.sources
    level, tone = np.round(src.level_db, 1).tolist(), np.round(src.tone_hz, 2).tolist()
    sigma = np.maximum(np.round(src.tone_sigma_hz, 2), 0.01).tolist()
    azimuth, elevation = (
        np.mod(np.round(src.azimuth_deg, 1), 360.0).tolist(),
        np.round(src.elevation_deg, 1).tolist(),
    )
    two = np.round(src.kinds[:, :2], 2)
    kinds = [
        Kinds(a, b, c)
        for a, b, c in zip(*two.T.tolist(), np.round(1.0 - two.sum(axis=1), 2).clip(0.0).tolist(), strict=True)
    ]
    code = posts.kind[src.sensor].tolist()
    sources = []
    for i in range(len(level)):
        has_tone, kind = tone[i] == tone[i], code[i]
        sources.append(
            Source(
                level[i],
                tone[i] if has_tone else None,
                sigma[i] if has_tone else None,
                azimuth[i] if kind else None,
                (model.azimuth_sigma_deg if kind == ARRAY else model.observer_azimuth_sigma_deg) if kind else None,
                elevation[i] if kind == ARRAY else None,
                model.elevation_sigma_deg if kind == ARRAY else None,
                kinds[i],
            )
        )
    names = [s.id for s in network.sensors]
    heard, received = (
        np.round(batch.heard_at_s + start_s, 3).tolist(),
        np.round(batch.received_at_s + start_s, 3).tolist(),
    )
    noise, first = np.round(batch.noise_db, 1).tolist(), batch.first.tolist()
    lon, lat = np.round(batch.lon, 5).tolist(), np.round(batch.lat, 5).tolist()
    return [
        Report(
            names[s],
            heard[i],
            received[i],
            noise[i],
            tuple(sources[first[i] : first[i + 1]]),
            lon[i] if lon[i] == lon[i] else None,
            lat[i] if lat[i] == lat[i] else None,
        )
        for i, s in enumerate(batch.sensor.tolist())
    ]

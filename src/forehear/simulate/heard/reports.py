"""From what was heard to reports: frames, heartbeats, clocks, the network's delays, order of arrival."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forehear.simulate.heard.columns import ReportColumns, SourceColumns, join_reports
from forehear.simulate.heard.faults import DUPLICATE, LATE, Broken
from forehear.simulate.heard.sensors import OBSERVER, SensorNatures
from forehear.simulate.scenario.settings import Faults, SensorModel

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# A duplicate comes this much later, on average [s]: a retry of a connection that seemed to fail.
_RETRY_S = 2.0


def quieten(heard: SourceColumns, model: SensorModel) -> SourceColumns:
    """Sort by sensor, frame and loudness; drop what stands too far under the loudest to be noticed."""
    heard = heard.take(np.lexsort((-heard.level_db, heard.tick, heard.sensor)).astype(np.int64))
    if not len(heard):
        return heard
    new = np.ones(len(heard), np.bool_)
    new[1:] = (np.diff(heard.sensor) != 0) | (np.diff(heard.tick) != 0)
    loudest = heard.level_db[np.flatnonzero(new)][np.cumsum(new) - 1]
    return heard.take(np.asarray(heard.level_db > loudest - model.masking_db, np.bool_))


def frames(
    heard: SourceColumns, natures: SensorNatures, broken: Broken, model: SensorModel, noise: Array,
    t0_s: float, since: Ints, rng: np.random.Generator,
) -> ReportColumns:  # fmt: skip
    """Make the reports of a block, without delays yet: `received_at_s` is the true time of the frame.

    `heard` as `quieten` sorts it. `since` (n,) counts each sensor's ticks without a report, and is brought up
    to date in place.
    """
    n, ticks = noise.shape
    speaks = np.zeros((n, ticks), np.bool_)
    speaks[heard.sensor, heard.tick] = True
    # A person points every now and then, and sends no heartbeat: silence of theirs means nothing.
    person = natures.kind == OBSERVER
    alive = broken.dies_s[:, None] > t0_s + np.arange(ticks)
    for tick in range(ticks):
        since += 1
        heartbeat = ~person & (since >= model.heartbeat_s)
        pause = person & (since < model.observer_interval_s)
        speaks[:, tick] = (speaks[:, tick] | heartbeat) & alive[:, tick] & ~pause
        since[speaks[:, tick]] = 0
    where, when = np.nonzero(speaks)
    sensor, tick_of = where.astype(np.int64), when.astype(np.int64)
    rows = heard.take(speaks[heard.sensor, heard.tick])
    key = np.append(sensor * ticks + tick_of, n * ticks)
    first = np.searchsorted(rows.sensor * ticks + rows.tick, key).astype(np.int64)
    true_s = t0_s + tick_of + natures.receivers.phase_s[sensor]
    return ReportColumns(
        sensor=sensor,
        heard_at_s=true_s + broken.offset_s[sensor] + broken.drift[sensor] * true_s,
        received_at_s=true_s,
        noise_db=noise[sensor, tick_of] + model.noise_error_db * rng.standard_normal(len(sensor)),
        lon=natures.lon[sensor],
        lat=natures.lat[sensor],
        first=first,
        sources=rows,
    )


def deliver(
    batch: ReportColumns,
    natures: SensorNatures,
    broken: Broken,
    model: SensorModel,
    faults: Faults,
    rng: np.random.Generator,
) -> ReportColumns:
    """Add the network's delays, late sensors and duplicates."""
    n = len(batch)
    delay = model.latency_min_s + model.latency_mean_s * rng.standard_exponential(n)
    tail = rng.uniform(0.0, 1.0, n) < model.latency_tail_share
    delay += np.where(tail, model.latency_tail_s * rng.standard_exponential(n), 0.0)
    late = broken.fault[batch.sensor] == LATE
    delay += np.where(late, faults.late_s * rng.uniform(0.2, 1.8, n), 0.0)
    person = natures.kind[batch.sensor] == OBSERVER
    delay += np.where(person, model.observer_delay_s * rng.uniform(0.3, 1.7, n), 0.0)
    batch = replace(batch, received_at_s=batch.received_at_s + delay)
    twice = broken.fault[batch.sensor] == DUPLICATE
    again = np.flatnonzero(twice & (rng.uniform(0.0, 1.0, n) < faults.duplicate_odds)).astype(np.int64)
    copies = batch.take(again)
    retry = _RETRY_S * rng.standard_exponential(len(again))
    return join_reports([batch, replace(copies, received_at_s=copies.received_at_s + retry)])


def release(batch: ReportColumns, until_s: float) -> tuple[ReportColumns, ReportColumns]:
    """Split off what the server has by a time, in the order in which it came; the rest is still under way."""
    order = np.argsort(batch.received_at_s, kind="stable").astype(np.int64)
    cut = int(np.searchsorted(batch.received_at_s[order], until_s))
    return batch.take(order[:cut]), batch.take(order[cut:])

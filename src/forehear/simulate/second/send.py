"""From what sensors would say to what arrives: silence, loss, clocks, delay, outages, copies."""

import numpy as np
from numpy.typing import NDArray

from forehear.simulate.heard.columns import ReportColumns, SourceColumns
from forehear.simulate.scenario.settings import Scenario
from forehear.simulate.second.sensors import DENYING, DOUBLING, LATE, OBSERVER, SecondSensors

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
# A frame is sent when it is over, half a second after its middle, and is under way for at least this [s].
_FRAME_HALF_S, _LEAST_S = 0.5, 0.1
# Usual delay: a gamma of this shape and scale; a share has a long tail of this mean [s].
_SHAPE, _SCALE_S, _TAIL_SHARE, _TAIL_S = 2.0, 0.15, 0.01, 6.0
# An uplink that is out comes back after this on average, and sends what it has kept [s].
_OUT_S = 30.0
# A denying sensor says so many times a second that there is nothing.
_DENIALS = 4
# The error of the noise that a report states [dB].
_NOISE_ERROR_DB = 1.0


class Sending:
    """Turns frames into reports, block after block; holds the outages that last over a block's end."""

    def __init__(self, sensors: SecondSensors, scenario: Scenario, rng: np.random.Generator) -> None:
        self._sensors, self._scenario, self._rng = sensors, scenario, rng
        self._out_from, self._out_until = np.full((2, len(sensors.kind)), -np.inf)

    def reports(self, heard: SourceColumns, noise_db: Array, running: Mask, begin_s: int) -> ReportColumns:
        """Give the reports of a block, in no order; times count from the scenario's start."""
        model, rng, n = self._scenario.second, self._rng, len(self._sensors.kind)
        ticks = noise_db.shape[1]
        heard = heard.take(running[heard.sensor, heard.tick] & (rng.random(len(heard)) >= model.sources_lost))
        heard = heard.take(np.lexsort((-heard.level_db, heard.tick, heard.sensor)))
        count = np.zeros((n, ticks), np.int64)
        np.add.at(count, (heard.sensor, heard.tick), 1)
        sensor, tick = np.nonzero(running)
        own = count[sensor, tick]
        first = np.concatenate([[0], np.cumsum(own)]).astype(np.int64)
        middle = begin_s + tick + self._sensors.phase_s[sensor]
        # Running frames are in the order of the sources, and every source is in one: the columns fit.
        everything = ReportColumns(
            sensor, middle, middle, self._stated(noise_db, sensor, tick), np.full(len(sensor), np.nan),
            np.full(len(sensor), np.nan), first, heard,
        )  # fmt: skip
        sent = self._sent(sensor, begin_s + tick, own) & (rng.random(len(sensor)) >= model.frames_lost)
        which, aside = self._copies(sensor, np.flatnonzero(sent))
        return self._stamped(everything.take(which), aside, begin_s, ticks)

    def _stated(self, noise_db: Array, sensor: Ints, tick: Ints) -> Array:
        error = _NOISE_ERROR_DB * self._rng.standard_normal(len(sensor))
        return noise_db[sensor, tick] + self._sensors.noise_bias_db[sensor] + error

    def _sent(self, sensor: Ints, second: Ints, own: Ints) -> Mask:
        """Frames with a source, and so many of the silent ones; observers now and then, and never silence."""
        sensors = self._sensors
        beats = (second + sensors.beat[sensor]) % sensors.silent_every_s[sensor] == 0
        person = sensors.kind[sensor] == OBSERVER
        turn = (second + sensors.beat[sensor]) % self._scenario.sensors.observer_interval_s == 0
        return np.asarray(np.where(person, (own > 0) & turn, (own > 0) | beats), np.bool_)

    def _copies(self, sensor: Ints, rows: Ints) -> tuple[Ints, Array]:
        """Rows again for those that double or deny, and how much later within the frame each stands."""
        role, faults = self._sensors.role[sensor[rows]], self._scenario.faults
        twice = (role == DOUBLING) & (self._rng.random(len(rows)) < faults.duplicate_odds)
        times = np.where(role == DENYING, _DENIALS, np.where(twice, 2, 1))
        which = np.repeat(rows, times)
        place = np.arange(len(which)) - np.repeat(np.cumsum(times) - times, times)
        return which, np.where(np.repeat(role == DENYING, times), place / _DENIALS, 0.0)

    def _stamped(self, batch: ReportColumns, aside: Array, begin_s: int, ticks: int) -> ReportColumns:
        """Clock and delay."""
        sensors, rng, faults, n = self._sensors, self._rng, self._scenario.faults, len(batch)
        j, true = batch.sensor, batch.heard_at_s + aside
        delay = _LEAST_S + _FRAME_HALF_S + rng.gamma(_SHAPE, _SCALE_S, n)
        delay += np.where(rng.random(n) < _TAIL_SHARE, rng.exponential(_TAIL_S, n), 0.0)
        delay += np.where(sensors.role[j] == LATE, faults.late_s * rng.uniform(0.2, 1.8, n), 0.0)
        person = sensors.kind[j] == OBSERVER
        delay += np.where(person, rng.exponential(max(self._scenario.sensors.observer_delay_s, 1e-9), n), 0.0)
        self._outages(begin_s, ticks)
        out = (true >= self._out_from[j]) & (true < self._out_until[j])
        received = np.where(out, self._out_until[j], true) + delay
        said = true + sensors.clock_s[j] + sensors.drift[j] * true
        return ReportColumns(j, said, received, batch.noise_db, batch.lon, batch.lat, batch.first, batch.sources)

    def _outages(self, begin_s: int, ticks: int) -> None:
        rate = self._scenario.second.outages_per_hour * ticks / 3600.0
        begins = (self._rng.random(len(self._out_from)) < rate) & (self._out_until <= begin_s)
        many = int(begins.sum())
        self._out_from[begins] = begin_s + self._rng.uniform(0.0, ticks, many)
        self._out_until[begins] = self._out_from[begins] + self._rng.exponential(_OUT_S, many)

"""The Tracker: reports in, tracks out, once a second, for one region. Holds all state; time is an argument.

Theory of operation. `advance(time, reports)` takes what arrived since the last call:

1. `associate/ingest`: reports become arrays; clocks are corrected; the impossible is turned away and counted.
2. `associate/assign`: each sensor's sources are given to the tracks near it, by probability; silences count.
3. `estimate/filter`: each track that got something is walked forward again in order of emission from its last
   checkpoint before it; so late and distant reports need no special case.
4. `memory/streams`: what no track explains is kept per sensor.
5. `initiate/attempt`: streams of several sensors that one straight flight explains become a track.
6. `lifecycle/table`: a track is confirmed when its odds are high, enough sensors hear it, its place is known and
   it surely flies; it ends when it has long not been heard or its odds are gone. Two tracks of one target
   become one (`lifecycle/merge`).

What it returns is where each target is now: the state at the last emission, carried on by the motion
models, with the covariance that this costs.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from forehear.air.medium import absorption_db_per_m, speed_of_sound_mps, wind_mps
from forehear.records import Network, Report, SensorCredit, Track
from forehear.track.associate.assign import associate
from forehear.track.associate.cells import cells_of
from forehear.track.associate.clutter import follow_rates
from forehear.track.associate.credibility import JUDGE_EVERY_S, TRUSTED, credit_of, forsake, judge
from forehear.track.associate.detection import COMMON_MARGIN, learn_spread
from forehear.track.associate.existence import fade, kind_probabilities
from forehear.track.associate.ingest import arrays_of, batch_of, typical_travel
from forehear.track.associate.quarantine import far_places, parted, records
from forehear.track.associate.sky import Sky
from forehear.track.associate.standing import follow_cases
from forehear.track.initiate.births import Birth, births, tones_known
from forehear.track.initiate.candidates import Asked
from forehear.track.lifecycle import refit, table
from forehear.track.lifecycle import report as reporting
from forehear.track.lifecycle import start as begin
from forehear.track.lifecycle import view as shapes
from forehear.track.lifecycle.rejoin import rejoined
from forehear.track.lifecycle.start import Life
from forehear.track.lifecycle.view import View
from forehear.track.memory import bank as banks
from forehear.track.memory import history, streams
from forehear.track.memory import pool as pools
from forehear.track.memory.batch import Batch
from forehear.track.memory.lately import note_sources

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Where most of a propeller drone's sound is after some kilometres of air [Hz]; for absorption only.
BAND_HZ = 200.0
# Sizes at the start; all grow.
TRACKS, POOL, HELD, HASH_CELLS = 32, 256, 32, 4096
# How often it is asked who hears a track and who should [s].
CASES_EVERY_S = 1.0
# How often the scatter of levels, tones and bearings is measured anew [s], and from how many innovations.
CALIBRATE_S, CALIBRATE_FROM = 10.0, 150
# -----------------------------------------------------------------------------------------------------

# What a Tracker makes of its network anew: no part of its state.
LAID_OUT = frozenset(("network", "plane", "_ids", "_index", "_air"))


class Tracker:
    """Tracks of one region. Deterministic: the same calls give the same answers."""

    def __init__(self, network: Network) -> None:
        """Lay out the network; its first `advance` sets the zero of time."""
        self.network = network
        self.turned_away: Counter[tuple[str, str]] = Counter()
        self.used = 0
        # Sources that belong to a track but came too late for its filter.
        self.late_sources = 0
        self._ids = [s.id for s in network.sensors]
        self._index = {name: i for i, name in enumerate(self._ids)}
        self.plane, self._arrays = arrays_of(network)
        atmosphere = network.atmosphere
        absorption = float(
            absorption_db_per_m(
                BAND_HZ, atmosphere.temperature_c, atmosphere.relative_humidity_pct, atmosphere.pressure_hpa
            )
        )
        east, north = wind_mps(atmosphere)
        # The plane's north is true north at its middle, where the wind is taken.
        self._air = np.array([speed_of_sound_mps(atmosphere.temperature_c), east, north, absorption])
        self._scales = np.ones(4)
        self._travel_s = 1.0
        self._credit = credit_of(len(self._ids))
        # What sensors that are set aside go on saying.
        self._held = pools.make(HELD, max(len(self._ids), 1))
        self._judged_s = self._cased_s = 0.0
        self._bank = banks.make(TRACKS)
        self._lives: list[Life | None] = [None] * TRACKS
        self._pool = pools.make(POOL, max(len(self._ids), 1))
        self._residuals = np.full((1025, 4), -1.0)
        self._residuals[0] = 0.0
        self._calibrated_s = 0.0
        self._faded_s = 0.0
        self._initiated = 0
        self._ground_tries = np.zeros(1)
        self._zero_s: float | None = None
        self.outcomes: Counter[int] = Counter()

    def advance(self, time_s: float, reports: Sequence[Report]) -> list[Track]:
        """Take the reports received up to `time_s` and give every live track's state then.

        Tracks that ended are given once more, with the status `ended`. Time must not run backwards.
        """
        if self._zero_s is None:
            self._zero_s = math.floor(time_s)
        now = time_s - self._zero_s
        batch, travel = batch_of(
            reports, self._index, self.plane, self._arrays, self._zero_s, now, self._travel_s, self.turned_away
        )
        self._travel_s = typical_travel(self._arrays, now, self._travel_s, travel)
        batch, self._held = parted(batch, self._credit, self._held, self._arrays, self._ids, self.turned_away)
        self.used += len(batch.sensor)
        fade(self._bank, max(now - self._faded_s, 0.0))
        self._faded_s = now
        if len(batch.sensor):
            unexplained = self._associate(batch, now)
            history.refilter_dirty(self._bank, self._air, self._scales)
            refit.reseat_young(self._bank, self._lives, self._arrays, self._air, self._scales, now)
            self._pool = streams.fed(self._pool, batch, unexplained, self._thresholds(batch))
        streams.forget(self._pool, now)
        self._bear(now)
        if now - self._calibrated_s >= CALIBRATE_S:
            self._calibrated_s = now
            self._calibrate()
            learn_spread(self._arrays.laws)
        # Once a second: a live tracker steps ten times as often, and who hears does not change so fast.
        if now - self._cased_s >= CASES_EVERY_S:
            follow_cases(self._bank, self._arrays, self._air, now, now - self._cased_s)
            self._cased_s = now
        if now - self._judged_s >= JUDGE_EVERY_S:
            self._judged_s = now
            self._judge(now)
        ended = table.step(self._bank, self._lives, self._arrays, self._air, now)
        return reporting.report(self._bank, self._lives, ended, self.plane, self._ids, now, time_s)

    def state(self) -> dict[str, Any]:
        """Give all that `advance` depends on beside the network, by name: to be read or copied, not to be kept.

        Plain data: numbers, strings, arrays, counters, and named tuples, dataclasses and records of them. The
        arrays are the Tracker's own, and the next `advance` writes into them.
        """
        return {name: value for name, value in vars(self).items() if name not in LAID_OUT}

    @classmethod
    def restored(cls, network: Network, state: Mapping[str, Any]) -> Self:
        """Make a Tracker that goes on exactly from a `state`, whose arrays it takes over.

        Raises ValueError where the state is of another program or network.
        """
        tracker = cls(network)
        fresh = tracker.state()
        if set(state) != set(fresh):
            names = ", ".join(sorted(set(state) ^ set(fresh)))
            raise ValueError(f"a tracker's state has other parts than this program's: {names}")
        many, sensors = len(state["_arrays"].place), len(network.sensors)
        if many != sensors:
            raise ValueError(f"the state is of {many} sensors, the network has {sensors}")
        vars(tracker).update(state)
        return tracker

    def views(self, time_s: float) -> dict[str, View]:
        """Give what a map shows of every live track beside its record, by its name."""
        if self._zero_s is None:
            return {}
        return shapes.views(self._bank, self._lives, self.plane, self._zero_s, time_s)

    def set_aside(self) -> list[SensorCredit]:
        """Give the sensors whose reports count for nothing now, and why, in the network's order."""
        return records(self._credit, self._arrays, self._ids, self._travel_s, self._zero_s or 0.0)

    def _judge(self, now: float) -> None:
        """Judge the sensors; what those newly set aside have said is taken out of everything."""
        streams.forget(self._held, now)
        far, pools_of = far_places(self.turned_away, self._index), (self._pool, self._held)
        for s in judge(self._credit, self._arrays, self._bank, pools_of, self._air, self._travel_s, far, now):
            if self._credit.reason[s] != TRUSTED:
                forsake(self._bank, self._pool, int(s))

    def _associate(self, batch: Batch, now: float) -> Array:
        bank = self._bank
        capacity = bank.alive.shape[0]
        order = np.zeros(capacity, np.int64)
        starts = np.zeros(HASH_CELLS + 1, np.int64)
        table = np.zeros(HASH_CELLS, np.int64)
        cells_of(bank, now, np.zeros(capacity, np.int64), order, starts, table)
        unexplained = np.ones(len(batch.level_db))
        kinds = kind_probabilities(bank.kind_evidence)
        sky = Sky(order, starts, self._air, self._scales, self._pool.steady, kinds, self._residuals)
        note_sources(self._arrays.lately, batch)
        late = associate(batch, bank, sky, self._arrays, unexplained)
        follow_rates(self._arrays.other_rate, batch, unexplained)
        self.late_sources += late
        return unexplained

    def _thresholds(self, batch: Batch) -> Array:
        """Give what level it takes to be heard, for each report (R,) [dB].

        Reference: docs/physics.md, "Who hears, and what silence is worth".
        """
        laws = self._arrays.laws
        noise = np.where(np.isnan(batch.noise_db), 30.0, batch.noise_db)
        return np.asarray(noise + laws.common[COMMON_MARGIN] + laws.margin_db[batch.sensor], np.float64)

    def _calibrate(self) -> None:
        """Measure how levels, tones and bearings really scatter, by the median of squared innovations."""
        seen = int(self._residuals[0, 0])
        if seen < CALIBRATE_FROM:
            self._calibrate_tones()
            return
        rows = self._residuals[1 : 1 + min(seen, 1024)]
        for m, (low, high) in enumerate(((0.5, 4.0), (1.0, 9.0), (0.5, 9.0))):
            values = rows[rows[:, m] >= 0.0, m]
            if len(values) >= CALIBRATE_FROM:
                # The median of chi-square with one degree of freedom is 0.455.
                ratio = float(np.median(values)) / 0.455
                self._scales[m] = float(np.clip(self._scales[m] * ratio**0.3, low, high))

    def _calibrate_tones(self) -> None:
        """Before there are tracks: how tones scatter about a line within their streams."""
        scatter = self._pool.scatter
        if scatter[0] >= CALIBRATE_FROM:
            ratio = float(np.median(scatter[1 : 1 + min(int(scatter[0]), len(scatter) - 1)])) / 0.455
            self._scales[1] = float(np.clip(ratio, 1.0, 9.0))

    def _bear(self, now: float) -> None:
        tones = tones_known(self._bank)
        asked = Asked(self._pool, self._arrays, self._air, self._scales, tones, now)
        for birth in births(asked, self._ground_tries, self.outcomes):
            self._start_track(birth, now)

    def _start_track(self, birth: Birth, now: float) -> None:
        x, cov, members, info = birth.x, birth.cov, birth.members, birth.info
        k = rejoined(self._bank, self._lives, x, cov, float(info[0]))
        life = None if k is None else self._lives[k]
        if k is None or life is None:
            k = self._free_row()
            self._initiated += 1
            life = Life(name=f"T{self._initiated}", initiated_s=now, evidence=float(info[1]))
        heard_by = sorted({int(self._pool.sensor[m]) for m in members})
        kinds = begin.kind_evidence_of(self._pool, members)
        begin.start(self._bank, k, x, cov, info, kinds, heard_by)
        begin.remember_birth(self._bank, k, self._pool, members, self._air)
        # One that is found again goes on under its name, and is young again to the fits.
        life.proving_s = birth.since_s
        self._bank.foreseen[k] = begin.foreseen_before(self._pool, members, birth.since_s)
        life.initiated_s, life.coasting, life.reseat_s = now, False, now + 1.0
        life.settled = 0
        life.rival, life.lead_nats = np.append(info[8:], info[0]), float(info[1] - info[3])
        self._lives[k] = life

    def _free_row(self) -> int:
        free = np.flatnonzero(~self._bank.alive)
        if len(free) == 0:
            self._bank = banks.grown(self._bank)
            self._lives += [None] * len(self._lives)
            free = np.flatnonzero(~self._bank.alive)
        return int(free[0])

"""Sensors set aside: their reports are kept from the tracks, and judged on their own (`credibility`)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear.records import SensorCredit
from forehear.track.associate import credibility
from forehear.track.associate.credibility import JUDGE_EVERY_S, REASON, TRUSTED, Credit, credit_of
from forehear.track.associate.detection import COMMON_MARGIN
from forehear.track.associate.ingest import FAR_PLACE, SensorArrays
from forehear.track.memory import pool as pools
from forehear.track.memory import streams
from forehear.track.memory.bank import Bank
from forehear.track.memory.batch import Batch, part
from forehear.track.memory.pool import Streams

Array = NDArray[np.float64]
# Streams of sensors set aside, at the start; it grows.
HELD = 32


@dataclass
class Quarantine:
    """Who is set aside, and what they go on saying."""

    credit: Credit
    held: Streams
    judged_s: float = 0.0

    def __init__(self, sensors: int) -> None:
        """Start with trust in all of so many sensors."""
        self.credit = credit_of(sensors)
        self.held = pools.make(HELD, max(sensors, 1))

    def parted(
        self, batch: Batch, arrays: SensorArrays, ids: Sequence[str], turned_away: Counter[tuple[str, str]]
    ) -> Batch:
        """Give the reports of those who are trusted; the others' go to streams of their own, and are counted."""
        aside = self.credit.reason[batch.sensor] != TRUSTED
        if not aside.any():
            return batch
        held = part(batch, aside)
        noise = np.where(np.isnan(held.noise_db), 30.0, held.noise_db) + arrays.laws.common[COMMON_MARGIN]
        done = 0
        while done >= 0:
            done = streams.feed_streams(self.held, held, np.ones(len(held.level_db)), 0.5, noise, done)
            if done >= 0:
                self.held = pools.grown(self.held)
        # Nobody asks them what they did not hear.
        arrays.last_report_s[held.sensor] = -np.inf
        for s in held.sensor:
            turned_away[f"set aside: {REASON[self.credit.reason[s]]}", ids[int(s)]] += 1
        return part(batch, ~aside)

    def judge(
        self, bank: Bank, pool: Streams, arrays: SensorArrays, air: Array, typical_s: float, now_s: float,
        turned_away: Mapping[tuple[str, str], int], index: Mapping[str, int],
    ) -> None:  # fmt: skip
        """Judge all sensors when it is time; what those newly set aside have said is taken out of everything."""
        if now_s - self.judged_s < JUDGE_EVERY_S:
            return
        self.judged_s = now_s
        streams.forget(self.held, now_s)
        far = np.zeros(len(self.credit.reason), np.int64)
        for (reason, sensor), count in turned_away.items():
            if reason == FAR_PLACE and sensor in index:
                far[index[sensor]] = count
        for s in credibility.judge(self.credit, arrays, bank, (pool, self.held), air, typical_s, far, now_s):
            if self.credit.reason[s] != TRUSTED:
                credibility.forsake(bank, pool, int(s))

    def records(
        self, arrays: SensorArrays, ids: Sequence[str], typical_s: float, zero_s: float
    ) -> list[SensorCredit]:
        """Give a record of each sensor that is set aside."""
        return [
            SensorCredit(
                sensor=ids[int(s)],
                state="quarantined",
                reason=REASON[self.credit.reason[s]],
                since_s=round(float(self.credit.since_s[s]) + zero_s, 3),
                clock_off_s=round(typical_s - float(arrays.travel[s, 0]), 2),
                level_off_db=round(float(arrays.laws.bias_db[s]), 1),
                claims_nats=round(float(self.credit.claims[s]), 2),
                clear_trials=round(float(arrays.laws.trials[s]), 1),
            )
            for s in np.flatnonzero(self.credit.reason != TRUSTED)
        ]

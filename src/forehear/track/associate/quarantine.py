"""Sensors set aside: their reports are kept from the tracks, and judged on their own (`credibility`)."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forehear.records import SensorCredit
from forehear.track.associate.credibility import REASON, TRUSTED, Credit
from forehear.track.associate.detection import COMMON_MARGIN
from forehear.track.associate.ingest import FAR_PLACE, SensorArrays
from forehear.track.memory import streams
from forehear.track.memory.batch import Batch, part
from forehear.track.memory.pool import Streams


def parted(
    batch: Batch, credit: Credit, held: Streams, arrays: SensorArrays, ids: Sequence[str],
    turned_away: Counter[tuple[str, str]],
) -> tuple[Batch, Streams]:  # fmt: skip
    """Give the reports of those who are trusted; the others' go to streams of their own, `held`, counted."""
    aside = credit.reason[batch.sensor] != TRUSTED
    if not aside.any():
        return batch, held
    theirs = part(batch, aside)
    thresholds = np.where(np.isnan(theirs.noise_db), 30.0, theirs.noise_db) + arrays.laws.common[COMMON_MARGIN]
    held = streams.fed(held, theirs, np.ones(len(theirs.level_db)), thresholds)
    # Nobody asks them what they did not hear.
    arrays.last_report_s[theirs.sensor] = -np.inf
    for s in theirs.sensor:
        turned_away[f"set aside: {REASON[credit.reason[s]]}", ids[int(s)]] += 1
    return part(batch, ~aside), held


def far_places(turned_away: Mapping[tuple[str, str], int], index: Mapping[str, int]) -> NDArray[np.int64]:
    """Count the places that each sensor (N,) could not be at and claimed."""
    far = np.zeros(len(index), np.int64)
    for (reason, sensor), count in turned_away.items():
        if reason == FAR_PLACE and sensor in index:
            far[index[sensor]] = count
    return far


def records(
    credit: Credit, arrays: SensorArrays, ids: Sequence[str], typical_s: float, zero_s: float
) -> list[SensorCredit]:
    """Give a record of each sensor that is set aside."""
    return [
        SensorCredit(
            sensor=ids[int(s)],
            state="quarantined",
            reason=REASON[credit.reason[s]],
            since_s=round(float(credit.since_s[s]) + zero_s, 3),
            clock_off_s=round(typical_s - float(arrays.travel[s, 0]), 2),
            level_off_db=round(float(arrays.laws.bias_db[s]), 1),
            claims_nats=round(float(credit.claims[s]), 2),
            clear_trials=round(float(arrays.laws.trials[s]), 1),
        )
        for s in np.flatnonzero(credit.reason != TRUSTED)
    ]

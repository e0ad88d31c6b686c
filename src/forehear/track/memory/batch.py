"""A step's reports as arrays."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class Batch(NamedTuple):
    """Reports of one step as arrays: R reports, S sources; times of the tracker's zero."""

    sensor: Ints  # (R,) index
    heard_s: Array  # (R,) corrected for the sensor's clock
    place: Array  # (R, 4) east, north, height, inverse scale
    noise_db: Array  # (R,) not a number where the report does not say
    first: Ints  # (R + 1,) sources of report i are first[i] to first[i + 1]
    level_db: Array  # (S,)
    ln_tone: Array  # (S,) not a number without a tone
    ln_tone_var: Array
    azimuth: Array  # (S,) plane azimuth [rad], not a number without one
    azimuth_var: Array
    elevation: Array
    elevation_var: Array
    kinds: Array  # (S, 3)
    clock_var: Array  # (R,) variance of the sensor's clock [s^2]
    lasting_s: Array  # (R,) for how long the report stands: since its sensor's last one [s]
    bias_var: Array  # (R,) of what is not known of the sensor's level error [dB^2]
    is_person: NDArray[np.bool_]  # (R,) an observer: no level, silence says nothing


def part(batch: Batch, which: NDArray[np.bool_]) -> Batch:
    """Give some of a batch's reports, with their sources: which (R,)."""
    many = np.diff(batch.first)
    sources = np.repeat(which, many)
    first = np.concatenate([[0], np.cumsum(many[which])]).astype(np.int64)
    of_report = {"sensor", "heard_s", "place", "noise_db", "clock_var", "lasting_s", "bias_var", "is_person"}
    kept: dict[str, Any] = {
        name: first if name == "first" else values[which if name in of_report else sources]
        for name, values in batch._asdict().items()
    }
    return Batch(**kept)

"""Levels: what is left of a source's level at a distance, and sums of levels."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.air import kernels


def received_level_db(
    source_level_db: ArrayLike, path_m: ArrayLike, absorption_db_per_m: ArrayLike
) -> NDArray[np.float64]:
    """Give the level at the end of a path by spherical spreading and absorption [dB re 20 uPa].

    Parameters: level of the source at 1 m [dB]; length of the path in the air's frame, c times the delay [m]
    (shorter than 1 m counts as 1 m); absorption [dB/m].
    Ignores: ground reflection, refraction, the source's motion (`convective_gain_db`).
    Reference: ISO 9613-2:1996, eq. 4, 7 and 8.
    """
    path = np.maximum(np.asarray(path_m, dtype=np.float64), 1.0)
    level = kernels.received_level(np.asarray(source_level_db), path, np.asarray(absorption_db_per_m))
    return np.asarray(level, np.float64)


def level_gradient_db_per_m(path_m: ArrayLike, absorption_db_per_m: ArrayLike) -> NDArray[np.float64]:
    """Give the exact derivative of `received_level_db` by the path [dB/m], beyond 1 m.

    Parameters: path [m]; absorption [dB/m]; they broadcast. Reference: the derivative of ISO 9613-2:1996, eq. 7
    and 8.
    """
    return np.asarray(kernels.level_by_path(np.asarray(path_m, np.float64), np.asarray(absorption_db_per_m)))


def convective_gain_db(doppler_ratio: ArrayLike, exponent: ArrayLike) -> NDArray[np.float64]:
    """Give by how much a moving source is louder than the same at rest [dB]: 10 exponent log10(Doppler ratio).

    Parameters: ratio of the frequency heard to the one sent, above 0; `exponent`, the source's make-up, from 0,
    not at all, to 1; they broadcast. Ignores: that a source has a front.
    Reference: our own choice, docs/decisions/0008-tracker.md, "Half the convective term".
    """
    return np.asarray(kernels.convective_gain(np.log(doppler_ratio), np.asarray(exponent)))


def power_sum_db(levels_db: ArrayLike) -> float:
    """Add levels (n,) of incoherent sources [dB]; minus infinity for none.

    Reference: ISO 9613-2:1996, eq. 5.
    """
    levels = np.asarray(levels_db, dtype=np.float64)
    if levels.size == 0:
        return -np.inf
    top = float(levels.max())
    return top + 10.0 * float(np.log10(np.sum(10.0 ** ((levels - top) / 10.0))))

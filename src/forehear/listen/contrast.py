"""How much a second's evidence follows a comb: on its lines, beside them, and between them.

Lines of a real engine are not sharp. Its turns tremble, the air swells what comes, codecs smear it: each
line has skirts, some ten hertz wide, of which a search for lines says that they are of no comb. Looked at by how
far from the next line it lies, what is clear of noise in a voice or a siren lies anywhere; of an engine it lies on
and beside the lines, and midway between them is nothing.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.listen import spectrum
from forehear.listen.lines import TO_HZ

Floats = NDArray[np.float32]
Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Evidence of this much [nat a hop] is clear of noise, where it is the mean of four.
CLEAR_NAT = 1.0
# A line is so wide [bins] and [share of the tone]; its skirts reach to the first of these shares; what follows is
# between lines, midway from the second on, and beyond the last halfway.
LINE_BINS, LINE_SHARE = 4.0, 0.06
ZONES = (0.2, 0.3, 0.44)
# Orders by groups: up to these.
GROUPS = (5, 12, 20)
# -----------------------------------------------------------------------------------------------------

NAMES = (
    # Clear evidence on the lines, on their skirts and between them [ln nat a hop]; the share of the first two.
    "on_lines", "on_skirts", "between_lines", "near_lines",
    # Evidence on lines less that between them, by groups of orders; halfway between less that elsewhere between.
    "contrast_to_5", "contrast_to_12", "contrast_to_20", "half_contrast",
    # As the second and third, of the first group alone.
    "low_skirts", "low_between",
)  # fmt: skip

_HZ = np.arange(int(TO_HZ / spectrum.BIN_HZ)) * spectrum.BIN_HZ
_COUNT = len(ZONES) + 2
_GROUP = np.searchsorted(GROUPS, np.arange(80)) * _COUNT


def contrasts(evidence: Floats, tone_hz: float) -> list[float]:
    """Say how evidence (BINS,) [nat a hop] follows a tone's comb (len(NAMES),), in the order of NAMES.

    Reference: our own, docs/listening.md, "Kinds".
    """
    first = int(tone_hz / 2.0 / spectrum.BIN_HZ) + 1
    order = _HZ[first:] / tone_hz
    nearest = np.rint(order)
    line = max(LINE_SHARE, LINE_BINS * spectrum.BIN_HZ / tone_hz)
    code = _GROUP.take(nearest.astype(np.intp), mode="clip")
    code += np.searchsorted((line, *ZONES), np.abs(order - nearest))
    nat = evidence[first : len(_HZ)].astype(np.float64)
    size = (len(GROUPS) + 1) * _COUNT
    count = np.bincount(code, minlength=size).reshape(-1, _COUNT)
    total = np.bincount(code, nat, size).reshape(-1, _COUNT)
    clear = np.bincount(code, np.where(nat > CLEAR_NAT, nat, 0.0), size).reshape(-1, _COUNT)
    on, skirts, between = clear[:, 0].sum(), clear[:, 1].sum(), clear[:, 2:].sum()
    lines, apart = _mean(total[:3, 0], count[:3, 0]), _mean(total[:3, 3:].sum(axis=1), count[:3, 3:].sum(axis=1))
    half = _mean(total[:3, 4].sum(), count[:3, 4].sum()) - _mean(total[:3, 3].sum(), count[:3, 3].sum())
    logs = np.log(np.array([on, skirts, between, clear[0, 1], clear[0, 2:].sum()]) + 5.0)
    near = (on + skirts) / (on + skirts + between + 5.0)
    return [*logs[:3].tolist(), float(near), *(lines - apart).tolist(), float(half), *logs[3:].tolist()]


def _mean(total: ArrayLike, count: ArrayLike) -> Array:
    """Give means of sums; where nothing was added up, 0."""
    return np.asarray(np.divide(total, np.maximum(count, 1.0)), np.float64)

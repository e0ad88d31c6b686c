"""What a family of the last second is like, in numbers: what its kind is judged by.

Nothing here says what speaks for a drone; that is learned. Numbers that range over decades are told by their
logarithms, so that what is learned of them holds at any loudness; none is infinite, whatever was heard.
Frequencies are told as they are, not only as orders: what the air, the ground and a telephone leave of an engine
is where it is.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.listen.families import THERE, Family
from forehear.listen.floor import BANDS, LISTENING
from forehear.listen.lines import TO_HZ
from forehear.listen.tones import ORDERS

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# A line is heard from so many times its noise on, and clear from so much evidence a hop on [nat].
HEARD_RATIO, CLEAR_NAT = 4.0, 2.0
# Lines' evidence is told by these bands [Hz], and the power of all sound by these groups of the floor's.
EVIDENCE_HZ = (30.0, 150.0, 300.0, 500.0, 800.0, 1200.0, 2000.0)
POWER_BANDS = (0, 4, 8, 12)
# Evidence of lines in noise, where nothing else is [nat a hop].
STRAY_OF_NOISE = 45.0
# Hops that its steadiness is told by.
STEADY_HOPS, LAST_HOPS = 10, 4
# -----------------------------------------------------------------------------------------------------

NAMES = (
    # How much of a comb is there: all its evidence [ln nat], hop by hop, and how even that is.
    "evidence", "hops", "hop_mean", "hop_least", "hop_scatter",
    # Lines beside it: its share of all clear evidence, and the rest [ln nat a hop]: all, steady, under 500 Hz.
    "explained", "strong", "stray", "steady", "low_stray", "halved",
    # Which lines are there: the share, how clear the best are, of which orders and where.
    "present", "best_line", "best_lines", "middling_line", "clear_lines", "heard_lines", "odd_over_even",
    "order_1", "order_2", "order_3", "order_4", "orders_5_to_10", "orders_from_11",
    "from_30_hz", "from_150_hz", "from_300_hz", "from_500_hz", "from_800_hz", "from_1200_hz",
    # Their power: where it lies [ln Hz], its share of all [ln], how it falls [dB an octave] and scatters [dB].
    "centroid", "lowest_heard", "highest_heard", "share", "trembling_share", "decay", "scatter",
    # Its tone [ln Hz], how fast that moves and how sharp it is [ln of its share]; how lines keep their phase [ln].
    "tone", "slope", "sigma", "coherent", "coherent_above",
    # All sound of the second: hiss over the rest, and power by bands over all [dB]; a slow beat; families at once.
    "hiss", "power_40_hz", "power_100_hz", "power_250_hz", "power_640_hz", "power_2_khz", "beat", "families",
)  # fmt: skip


class Sound(NamedTuple):
    """What the second is like beside its families: powers [full scale^2], and what beats."""

    low_power: float  # up to 4 kHz
    high_power: float  # above
    bands: Array  # (BANDS,) of the floor's bands
    beat: float  # how clear a slow beat is: `beat.Beat.clearness`
    families: int = 1  # how many it holds


def traits(family: Family, sound: Sound) -> NDArray[np.float32]:
    """Describe a family (len(NAMES),), in the order of NAMES."""
    numbers = [*_evidence(family), *_lines(family), *_power(family, sound), *_surroundings(sound)]
    out = np.array(numbers, np.float32)
    assert len(out) == len(NAMES)
    return np.nan_to_num(out, copy=False, posinf=1e6, neginf=-1e6)


def _evidence(family: Family) -> list[float]:
    recent = family.per_hop[::-1][:STEADY_HOPS]
    mean = float(recent[:LAST_HOPS].mean())
    stray = max(family.stray - STRAY_OF_NOISE, 0.0)
    return [
        math.log(max(family.evidence, 1.0)),
        float(family.hops),
        math.asinh(mean / 5.0),
        math.asinh(float(recent[:6].min()) / 5.0),
        math.sqrt(float(((recent - mean) ** 2).mean())) / (abs(mean) + 5.0),
        family.strong / (family.strong + stray + 5.0),
        math.log(family.strong + 5.0),
        math.log(family.stray + 20.0),
        math.log(family.steady + 5.0),
        math.log(family.low_stray + 10.0),
        min(max(family.halved, -20.0), 40.0),
    ]


def _lines(family: Family) -> list[float]:
    tone_hz = family.fine.tone_hz
    orders = min(max(int(TO_HZ / tone_hz), 1), ORDERS)
    line = family.per_line[:orders]
    best = np.sort(line)[::-1]
    heard = family.fine.ratio[:ORDERS] > HEARD_RATIO
    first = line[:10]
    # Orders beyond 2 kHz are nowhere: their evidence is none.
    low = [float(line[k]) if k < orders else 0.0 for k in range(4)]
    at = np.searchsorted(tone_hz * _ORDER, EVIDENCE_HZ)
    begin, end = np.minimum(at[:-1], orders), np.minimum(at[1:], orders)
    total = np.concatenate([[0.0], np.cumsum(line)])
    bands = (total[end] - total[begin]) / np.maximum(end - begin, 1)
    return [
        float(np.mean(line > THERE)),
        float(best[0]),
        float(best[:6].mean()),
        float(best[(orders - 1) // 2] + best[orders // 2]) / 2.0,
        float(np.count_nonzero(line > CLEAR_NAT)),
        float(np.count_nonzero(heard)),
        float(first[0::2].mean()) - (float(first[1::2].mean()) if orders > 1 else 0.0),
        *low,
        float(line[4:10].mean()) if orders > 4 else 0.0,
        float(line[10:].mean()) if orders > 10 else 0.0,
        *bands.tolist(),
    ]


def _power(family: Family, sound: Sound) -> list[float]:
    fine = family.fine
    tone_hz = fine.tone_hz
    heard = np.flatnonzero(fine.ratio > HEARD_RATIO)
    order = heard + 1.0
    power, ratio, trembling = fine.power[heard], fine.ratio[heard], fine.incoherent[heard]
    all_lines = float(power.sum()) + 1e-15
    level_db, octave = 10.0 * np.log10(power + 1e-15), np.log2(order)
    decay = scatter = 0.0
    if len(heard):
        from_middle = octave - octave.mean()
        decay = float(from_middle @ level_db) / (float(from_middle @ from_middle) + 0.3)
        scatter = float(np.std(level_db - decay * from_middle))
    above = (heard >= 6) & (heard < ORDERS)
    low_power = sound.low_power + 1e-15
    return [
        math.log(max(float(power @ order) * tone_hz / all_lines, 30.0)),
        math.log((order[0] if len(heard) else 1.0) * tone_hz) if len(heard) else math.log(TO_HZ),
        math.log(order[-1] * tone_hz) if len(heard) else math.log(30.0),
        math.log(all_lines / low_power + 1e-4),
        math.log(max(fine.all_power, 0.0) / low_power + 1e-4),
        decay,
        scatter,
        math.log(tone_hz),
        math.log(abs(fine.slope_hz_per_s) / tone_hz + 1e-3),
        math.log(fine.tone_sigma_hz / tone_hz),
        math.log(float(ratio.sum()) / max(float(trembling.sum()) * _BLOCKS, 1e-9) + 1e-3),
        math.log((float(ratio[above].sum()) + 1.0) / (float(trembling[above].sum()) * _BLOCKS + 1.0)),
    ]


def _surroundings(sound: Sound) -> list[float]:
    bands = sound.bands
    total = float(bands[LISTENING].sum()) + 1e-14
    groups = np.add.reduceat(bands[LISTENING], POWER_BANDS).tolist()
    levels = [10.0 * math.log10((power + 1e-14) / total) for power in (*groups, float(bands[BANDS - 2]))]
    hiss_db = 10.0 * math.log10((sound.high_power + 1e-12) / (sound.low_power + 1e-12))
    return [hiss_db, *levels, sound.beat, float(sound.families)]


_ORDER = np.arange(1.0, ORDERS + 1.0)
# Blocks of a second, of which the incoherent power is a mean.
_BLOCKS = 30.0

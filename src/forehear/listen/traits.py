"""What a family of the last second is like, in numbers: what its kind is judged by.

Nothing here says what speaks for a drone; that is learned. Numbers that range over decades are told by their
logarithms, so that what is learned of them holds at any loudness; none is infinite, whatever was heard.
Frequencies are told as they are, not only as orders: what the air, the ground and a telephone leave of an engine
is where it is.
"""

import itertools
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.listen import contrast
from forehear.listen.families import THERE, Family
from forehear.listen.floor import BANDS, LISTENING
from forehear.listen.lines import MOST_ORDERS, TO_HZ
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
    # How all evidence follows its comb.
    *contrast.NAMES,
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
    numbers = [
        *_evidence(family),
        *_lines(family),
        *_power(family, sound),
        *_surroundings(sound),
        *family.contrast,
    ]
    out = np.array(numbers, np.float32)
    assert len(out) == len(NAMES)
    return np.nan_to_num(out, copy=False, posinf=1e6, neginf=-1e6)


def _evidence(family: Family) -> list[float]:
    recent = family.per_hop[: -STEADY_HOPS - 1 : -1].tolist()
    mean = _mean(recent[:LAST_HOPS])
    stray = max(family.stray - STRAY_OF_NOISE, 0.0)
    return [
        math.log(max(family.evidence, 1.0)),
        float(family.hops),
        math.asinh(mean / 5.0),
        math.asinh(min(recent[:6]) / 5.0),
        math.sqrt(_mean([(each - mean) ** 2 for each in recent])) / (abs(mean) + 5.0),
        family.strong / (family.strong + stray + 5.0),
        math.log(family.strong + 5.0),
        math.log(family.stray + 20.0),
        math.log(family.steady + 5.0),
        math.log(family.low_stray + 10.0),
        min(max(family.halved, -20.0), 40.0),
    ]


def _mean(of: list[float]) -> float:
    """Give the mean of some numbers; of so few this is faster than an array's."""
    return sum(of) / len(of) if of else 0.0


def _lines(family: Family) -> list[float]:
    tone_hz = family.fine.tone_hz
    orders = min(max(int(TO_HZ / tone_hz), 1), ORDERS)
    line = family.per_line[:orders].tolist()
    best = sorted(line, reverse=True)
    heard = int(np.count_nonzero(family.fine.ratio[:ORDERS] > HEARD_RATIO))
    # Orders beyond 2 kHz are nowhere: their evidence is none.
    low = [line[k] if k < orders else 0.0 for k in range(4)]
    at = [min(max(math.ceil(hz / tone_hz) - 1, 0), orders) for hz in EVIDENCE_HZ]
    return [
        sum(each > THERE for each in line) / orders,
        best[0],
        _mean(best[:6]),
        (best[(orders - 1) // 2] + best[orders // 2]) / 2.0,
        float(sum(each > CLEAR_NAT for each in line)),
        float(heard),
        _mean(line[0:10:2]) - _mean(line[1:10:2]),
        *low,
        _mean(line[4:10]),
        _mean(line[10:]),
        *(_mean(line[begin:end]) for begin, end in itertools.pairwise(at)),
    ]


def _power(family: Family, sound: Sound) -> list[float]:
    fine = family.fine
    tone_hz = fine.tone_hz
    heard = np.flatnonzero(fine.ratio > HEARD_RATIO)
    order = heard + 1.0
    power = fine.power[heard]
    all_lines = float(power.sum()) + 1e-15
    decay = scatter = 0.0
    if len(heard):
        level_db, octave = 10.0 * np.log10(power + 1e-15), _OCTAVE[heard]
        from_middle = octave - float(octave.sum()) / len(heard)
        decay = float(from_middle @ level_db) / (float(from_middle @ from_middle) + 0.3)
        rest = level_db - decay * from_middle
        scatter = math.sqrt(max(float(rest @ rest) / len(heard) - (float(rest.sum()) / len(heard)) ** 2, 0.0))
    # Ratios of lines that are heard, and the same of what the blocks show without any phase.
    ratio, trembling = fine.ratio[heard], fine.incoherent[heard]
    from_seventh, beyond = np.searchsorted(heard, (6, ORDERS)).tolist()
    low_power = sound.low_power + 1e-15
    return [
        math.log(max(float(power @ order) * tone_hz / all_lines, 30.0)),
        math.log(float(order[0]) * tone_hz) if len(heard) else math.log(TO_HZ),
        math.log(float(order[-1]) * tone_hz) if len(heard) else math.log(30.0),
        math.log(all_lines / low_power + 1e-4),
        math.log(max(fine.all_power, 0.0) / low_power + 1e-4),
        decay,
        scatter,
        math.log(tone_hz),
        math.log(abs(fine.slope_hz_per_s) / tone_hz + 1e-3),
        math.log(fine.tone_sigma_hz / tone_hz),
        math.log(float(ratio.sum()) / max(float(trembling.sum()) * _BLOCKS, 1e-9) + 1e-3),
        math.log(
            (float(ratio[from_seventh:beyond].sum()) + 1.0)
            / (float(trembling[from_seventh:beyond].sum()) * _BLOCKS + 1.0)
        ),
    ]


def _surroundings(sound: Sound) -> list[float]:
    bands = sound.bands.tolist()
    listening = bands[LISTENING]
    total = sum(listening) + 1e-14
    ends = (*POWER_BANDS[1:], len(listening))
    groups = [sum(listening[begin:end]) for begin, end in zip(POWER_BANDS, ends, strict=True)]
    levels = [10.0 * math.log10((power + 1e-14) / total) for power in (*groups, bands[BANDS - 2])]
    hiss_db = 10.0 * math.log10((sound.high_power + 1e-12) / (sound.low_power + 1e-12))
    return [hiss_db, *levels, sound.beat, float(sound.families)]


_OCTAVE = np.log2(np.arange(1.0, MOST_ORDERS + 1.0))
# Blocks of a second, of which the incoherent power is a mean.
_BLOCKS = 30.0

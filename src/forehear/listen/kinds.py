"""Which kind of engine a harmonic family is of, by physics that can be named.

A propeller drone with a piston engine sounds as a full comb: its lines stand at all multiples of one fundamental
between some 50 and 200 Hz, up to 2 kHz, and they are the only lines there; they hold for seconds, and Doppler
moves them together. Against it speak: lines at multiples of few orders only (bells, horns: chords, not combs),
clear lines of no family (voices, animals, several rotors), a comb that ends below 1 kHz (helicopters, and
aircraft far off: the air and the size of the propeller take the rest), more power above 4 kHz than an engine far
off can have (chainsaws, vacuum cleaners, small rotors), evidence that comes and goes (barks, revs), and a tone
that bends faster than a pass.

Each of these is a ramp: 0 where it does not hold, 1 where it does. Their weighted sum is the log-odds of
`piston`. The ramps' ends were set by hand; their weights began as a fit to the development recordings, with the
sign that physics gives each, and were rounded to quarters and changed by hand: docs/listening.md says what that
means for their licence, and what was tried instead.
"""

import math
from typing import NamedTuple

import numpy as np

from forehear.listen.families import THERE, Family
from forehear.listen.lines import TO_HZ
from forehear.listen.tones import ORDERS
from forehear.records import Kinds

# --- numbers that decide -----------------------------------------------------------------------------
# Trait, where its ramp begins and ends, and the log-odds it brings at its end.
RAMPS: tuple[tuple[str, float, float, float], ...] = (
    # A comb: many of its lines are there, among them the low and the middle ones, and they reach far up.
    ("log_evidence", 3.4, 4.1, 0.25),
    ("clear", 60.0, 140.0, 0.25),
    ("present", 0.15, 0.4, 0.5),
    ("present", 0.35, 0.6, 0.25),
    ("low", -0.2, 0.6, 0.25),
    ("middle", 0.0, 1.0, 0.75),
    ("middle", 0.8, 2.0, 0.5),
    ("best_lines", 1.8, 3.0, 0.25),
    ("reach_hz", 500.0, 900.0, 0.75),
    ("reach_hz", 1100.0, 1700.0, 0.5),
    # It is the comb, not a part of one or of a chord: nothing halfway between, few clear lines beside it.
    ("halved", 8.0, 2.0, 0.75),
    ("halved", 3.0, -3.0, 0.75),
    ("explained", 0.3, 0.5, 0.25),
    ("stray", 450.0, 250.0, 0.75),
    # Its power lies where a small engine's does: above a rotor's, below a horn's, with little hiss.
    ("centroid_hz", 200.0, 350.0, 1.0),
    ("tone_hz", 40.0, 50.0, 0.5),
    ("hiss_db", -14.0, -22.0, 0.75),
    ("hiss_db", -20.0, -30.0, 0.25),
    # It lasts, it keeps its phase as an engine does, and it moves as Doppler moves it: smoothly, not too fast.
    ("hops", 3.0, 6.0, 2.0),
    ("unsteady", 0.7, 0.4, 0.25),
    ("coherent", 0.05, 0.2, 0.5),
    ("bend", 0.004, 0.002, 1.0),
    ("slope", 0.1, 0.07, 0.25),
    ("slope", 0.002, 0.01, 0.75),
)
# What counts only together: ramps, and what their product brings.
TOGETHER: tuple[tuple[tuple[tuple[str, float, float], ...], float], ...] = (
    # A comb that is the only one, with an engine's power, or middle lines, or no hiss, or moving.
    ((("explained", 0.35, 0.6), ("centroid_hz", 250.0, 350.0), ("centroid_hz", 900.0, 700.0)), 1.5),
    ((("explained", 0.4, 0.6), ("middle", 0.5, 1.2)), 0.5),
    ((("explained", 0.35, 0.6), ("hiss_db", -16.0, -24.0)), 0.5),
    ((("explained", 0.3, 0.5), ("slope", 0.002, 0.01)), 1.25),
    ((("stray", 250.0, 100.0), ("slope", 0.002, 0.01)), 0.25),
    # In noise a comb shows less of all that; but who has clear lines there at all?
    ((("share", 0.1, 0.03), ("explained", 0.35, 0.55)), 0.75),
    # A low tone without middle orders is a rotor's, or an aircraft's far off.
    ((("tone_hz", 95.0, 70.0), ("centroid_hz", 300.0, 200.0)), -0.75),
    # So loud that all lines should be there, and they are not.
    ((("best_lines", 2.2, 3.6), ("present", 0.55, 0.25)), -0.5),
)
BIAS = -15.4
# A family that was a drone's a second ago is so now: this share of its log-odds, and at most so much, is added.
REMEMBERED, MOST_REMEMBERED = 0.5, 2.0
# A jet has tones too, seldom so low: what is no piston engine is this probably a jet.
JET_OF_REST = 0.03
# -----------------------------------------------------------------------------------------------------

# Evidence of lines in noise, where nothing else is [nat a hop].
_STRAY_OF_NOISE = 45.0
_LINE_RATIO = 4.0
_BLOCKS = 30.0


class Sound(NamedTuple):
    """What the frame is like beside its families: powers [full scale^2] up to 4 kHz, and above."""

    low_power: float
    high_power: float


class Traits(NamedTuple):
    """What tells kinds apart; all of the last seconds of one family. design/kinds.py compares ways to use them."""

    log_evidence: float  # of evidence in nat
    clear: float  # evidence of clear lines a hop [nat]
    explained: float  # share of all clear lines that are of this family
    stray: float  # evidence of clear lines of no family a hop [nat]
    present: float  # share of its lines up to 2 kHz that are there
    reach_hz: float  # where the highest of them is
    low: float  # mean evidence a line and hop: orders 1 to 4,
    middle: float  # and 5 to 10
    halved: float  # evidence of lines halfway between
    centroid_hz: float  # of the lines' power
    share: float  # of the lines in all power
    tone_hz: float
    slope: float  # of its logarithm, without sign [1/s]
    bend: float  # how far its path is from a straight line [rms, share]
    unsteady: float  # standard deviation of the evidence over hops, as a share of its mean
    hops: float
    hiss_db: float  # power above 4 kHz over that below
    coherent: float  # share of the lines' power that keeps its phase over a second
    best_lines: float  # mean evidence of the six best lines


def traits(family: Family, sound: Sound) -> Traits:
    """Describe a family."""
    fine = family.fine
    orders = max(min(int(TO_HZ / fine.tone_hz), ORDERS), 1)
    line = family.per_line[:orders]
    there = np.flatnonzero(line > THERE)
    power = np.where(fine.ratio > _LINE_RATIO, fine.power, 0.0)
    total = float(power.sum()) + 1e-15
    heard = fine.ratio > _LINE_RATIO
    mean = float(family.per_hop.mean())
    return Traits(
        log_evidence=math.log(max(family.evidence, 1.0)),
        clear=family.strong,
        explained=family.strong / (family.strong + max(family.stray - _STRAY_OF_NOISE, 0.0) + 5.0),
        stray=family.stray,
        present=len(there) / orders,
        reach_hz=float((there[-1] + 1) * fine.tone_hz) if len(there) else 0.0,
        low=float(line[:4].mean()),
        middle=float(line[4:10].mean()) if orders > 4 else 0.0,
        halved=family.halved,
        centroid_hz=float(power @ np.arange(1, len(power) + 1)) * fine.tone_hz / total,
        share=total / (sound.low_power + 1e-15),
        tone_hz=fine.tone_hz,
        slope=abs(fine.slope_hz_per_s) / fine.tone_hz,
        bend=family.bend,
        unsteady=float(family.per_hop.std()) / max(mean, 1.0),
        hops=float(family.hops),
        hiss_db=10.0 * math.log10((sound.high_power + 1e-12) / (sound.low_power + 1e-12)),
        coherent=float(fine.ratio[heard].sum()) / max(float(fine.incoherent[heard].sum()) * _BLOCKS, 1e-9),
        best_lines=float(np.sort(line)[::-1][:6].mean()),
    )


def ramp(value: float, begin: float, end: float) -> float:
    """Give how far a value is on its way from `begin` (0) to `end` (1)."""
    return min(max((value - begin) / (end - begin), 0.0), 1.0)


def piston_odds(of: Traits) -> float:
    """Give the log-odds that a family is of a propeller drone's piston engine, from one second alone."""
    odds = BIAS
    for name, begin, end, worth in RAMPS:
        odds += worth * ramp(getattr(of, name), begin, end)
    for ramps, worth in TOGETHER:
        odds += worth * math.prod(ramp(getattr(of, name), begin, end) for name, begin, end in ramps)
    return odds


def with_memory(odds: float, before: float | None) -> float:
    """Add what the same family was a second ago."""
    if before is None:
        return odds
    return odds + min(max(REMEMBERED * before, 0.0), MOST_REMEMBERED)


def kinds_of(odds: float) -> Kinds:
    """Turn log-odds of `piston` into probabilities of all kinds."""
    piston = 1.0 / (1.0 + math.exp(-min(max(odds, -30.0), 30.0)))
    jet = (1.0 - piston) * JET_OF_REST
    return Kinds(piston=piston, jet=jet, other=1.0 - piston - jet)

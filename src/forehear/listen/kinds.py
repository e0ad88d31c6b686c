"""Which kind of engine a harmonic family is of, by physics that can be named.

A propeller drone with a piston engine sounds as a full comb: its lines stand at all multiples of one fundamental
between some 50 and 200 Hz, up to 2 kHz, and they are the only lines there; they hold for seconds, and Doppler
moves them together. Against it speak: lines at multiples of few orders only (bells, horns: chords, not combs),
clear lines of no family (voices, animals, several rotors), power that lies low (helicopters, and aircraft far off:
the air and the size of the propeller take the rest), more power above 4 kHz than an engine far off can have
(chainsaws, vacuum cleaners, small rotors), a slow beat (rotors, slow propellers, idling engines), and lines that
do not last, or move faster than a pass moves them (barks, revs).

Each of these is a ramp: 0 where it does not hold, 1 where it does. Their weighted sum is the log-odds of
`piston`. The ramps' ends were set by hand; their weights are learned, with the sign that physics gives each, from
synthetic drones and from sounds, synthetic and recorded, that anybody may use (`training`).
"""

import math
from typing import NamedTuple

import numpy as np

from forehear.listen.families import THERE, Family
from forehear.listen.kinds_learned import BIAS, WEIGHTS
from forehear.listen.lines import TO_HZ
from forehear.listen.tones import ORDERS
from forehear.records import Kinds


class Evidence(NamedTuple):
    """A piece of evidence: ramps (trait, where it begins, where it ends) that count together, by their product."""

    ramps: tuple[tuple[str, float, float], ...]
    against: bool = False  # it speaks against a drone: what counts is that it does not hold


def _one(trait: str, begin: float, end: float) -> Evidence:
    return Evidence(((trait, begin, end),))


# --- numbers that decide -----------------------------------------------------------------------------
# What each is worth is learned: `kinds_learned`.
EVIDENCE: tuple[Evidence, ...] = (
    # A comb: it is there, and its best lines are clear.
    _one("log_evidence", 3.4, 4.1),
    _one("best_lines", 1.8, 3.0),
    # It is the comb, not a part of one or of a chord: nothing halfway between, few clear lines beside it.
    _one("halved", 3.0, -3.0),
    _one("stray", 450.0, 250.0),
    # Little hiss.
    _one("hiss_db", -20.0, -30.0),
    # Nothing beats more slowly than a drone's engine turns: no main rotor, no slow propeller, no idling cylinders.
    _one("beat", 2.2, 1.6),
    # It lasts, it keeps its phase as an engine does, and it moves as Doppler moves it: smoothly, not too fast.
    _one("hops", 3.0, 6.0),
    _one("coherent", 0.05, 0.2),
    _one("slope", 0.1, 0.07),
    _one("slope", 0.002, 0.01),
    # A comb that is the only one, and its power lies where a small engine's does (above rotors', below horns'),
    # or its middle lines are there, or it moves.
    Evidence((("explained", 0.35, 0.6), ("centroid_hz", 250.0, 350.0), ("centroid_hz", 900.0, 700.0))),
    Evidence((("explained", 0.4, 0.6), ("middle", 0.5, 1.2))),
    Evidence((("explained", 0.3, 0.5), ("slope", 0.002, 0.01))),
    # In noise a comb shows less of all that; but who has clear lines there at all?
    Evidence((("share", 0.1, 0.03), ("explained", 0.35, 0.55))),
    # A low tone without middle orders is a rotor's, or an aircraft's far off.
    Evidence((("tone_hz", 95.0, 70.0), ("centroid_hz", 300.0, 200.0)), against=True),
    # So loud that all lines should be there, and they are not.
    Evidence((("best_lines", 2.2, 3.6), ("present", 0.55, 0.25)), against=True),
)
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
    """What the second is like beside its families: powers [full scale^2] up to 4 kHz and above, and what beats."""

    low_power: float
    high_power: float
    beat: float  # how clear a slow beat is: `beat.Beat.clearness`


class Traits(NamedTuple):
    """What tells kinds apart; all of the last seconds of one family. design/kinds.py compares ways to use them."""

    log_evidence: float  # of evidence in nat
    explained: float  # share of all clear lines that are of this family
    stray: float  # evidence of clear lines of no family a hop [nat]
    present: float  # share of its lines up to 2 kHz that are there
    middle: float  # mean evidence a line and hop of orders 5 to 10
    halved: float  # evidence of lines halfway between
    centroid_hz: float  # of the lines' power
    share: float  # of the lines in all power
    tone_hz: float
    slope: float  # of its logarithm, without sign [1/s]
    hops: float
    hiss_db: float  # power above 4 kHz over that below
    coherent: float  # share of the lines' power that keeps its phase over a second
    best_lines: float  # mean evidence of the six best lines
    beat: float  # how clear a beat of 8 to 36 Hz is in all the sound


def traits(family: Family, sound: Sound) -> Traits:
    """Describe a family."""
    fine = family.fine
    orders = max(min(int(TO_HZ / fine.tone_hz), ORDERS), 1)
    line = family.per_line[:orders]
    power = np.where(fine.ratio > _LINE_RATIO, fine.power, 0.0)
    total = float(power.sum()) + 1e-15
    heard = fine.ratio > _LINE_RATIO
    return Traits(
        log_evidence=math.log(max(family.evidence, 1.0)),
        explained=family.strong / (family.strong + max(family.stray - _STRAY_OF_NOISE, 0.0) + 5.0),
        stray=family.stray,
        present=float(np.mean(line > THERE)),
        middle=float(line[4:10].mean()) if orders > 4 else 0.0,
        halved=family.halved,
        centroid_hz=float(power @ np.arange(1, len(power) + 1)) * fine.tone_hz / total,
        share=total / (sound.low_power + 1e-15),
        tone_hz=fine.tone_hz,
        slope=abs(fine.slope_hz_per_s) / fine.tone_hz,
        hops=float(family.hops),
        hiss_db=10.0 * math.log10((sound.high_power + 1e-12) / (sound.low_power + 1e-12)),
        coherent=float(fine.ratio[heard].sum()) / max(float(fine.incoherent[heard].sum()) * _BLOCKS, 1e-9),
        best_lines=float(np.sort(line)[::-1][:6].mean()),
        beat=sound.beat,
    )


def ramp(value: float, begin: float, end: float) -> float:
    """Give how far a value is on its way from `begin` (0) to `end` (1)."""
    return min(max((value - begin) / (end - begin), 0.0), 1.0)


def piston_odds(of: Traits) -> float:
    """Give the log-odds that a family is of a propeller drone's piston engine, from one second alone."""
    odds = BIAS
    for piece, weight in zip(EVIDENCE, WEIGHTS, strict=True):
        holds = math.prod(ramp(getattr(of, name), begin, end) for name, begin, end in piece.ramps)
        odds += weight * (1.0 - holds if piece.against else holds)
    return odds


def named(piece: Evidence) -> str:
    """Name a piece of evidence in words."""
    ways = " and ".join(f"{name} from {begin:g} to {end:g}" for name, begin, end in piece.ramps)
    return f"not {ways}" if piece.against else ways


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

"""How much less load goes unserved with minutes of warning: measures that need time, on a test system.

Branches are lost at random, the same draws for every number of minutes, and only the mean over all of them is
told: which branch it was never leaves this module. A measure counts when its minutes are within the warning.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forehear.assess.grid.outage import unserved_alone, unserved_steered
from forehear.assess.grid.systems import GridSystem
from forehear.assess.tables import Row, parse_table
from forehear.errors import ConfigurationError, InputError

# What a measure can do; `size` is a share of load, of capacity, or nothing.
EFFECTS = {
    "shelter": "staff are under cover; load is not changed",
    "steer": "islands are prepared and limits watched: load is shed by choice, and nothing cascades",
    "move": "this share of every load waits until the night is over, by agreement",
    "headroom": "every generator can move by this share of its capacity at once",
}
COLUMNS = ("measure", "minutes", "effect", "size")
# Without a measure a generator can move by this share of its capacity at once: spinning reserve.
SPINNING = 0.05
MOST_MINUTES, MOST_DRAWS, MOST_LOST = 180.0, 2000, 20


@dataclass(frozen=True)
class Measure:
    """One measure: what it is called, how many minutes it takes, what it does and how much of it."""

    name: str
    minutes: float
    effect: str
    size: float


DEFAULT_MEASURES = (
    Measure("staff to shelter", 3.0, "shelter", 0.0),
    Measure("islands prepared", 8.0, "steer", 0.0),
    Measure("load moved", 12.0, "move", 0.08),
    Measure("reserve started", 18.0, "headroom", 0.25),
)


@dataclass(frozen=True)
class Worth:
    """Unserved load by minutes of warning, as a share of all load: the mean, and the draws' 80 % span."""

    minutes: float
    in_time: tuple[str, ...]
    mean: float
    low: float
    high: float


def _number(row: Row, number: int, column: str, most: float, faults: list[str]) -> float:
    try:
        value = float(row[column] or "0")
    except ValueError:
        value = float("nan")
    if not 0.0 <= value <= most:
        faults.append(f"row {number}: {column}={row[column]!r}: must be a number from 0 to {most:g}")
    return value


def read_measures(text: str, where: str) -> tuple[Measure, ...]:
    """Read measures from CSV text. Raises ConfigurationError with every fault, by row and column."""
    rows, faults = parse_table(text, where, COLUMNS), list[str]()
    out = []
    for number, row in enumerate(rows, 1):
        if row["effect"] not in EFFECTS:
            faults.append(f"row {number}: effect={row['effect']!r}: must be one of {', '.join(EFFECTS)}")
        if not row["measure"]:
            faults.append(f"row {number}: measure='': needs a name")
        minutes = _number(row, number, "minutes", MOST_MINUTES, faults)
        out.append(Measure(row["measure"], minutes, row["effect"], _number(row, number, "size", 1.0, faults)))
    if not rows:
        faults.append("the table has no rows")
    if faults:
        raise ConfigurationError(where, faults)
    return tuple(out)


def _unserved(system: GridSystem, lost: np.ndarray, measures: Sequence[Measure]) -> float:
    """The share of all load that goes unserved with these measures; load that is moved is not unserved."""
    moved = min(1.0, sum(m.size for m in measures if m.effect == "move"))
    headroom = max([SPINNING, *(m.size for m in measures if m.effect == "headroom")])
    steered = any(m.effect == "steer" for m in measures)
    load = system.load * (1.0 - moved)
    alone = unserved_alone(system, lost, load, headroom)
    # Whoever is prepared may still let the system be where that is better.
    least = min(alone, unserved_steered(system, lost, load, headroom)) if steered else alone
    return max(0.0, least) / float(system.load.sum())


def worth(
    system: GridSystem, measures: Sequence[Measure], minutes: Sequence[float], lost: int, draws: int, seed: int
) -> tuple[Worth, ...]:
    """Draw outages of `lost` branches each and answer for every number of minutes; the same draws for all.

    Raises InputError for numbers out of range.
    """
    for name, value, least, most in (
        ("lost", lost, 1, min(MOST_LOST, len(system.limit) // 2)), ("draws", draws, 1, MOST_DRAWS),
    ):  # fmt: skip
        if not least <= value <= most:
            raise InputError(f"{name}={value}: must be from {least} to {most}")
    for given in minutes:
        if not 0.0 <= given <= MOST_MINUTES:
            raise InputError(f"minutes={given:g}: must be from 0 to {MOST_MINUTES:g}")
    rng = np.random.default_rng([seed, 11])
    outages = np.zeros((draws, len(system.limit)), bool)
    for outage in outages:
        outage[rng.choice(len(system.limit), lost, replace=False)] = True
    answered: dict[tuple[str, ...], np.ndarray] = {}
    out = []
    for given in sorted(minutes):
        ready = [m for m in measures if m.minutes <= given]
        names = tuple(m.name for m in ready)
        if names not in answered:
            answered[names] = np.array([_unserved(system, outage, ready) for outage in outages])
        low, high = np.quantile(answered[names], (0.1, 0.9))
        out.append(Worth(given, names, float(answered[names].mean()), float(low), float(high)))
    return tuple(out)

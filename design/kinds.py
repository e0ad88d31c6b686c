"""Which way to tell a drone's comb from others by its traits, so that it holds on drones not seen before?

    PYTHONPATH=src:. python -m training --keep build/kinds                 (an hour of one core)
    PYTHONPATH=src:. python design/kinds.py build/kinds                    (ten minutes; needs bench's recordings)

Two sources of knowledge: the tables of `training`, in which there is no real drone at all; and, as a ceiling,
the real recordings themselves, each left out in turn with all its mixtures. What is no drone is judged by a fit
that has not seen its recording, in three parts. The threshold is where one second in ten minutes of all negatives
is false, so the rows compare judges at the same rate. Seconds are gathered along threads as listening does.

The figures, what they mean, and what was tried without gain are in docs/decisions/0011-ear.md.
"""

import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from bench.listening.mixtures import RATIOS_DB, mixtures
from bench.listening.recordings import Clip, drones, negatives, required
from numpy.typing import NDArray
from training.fit import PARTS, Example, example, gathered, grown, half_at, joined
from training.hear import OF_DRONE, OF_OTHER, UNKNOWN, Result, TraitTable, families, kept_table, table_of

from forehear.constants import LISTENING_RATE_HZ

Array = NDArray[np.float64]
Score = Callable[[NDArray[np.float32]], Array]
Fit = Callable[[Example], Score]
Tables = tuple[TraitTable, TraitTable, TraitTable]
# A mixture's family is the drone's where it has, in some octave, a tone that its recording has [share].
NEAR, OCTAVES = 0.03, (1.0, 0.5, 2.0)


def trees(of: Example) -> Score:
    return grown(of).score


def logistic(of: Example) -> Score:
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
    from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
    from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

    way = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
    way.fit(of.traits, of.drone, logisticregression__sample_weight=of.weight)
    return lambda x: np.asarray(way.decision_function(x), np.float64)


def small_net(of: Example) -> Score:
    """One hidden layer of 32; drones and others in equal numbers, traits within three deviations."""
    from sklearn.neural_network import MLPClassifier  # type: ignore[import-untyped]

    mean, deviation = of.traits.mean(axis=0), of.traits.std(axis=0) + 1e-6
    yes, no = np.flatnonzero(of.drone), np.flatnonzero(~of.drone)
    rows = np.concatenate([yes, np.random.default_rng(0).choice(no, len(yes))])
    net = MLPClassifier((32,), alpha=0.3, max_iter=25, learning_rate_init=2e-3, random_state=0)
    net.fit(np.clip((of.traits[rows] - mean) / deviation, -3.0, 3.0), of.drone[rows])

    def score(x: NDArray[np.float32]) -> Array:
        found = net.predict_proba(np.clip((x - mean) / deviation, -3.0, 3.0))
        return np.asarray(np.log(found[:, 1] + 1e-9) - np.log(found[:, 0] + 1e-9), np.float64)

    return score


def real() -> Tables:
    """Hear the real drones, their mixtures with noises, and what is none."""
    where = required()
    of_drones = [clip for clip in drones(where) if clip.label == "piston"]
    others = negatives(where)

    def clips(of: list[Clip]) -> Iterator[Result]:
        for clip in of:
            yield [(clip.group, _source(clip), clip.seconds, families(clip.samples))]

    def mixed() -> Iterator[Result]:
        for one in mixtures(of_drones, others):
            for ratio_db in RATIOS_DB:
                sound = one.sound(ratio_db, 0.0)
                long_s = len(sound) / LISTENING_RATE_HZ
                yield [(f"{one.noise} {ratio_db:g}", one.drone, long_s, families(sound))]

    alone, none = table_of(clips(of_drones)), table_of(clips(others))
    alone = alone._replace(label=np.full(len(alone.label), OF_DRONE, np.int8))
    return alone, _labelled(table_of(mixed()), alone), none


def _source(clip: Clip) -> str:
    """Name what a clip was cut from: ESC-50 names clips FOLD-SOURCE-TAKE."""
    stem = clip.name.rsplit("/", 1)[-1]
    return stem.split("-")[1] if clip.label == "other" and stem.count("-") == 2 else stem


def _labelled(mixed: TraitTable, alone: TraitTable) -> TraitTable:
    """Say which families of mixtures are the drone's: those at a tone that its recording has."""
    own = {clip: alone.tone_hz[(alone.clip == clip)[alone.sound]] for clip in np.unique(alone.clip)}
    label = np.full(len(mixed.label), UNKNOWN, np.int8)
    for i, (tone_hz, sound) in enumerate(zip(mixed.tone_hz, mixed.sound, strict=True)):
        tones = own[mixed.clip[sound]]
        if len(tones) and min(float(np.abs(tone_hz / tones / k - 1.0).min()) for k in OCTAVES) < NEAR:
            label[i] = OF_DRONE
    return mixed._replace(label=label)


def parts_of(table: TraitTable, parts: int) -> NDArray[np.intp]:
    return np.array([zlib.crc32(str(clip).encode()) % parts for clip in table.clip], np.intp)[table.sound]


def only(table: TraitTable, rows: NDArray[np.bool_]) -> TraitTable:
    """Keep what is known of some rows."""
    return table._replace(label=np.where(rows, table.label, UNKNOWN).astype(np.int8))


def tell(title: str, tables: Tables, scores: list[Array]) -> None:
    """Print a judge's row."""
    alone, mixed, none = tables
    of = [gathered(table, score) for table, score in zip(tables, scores, strict=True)]
    half = half_at(of[2], none, 1.0)
    found = np.unique(alone.sound[of[0] > half])
    seconds = len(np.unique(np.stack([alone.sound, alone.second])[:, of[0] > half], axis=1).T)
    hit = np.isin(np.arange(len(mixed.what)), mixed.sound[of[1] > half])
    cells = [len(found) / len(alone.what), seconds / np.floor(alone.seconds + 0.01).sum()]
    for noises in (("rain", "wind", "insects"), ("rain",)):
        for ratio_db in RATIOS_DB:
            cells.append(float(np.mean([hit[mixed.what == f"{n} {ratio_db:g}"].mean() for n in noises])))
    print(f"    {title:44}" + "".join(f"{cell:7.2f}" for cell in cells), flush=True)


def learned(title: str, fit: Fit, table: TraitTable, tables: Tables) -> None:
    """Learn without real drones; recordings of others each by a fit that has not seen them."""
    alone, mixed, none = tables
    part, of_none = parts_of(table, PARTS), parts_of(none, PARTS)
    scores = [np.zeros(len(t.label)) for t in tables]
    for k in range(PARTS):
        score = fit(example(only(table, (part != k) | (table.label == OF_DRONE))))
        scores[2][of_none == k] = score(none.traits[of_none == k])
        for at, of in enumerate((alone, mixed)):
            scores[at] += score(of.traits) / PARTS
    tell(title, tables, scores)


def ceiling(title: str, with_mixtures: bool, tables: Tables) -> None:
    """Learn from real drones, each left out of what judges it: what realism would still be worth."""
    folds = 6
    parts = [parts_of(table, folds) for table in tables]
    scores = [np.zeros(len(t.label)) for t in tables]
    for k in range(folds):
        kept = [only(table, part != k) for table, part in zip(tables, parts, strict=True)]
        together = joined(kept[0], kept[2])
        score = trees(example(joined(together, kept[1]) if with_mixtures else together))
        for at, table in enumerate(tables):
            scores[at][parts[at] == k] = score(table.traits[parts[at] == k])
    tell(title, tables, scores)


def main() -> int:
    name = sys.argv[1]
    made, recorded = (kept_table(f"{name}.{part}.npz") for part in ("learned", "recorded"))
    heard = Path(f"{name}.real.npz")
    if heard.exists():
        kept = np.load(heard)
        a, b, c = (TraitTable(*(kept[f"{i}{f}"] for f in TraitTable._fields)) for i in range(3))
        tables = a, b, c
    else:
        tables = real()
        np.savez_compressed(heard, **{f"{i}{f}": v for i, t in enumerate(tables) for f, v in t._asdict().items()})
    together = joined(made, recorded)
    # Of each drone the first sound is as it is recorded, the others lie under beds.
    first = np.concatenate([[True], together.clip[1:] != together.clip[:-1]])
    clear = only(together, first[together.sound] | (together.label == OF_OTHER))
    print(f"    {'':44}{'whole':>7}{'secs':>7}{'0 dB':>7}{'-5':>7}{'-10':>7}{'rain 0':>7}{'-5':>7}{'-10':>7}")
    learned("boosted trees, drones under beds", trees, together, tables)
    learned("boosted trees, drones as recorded only", trees, clear, tables)
    synthetic = np.char.startswith(together.clip, "drone") | np.char.startswith(together.clip, "other")
    learned("boosted trees, no recordings", trees, only(together, synthetic[together.sound]), tables)
    learned("small net", small_net, together, tables)
    learned("logistic regression", logistic, together, tables)
    ceiling("ceiling: real drones, each left out", False, tables)
    ceiling("ceiling: and their mixtures", True, tables)
    return 0


if __name__ == "__main__":
    sys.exit(main())

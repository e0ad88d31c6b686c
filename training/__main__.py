"""Grow the forest by which kinds are told, from sound that anybody may use.

    python -m training [--drones N --others N --recorded N] [--write]

Makes the sounds (`training.sounds`; the recordings under and among them are CC0 or CC-BY), hears them with the
listener as it is, and grows the trees of `forehear.listen.kinds` on the traits of the families heard. Where half
lies is set by the free recordings, played at several speeds, each judged by trees that have not seen it: false for
FALSE_IN_10_MIN seconds in ten minutes. No recording of a drone is used, nor any whose licence does not allow it.
`--write` puts the forest into `src/forehear/listen/kinds_learned.py`.
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np

from forehear.errors import InputError
from training.fit import example, grown, half_at, joined, judged_apart, likelihood, written
from training.fleets import FLEETS
from training.hear import OF_DRONE, ROOT, TraitTable, free_recordings, hear_all, kept_table

OUT = ROOT / "src" / "forehear" / "listen" / "kinds_learned.py"
# Speeds at which the recordings are played to set where half lies.
SPEEDS = (1.0, 0.9, 1.12)


def log(done: int, total: int) -> None:
    """Say how far it is, where somebody looks."""
    watched = sys.stderr.isatty()
    if watched or done % 500 == 0 or done == total:
        begin, end = ("\r", "") if watched and done < total else ("\r" if watched else "", "\n")
        print(f"{begin}{done} of {total} sounds", end=end, file=sys.stderr, flush=True)


def count(text: str) -> int:
    """Read how many; at least one."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number}: at least 1 is needed")
    return number


def main() -> int:
    """Learn."""
    parser = argparse.ArgumentParser(prog="python -m training", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--drones", type=count, default=920, help="synthetic drones (default 920)")
    parser.add_argument("--others", type=count, default=1500, help="synthetic sounds of others (default 1500)")
    parser.add_argument("--recorded", type=count, default=1500, help="stretches of free recordings (default 1500)")
    parser.add_argument("--jobs", type=count, default=os.cpu_count() or 1, help="processes (default: all cores)")
    parser.add_argument(
        "--keep", metavar="NAME", help="keep the tables of traits, as NAME.learned.npz and NAME.recorded.npz"
    )
    parser.add_argument("--table", metavar="NAME", help="use tables that were kept; nothing is made or heard")
    parser.add_argument("--write", action="store_true", help=f"write {OUT.relative_to(ROOT)}")
    options = parser.parse_args()
    # Not after a quarter of an hour.
    if options.keep and not Path(options.keep).absolute().parent.is_dir():
        raise InputError(f"{options.keep}: no such folder to keep the table in")
    if options.table:
        learned, recorded = (kept_table(f"{options.table}.{name}.npz") for name in ("learned", "recorded"))
    else:
        of_all = sum(fleet.share for fleet in FLEETS)
        many = [(f"drone:{i}", f.first, round(options.drones * f.share / of_all)) for i, f in enumerate(FLEETS)]
        many += [("other", 0, options.others), ("recorded", 0, options.recorded)]
        tasks = [(name, first + k) for name, first, n in many for k in range(n)]
        learned = hear_all(tasks, log, options.jobs)
        clips = range(len(free_recordings()))
        recorded = hear_all([(f"speed {speed:g}", k) for speed in SPEEDS for k in clips], log, options.jobs)
    if options.keep:
        np.savez_compressed(f"{options.keep}.learned.npz", **learned._asdict())
        np.savez_compressed(f"{options.keep}.recorded.npz", **recorded._asdict())
    text = learn(learned, recorded)
    if options.write:
        OUT.write_text(text, encoding="utf-8")
    return 0


def learn(learned: TraitTable, recorded: TraitTable) -> str:
    """Grow the forest, set its numbers, print what it makes of each class, and give the module that holds it."""
    drones, others = judged_apart(learned, recorded)
    drones = drones[learned.label == OF_DRONE]
    scale, shift = likelihood(drones, others)
    half = half_at(others, recorded)
    together = joined(learned, recorded)
    of = example(together)
    yes, no, clips = int(of.drone.sum()), int((~of.drone).sum()), len(np.unique(recorded.clip))
    heading = (
        f"Learned from {yes:,} families of synthetic drones and {no:,} of what is none,\n"
        f"synthetic and of {clips} recordings under CC0 or CC-BY."
    )
    found = 100.0 * float(np.mean(drones > half))
    print(f"{heading}\nHalf at {half:.2f} nat: {found:.0f} % of drones' families told.")
    for what in np.unique(recorded.what):
        rows = (recorded.what == what)[recorded.sound]
        print(f"{what:20} {int(rows.sum()):6} families, false {int((others[rows] > half).sum()):4}")
    return written(grown(of), (scale, shift, -(scale * half + shift)), heading)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except InputError as error:
        sys.exit(f"training: {error}")

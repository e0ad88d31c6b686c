"""Learn what each piece of evidence for a drone is worth, from sound that anybody may use.

    python -m training [--drones N --others N --recorded N] [--write]

Makes the sounds (`training.sounds`; the recordings under and among them are the Svanstrom set's, CC0), hears
them with the listener as it is, and fits the weights of `forehear.listen.kinds`: log-odds of a family being a
drone's, each piece of evidence with the sign that physics gives it. How sure the odds are, and where half lies, is
set by the CC0 recordings, played at several speeds: false for FALSE_IN_10_MIN seconds in ten minutes. No recording
of a propeller drone is used, nor any whose licence does not allow it.
`--write` puts the weights into `src/forehear/listen/kinds_learned.py`.
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np

from forehear.errors import InputError
from training.fit import evidence_of, fit, half_at, sharpness, written
from training.hear import ROOT, hear_all, hear_recorded, kept_table

OUT = ROOT / "src" / "forehear" / "listen" / "kinds_learned.py"
# Speeds at which the recordings are played to set where half lies.
SPEEDS = (0.85, 0.93, 1.0, 1.08, 1.18)


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
    parser.add_argument("--drones", type=count, default=2500, help="synthetic drones (default 2500)")
    parser.add_argument("--others", type=count, default=3000, help="synthetic sounds of others (default 3000)")
    parser.add_argument("--recorded", type=count, default=600, help="stretches of CC0 recordings (default 600)")
    parser.add_argument("--jobs", type=count, default=os.cpu_count() or 1, help="processes (default: all cores)")
    parser.add_argument("--keep", metavar="FILE.npz", help="keep the table of traits")
    parser.add_argument("--table", metavar="FILE.npz", help="use a table that was kept; nothing is made or heard")
    parser.add_argument("--write", action="store_true", help=f"write {OUT.relative_to(ROOT)}")
    options = parser.parse_args()
    # Not after a quarter of an hour.
    if options.keep and not Path(options.keep).absolute().parent.is_dir():
        raise InputError(f"{options.keep}: no such folder to keep the table in")
    if options.table:
        table = kept_table(options.table)
    else:
        table = hear_all(options.drones, options.others, options.recorded, log, options.jobs)
    if options.keep:
        np.savez_compressed(options.keep, **table._asdict())
    evidence = evidence_of(table.traits)
    weights, bias = fit(evidence, table.drone)
    real = hear_recorded(SPEEDS, options.jobs)
    others = evidence_of(real.traits) @ weights + bias
    half = half_at(others, real)
    # Synthetic others are harder than real ones: what is fitted to them is not sure enough of itself.
    sharp = sharpness((evidence @ weights + bias)[table.drone], others)
    weights, bias = np.round(sharp * weights, 2), sharp * (bias - half)
    odds = evidence @ weights + bias
    text = written(weights, bias, table)
    print(text)
    for what in np.unique(table.what):
        of = table.what == what
        share = 100.0 * float(np.mean(odds[of] > 0.0))
        print(f"{what:16} {int(of.sum()):6} families, taken for a drone's {share:5.1f} %")
    if options.write:
        OUT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except InputError as error:
        sys.exit(f"training: {error}")

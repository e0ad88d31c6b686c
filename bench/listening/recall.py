"""What listening is worth on real recordings: drones heard, false ones, drones in noise, honesty of odds, speed.

    python -m bench.listening.recall [--quick] [--json FILE] [--only recall,negatives,...] [--misses] [--jobs N]

Parts: recall (real drones, whole and by windows of 3 s), negatives (false seconds), mixes (drones in rain, wind
and insects), shifted (the recordings at other speeds: other tones than those known), peer (a plain comb on the
same, at one false second in 10 minutes), reliability (are the odds true?), speed (beside librosa's spectrogram).
Each sound is heard by a fresh listener. The recordings are listed in `bench.listening.recordings`; they are no
part of the project.
"""

import argparse
import importlib
import json
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench.listening import figures, recordings
from bench.listening.hearing import ListenFn, by_comb, by_reports, hear_all, items_of
from bench.listening.mixtures import EACH, mixtures
from bench.listening.tables import listening, misses_tables
from bench.tables import Result, Table, bars_table, print_tables

PARTS = ("recall", "negatives", "mixes", "shifted", "peer", "reliability", "speed")
# What of the items each part needs.
NEEDS = {
    "recall": ("clips", "windows"),
    "negatives": ("negatives",),
    "mixes": ("cold", "warm"),
    "shifted": ("shifted",),
    "peer": ("negatives",),
    "reliability": ("clips", "negatives", "cold"),
    "speed": (),
}
# Clips of a class, and of a noise for each drone, where it has to be quick.
QUICK_CLIPS, QUICK_EACH = 6, 2
LISTENER = "bench.listening.hearing:listener"


def measure_parts(
    where: Path,
    listener: str = LISTENER,
    only: Sequence[str] = PARTS,
    quick: bool = False,
    jobs: int = 1,
) -> dict[str, Any]:
    """Measure the parts asked for; the rows of each by its name."""
    module, _, function = listener.partition(":")
    listen: ListenFn = getattr(importlib.import_module(module), function)
    drones = recordings.drones(where)
    negatives = recordings.negatives(where, QUICK_CLIPS if quick else None)
    mixed = mixtures(drones, negatives, QUICK_EACH if quick else EACH, quick)
    needed = {part for name in only for part in NEEDS[name]}
    items = [i for i in items_of(drones, negatives, mixed) if i.part in needed]
    heard = hear_all(partial(by_reports, listen), items, "listener", jobs)
    result: dict[str, Any] = {}
    peers: figures.Peers = {}
    if "peer" in only:
        peers = figures.peers(hear_all(by_comb, items, "comb", jobs))
        result["peers"] = {name: peer.threshold for name, peer in peers.items()}
    for name, figure in (
        ("recall", figures.recall),
        ("negatives", figures.negatives),
        ("mixes", figures.mixes),
        ("shifted", figures.shifted),
    ):
        if name in only:
            result[name] = figure(heard, peers)
    if "reliability" in only:
        from bench.listening.reliability import reliability

        result["reliability"] = reliability(heard)
    if "speed" in only:
        from bench.listening.speed import speed

        result["speed"] = speed(listener, quick, with_command=listener == LISTENER)
    result["misses"] = figures.misses(heard)
    return result | {"bars": figures.bars(result)}


def measure(quick: bool) -> Result:
    """Measure the Listener in all parts, and draw. Raises NoRecordings where there are none."""
    where = recordings.required()
    result = measure_parts(where, quick=quick)
    if not quick:
        from bench.listening.reliability import PICTURE, draw

        draw(result["reliability"], PICTURE)
    # A thousand mixtures missed are for the one who works on them: --misses.
    return {name: value for name, value in result.items() if name != "misses"}


def tables(result: Result) -> list[Table]:
    """Give the tables of the parts that were measured."""
    return listening(result)


def main() -> int:
    """Measure what is asked for; tables to stdout, all figures as JSON where asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.listening.recall", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true", help="fewer clips: an idea in a tenth of the time")
    parser.add_argument("--json", type=Path, metavar="FILE", help="file for all figures")
    parser.add_argument("--only", default=",".join(PARTS), metavar="PART,...", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--misses", action="store_true", help="list each false second and each drone missed")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (default 1)")
    parser.add_argument("--figure", type=Path, metavar="FILE.png", help="draw the reliability diagram there")
    parser.add_argument(
        "--listener", default=LISTENER, metavar="MODULE:FUNCTION",
        help=f"of (samples, at_s), giving reports (default {LISTENER}; bench.listening.comb:listen: a plain comb)",
    )  # fmt: skip
    args = parser.parse_args()
    only = args.only.split(",")
    unknown = [part for part in only if part not in PARTS]
    if unknown:
        parser.error(f"no part {unknown[0]!r}; allowed: {', '.join(PARTS)}")
    if args.figure and "reliability" not in only:
        parser.error("--figure draws the part reliability, which --only leaves out")
    try:
        where = recordings.required()
    except recordings.NoRecordings as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    begin = time.perf_counter()
    result = {"part": "listening", "listener": args.listener, "quick": args.quick}
    result |= measure_parts(where, args.listener, only, args.quick, args.jobs)
    result["took_s"] = time.perf_counter() - begin
    print_tables([*tables(result), *([bars_table([result])] if result["bars"] else [])])
    if args.misses:
        print_tables(misses_tables(result))
    if args.figure:
        from bench.listening.reliability import draw

        draw(result["reliability"], args.figure)
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

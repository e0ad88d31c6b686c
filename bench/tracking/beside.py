"""How fast beside another version of the same program: `python -m bench.tracking.beside OTHER_TREE [--times N]`.

OTHER_TREE is a checkout of another commit (`git worktree add --detach DIR COMMIT`). Both versions do the same
work, in turn in one run, so that a busy machine slows both: `forehear track` on the raid and on the night that
this version simulates, and `forehear demo`: from its start until the map can be opened, and the processor time
that all its processes take for a stretch of the raid, player and all. The first round of each fills the
compiler's caches and is not counted. Ratios are this version's median over the other's: below 1 is faster.

No part of `scripts/bench`: the other version is not part of the project.
"""

import argparse
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.processes import FOREHEAR, ONE_CORE, forehear, run

ROOT = Path(__file__).resolve().parents[2]
# name, seconds of it, seed.
NIGHTS = (("raid", 900, 1001), ("night", 120, 1001))
# The demonstration at its fastest, and for how long it plays [s of this machine]: 10 minutes of the raid.
DEMO_SPEED, DEMO_S = 20, 30.0
# Until the map can be opened [s], before it counts as failed.
PATIENCE_S = 300.0


def of_tree(tree: Path) -> dict[str, str]:
    """Give the environment in which `forehear` is that of a tree."""
    return {**os.environ, **ONE_CORE, "PYTHONPATH": str(tree / "src")}


def track(tree: Path, folder: Path) -> dict[str, float]:
    """Track a night's reports with a tree's tracker: wall clock and processor time [s]."""
    words = [*FOREHEAR, "track", "--network", str(folder / "network.geojson")]
    words += ["--reports", str(folder / "reports.ndjson"), "--tracks", os.devnull]
    ran = run(["/usr/bin/env", f"PYTHONPATH={tree / 'src'}", *words])
    return {"wall": ran.wall_s, "processor": ran.cpu_s}


def demo(tree: Path) -> dict[str, float]:
    """Play the demonstration with a tree's service: start to map [s], and processor time of all processes [s]."""
    words = [*FOREHEAR, "demo", "--no-browser", "--no-sound", "--port", "0", "--speed", str(DEMO_SPEED)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    child = subprocess.Popen(
        words, env=of_tree(tree), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert child.stderr is not None
    said = []
    for line in child.stderr:
        said.append(line)
        if re.search(r"The map:\s+http", line) or time.perf_counter() - begin > PATIENCE_S:
            break
    ready_s = time.perf_counter() - begin
    time.sleep(DEMO_S)
    if child.poll() is not None:
        raise RuntimeError(f"forehear demo of {tree} ended by itself:\n{''.join(said)}")
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=60.0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "start to map": ready_s,
        "processor": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    }


def in_turn(name: str, trees: tuple[Path, Path], times: int, folder: Path | None) -> None:
    """Do one work with both trees in turn, `times` counted rounds, and print medians and their ratio."""
    took: dict[str, tuple[list[float], list[float]]] = {}
    for turn in range(times + 1):
        for which, tree in enumerate(trees):
            cost = demo(tree) if folder is None else track(tree, folder)
            for what, seconds in cost.items() if turn else ():
                took.setdefault(what, ([], []))[which].append(seconds)
            print(f"bench: {name}: {tree.name}: {cost}", file=sys.stderr, flush=True)
    for what, (mine, other) in took.items():
        now, then = statistics.median(mine), statistics.median(other)
        print(f"{name}, {what}: {now:.2f} s beside {then:.2f} s, ratio {now / then:.2f}", flush=True)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.tracking.beside", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("other", type=Path, metavar="OTHER_TREE", help="a checkout of another commit")
    parser.add_argument("--times", type=int, default=3, metavar="N", help="counted rounds of each (default: 3)")
    args = parser.parse_args()
    if not (args.other / "src" / "forehear").is_dir():
        parser.error(f"{args.other} holds no src/forehear")
    trees = ROOT, args.other.resolve()
    with tempfile.TemporaryDirectory() as scratch:
        for name, seconds, seed in NIGHTS:
            folder = Path(scratch) / name
            forehear("simulate", name, "--out", folder, "--seed", str(seed), "--set", f"duration_s={seconds}")
            in_turn(f"forehear track, {seconds} s of {name}", trees, args.times, folder)
    in_turn(f"forehear demo, {DEMO_S * DEMO_SPEED / 60.0:.0f} min of its raid", trees, args.times, None)
    return 0


if __name__ == "__main__":
    sys.exit(main())

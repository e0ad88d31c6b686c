"""Run the benchmarks: `./scripts/bench [PART ...] [--quick]`. Tables to stdout, JSON to bench/results.

Parts (`bench.registry`): {parts}
Without a part all are run, one after another. `docs` only writes the tables of docs/accuracy.md anew from the
JSON that is there.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.listening.recordings import NoRecordings
from bench.page import write_docs
from bench.registry import PARTS, tables
from bench.tables import print_tables

ROOT = Path(__file__).resolve().parents[1]
RESULTS, DOCS = ROOT / "bench" / "results", ROOT / "docs" / "accuracy.md"


def machine() -> dict[str, Any]:
    """What it ran on: figures mean little without."""
    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    versions = {}
    for name in ("numpy", "numba", "scipy", "msgspec", "stonesoup", "librosa"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "-"
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load_at_start": round(os.getloadavg()[0], 2),
        "commit": commit.stdout.strip(),
        **versions,
    }


def main() -> int:
    """Run the parts asked for."""
    parts = "".join(f"\n  {name:<10} {part.words}" for name, part in PARTS.items())
    parser = argparse.ArgumentParser(prog="scripts/bench", description=(__doc__ or "").format(parts=parts))
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}, docs (default: all)")
    parser.add_argument("--quick", action="store_true", help="a few minutes in all; writes to bench/results/quick")
    args = parser.parse_args()
    unknown = [part for part in args.parts if part not in (*PARTS, "docs")]
    if unknown:
        parser.error(f"no part {unknown[0]!r}; allowed: {', '.join(PARTS)}, docs")
    folder = RESULTS / "quick" if args.quick else RESULTS
    folder.mkdir(parents=True, exist_ok=True)
    for part in args.parts or PARTS:
        if part == "docs":
            continue
        begin = time.perf_counter()
        host = machine()
        try:
            result = PARTS[part].load().measure(args.quick)
        except NoRecordings as missing:
            print(f"bench: {part}: skipped, {missing}", file=sys.stderr)
            continue
        result = {
            "part": part,
            "quick": args.quick,
            "machine": host,
            "took_s": time.perf_counter() - begin,
        } | result
        (folder / f"{part}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print_tables(tables(result))
    if not args.quick:
        write_docs(RESULTS, DOCS)
    return 0


if __name__ == "__main__":
    sys.exit(main())

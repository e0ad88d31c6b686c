"""Keep everything that a hub knows in one file, while it runs.

  forehear backup forehear.toml --out night.tar
  forehear backup /etc/forehear/forehear.toml --out /backup/forehear-$(date +%F).tar

In it are the configuration with the files that it names, reports, alerts, keys and revocations, the tracker's last
snapshot, and the operator's token: only its owner can read it. `forehear restore` brings it back.
"""

import argparse
import sys
import time
from pathlib import Path

from forehear.cli.progress import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "config", nargs="?", default="forehear.toml", metavar="FILE", help="default: forehear.toml"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="a new file; none is written over")
    parser.add_argument("--quiet", action="store_true", help="no progress, only the last line")


def run(args: argparse.Namespace) -> int:
    """Copy, with progress."""
    from forehear.service.config import load
    from forehear.service.upkeep import backup

    began = time.monotonic()
    settings = load(args.config)
    with Progress("forehear backup", args.quiet) as progress:

        def show(done: float, total: float) -> None:
            progress.show(done, f"{100.0 * done / max(total, 1.0):.0f} % of the store")

        size = backup.write(settings, Path(args.config), args.out, time.time(), show)
    took = time.monotonic() - began
    print(f"forehear backup: {args.out}: {size / 1e6:,.1f} MB in {took:.1f} s", file=sys.stderr)
    return 0

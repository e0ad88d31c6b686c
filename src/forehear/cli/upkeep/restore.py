"""Bring a hub back from its backup, into a new folder.

  forehear restore night.tar --into hub
  forehear serve --config hub/forehear.toml

The folder must not exist, or be empty: nothing that runs is ever written over. Damaged, foreign and newer backups
are refused in one sentence, and leave nothing. One of two hubs may run, the old or the restored: both would speak
to the same people under one name.
"""

import argparse
import sys
import time
from pathlib import Path

from forehear.cli.progress import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("backup", type=Path, metavar="FILE", help="what `forehear backup` wrote")
    parser.add_argument("--into", required=True, type=Path, metavar="DIR", help="a new folder")
    parser.add_argument("--quiet", action="store_true", help="no progress, only the last line")


def run(args: argparse.Namespace) -> int:
    """Restore, with progress."""
    from forehear.service.upkeep.restore import restore

    began = time.monotonic()
    with Progress("forehear restore", args.quiet) as progress:

        def show(done: float, total: float) -> None:
            progress.show(done, f"{100.0 * done / max(total, 1.0):.0f} % unpacked")

        about, settings = restore(args.backup, args.into, show)
    made = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(about.made_at_s))
    print(
        f"forehear restore: {args.into}: the hub of {made}, {len(settings.network.sensors)} sensors, "
        f"{len(settings.sites)} sites, in {time.monotonic() - began:.1f} s\n"
        f"  forehear serve --config {args.into / 'forehear.toml'}",
        file=sys.stderr,
    )
    return 0

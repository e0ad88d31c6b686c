"""Compile the tracker's loops once, so that the first start of a hub takes seconds.

  forehear warm
  NUMBA_CACHE_DIR=/var/cache/forehear forehear warm

They are kept in NUMBA_CACHE_DIR, else beside the package, else in the user's cache folder: run it as the user that
runs the hub, or with the hub's NUMBA_CACHE_DIR. Compiled already, it takes two seconds.
"""

import argparse
import sys
import threading
import time

from forehear.cli.extras import require
from forehear.cli.progress import Progress

# What it takes on one core [s]: the bar's whole. It may take longer, and then stands at its end.
USUALLY_S = 60.0
LOOK_EVERY_S = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--quiet", action="store_true", help="no progress, only the last line")


def run(args: argparse.Namespace) -> int:
    """Compile, with progress."""
    require("serve", ("numba",))
    began = time.monotonic()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            from forehear.service.tracking.warm import warm

            warm()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    with Progress("forehear warm", args.quiet) as progress:
        progress.begin("compiling", USUALLY_S)
        while thread.is_alive():
            thread.join(LOOK_EVERY_S)
            progress.show(min(time.monotonic() - began, USUALLY_S))
    if failed:
        raise failed[0]
    print(f"forehear warm: compiled and kept, in {time.monotonic() - began:.0f} s", file=sys.stderr)
    return 0

"""Check a configuration of the service, and all files that it names; tell every fault and every doubt at once.

forehear check forehear.toml
"""

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "config", nargs="?", default="forehear.toml", metavar="FILE", help="default: forehear.toml"
    )


def run(args: argparse.Namespace) -> int:
    """Check; 0 when it can be served, 2 otherwise."""
    from forehear.cli.check_doubts import doubts
    from forehear.service.config import load

    settings = load(args.config)
    keys = sum(s.public_key is not None for s in settings.network.sensors)
    print(
        f"{args.config}: good: {len(settings.network.sensors)} sensors ({keys} with a key), "
        f"{len(settings.sites)} sites",
        file=sys.stderr,
    )
    if keys == 0 and not settings.config.ingest.unsigned:
        print("note: no sensor has a key yet, and ingest.unsigned is false: enrol some", file=sys.stderr)
    for words in (found := doubts(settings)):
        print(f"warning: {words}", file=sys.stderr)
    if found:
        print(f"{args.config}: can be served; {len(found)} to look at", file=sys.stderr)
    return 0

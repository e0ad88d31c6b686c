"""Score tracks, or alerts, against the truth: GOSPA and its parts, errors, consistency, waiting times; lead times.

  forehear score --truth truth.ndjson --tracks tracks.ndjson
  forehear score --truth truth.ndjson --alerts alerts.ndjson --sites sites.geojson

A target must be tracked while its odds of being heard are 0.5 or more, and for --hold-s after; at other times
it may be tracked, and neither a miss nor a track on it counts. Distances are horizontal. --json prints one
object; each key names its unit, and null means that there was nothing to measure.

Alerts: how long before a target's coming its site was warned, what came unwarned, whom a warning frightened in
vain, and how often each place got a message (docs/score.md).
"""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import msgspec

from forehear.cli.extras import require
from forehear.errors import ConfigurationError, InputError

if TYPE_CHECKING:
    from forehear.score.records import BoundSeries

T = TypeVar("T", bound=msgspec.Struct)
# The sensors' errors that the bound is of, one sigma each: what a plain microphone and a small array reach.
SENSES = {"level_sigma_db": 5.0, "tone_sigma_hz": 0.4, "azimuth_sigma_deg": 4.0}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    from forehear.score.records import CUTOFF_M, HOLD_S

    parser.add_argument("--truth", required=True, metavar="FILE", help="truth.ndjson; - is stdin")
    parser.add_argument("--tracks", metavar="FILE", help="tracks.ndjson; - is stdin")
    parser.add_argument("--alerts", metavar="FILE", help="alerts.ndjson, in place of tracks; needs --sites")
    parser.add_argument("--sites", metavar="FILE", help="sites.geojson: the places that the alerts are of")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument(
        "--cutoff-m", type=float, default=CUTOFF_M, metavar="M", help="GOSPA's cut-off (default %(default)g)"
    )
    parser.add_argument(
        "--hold-s",
        type=float,
        default=HOLD_S,
        metavar="S",
        help="a target must be tracked this long after it was last audible (default %(default)g)",
    )
    limit = parser.add_argument_group("the limit of what can be known (posterior Cramer-Rao bound)")
    limit.add_argument("--bound", action="store_true", help="put each target's bound beside its errors")
    limit.add_argument("--network", metavar="FILE", help="network.geojson; needed for --bound")
    for name, default in SENSES.items():
        limit.add_argument(
            f"--{name.replace('_', '-')}",
            type=float,
            default=default,
            metavar=name.rpartition("_")[2].upper(),
            help=f"sensors' error of {name.partition('_')[0]} (default %(default)g)",
        )


def run(args: argparse.Namespace) -> int:
    """Score, and print to stdout."""
    require("score", ("scipy", "rich"))
    from forehear.records import Truth
    from forehear.score.records import TrackPoint
    from forehear.score.score import score

    _check(args)
    if args.alerts is not None:
        return _alerts(args)
    bounds = _bounds(args) if args.bound else None
    with contextlib.ExitStack() as files:
        answer = score(
            _records(files, args.truth, Truth),
            _records(files, args.tracks, TrackPoint),
            args.cutoff_m,
            args.hold_s,
            bounds,
        )
    if args.json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(answer), indent=2) + b"\n")
        sys.stdout.buffer.flush()
    else:
        from forehear.cli.score_table import print_score

        print_score(answer)
    return 0


def _alerts(args: argparse.Namespace) -> int:
    from forehear.cli.score_table import print_warnings
    from forehear.io.geojson import read_sites
    from forehear.records import Alert, Truth
    from forehear.score.warnings import score_warnings

    sites = read_sites(args.sites)
    with contextlib.ExitStack() as files:
        answer = score_warnings(_records(files, args.alerts, Alert), sites, _records(files, args.truth, Truth))
    if args.json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(answer), indent=2) + b"\n")
        sys.stdout.buffer.flush()
    else:
        print_warnings(answer)
    return 0


def _check(args: argparse.Namespace) -> None:
    faults = []
    if (args.tracks is None) is (args.alerts is None):
        faults.append("one of --tracks and --alerts is needed, and not both")
    if (args.alerts is None) is not (args.sites is None):
        faults.append("--alerts and --sites go together")
    if args.alerts is not None and args.bound:
        faults.append("--bound is of tracks, not of alerts")
    if args.truth == "-" and args.alerts == "-":
        faults.append("--truth and --alerts cannot both be stdin")
    if args.truth == "-" and args.tracks == "-":
        faults.append("--truth and --tracks cannot both be stdin")
    if not 0.0 < args.cutoff_m <= 100_000.0:
        faults.append(f"--cutoff-m {args.cutoff_m} is outside 0 (excluded) to 100000")
    if not 0.0 <= args.hold_s <= 3600.0:
        faults.append(f"--hold-s {args.hold_s} is outside 0 to 3600")
    if args.bound and args.network is None:
        faults.append("--bound needs --network")
    if args.bound and args.truth == "-":
        faults.append("--bound reads the truth twice: --truth cannot be stdin")
    for name in SENSES:
        if not 0.0 < getattr(args, name) < float("inf"):
            faults.append(f"--{name.replace('_', '-')} {getattr(args, name)} is not above 0")
    if faults:
        raise ConfigurationError("arguments", faults)


def _bounds(args: argparse.Namespace) -> "dict[str, BoundSeries]":
    from forehear.io.geojson import read_network
    from forehear.records import Truth
    from forehear.score.bound import Senses
    from forehear.score.bound_series import bounds_of

    network = read_network(args.network)
    senses = Senses(**{name: getattr(args, name) for name in SENSES})
    with contextlib.ExitStack() as files:
        return bounds_of(_records(files, args.truth, Truth), network, senses)


def _records(files: contextlib.ExitStack, path: str, kind: type[T]) -> Iterator[T]:
    """Records of a file, read as they are asked for; every failure names the file and the line."""
    from forehear.io.ndjson import decode_lines

    stream: BinaryIO = sys.stdin.buffer
    if path != "-":
        try:
            file = Path(path).open("rb")  # noqa: SIM115 - closed with `files`
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
        stream = files.enter_context(file)
    return _named(path, decode_lines(stream, kind))


def _named(path: str, records: Iterator[T]) -> Iterator[T]:
    try:
        yield from records
    except msgspec.DecodeError as error:
        raise InputError(f"{path}: {error}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None

"""Write a network, sites, reports and the truth of a scenario, shipped or your own.

  forehear simulate --list
  forehear simulate single --out out/single
  forehear simulate column --out out/column --seed 7 --set network.spacing_m=8000
  forehear simulate --show reference > mine.toml; forehear simulate mine.toml --out out/mine
  forehear simulate single --out out/single --reports - | forehear track --reports - ...
  forehear simulate single --sound S00028 --out out/sound

docs/simulation.md explains the physics, the sensors and every key.
"""

import argparse
import sys
import time
import tomllib
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from forehear.cli.progress import Progress
from forehear.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from forehear.simulate.run import SimulatedBlock, World
    from forehear.simulate.second.run import SecondBlock, SecondWorld


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("scenario", nargs="?", help="a shipped scenario's name, or a path to a .toml")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the four files go; made where missing")
    parser.add_argument("--seed", type=int, metavar="N", help="of all chance; the scenario's own without it")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change a key, as network.spacing_m=8000"
    )
    parser.add_argument(
        "--world",
        choices=("first", "second"),
        default="first",
        help="whose laws of hearing, error and reporting hold (default %(default)s)",
    )
    parser.add_argument("--reports", metavar="FILE", help="where the reports go instead; '-' is stdout")
    parser.add_argument(
        "--sound", metavar="SENSOR", help="write the sound at this sensor instead, a file in --out"
    )
    parser.add_argument("--format", choices=("wav", "flac"), default="wav", help="of that sound (default wav)")
    parser.add_argument("--list", action="store_true", help="list the shipped scenarios")
    parser.add_argument("--show", metavar="NAME", help="print a shipped scenario's TOML")


def overrides(words: list[str]) -> dict[str, Any]:
    """Read KEY=VALUE words; a value that is no TOML is a string. Raises ConfigurationError naming every fault."""
    out: dict[str, Any] = {}
    faults = []
    for word in words:
        key, equals, text = word.partition("=")
        if not equals or not key:
            faults.append(f"--set {word!r}: must be KEY=VALUE")
            continue
        try:
            out[key] = tomllib.loads(f"v = {text}")["v"]
        except tomllib.TOMLDecodeError:
            out[key] = text
    if faults:
        raise ConfigurationError("command line", faults)
    return out


def run(args: argparse.Namespace) -> int:
    """Simulate; returns the exit status."""
    from forehear.simulate.scenario import files as scenarios

    if args.list:
        for name, about in scenarios.shipped().items():
            print(f"{name:<12} {about}")
        return 0
    if args.show is not None:
        sys.stdout.write(scenarios.shipped_text(args.show))
        return 0
    out: Path | None = args.out or (Path() if args.sound else None)
    faults = [f"{name} is needed" for name, value in (("SCENARIO", args.scenario), ("--out", out)) if not value]
    if args.sound and args.reports:
        faults.append("--sound with --reports: one or the other")
    if args.seed is not None and args.seed < 0:
        faults.append(f"--seed {args.seed}: must be 0 or more")
    if faults or out is None:
        raise ConfigurationError("command line", faults)
    scenario = scenarios.load(args.scenario, overrides(args.set))
    network = None
    if scenario.network.file is not None:
        from forehear.io.geojson import read_network

        network = read_network(scenario.network.file)
    if args.world == "second":
        from forehear.simulate.second import run as second

        if args.sound:
            raise ConfigurationError("command line", ["--sound: of the first world only, not with --world second"])
        apart = second.prepare(scenario, args.seed, network)
        _write(apart, second.blocks(apart), out, args.reports)
        return 0
    from forehear.simulate import run as first

    world = first.prepare(scenario, args.seed, network)
    if args.sound:
        from forehear.cli.simulate_sound import write_sound

        write_sound(world, args.sound, out, args.format)
    else:
        _write(world, first.blocks(world), out, args.reports)
    return 0


def _write(
    world: "World | SecondWorld",
    played: "Iterable[SimulatedBlock | SecondBlock]",
    out: Path,
    reports_to: str | None,
) -> None:
    from forehear.io.geojson import network_geojson, sites_geojson
    from forehear.io.ndjson import RecordWriter
    from forehear.io.report_columns import encode_reports, names_of
    from forehear.simulate.heard.columns import written

    began = time.monotonic()
    scenario = world.scenario
    out.mkdir(parents=True, exist_ok=True)
    (out / "network.geojson").write_bytes(network_geojson(world.network))
    (out / "sites.geojson").write_bytes(sites_geojson(world.sites))
    names = names_of([sensor.id for sensor in world.network.sensors])
    count = lines = 0
    with ExitStack() as stack:
        if reports_to == "-":
            stream: BinaryIO = sys.stdout.buffer
        else:
            stream = stack.enter_context(open(reports_to or out / "reports.ndjson", "wb"))
        truth = RecordWriter(stack.enter_context(open(out / "truth.ndjson", "wb")))
        progress = stack.enter_context(Progress(f"simulating {scenario.name}"))
        progress.begin("", scenario.duration_s)
        for block in played:
            rows = written(block.batch, scenario.start_s)
            stream.write(encode_reports(rows.reports, rows.first, rows.sources, names))
            stream.flush()
            truth.write(block.truth)
            count += len(block.batch)
            lines += len(block.truth)
            progress.show(block.until_s)
    took = time.monotonic() - began
    print(
        f"simulated {scenario.name}, seed {world.seed}: {len(world.network.sensors)} sensors, {count} reports, "
        f"{lines} lines of truth in {took:.1f} s",
        file=sys.stderr,
    )

"""Write a network, sites, reports and the truth of a scenario, shipped or your own.

forehear simulate single --out out/single
forehear simulate column --out out/column --seed 7 --set network.spacing_m=8000
forehear simulate my-night.toml --out out/night
forehear simulate single --out out/single --reports - | forehear track ...
"""

import argparse
import sys
import time
import tomllib
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from forehear.errors import ConfigurationError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("scenario", nargs="?", help="a shipped scenario's name, or a path to a .toml")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the four files go; made where missing")
    parser.add_argument("--seed", type=int, help="of all chance; the scenario's own without it")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change one key (TOML value)"
    )
    parser.add_argument("--reports", metavar="FILE", help="reports go here instead; '-' is stdout")
    parser.add_argument("--list", action="store_true", help="list the shipped scenarios and stop")


def overrides(words: list[str]) -> dict[str, Any]:
    """Read KEY=VALUE words; a value that is no TOML is a string. Raises ConfigurationError naming every fault."""
    out, faults = {}, []
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
    from forehear.simulate import scenario as scenarios

    if args.list:
        for name, about in scenarios.shipped().items():
            print(f"{name:<12} {about}")
        return 0
    missing = [f"{name} is needed" for name in ("scenario", "out") if getattr(args, name) is None]
    if args.seed is not None and args.seed < 0:
        missing.append(f"--seed {args.seed}: must be 0 or more")
    if missing:
        raise ConfigurationError("command line", missing)
    scenario = scenarios.load(args.scenario, overrides(args.set))
    network = None
    if scenario.network.layout == "file" and scenario.network.file:
        from forehear.io.geojson import read_network

        network = read_network(scenario.network.file)
    from forehear.simulate.run import prepare

    _write(prepare(scenario, args.seed, network), args.out, args.reports)
    return 0


def _write(world: Any, out: Path, reports_to: str | None) -> None:
    from forehear.io.geojson import network_geojson, sites_geojson
    from forehear.io.ndjson import RecordWriter
    from forehear.simulate.run import blocks

    began = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    (out / "network.geojson").write_bytes(network_geojson(world.network))
    (out / "sites.geojson").write_bytes(sites_geojson(world.sites))
    count = lines = 0
    with ExitStack() as stack:
        if reports_to == "-":
            report_stream: BinaryIO = sys.stdout.buffer
        else:
            report_stream = stack.enter_context(open(reports_to or out / "reports.ndjson", "wb"))
        truth = RecordWriter(stack.enter_context(open(out / "truth.ndjson", "wb")))
        encoder = msgspec.json.Encoder()
        for block in blocks(world):
            for report in block.reports():
                line = encoder.encode(report)
                # An empty list of sources says something: it is written, not left out.
                report_stream.write(line if report.sources else line[:-1] + b',"sources":[]}')
                report_stream.write(b"\n")
            truth.write(block.truth)
            count += len(block.batch)
            lines += len(block.truth)
        report_stream.flush()
    took = time.monotonic() - began
    print(
        f"simulated {world.scenario.name}: {count} reports, {lines} lines of truth in {took:.1f} s",
        file=sys.stderr,
    )

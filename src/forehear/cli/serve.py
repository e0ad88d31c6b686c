"""Run the live service: reports in by HTTP and MQTT, tracks, warnings and the map out.

  forehear serve --config forehear.toml
  forehear serve --example > forehear.toml
  forehear check forehear.toml

The operator's token is in the file that the configuration names, or in DATA_DIR/operator.token, made at the first
start. Stop it with Ctrl-C or SIGTERM; it may be killed at any moment and goes on where it was.
"""

import argparse
import gc
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forehear.service.tracking.launched import Launched


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--config", default="forehear.toml", metavar="FILE", help="default: forehear.toml")
    parser.add_argument("--example", action="store_true", help="print a commented configuration and stop")


def run(args: argparse.Namespace) -> int:
    """Serve until asked to stop."""
    if args.example:
        from importlib import resources

        sys.stdout.write(resources.files("forehear.service").joinpath("forehear.example.toml").read_text("utf-8"))
        return 0
    from forehear.cli.extras import EXTRAS, require
    from forehear.service.tracking.launched import launch

    # Before the tracker's process is launched, which would find it out in words of its own.
    require("serve", sorted(EXTRAS["hub"]))
    # First of all: the tracker's loops take longest to load, and everything else loads meanwhile.
    tracker = launch()
    # Loading makes much and drops hardly anything; `run` has it collected again.
    gc.disable()
    try:
        _serve(args.config, tracker)
    finally:
        tracker.drop()
    return 0


def _serve(config: str, tracker: "Launched") -> None:
    from forehear.service.config import load

    settings = load(config)
    from forehear.service.run import listening
    from forehear.service.run import run as run_service

    service = settings.config.service
    server_socket = listening(service.host, service.port)
    port = server_socket.getsockname()[1]
    token = settings.folder / (settings.config.operator.token_file or Path(service.data_dir) / "operator.token")
    print(f"forehear serve: http://{service.host}:{port}/  operator's token: {token}", file=sys.stderr)
    run_service(settings, server_socket, time.time, launched=tracker)

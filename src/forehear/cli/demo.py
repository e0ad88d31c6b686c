"""Show the live service on a simulated raid: heard, tracked, forecast and warned of, on the map.

  forehear demo
  forehear demo --speed 20
  forehear demo --scenario raid --port 8080 --no-browser

Everything is the service as it runs for real - HTTP, signed reports, the store, the tracker - in a folder of its
own that is deleted at the end (--keep DIR keeps it). One sensor's reports come from a recording, through
`forehear listen`. Alerts carry the status Exercise.
"""

import argparse
import sys
import time
from pathlib import Path

from forehear.cli.extras import EXTRAS, require


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--scenario", metavar="NAME", help="a shipped scenario or a .toml; default: the demo's own"
    )
    parser.add_argument("--speed", type=float, default=1.0, metavar="X", help="times as fast as life (0.1 to 60)")
    parser.add_argument("--seed", type=int, help="of all chance in the scenario")
    parser.add_argument("--host", default="127.0.0.1", help="default: this machine only")
    parser.add_argument("--port", type=int, default=8080, help="default: 8080; 0: any free one")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--no-sound", action="store_true", help="without the sensor that listens to a recording")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the store, configuration and keys here")


def run(args: argparse.Namespace) -> int:
    """Play until Ctrl-C."""
    require("demo", sorted(EXTRAS["hub"]))
    from forehear.simulate.run import prepare
    from forehear.simulate.scenario import files as scenarios
    from forehear.stage import sound, stage

    stage.check(args.speed, args.port, args.keep)
    what = args.scenario or str(Path(stage.__file__).with_name("raid.toml"))
    world = prepare(scenarios.load(what), args.seed)
    network, extra = world.network, list[str]()
    start_s = world.scenario.start_s
    # The scenario's time becomes now: people look at clocks.
    shift_s = float(round(time.time() - start_s))
    if not args.no_sound:
        network, extra = sound.with_listener(world.network, start_s)
    play = stage.Play(
        "forehear demo",
        network,
        world.sites,
        "scenario",
        what,
        start_s,
        args.seed,
        args.speed,
        tuple(extra),
        shift_s,
    )
    print("forehear demo: starting; the first time on a machine takes a minute more", file=sys.stderr)
    stage.run(play, args.host, args.port, lambda url: _opened(url, args.no_browser), args.keep)
    return 0


def _opened(url: str, no_browser: bool) -> None:
    print(f"\n  The map:  {url}\n\n  Ctrl-C ends it.\n", file=sys.stderr, flush=True)
    if not no_browser:
        import threading
        import webbrowser

        # Some browsers' starters wait for the browser's end; the service must not wait with them.
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

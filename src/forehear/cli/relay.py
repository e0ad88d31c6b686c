"""Relay: switch a siren or a light at one place by what the hub says of it.

  forehear relay --site odesa --hub https://hub.example --on "gpioset 0 17=1" --off "gpioset 0 17=0"
  forehear relay --site odesa --hub https://hub.example --on ./on.sh --off ./off.sh --deaf ./lamp.sh

`--on` is run when the place's state is one of --states (warning), `--off` when it is not; each until it ends
with status 0. They are programs with arguments, not a shell's lines. When no frame of the hub comes for 8 s,
nothing is switched: what is on stays on. That is said: `--deaf CMD` is run with the word `deaf` or `hears` after
it, and every heartbeat says it. A heartbeat is a JSON line on stdout each --every seconds:

  {"time_s":...,"site":"odesa","state":"warning","hears":true,"on":true,"exercise":false,"words":"well"}

An exercise or a test switches nothing without --exercise. Under systemd use Type=notify, WatchdogSec=30 and
Restart=always; a relay that is killed and comes back asks the hub how it is, and switches that.
"""

import argparse
import contextlib
import json
import queue
import shlex
import signal
import subprocess
import sys
import time

from forehear.errors import InputError

# How often it is looked what is to be done [s].
STEP_S = 0.1
# Frames come each second, and one may be late [s].
LEAST_DEAF_S = 2.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--site", required=True, metavar="ID", help="the place, as the hub names it")
    parser.add_argument("--hub", required=True, metavar="URL", help="the hub: http://... or https://...")
    parser.add_argument("--on", required=True, type=_command, metavar="CMD", help="switches it on")
    parser.add_argument("--off", required=True, type=_command, metavar="CMD", help="switches it off")
    parser.add_argument("--deaf", type=_command, metavar="CMD", help="run with `deaf` or `hears` as that changes")
    parser.add_argument(
        "--states", default="warning", metavar="STATE,...", help="what it is on for (default warning)"
    )
    parser.add_argument(
        "--deaf-after", type=float, default=8.0, metavar="S", help="without a frame for so long it is deaf (8)"
    )
    parser.add_argument("--exercise", action="store_true", help="exercises and tests switch it, too")
    parser.add_argument("--every", type=float, default=10.0, metavar="S", help="seconds between heartbeats")


def run(args: argparse.Namespace) -> int:
    """Relay until SIGTERM or SIGINT."""
    from forehear.node.relay import HubListener, Relay, Switch, say
    from forehear.service.notify import notify

    states = tuple(args.states.split(","))
    if wrong := [one for one in states if one not in ("watch", "warning", "not_covered")]:
        raise InputError(f"--states {','.join(wrong)}: allowed: watch, warning, not_covered")
    if not args.hub.startswith(("http://", "https://")):
        raise InputError(f"--hub {args.hub!r}: allowed: http://... or https://...")
    if not args.deaf_after >= LEAST_DEAF_S:
        raise InputError(f"--deaf-after {args.deaf_after}: allowed: {LEAST_DEAF_S} or more")
    if not args.every > 0.0:
        raise InputError(f"--every {args.every}: allowed: above 0")

    def deaf(is_deaf: bool) -> None:
        if args.deaf is not None:
            try:
                subprocess.Popen([*args.deaf, "deaf" if is_deaf else "hears"], stdin=subprocess.DEVNULL)
            except OSError as error:
                say(f"--deaf: {error}")

    ends: list[int] = []
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda number, _: ends.append(number))
    listener = HubListener(args.hub, args.site)
    relay = Relay(args.site, Switch(args.on, args.off), states, args.exercise, deaf, args.deaf_after)
    listener.start()
    notify("READY=1")
    beat_at = -1e18
    while not ends:
        with contextlib.suppress(queue.Empty):
            heard = listener.heard.get(timeout=STEP_S)
            relay.take(heard, time.monotonic())
            while True:
                relay.take(listener.heard.get_nowait(), time.monotonic())
        relay.step(time.monotonic())
        if time.monotonic() - beat_at >= args.every:
            beat_at = time.monotonic()
            beat = relay.heartbeat()
            sys.stdout.write(json.dumps({"time_s": round(time.time(), 3), **beat._asdict()}) + "\n")
            sys.stdout.flush()
            notify(f"STATUS={beat.words}\nWATCHDOG=1")
    say("ended; it stays as it is, and nobody listens for it")
    deaf(True)
    listener.end()
    return 0


def _command(text: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None
    if not words:
        raise argparse.ArgumentTypeError("names no program")
    return words

"""Look at what ails a hub: configuration, clock, disk, port, loops, data, secrets, sensors, coverage.

  forehear doctor
  forehear doctor /etc/forehear/forehear.toml --json

The hub may run or not; where it runs it is asked too. Each line that is not good says what to do. Exit status: 0
where nothing is a fault, 1 otherwise, 2 where the configuration cannot be read.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forehear.service.config import Settings
    from forehear.service.upkeep.doctor import Finding

MARKS = {"good": ("good ", "32"), "look": ("look ", "33"), "fault": ("FAULT", "31")}
# A hub that does not answer within this is no help [s].
ASK_WITHIN_S = 3.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "config", nargs="?", default="forehear.toml", metavar="FILE", help="default: forehear.toml"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Look, and say what was found."""
    from forehear.cli.check_doubts import doubts
    from forehear.service.config import load
    from forehear.service.upkeep.doctor import examine

    settings = load(args.config)
    found = list(examine(settings, doubts(settings), ask))
    faults = sum(one.state == "fault" for one in found)
    looks = sum(one.state == "look" for one in found)
    if args.json:
        print(json.dumps({"faults": faults, "looks": looks, "findings": [f._asdict() for f in found]}, indent=1))
    else:
        _print(found)
        print(f"\n{faults} faults, {looks} to look at, {len(found) - faults - looks} good")
    return 1 if faults else 0


def _print(found: "Sequence[Finding]") -> None:
    colour = sys.stdout.isatty()
    wide = max(len(one.what) for one in found)
    for one in found:
        mark, code = MARKS[one.state]
        shown = f"\x1b[{code}m{mark}\x1b[0m" if colour else mark
        print(f"{shown}  {one.what:<{wide}}  {one.words}")
        if one.todo:
            print(f"{'':{len(mark) + wide + 2}}  -> {one.todo}")


def ask(settings: "Settings") -> dict[str, Any] | None:
    """Ask the hub of a configuration for its health, as the operator; None where none answers."""
    import http.client

    s = settings.config.service
    token = settings.token or _made_token(settings)
    head = {"Authorization": f"Bearer {token}"} if token else {}
    host = "127.0.0.1" if s.host in ("0.0.0.0", "") else "::1" if s.host == "::" else s.host
    line = http.client.HTTPConnection(host, s.port, timeout=ASK_WITHIN_S)
    try:
        line.request("GET", "/health", headers=head)
        answer = line.getresponse()
        said = json.loads(answer.read(1 << 20))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        line.close()
    return said if isinstance(said, dict) and "status" in said and "ready" in said else None


def _made_token(settings: "Settings") -> str | None:
    try:
        return (settings.data_dir / "operator.token").read_text("utf-8").strip() or None
    except OSError:
        return None

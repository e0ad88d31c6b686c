"""Begin a hub: write a commented configuration, an example of sensors and places, a token and a systemd unit.

  forehear init                                    into this folder
  forehear init hub --place 46.97,31.99 --height 40 --name "Mykolaiv listens"
  sudo forehear init /etc/forehear --system        for a service of the whole machine

Nothing that is there is written over. What comes next is said at the end.
"""

import argparse
import re
import sys
from pathlib import Path

from forehear.errors import ConfigurationError

# Where the example stands when nobody says: fields north of the sea, nowhere in particular.
MIDDLE = "47.0,31.0"
LOWEST_M, HIGHEST_M = -430.0, 9000.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="default: this folder")
    parser.add_argument(
        "--place", default=MIDDLE, metavar="LAT,LON", help="the example's middle, degrees; default: %(default)s"
    )
    parser.add_argument(
        "--height", type=float, default=100.0, metavar="M", help="ground above the sea there; default: %(default)s"
    )
    parser.add_argument("--name", default="forehear", help="who warns, as people read it; default: %(default)s")
    parser.add_argument(
        "--system", action="store_true", help="for a service of the whole machine: data under /var/lib/forehear"
    )


def run(args: argparse.Namespace) -> int:
    """Write the files and say what comes next."""
    from forehear.service.config import load
    from forehear.service.upkeep import first

    folder = args.folder.resolve()
    first.write(folder, first.files(folder, _place(args.place), _height(args.height), args.name, args.system))
    settings = load(folder / first.CONFIG)
    count = len(settings.network.sensors)
    where = "/etc/systemd/system" if args.system else "~/.config/systemd/user"
    manage = "sudo systemctl" if args.system else "systemctl --user"
    print(
        f"forehear init: {folder}: {first.CONFIG}, {first.NETWORK} ({count} example microphones), {first.SITES}, "
        f"{'' if args.system else first.TOKEN + ', '}{first.UNIT}\n\nNext:\n"
        f"  1. put your sensors into {first.NETWORK} and your places into {first.SITES}\n"
        f"  2. forehear warm                                      compile the tracker's loops, once\n"
        f"  3. forehear doctor {folder / first.CONFIG}\n"
        f"  4. forehear serve --config {folder / first.CONFIG}\n"
        f"     or for good: cp {folder / first.UNIT} {where}/ && {manage} enable --now forehear",
        file=sys.stderr,
    )
    return 0


def _place(text: str) -> tuple[float, float]:
    """Read LAT,LON; gives (lon, lat). Raises ConfigurationError."""
    found = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*[, ]\s*(-?\d+(?:\.\d+)?)\s*", text)
    if found is None:
        raise ConfigurationError("arguments", [f"--place {text!r}: must be LAT,LON in degrees, such as {MIDDLE}"])
    lat, lon = float(found[1]), float(found[2])
    if not (-85.0 <= lat <= 85.0 and -180.0 <= lon <= 180.0):
        raise ConfigurationError(
            "arguments", [f"--place {text!r}: allowed: latitude -85 to 85, longitude -180 to 180"]
        )
    return lon, lat


def _height(height_m: float) -> float:
    if not LOWEST_M <= height_m <= HIGHEST_M:
        raise ConfigurationError("arguments", [f"--height {height_m}: allowed: {LOWEST_M} to {HIGHEST_M}"])
    return height_m

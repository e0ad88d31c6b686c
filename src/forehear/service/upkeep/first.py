"""The first files of a hub: a commented configuration, an example of sensors and places, a token, a unit.

Two ways to run it: as a user's own service out of one folder, or as the system's (`system`), with a user that
systemd makes, the data under /var/lib and compiled loops under /var/cache.
"""

import math
import os
import re
import secrets
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import msgspec

from forehear import geodesy
from forehear.errors import InputError
from forehear.io.geojson import network_geojson, sites_geojson
from forehear.records import Network, Sensor, Site

# The example: three rings of microphones round one, so far apart [m], on masts of four metres: a slow drone is
# heard two minutes before it comes.
APART_M, MAST_M, ROUND, RINGS = 3300.0, 4.0, 6, 3
TOKEN_BYTES = 32
STATE_DIRECTORY = "/var/lib/forehear"
NETWORK, SITES, CONFIG, TOKEN, UNIT = (
    "network.geojson", "sites.geojson", "forehear.toml", "operator.token", "forehear.service",
)  # fmt: skip

# What a service that listens on one port never needs: these hold for a user's own service too. Memory that is
# written and run is not denied: compiled loops are that.
HARDENED = """\
NoNewPrivileges=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
UMask=0077
"""
# And these only the system may set: a user of its own, and a file system of which it writes two folders.
HARDENED_SYSTEM = """\
DynamicUser=yes
StateDirectory=forehear
StateDirectoryMode=0700
CacheDirectory=forehear
Environment=NUMBA_CACHE_DIR=%C/forehear
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
ProcSubset=pid
RemoveIPC=yes
"""


def files(folder: Path, place: tuple[float, float], height_m: float, name: str, system: bool) -> dict[str, bytes]:
    """Make the files of a hub in a folder (absolute), by name.

    `place` is (lon, lat) [deg], the middle of the example; `height_m` the ground's height there.
    """
    lon, lat = place
    made = {
        NETWORK: network_geojson(example_network(lon, lat, height_m)),
        SITES: sites_geojson((Site("example", f"{name} (example)", "settlement", lon, lat),)),
        CONFIG: configuration(name, system).encode(),
        UNIT: unit(folder, system).encode(),
    }
    if not system:
        made[TOKEN] = f"{secrets.token_urlsafe(TOKEN_BYTES)}\n".encode()
    return made


def example_network(lon: float, lat: float, height_m: float) -> Network:
    """Give rings of microphones round one, at a place [deg] whose ground is so high [m]."""
    plane = geodesy.plane_at(lon, lat)
    spots = [(0.0, 0.0)]
    for ring in range(1, RINGS + 1):
        turns = [math.tau * k / (ROUND * ring) for k in range(ROUND * ring)]
        spots += [(ring * APART_M * math.sin(turn), ring * APART_M * math.cos(turn)) for turn in turns]
    sensors = []
    for k, (east, north) in enumerate(spots):
        x, y = plane.inverse(east, north)
        sensors.append(
            Sensor(f"M{k + 1:02}", "microphone", round(float(x), 6), round(float(y), 6), height_m + MAST_M)
        )
    return Network(tuple(sensors))


def configuration(name: str, system: bool) -> str:
    """Give the commented configuration with what is known of this hub filled in."""
    text = resources.files("forehear.service").joinpath("forehear.example.toml").read_text("utf-8")
    known: dict[str, str] = {"name": _quoted(name)}
    if (zone := _zone()) is not None:
        known["time_zone"] = _quoted(zone)
    if system:
        known["data_dir"] = _quoted(STATE_DIRECTORY)
    else:
        known["token_file"] = _quoted(TOKEN)
    for key, value in known.items():
        # In the example each key stands commented out at its default.
        text, found = re.subn(rf"(?m)^# {key} = .*$", f"{key} = {value}".replace("\\", r"\\"), text, count=1)
        assert found == 1, f"the example has no key {key}"
    return text


def _quoted(value: str) -> str:
    """A string as TOML writes it: its basic strings are JSON's."""
    return msgspec.json.encode(value).decode()


def _zone() -> str | None:
    """The system's time zone by its name, where it tells."""
    try:
        where = os.path.realpath("/etc/localtime")
    except OSError:
        return None
    zone = where.partition("/zoneinfo/")[2]
    return zone if "/" in zone and not zone.startswith("Etc/") else None


def unit(folder: Path, system: bool) -> str:
    """Give the unit that runs the hub of a folder under systemd."""
    command = f"{sys.executable} -m forehear.cli.main serve --config {folder / CONFIG}"
    lines = [
        "[Unit]", "Description=forehear: hears drones before they arrive",
        "After=network-online.target time-sync.target", "Wants=network-online.target",
        # Restart for ever: a hub that gave up after five crashes would be silent on the sixth night.
        "StartLimitIntervalSec=0", "", "[Service]", "Type=notify", "NotifyAccess=main",
        f"ExecStart={_escaped(command)}", "Restart=always", "RestartSec=2", "TimeoutStartSec=300",
        "TimeoutStopSec=20", "WatchdogSec=30",
    ]  # fmt: skip
    lines += [*HARDENED.splitlines(), *(HARDENED_SYSTEM.splitlines() if system else ()), "", "[Install]",
              f"WantedBy={'multi-user.target' if system else 'default.target'}"]  # fmt: skip
    return "\n".join(lines) + "\n"


def _escaped(words: str) -> str:
    """Percent signs are systemd's own in a unit."""
    return words.replace("%", "%%")


def write(folder: Path, made: Mapping[str, bytes]) -> None:
    """Write a hub's files into a folder; those of secrets for their owner alone.

    Raises InputError where one is there already, naming each, and then nothing was written; or where the folder
    cannot be written.
    """
    there = sorted(name for name in made if (folder / name).exists())
    if there:
        raise InputError(f"{folder}: has {', '.join(there)} already; nothing was written")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in made.items():
            mode = 0o600 if name == TOKEN else 0o644
            file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
            with os.fdopen(file, "wb") as out:
                out.write(body)
    except OSError as error:
        raise InputError(f"{error.filename or folder}: {error.strerror or error}") from None

"""A service on stage: a store of its own, a clock of its own, and a player at its endpoints. `demo` and `replay`.

The stage's clock starts at the first report and runs at the speed asked for; everything else is the service as it
runs for real: HTTP, signatures, the store, the tracker's process, the map.
"""

import asyncio
import base64
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from forehear.errors import ConfigurationError
from forehear.io.geojson import network_geojson, sites_geojson
from forehear.io.signing import key_from_seed, write_public_key
from forehear.records import Network, Site
from forehear.service.config import Settings, load
from forehear.service.hub import Hub
from forehear.service.run import listening
from forehear.service.run import run as run_service
from forehear.stage.player import Part

# The curtain rises this long after the service is ready [s]: a browser has opened by then.
CURTAIN_S = 1.0
# The stage's clock stays within so much of the newest sound heard: seconds of the stage, and of this machine.
LEASH_S, LEASH_WALL_S = 3.0, 1.0
# How a player ends that was asked to, as Ctrl-C and systemd ask all processes at once.
INTERRUPTED = (130, -signal.SIGINT, -signal.SIGTERM)
CONFIG = """
network = "network.geojson"
sites = "sites.geojson"
[service]
name = {name}
status = "Exercise"
public_url = "http://{host}:{port}"
sender = "demo@localhost"
tick_s = {tick_s}
[ingest]
reports_per_s = {per_s}
burst = {burst}
[public]
tracks = true
"""


class Play(msgspec.Struct, frozen=True):
    """What is shown."""

    name: str
    network: Network
    sites: tuple[Site, ...]
    kind: str
    what: str
    start_s: float
    seed: int | None = None
    speed: float = 1.0
    extra: tuple[str, ...] = ()
    # Seconds by which the recorded times are moved to the stage's: the demo plays now, a replay then.
    shift_s: float = 0.0


def check(speed: float, port: int, keep: Path | None = None) -> None:
    """Refuse what cannot be played. Raises ConfigurationError with all faults."""
    faults = []
    if not 0.1 <= speed <= 60.0:
        faults.append(f"--speed {speed}: allowed: 0.1 to 60")
    if not 0 <= port <= 65535:
        faults.append(f"--port {port}: allowed: 0 to 65535")
    if keep is not None and (keep / "forehear-data").exists():
        # Its clock may be ahead of this one's: the play would stand still until it is overtaken.
        faults.append(f"--keep {keep}: keeps another play already; name a new folder")
    if faults:
        raise ConfigurationError("command line", faults)


def set_up(play: Play, folder: Path, host: str, port: int) -> tuple[Settings, dict[str, bytes]]:
    """Write the network with new keys, the sites and a configuration; returns it and the sensors' secrets."""
    seeds = {s.id: secrets.token_bytes(32) for s in play.network.sensors}
    sensors = tuple(
        msgspec.structs.replace(s, public_key=write_public_key(key_from_seed(seeds[s.id])))
        for s in play.network.sensors
    )
    (folder / "network.geojson").write_bytes(network_geojson(Network(sensors, play.network.atmosphere)))
    (folder / "sites.geojson").write_bytes(sites_geojson(play.sites))
    text = CONFIG.format(
        name=msgspec.json.encode(play.name).decode(), host=host, port=port,
        # A second of the stage at most; and a sensor may send as fast as the stage's clock runs.
        tick_s=min(0.2, max(1.0 / play.speed, 0.05)), per_s=4.0, burst=2000.0,
    )  # fmt: skip
    path = folder / "forehear.toml"
    path.write_text(text, "utf-8")
    return load(path), seeds


class _Clock:
    """The stage's clock: it stands until the curtain rises; then it runs at the play's speed, but not away from a
    player that cannot keep up: sound that comes a minute late is of no use to a tracker."""

    def __init__(self, start_s: float, speed: float) -> None:
        self.start_s, self.speed = start_s, speed
        self._rises_at_s = float("inf")
        self._shown_s = start_s
        self._hub: Hub | None = None

    def __call__(self) -> float:
        """Give the stage's time [s]; it never goes back."""
        elapsed = max(time.time() - self._rises_at_s, 0.0) if self._rises_at_s < float("inf") else 0.0
        runs_s = self.start_s + elapsed * self.speed
        if self._hub is not None:
            newest_s = max(self._hub.newest_heard_s, self.start_s)
            runs_s = min(runs_s, newest_s + LEASH_S + LEASH_WALL_S * self.speed)
        self._shown_s = max(self._shown_s, runs_s)
        return self._shown_s

    def rise(self, hub: Hub) -> float:
        """Let it run, on the hub's leash, from a moment after now on; gives that moment [s since 1970]."""
        self._rises_at_s, self._hub = time.time() + CURTAIN_S, hub
        return self._rises_at_s

    def let_go(self) -> None:
        """Run on without a player."""
        self._hub = None


async def _perform(hub: Hub, part: Part, clock: _Clock, opened: Callable[[str], None]) -> None:
    """Start the player of a part, raise the curtain when it is ready, and wait for its end."""
    await hub.ready.wait()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    player = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "forehear.stage.player",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
    )  # fmt: skip
    assert player.stdin is not None
    assert player.stdout is not None
    try:
        player.stdin.write(base64.b64encode(msgspec.msgpack.encode(part)) + b"\n")
        await player.stdin.drain()
        await player.stdout.readline()
        opened(f"{part.url}/#token={hub.token}")
        player.stdin.write(f"{clock.rise(hub)!r}\n".encode())
        await player.stdin.drain()
        await player.wait()
        clock.let_go()
        if player.returncode == 0:
            print("the play is over; the service goes on until Ctrl-C", file=sys.stderr)
        elif player.returncode not in INTERRUPTED:
            why = f"the player ended with {player.returncode}: nothing more is played"
            print(f"{why}; the service goes on until Ctrl-C", file=sys.stderr)
    finally:
        if player.returncode is None:
            player.kill()


def run(play: Play, host: str, port: int, opened: Callable[[str], None], keep: Path | None = None) -> None:
    """Set the stage, open the endpoints, play. `opened` gets the map's address once it answers."""
    server_socket = listening(host, port)
    folder = keep if keep is not None else Path(tempfile.mkdtemp(prefix="forehear-"))
    folder.mkdir(parents=True, exist_ok=True)
    port = server_socket.getsockname()[1]
    settings, seeds = set_up(play, folder, host, port)
    clock = _Clock(play.start_s + play.shift_s, play.speed)
    part = Part(
        f"http://{host}:{port}", play.kind, play.what, seeds, clock.start_s, play.speed, play.seed, play.shift_s,
        play.extra,
    )  # fmt: skip
    try:
        run_service(settings, server_socket, clock, lambda hub: _perform(hub, part, clock, opened))
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)

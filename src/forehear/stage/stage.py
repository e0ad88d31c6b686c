"""A service on stage: a store of its own, a clock of its own, and a player at its door. `demo` and `replay`.

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
# How a player ends that was told to, as Ctrl-C and systemd tell all processes at once.
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


def run(play: Play, host: str, port: int, opened: Callable[[str], None], keep: Path | None = None) -> None:
    """Set the stage, open the doors, play. `opened` is told the map's address once it answers."""
    door = listening(host, port)
    folder = keep if keep is not None else Path(tempfile.mkdtemp(prefix="forehear-"))
    folder.mkdir(parents=True, exist_ok=True)
    port = door.getsockname()[1]
    settings, seeds = set_up(play, folder, host, port)
    stage_start_s = play.start_s + play.shift_s
    # The clock stands until the curtain rises; then it runs, but not away from a player that cannot keep up: sound
    # that comes a minute late is of no use to a tracker.
    rises = [float("inf")]
    told_s = [stage_start_s]
    stage: list[Hub] = []

    def clock() -> float:
        elapsed = max(time.time() - rises[0], 0.0) if rises[0] < float("inf") else 0.0
        runs_s = stage_start_s + elapsed * play.speed
        if stage:
            newest_s = max(stage[0].newest_heard_s, stage_start_s)
            runs_s = min(runs_s, newest_s + LEASH_S + LEASH_WALL_S * play.speed)
        told_s[0] = max(told_s[0], runs_s)
        return told_s[0]

    async def then(hub: Hub) -> None:
        await hub.ready.wait()
        part = Part(
            f"http://{host}:{port}", play.kind, play.what, seeds, stage_start_s, play.speed, play.seed,
            play.shift_s, play.extra,
        )  # fmt: skip
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
            opened(f"http://{host}:{port}/#token={hub.token}")
            rises[0] = time.time() + CURTAIN_S
            stage.append(hub)
            player.stdin.write(f"{rises[0]!r}\n".encode())
            await player.stdin.drain()
            await player.wait()
            stage.clear()
            if player.returncode == 0:
                print("the play is over; the service goes on until Ctrl-C", file=sys.stderr)
            elif player.returncode not in INTERRUPTED:
                why = f"the player ended with {player.returncode}: nothing more is played"
                print(f"{why}; the service goes on until Ctrl-C", file=sys.stderr)
        finally:
            if player.returncode is None:
                player.kill()

    try:
        run_service(settings, door, clock, then)
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)

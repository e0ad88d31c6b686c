"""Killed at any moment: no acknowledged report is lost, no alert is sent twice, and it is back within seconds.

The service runs in a process of its own (cli.serve, service.run), and starts the tracker's again
(service.tracking.launched, service.tracking.worker_entry, service.tracking.worker,
service.tracking.warm).
"""

import os
import random
import signal
import threading
import time
from itertools import groupby
from pathlib import Path

import httpx
import pytest
from tests.service.stand import SEEDS, Served, line, serve, write_config

from forehear.records import Report
from forehear.service.store.store import Store

KILLS = 100
GENEROUS = {"reports_per_s": 1000.0, "burst": 1_000_000.0}


def stored(folder: Path) -> list[Report]:
    store = Store(folder / "forehear-data" / "store.sqlite")
    found = [r for block in store.blocks(0, store.last_block()) for r in block]
    store.close()
    return found


def send_until(served: Served, stop: threading.Event, counters: dict[str, int], acknowledged: list[float]) -> None:
    """Hand in reports of all sensors as fast as they are answered; note whose hearing time was acknowledged."""
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}", timeout=5.0, trust_env=False) as client:
        while not stop.is_set():
            batch, times = [], []
            for name in SEEDS:
                counters[name] += 1
                heard = time.time()
                batch.append(line(name, counters[name], heard, 50.0 if counters[name] % 3 else None))
                times.append(heard)
            try:
                answer = client.post("/v1/reports", content=b"\n".join(batch))
            except httpx.TransportError:
                # The service is not there yet, or not any more: nothing was acknowledged.
                time.sleep(0.01)
                continue
            if answer.status_code == 200 and answer.json()["accepted"] == len(batch):
                acknowledged += times


@pytest.mark.slow
def test_a_hundred_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """Killed at random moments, from the first breath to full work; every second life begins where one ended."""
    config = write_config(tmp_path, ingest=GENEROUS)
    chance = random.Random(11)
    counters = dict.fromkeys(SEEDS, 0)
    acknowledged: list[float] = []
    port = None
    answered = 0
    for life in range(KILLS):
        served = serve(config, port)
        port = served.port
        stop = threading.Event()
        before = len(acknowledged)
        sender = threading.Thread(target=send_until, args=(served, stop, counters, acknowledged))
        sender.start()
        if life % 2:
            # While it starts, opens the store, or catches up.
            time.sleep(chance.uniform(0.1, 1.5))
        else:
            patience = time.monotonic() + 20.0
            while len(acknowledged) == before and time.monotonic() < patience:
                time.sleep(0.005)
            time.sleep(chance.uniform(0.0, 0.5))
        served.kill()
        stop.set()
        sender.join()
        answered += len(acknowledged) > before
    assert answered > KILLS / 3, "many lives must have taken something for this to mean anything"
    assert len(acknowledged) > 1000
    last = serve(config, port)
    last.until_ready()
    assert last.stop() == 0
    found = stored(tmp_path)
    kept = {round(r.heard_at_s, 6) for r in found}
    lost = [t for t in acknowledged if round(t, 6) not in kept]
    assert lost == [], f"{len(lost)} of {len(acknowledged)} acknowledged reports lost"
    pairs = [(r.sensor, r.heard_at_s) for r in found]
    assert len(pairs) == len(set(pairs)), "no report is kept twice"
    text = (tmp_path / "log.txt").read_text()
    assert "Traceback" not in text, text[-3000:]


def runs(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.slow
def test_the_tracker_ends_with_its_service(tmp_path: Path) -> None:
    """Killed alone, the service leaves no tracker behind that takes the processor from the next one."""
    served = serve(write_config(tmp_path, ingest=GENEROUS))
    served.until_ready()
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
    assert children
    served.kill()
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline and any(runs(pid) for pid in children):
        time.sleep(0.01)
    assert not [pid for pid in children if runs(pid)]


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_all_at_once_it_ends_in_order(tmp_path: Path, how: signal.Signals) -> None:
    """systemd and Ctrl-C tell every process of the service at once: the tracker waits for its service's word."""
    served = serve(write_config(tmp_path, ingest=GENEROUS), start_new_session=True)
    served.until_ready()
    os.killpg(served.process.pid, how)
    assert served.process.wait(20.0) == 0
    text = (tmp_path / "log.txt").read_text()
    assert "gone" not in text, text
    assert "Traceback" not in text, text


def raid_lines(seconds: int) -> tuple[list[tuple[float, list[Report]]], object]:
    """A simulated flight's reports by second, and its world."""
    from forehear.simulate.run import simulate
    from forehear.simulate.scenario import files as scenarios

    by_second: dict[int, list[Report]] = {}
    world = None
    for block in simulate(scenarios.load("column", {"duration_s": seconds, "network.spacing_m": 5000.0})):
        world = block.world
        for report in block.reports():
            by_second.setdefault(int(report.received_at_s or 0.0), []).append(report)
    assert world is not None
    return sorted((float(t), r) for t, r in by_second.items()), world


@pytest.mark.slow
def test_tracks_and_alerts_go_on_over_kills_and_nothing_is_told_twice(tmp_path: Path) -> None:
    """A raid, in real time, over a service that is killed in the middle of it, three times."""
    import msgspec

    from forehear.io.geojson import network_geojson, sites_geojson
    from forehear.io.signing import key_from_seed, signed_line, write_public_key

    seconds, world = raid_lines(150)
    keys = {s.id: key_from_seed(s.id.encode().ljust(32, b"-")) for s in world.network.sensors}  # type: ignore[attr-defined]
    config = write_config(tmp_path, ingest=GENEROUS)
    sensors = tuple(
        msgspec.structs.replace(s, public_key=write_public_key(keys[s.id]))
        for s in world.network.sensors  # type: ignore[attr-defined]
    )
    network = msgspec.structs.replace(world.network, sensors=sensors)  # type: ignore[attr-defined,type-var]
    (tmp_path / "network.geojson").write_bytes(network_geojson(network))
    (tmp_path / "sites.geojson").write_bytes(sites_geojson(world.sites))  # type: ignore[attr-defined]
    began = time.monotonic()
    served = serve(config)
    served.until_ready()
    started_s = time.monotonic() - began
    # From the flights' first minute on; as fast as 1 s of it a second would take too long: the middle 45 s.
    part = [s for s in seconds if 60.0 <= s[0] - seconds[0][0] < 105.0]
    shift = time.time() - part[0][0]
    counter, sent, names, resumed = 0, [], set(), []
    for k, (second, reports) in enumerate(part):
        time.sleep(max(second + shift - time.time(), 0.0))
        lines = []
        for report in reports:
            counter += 1
            own = msgspec.structs.replace(report, heard_at_s=report.heard_at_s + shift)
            lines.append(signed_line(own, counter, keys[report.sensor]))
        served.client.post("/v1/reports", content=b"\n".join(lines))
        if k in (15, 25, 35):
            before = served.client.get("/tracks.geojson", headers=served.operator).json()["features"]
            sent = served.client.get("/alerts?limit=1000").json()
            names = {f["id"] for f in before if f["properties"]["status"] == "confirmed"}
            served.kill()
            began = time.monotonic()
            served = serve(config, served.port)
            served.until_ready()
            resumed.append(time.monotonic() - began)
            after = served.client.get("/tracks.geojson", headers=served.operator).json()["features"]
            assert names <= {f["id"] for f in after}, "a confirmed track keeps its name over a kill"
            again = served.client.get("/alerts?limit=1000").json()
            assert again[-len(sent) :] == sent if sent else True
    alerts = served.client.get("/alerts?limit=1000").json()
    assert served.stop() == 0
    assert names, "something was tracked"
    assert alerts, "somebody was warned"
    keys_of = [(a["alert"], a["site"], a["state"], a["issued_at_s"]) for a in alerts]
    assert len(keys_of) == len(set(keys_of))
    # A site's states follow each other: the same alert never begins again.
    for site in {a["site"] for a in alerts}:
        first = [a for a in reversed(alerts) if a["site"] == site]
        starts = [name for name, _ in groupby(a["alert"] for a in first)]
        assert len(starts) == len(set(starts)), starts
    # Beside a first start in the same run, since machines are shared: the aim is 2 s (docs/operations.md).
    assert max(resumed) < max(8.0, 5.0 * started_s), (resumed, started_s)

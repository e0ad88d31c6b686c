"""`forehear replay` plays a journal through the endpoint of a service of its own, in the journal's time."""

import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from tests.service.stand import compiled, environment, free_port

from forehear.io.geojson import network_geojson, sites_geojson
from forehear.io.ndjson import RecordWriter
from forehear.simulate.run import simulate
from forehear.simulate.scenario import files as scenarios


@pytest.mark.slow
def test_a_journal_is_heard_tracked_and_shown_at_ten_times_life(tmp_path: Path) -> None:
    compiled()
    start_s = 0.0
    with (tmp_path / "reports.ndjson").open("wb") as stream:
        for block in simulate(scenarios.load("column", {"duration_s": 240})):
            RecordWriter(stream).write(block.reports())
            (tmp_path / "network.geojson").write_bytes(network_geojson(block.world.network))
            (tmp_path / "sites.geojson").write_bytes(sites_geojson(block.world.sites))
            start_s = block.world.scenario.start_s
    port = free_port()
    words = [sys.executable, "-m", "forehear.cli.main", "replay", "--network", "network.geojson"]
    words += ["--sites", "sites.geojson", "--reports", "reports.ndjson", "--speed", "10", "--no-browser"]
    words += ["--port", str(port), "--keep", "kept"]
    log = (tmp_path / "log.txt").open("wb")
    process = subprocess.Popen(words, cwd=tmp_path, env=environment(), stderr=log)
    try:
        tracks: list[dict[str, object]] = []
        status: dict[str, object] = {}
        end = time.monotonic() + 90.0
        while time.monotonic() < end and not tracks:
            time.sleep(0.3)
            assert process.poll() is None, (tmp_path / "log.txt").read_text()
            try:
                status = httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).json()
                tracks = httpx.get(f"http://127.0.0.1:{port}/tracks.geojson", trust_env=False).json()["features"]
            except httpx.TransportError:
                continue
        assert tracks, "a track of the column"
        assert start_s < float(str(status["time_s"])) < start_s + 3600.0, "the journal's own time"
    finally:
        process.terminate()
        assert process.wait(20.0) == 0
    assert (tmp_path / "kept" / "forehear-data" / "store.sqlite").exists()

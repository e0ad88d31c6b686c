"""Feeds of a running service, read by the clients of alerts.in.ua, ukrainealarm and GeoJSON feeds."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from tests.io.outlets.made import alert
from tests.peers.environments import judge
from tests.service.stand import write_config

from forehear.service.config import load
from forehear.service.endpoints.web import application
from forehear.service.hub import Hub
from forehear.service.outlets.outlets import Outlets
from forehear.service.run import listening

pytestmark = [pytest.mark.peer, pytest.mark.slow]
FEED = '[[outlet]]\nname = "app"\nkind = "feed"\nexercise = true\nregions = {town = "18"}\n'


def test_every_client_reads_what_stands_and_that_it_is_over(tmp_path: Path) -> None:
    path = write_config(tmp_path)
    path.write_text(path.read_text("utf-8") + FEED, "utf-8")

    async def go() -> list[dict[str, Any]]:
        hub = Hub(load(path))
        outlets = Outlets(hub)
        await outlets.start()
        socket = listening("127.0.0.1", 0)
        server = uvicorn.Server(uvicorn.Config(application(hub, None, outlets), log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve([socket]))
        process = judge("alerts", "alerts", f"http://127.0.0.1:{socket.getsockname()[1]}/feeds/app")
        assert process.stdin is not None
        assert process.stdout is not None
        out = []
        try:
            await asyncio.to_thread(process.stdout.readline)
            for state in (None, "watch", "warning", "cancelled"):
                if state is not None:
                    one = alert(state, alert="A1", site="town", issued_at_s=time.time())
                    await hub._send(one)
                process.stdin.write(b"\n")
                line = await asyncio.to_thread(process.stdout.readline)
                assert line, (process.stderr.read() if process.stderr else b"").decode()[-3000:]
                out.append(json.loads(line))
            await asyncio.to_thread(process.communicate, None, 60.0)
        finally:
            if process.poll() is None:
                process.kill()
            server.should_exit = True
            await serving
            await outlets.stop()
            await hub.stop()
        return out

    nothing, watch, warning, over = asyncio.run(go())
    assert (nothing["active"], nothing["alarmed"], nothing["entries"]) == ([], [], [])
    assert nothing["regions"] == ["18"]
    assert watch["active"][0]["level"] == "yellow"
    assert watch["alarmed"] == []
    assert warning["active"][0]["level"] == "red"
    assert warning["active"][0]["uid"] == "18"
    assert warning["active"][0]["notes"] == "НАВЧАННЯ. EXERCISE."
    assert abs(warning["active"][0]["started_s"] - time.time()) < 120.0
    assert warning["air_raids"] == 1
    assert warning["alarmed"] == [["18", ["AIR"]]]
    assert warning["feed"] == "OK"
    assert warning["entries"][0][0] == "A1.town"
    assert warning["entries"][0][1].startswith("EXERCISE")
    assert warning["entries"][0][3] == [47.0, 31.0]
    assert (over["active"], over["alarmed"], over["entries"]) == ([], [], [])
    assert [one["index"] for one in (nothing, watch, warning, over)] == [0, 1, 2, 3]

"""What `forehear listen --device --hub` sends is taken by `forehear serve`: signed, with its health, once."""

import time
from pathlib import Path

import pytest
from tests.service.stand import SEEDS, serve, write_config

from forehear.io.posting import poster
from forehear.io.signing import key_from_seed
from forehear.node.uplink import Uplink
from forehear.records import Health, Report


@pytest.mark.slow
def test_a_microphones_reports_arrive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    served = serve(write_config(tmp_path))
    try:
        served.until_ready()
        logged: list[str] = []
        up = Uplink(poster(f"http://127.0.0.1:{served.port}"), key_from_seed(SEEDS["S7"]), logged.append)
        now_s = time.time()
        health = Health(gap_s=1.0, uncalibrated=True)
        up.put([Report("S7", now_s - 5.0 + k, now_s, 35.0, health=health) for k in range(3)])
        up.put([Report("S7", now_s - 2.0 + k, now_s, 35.0) for k in range(2)])
        up.close()
        assert (up.accepted, up.refused, logged) == (5, 0, [])
    finally:
        assert served.stop() == 0

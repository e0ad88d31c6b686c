"""The line to the tracker's process: ended in the middle of much that is under way."""

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.service.stand import SEEDS, compiled, report, write_config

from forehear.service.store.store import pack
from forehear.service.tracking.messages import Start, Step
from forehear.service.tracking.pipe import Pipe, is_stopped
from forehear.warn.limits import Policy


@pytest.mark.slow
def test_it_ends_at_once_with_steps_and_frames_under_way(tmp_path: Path) -> None:
    compiled()
    write_config(tmp_path)
    start = Start(str(tmp_path / "network.geojson"), None, str(tmp_path / "snapshot.bin"), Policy())
    # More than the system holds for a process that does not read.
    body = pack([report(name, 1000.0 + k) for k in range(2000) for name in SEEDS])

    async def run() -> None:
        pipe, _ = await Pipe.start(start)
        frames = pipe.take_all(Step(2000.0 + k, k, (body,)) for k in range(20))
        assert (await anext(frames)).reports > 0
        began = asyncio.get_running_loop().time()
        await asyncio.wait_for(pipe.stop(), 15.0)
        assert asyncio.get_running_loop().time() - began < 10.0

    asyncio.run(run())


def test_a_stopped_process_is_told_from_one_that_sleeps() -> None:
    with subprocess.Popen(["sleep", "30"]) as one:
        try:
            assert not is_stopped(one.pid)
            os.kill(one.pid, signal.SIGSTOP)
            end = time.monotonic() + 10.0
            while not is_stopped(one.pid) and time.monotonic() < end:
                time.sleep(0.01)
            assert is_stopped(one.pid)
        finally:
            one.kill()
    assert not is_stopped(one.pid), "one that is gone is not stopped"

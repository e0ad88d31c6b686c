"""A feed of known aircraft: a real dump1090 by both its ways, and receivers that close, hang, lie and stand
still.
"""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.io.aircraft.made import EVEN, IDENTITY, ODD, VELOCITY, of_another, parity, sbs
from tests.io.aircraft.test_page import OURS, page
from tests.service.outlets.receivers import hangs, receiving, until
from tests.service.stand import free_port

from forehear.service.aircraft import feed as module
from forehear.service.aircraft.feed import AircraftFeed, centre_of
from forehear.service.aircraft_table import AircraftTable

DUMP1090 = shutil.which("dump1090-mutability")
CENTRE = (4.0, 52.0)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN_S", 0.02)
    monkeypatch.setattr(module, "AGAIN_MOST_S", 0.05)


@asynccontextmanager
async def running(table: AircraftTable, folder: Path) -> AsyncIterator[AircraftFeed]:
    one = AircraftFeed(table, folder, CENTRE, time.time)
    task = asyncio.create_task(one.run())
    try:
        yield one
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def names(one: AircraftFeed) -> list[str]:
    return sorted(known.id for known in one.known(time.time()))


@pytest.fixture
def dump1090(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """Debian's dump1090-mutability, without a radio; gives the ports that take frames and give lines."""
    if DUMP1090 is None:
        pytest.skip("Debian's dump1090-mutability is not there")
    taking, giving = free_port(), free_port()
    command = [
        DUMP1090, "--net-only", "--net-bind-address", "127.0.0.1", "--quiet", "--write-json", str(tmp_path),
        "--net-ri-port", str(taking), "--net-sbs-port", str(giving), "--net-ro-port", "0", "--net-bi-port", "0",
        "--net-bo-port", "0",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(500):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", giving)) == 0:
                break
        time.sleep(0.02)
    yield taking, giving
    process.terminate()
    process.wait(20.0)


def test_the_frames_are_the_published_ones_whatever_aircraft_sends_them() -> None:
    for frame in (IDENTITY, EVEN, ODD, VELOCITY):
        assert of_another(frame, frame[2:8]) == frame
        assert parity(bytes.fromhex(frame[:22])) == int(frame[22:], 16)


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.parametrize("way", ["sbs", "json"])
def test_a_real_dump1090_is_read_by_both_its_ways(tmp_path: Path, dump1090: tuple[int, int], way: str) -> None:
    taking, giving = dump1090
    path = str(tmp_path / "aircraft.json")
    table = AircraftTable(sbs=f"127.0.0.1:{giving}") if way == "sbs" else AircraftTable(json=path, every_s=0.2)

    async def go() -> None:
        async with running(table, tmp_path) as one:
            await until(lambda: one.why is None, 60.0)
            _, writer = await asyncio.open_connection("127.0.0.1", taking)
            ends = time.monotonic() + 60.0
            while "40621D" not in names(one):
                assert time.monotonic() < ends, dict(one.rejections.by_reason)
                for frame in (of_another(IDENTITY, "40621D"), of_another(VELOCITY, "40621D"), EVEN, ODD):
                    writer.write(f"*{frame};\n".encode())
                await writer.drain()
                await asyncio.sleep(0.2)
            writer.close()
            (seen,) = one.known(time.time())
            assert (seen.lat, seen.lon) == (pytest.approx(52.2658, abs=0.02), pytest.approx(3.9389, abs=0.03))
            assert seen.height_m == pytest.approx(38_000 * 0.3048, abs=40.0)
            assert seen.north_mps == pytest.approx(-159 * 0.5144, abs=1.0)
            assert seen.up_mps == pytest.approx(-832 * 0.00508, abs=0.1)
            assert seen.name == "KLM1023"
            assert abs(seen.time_s - time.time()) < 30.0
            assert one.trouble()[1] is None

    asyncio.run(go())


def position(icao: str) -> bytes:
    return sbs(3, icao, time.time(), height="3000", lat="52.1", lon="4.1")


def test_a_receiver_that_closes_is_asked_again(tmp_path: Path) -> None:
    given = iter(["400001", "400002", "400003"])

    async def one_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(position(next(given)))
        await writer.drain()

    async def go() -> None:
        async with (
            receiving(one_line) as receiver,
            running(AircraftTable(sbs=f"127.0.0.1:{receiver.port}"), tmp_path) as one,
        ):
            await until(lambda: len(names(one)) == 3)
            assert one.connections >= 3

    asyncio.run(go())


def test_a_feed_that_is_gone_or_hangs_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GONE_S", 0.2)
    monkeypatch.setattr(module, "POLL_WITHIN_S", 0.2)

    async def go() -> None:
        async with running(AircraftTable(sbs=f"127.0.0.1:{free_port()}"), tmp_path) as one:
            await until(lambda: one.trouble()[1] is not None)
            assert "fails for" in (one.trouble()[1] or "")
        async with receiving(hangs) as receiver:
            address = f"http://127.0.0.1:{receiver.port}/aircraft.json"
            async with running(AircraftTable(json=address), tmp_path) as one:
                await until(lambda: "nothing came of it in time" in (one.trouble()[1] or ""))

    asyncio.run(go())


def test_a_page_over_http_whole_chunked_and_cut_off(tmp_path: Path) -> None:
    whole = page(OURS, now_s=time.time())
    head = b"HTTP/1.1 200 OK\r\n"
    answers = [
        head + b"Content-Length: 9999\r\n\r\n" + whole,
        b"HTTP/1.1 503 X\r\n\r\n",
        head + b"\r\n" + whole[:50],
        head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(whole) + whole + b"\r\n0\r\n\r\n",
    ]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers.pop(0) if len(answers) > 1 else answers[0])
        await writer.drain()

    async def go() -> None:
        async with receiving(serve) as receiver:
            table = AircraftTable(json=f"http://127.0.0.1:{receiver.port}/data/aircraft.json", every_s=0.2)
            async with running(table, tmp_path) as one:
                await until(lambda: names(one) == ["4CA2D6"])
                await until(lambda: one.why is None)

    asyncio.run(go())


def test_a_page_that_stands_still_is_late_and_what_it_said_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "aircraft.json").write_bytes(page(OURS, now_s=time.time() - 25.0))

    async def go() -> None:
        async with running(AircraftTable(json="aircraft.json", every_s=0.2), tmp_path) as one:
            await until(lambda: one.why is None)
            assert "is late: its page is 25 s old" in (one.trouble()[1] or "")
            assert names(one) == ["4CA2D6"]
            assert one.known(time.time() + 10.0) == []

    asyncio.run(go())


def test_the_middle_of_a_network() -> None:
    assert centre_of([]) is None
    lon, lat = centre_of([(179.0, 10.0), (-179.0, 20.0)]) or (0.0, 0.0)
    assert abs(lon) == pytest.approx(180.0)
    assert lat == 15.0

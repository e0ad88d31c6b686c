"""Connections that break, and readers that do not read."""

import asyncio
from pathlib import Path

import pytest
from tests.service.outlets.receivers import reads_nothing, receiving, until

from forehear.service.outlet_table import OutletTable
from forehear.service.outlets.items import Undelivered
from forehear.service.outlets.stream import Stream


def table(port: int, scheme: str = "tcp") -> OutletTable:
    return OutletTable("tak", "cot", f"{scheme}://127.0.0.1:{port}")


def test_what_the_other_end_closed_is_noticed_and_opened_anew(tmp_path: Path) -> None:
    seen: list[bytes] = []

    async def one_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readline())

    async def go() -> None:
        async with receiving(one_line) as receiver:
            stream = Stream(table(receiver.port), tmp_path)
            for k in (1, 2, 3):
                assert await stream.open()
                assert not await stream.open()
                await stream.write(b"%d\n" % k)
                await until(lambda k=k: len(seen) == k)  # type: ignore[misc]
                await asyncio.sleep(0.02)
                with pytest.raises(Undelivered, match="closed by the other end"):
                    await stream.write(b"lost\n")
            await stream.close()
        assert seen == [b"1\n", b"2\n", b"3\n"]

    asyncio.run(go())


def test_a_reader_that_reads_nothing_holds_little_memory_and_time(tmp_path: Path) -> None:
    async def go() -> None:
        async with receiving(reads_nothing) as receiver:
            stream = Stream(table(receiver.port), tmp_path)
            await stream.open()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(stream.write(*[b"x" * 100_000] * 100), 0.5)
            async with asyncio.timeout(1.0):
                await stream.close()

    asyncio.run(go())


def test_nobody_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    async def go() -> None:
        stream = Stream(table(1), tmp_path)
        with pytest.raises(OSError, match=r"refused|Connect"):
            await stream.open()
        await stream.close()

    asyncio.run(go())


def test_datagrams_are_one_each(tmp_path: Path) -> None:
    class Taking(asyncio.DatagramProtocol):
        def __init__(self) -> None:
            self.seen: list[bytes] = []

        def datagram_received(self, data: bytes, addr: object) -> None:
            self.seen.append(data)

    async def go() -> None:
        loop = asyncio.get_running_loop()
        transport, taking = await loop.create_datagram_endpoint(Taking, local_addr=("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        stream = Stream(table(port, "udp"), tmp_path)
        assert await stream.open()
        await stream.write(b"one", b"two")
        await until(lambda: len(taking.seen) == 2)
        assert taking.seen == [b"one", b"two"]
        await stream.close()
        transport.close()

    asyncio.run(go())

"""Run in the peers' environment `cot`: what pytak's client receives, and TAK's protocol makes of it, as JSON.

python cot.py connect PORT COUNT     as a client of a server of events
python cot.py serve COUNT            as who is connected to; the first line out is {"port": ...}
"""

import asyncio
import json
import sys

import pytak
import takproto

TIMEOUT_S = 60.0


class Receiver(pytak.RXWorker):
    """pytak's own receiver, which finds where events end."""


def judged(data: bytes) -> dict[str, object]:
    # `parse_proto` knows XML by the declaration that it begins with; a stream of events has none.
    made = takproto.xml2proto(data)
    event = takproto.parse_proto(made).cotEvent
    track = event.detail.track
    return {
        "uid": event.uid, "type": event.type, "how": event.how, "opex": event.opex, "lat": event.lat,
        "lon": event.lon, "hae": event.hae, "ce": event.ce, "le": event.le, "time_ms": event.sendTime,
        "start_ms": event.startTime, "stale_ms": event.staleTime, "course": track.course, "speed": track.speed,
        "callsign": event.detail.contact.callsign, "xml": event.detail.xmlDetail,
    }  # fmt: skip


async def received(reader: object, count: int) -> None:
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    worker = Receiver(queue, {}, reader)
    for _ in range(count):
        async with asyncio.timeout(TIMEOUT_S):
            while queue.empty():
                await worker.run_once()
        print(json.dumps(judged((await queue.get()).strip())), flush=True)


async def connect(port: int, count: int) -> None:
    reader, writer = await pytak.protocol_factory({"COT_URL": f"tcp://127.0.0.1:{port}"})
    await received(reader, count)
    writer.close()


async def serve(count: int) -> None:
    done = asyncio.Event()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await received(reader, count)
        writer.close()
        done.set()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    async with asyncio.timeout(TIMEOUT_S):
        await done.wait()


if __name__ == "__main__":
    if sys.argv[1] == "connect":
        asyncio.run(connect(int(sys.argv[2]), int(sys.argv[3])))
    else:
        asyncio.run(serve(int(sys.argv[2])))

"""Maps and displays of other people: what they are sent over a connection's life, and a new one's."""

import asyncio
import time
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest
from tests.io.outlets.made import track
from tests.service.outlets.receivers import COMMON, outgoing, receiving, until

from forehear.io.outlets import sapient
from forehear.io.outlets.fix import TrackFix
from forehear.io.outlets.protobuf import fields, nested, text, whole
from forehear.service.outlet_table import OutletTable
from forehear.service.outlets.items import OutletPicture, TrackSeen, Undelivered
from forehear.service.outlets.machines import AsterixCarrier, CotCarrier, SapientCarrier


def picture(*names: str) -> OutletPicture:
    now_s = time.time()
    tracks = tuple(TrackSeen(TrackFix(track(name, time_s=now_s)), now_s - 60.0, True) for name in names)
    return OutletPicture(now_s, tracks)


def test_a_map_is_sent_tracks_their_end_and_every_place_s_state(tmp_path: Path) -> None:
    seen: list[Tree.Element] = []

    async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            seen.append(Tree.fromstring(line))

    async def go() -> None:
        async with receiving(read) as receiver:
            table = OutletTable("tak", "cot", f"tcp://127.0.0.1:{receiver.port}", what=("tracks", "alerts"))
            carrier = CotCarrier(table, COMMON, tmp_path)
            await carrier.alert(outgoing(1))
            await carrier.picture(picture("T1", "T2"))
            await carrier.picture(picture("T2"))
            assert "ping" in await carrier.trial()
            await until(lambda: len(seen) == 7)
            await carrier.close()

    asyncio.run(go())
    uids = [event.get("uid", "").removeprefix("forehear.ab12.") for event in seen]
    assert uids == ["site.odesa", "T1", "T2", "site.odesa", "T2", "T1", "ping"]
    assert seen[5].get("stale") == seen[5].get("time"), "T1 is gone"
    assert all(event.get("opex") == "e-forehear" for event in seen)


def test_a_display_is_sent_the_end_of_a_track_once(tmp_path: Path) -> None:
    async def go() -> list[bytes]:
        seen: list[bytes] = []

        class Taking(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: object) -> None:
                seen.append(data)

        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Taking, local_addr=("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        carrier = AsterixCarrier(OutletTable("air", "asterix", f"udp://127.0.0.1:{port}"), COMMON, tmp_path)
        await carrier.picture(picture("T1"))
        await carrier.picture(picture())
        await carrier.picture(picture())
        await until(lambda: len(seen) == 2)
        with pytest.raises(Undelivered, match="no alerts"):
            await carrier.alert(outgoing(1))
        await carrier.close()
        transport.close()
        return seen

    first, last = asyncio.run(go())
    # Octet 2 of item 080: 40 is the last message, 20 the first, 80 simulated.
    assert (first[3 + 4 + 2 + 3 + 8 + 4 + 2 + 1], last[3 + 4 + 2 + 3 + 8 + 4 + 2 + 1]) == (0xA0, 0xC0)


class Fusion:
    """A fusion node that takes everything, and answers what it was told to answer."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.seen: list[tuple[int, dict[int, object]]] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        rest = b""
        while data := await reader.read(65_536):
            messages, rest = sapient.unframe(rest + data)
            for message in messages:
                number, body = next((n, v) for n, v in fields(message) if n > 3)
                assert isinstance(body, bytes)
                self.seen.append((number, dict(fields(body))))
                if number == 4 and self.answers:
                    writer.write(sapient.frame(self.answers.pop(0)))

    @property
    def kinds(self) -> list[int]:
        return [number for number, _ in self.seen]


def sapient_table(port: int) -> OutletTable:
    return OutletTable("fusion", "sapient", f"tcp://127.0.0.1:{port}", what=("tracks", "alerts", "health"))


def test_a_fusion_node_is_registered_with_first_and_again_on_each_connection(tmp_path: Path) -> None:
    async def go() -> Fusion:
        fusion = Fusion(nested(5, whole(1, 1)))
        async with receiving(fusion) as receiver:
            carrier = SapientCarrier(sapient_table(receiver.port), COMMON, tmp_path, 12)
            await carrier.picture(picture("T1"))
            await carrier.alert(outgoing(1))
            await until(lambda: len(fusion.seen) == 4)
            await carrier.close()
            await carrier.picture(picture())
            await until(lambda: len(fusion.seen) >= 9)
            await carrier.close()
        return fusion

    fusion = asyncio.run(go())
    # Registration, status, detection, alert, goodbye; registration, status, the alert again, the track's end.
    assert fusion.kinds[:9] == [4, 6, 7, 10, 6, 4, 6, 10, 7]
    assert fusion.seen[3][1][1] == fusion.seen[7][1][1], "the same alert"
    assert fusion.seen[2][1][2] == fusion.seen[8][1][2], "the same object"
    assert fusion.seen[8][1][4] == b"lost"


@pytest.mark.parametrize(
    "answer", [nested(5, text(3, "not in this region")), nested(12, nested(1, b""), text(3, "not in this region"))]
)
def test_a_fusion_node_that_refuses_us_is_heard(tmp_path: Path, answer: bytes) -> None:
    async def go() -> None:
        fusion = Fusion(answer)
        async with receiving(fusion) as receiver:
            carrier = SapientCarrier(sapient_table(receiver.port), COMMON, tmp_path, 12)
            await carrier.trial()
            await until(lambda: carrier.refusal is not None)
            with pytest.raises(Undelivered, match="not in this region"):
                await carrier.picture(picture("T1"))
            # And again from the beginning.
            await carrier.picture(picture("T1"))
            await until(lambda: fusion.kinds.count(4) == 2)
            await carrier.close()

    asyncio.run(go())

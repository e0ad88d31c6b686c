"""Carriers to other people's maps and displays: Cursor on Target, SAPIENT, ASTERIX.

Their lines say nothing of what arrived. So places' states are said again: by each picture for a while (CoT), and
all that are not over when a connection begins anew (SAPIENT).
"""

import contextlib
from pathlib import Path

import msgspec

from forehear.io.outlets import asterix, cot, sapient
from forehear.io.outlets.fix import TrackFix
from forehear.service.outlet_table import OutletTable
from forehear.service.outlets.items import Common, Outgoing, OutletPicture, TrackSeen, Undelivered
from forehear.service.outlets.stream import Stream

# A place's state is said again so often [s] on lines that lose what they are given, and stands for so long.
AGAIN_S = 10.0
# A message that is over is said again for so long [s].
OVER_S = 60.0


class CotCarrier:
    """Events over TCP or TLS to a TAK server, or as datagrams."""

    def __init__(self, table: OutletTable, common: Common, folder: Path) -> None:
        self._stream = Stream(table, folder)
        self._manner = cot.CotManner(common.name, common.status, table.every_s)
        self._common, self._table = common, table
        self._tracks: dict[str, TrackFix] = {}
        self._states: dict[str, Outgoing] = {}
        self._said_at_s = 0.0

    async def alert(self, item: Outgoing) -> None:
        """Put a place's state on the map."""
        await self._stream.open()
        await self._stream.write(self._event(item, self._common.clock()))
        self._states[item.site.id] = item

    async def picture(self, picture: OutletPicture) -> None:
        """Say where every track is, which are gone, and now and then every place's state."""
        await self._stream.open()
        events = [cot.track_event(one.fix, self._manner, one.corroborated) for one in picture.tracks]
        now = {one.fix.track.track: one.fix for one in picture.tracks}
        for name in self._tracks.keys() - now.keys():
            events.append(cot.track_event(ended(self._tracks[name], picture.time_s), self._manner))
        events += [cot.sensor_event(one, state, picture.time_s, self._manner) for one, state in picture.sensors]
        if picture.time_s - self._said_at_s >= AGAIN_S:
            self._said_at_s = picture.time_s
            self._states = {k: one for k, one in self._states.items() if not _is_past(one, picture.time_s)}
            events += [self._event(one, picture.time_s) for one in self._states.values()]
        await self._stream.write(*events)
        self._tracks = now

    async def trial(self) -> str:
        """Send a ping, which draws nothing."""
        await self._stream.open()
        await self._stream.write(cot.ping(self._manner, self._common.clock()))
        return "a ping (t-x-c-t), which draws nothing"

    async def close(self) -> None:
        """Break off."""
        await self._stream.close()

    def _event(self, item: Outgoing, now_s: float) -> bytes:
        headline = self._common.words(item.alert, item.site)[self._table.language].headline
        stands_s = 3.0 * max(AGAIN_S, self._table.every_s)
        alert = msgspec.structs.replace(item.alert, issued_at_s=now_s)
        return cot.alert_event(alert, item.site, headline, now_s + stands_s, self._manner)


class AsterixCarrier:
    """Data blocks, each a datagram."""

    def __init__(self, table: OutletTable, common: Common, folder: Path) -> None:
        self._stream = Stream(table, folder)
        self._manner = asterix.AsterixManner(table.sac, table.sic, common.status)
        self._numbers = asterix.TrackNumbers()
        self._tracks: dict[str, TrackFix] = {}

    async def alert(self, item: Outgoing) -> None:
        """Raise: category 062 has tracks."""
        raise Undelivered("ASTERIX has no alerts", refused=True)

    async def picture(self, picture: OutletPicture) -> None:
        """Say where every track is, and once which is gone."""
        await self._stream.open()
        now = {one.fix.track.track: one.fix for one in picture.tracks}
        gone = [ended(self._tracks[name], picture.time_s) for name in self._tracks.keys() - now.keys()]
        await self._stream.write(*asterix.blocks([*gone, *now.values()], self._manner, self._numbers))
        self._numbers.keep_only(now)
        self._tracks = now

    async def trial(self) -> str:
        """Open the way: a display would take whatever is sent for a track."""
        await self._stream.open()
        return "nothing: a display takes whatever comes for a track; the way is open"

    async def close(self) -> None:
        """Break off."""
        await self._stream.close()


class SapientCarrier:
    """A node of a fusion node: registration first, then detections, alerts and status."""

    def __init__(self, table: OutletTable, common: Common, folder: Path, sensors: int) -> None:
        self._stream = Stream(table, folder, self._answered)
        self._manner = sapient.SapientManner(common.name, common.title, common.status)
        self._common, self._table = common, table
        self._tracks: dict[str, TrackSeen] = {}
        self._states: dict[str, Outgoing] = {}
        self._rest = b""
        self._status_at_s = -1e18
        self._sensors = sensors
        # What the fusion node said against us, the last of it.
        self.refusal: str | None = None

    async def alert(self, item: Outgoing) -> None:
        """Say a place's state."""
        self._states[item.site.id] = item
        if not await self._begin():
            await self._send(self._alert(item))

    async def picture(self, picture: OutletPicture) -> None:
        """Say where every track is, and how the service is doing. All of one picture has one time stamp."""
        await self._begin()
        now_s = self._common.clock()
        now = {one.fix.track.track: one for one in picture.tracks}
        gone = [
            one._replace(fix=ended(one.fix, picture.time_s))
            for name, one in self._tracks.items()
            if name not in now
        ]
        messages = [
            sapient.detection_report(self._manner, one.fix, one.since_s, now_s) for one in [*now.values(), *gone]
        ]
        if now_s - self._status_at_s >= sapient.STATUS_EVERY_S:
            self._status_at_s = now_s
            troubles = picture.troubles if "health" in self._table.what else {}
            messages.append(sapient.status_report(self._manner, troubles, now_s))
        await self._send(*messages)
        self._tracks = now

    async def trial(self) -> str:
        """Register, and say how we do."""
        await self._begin()
        await self._send(sapient.status_report(self._manner, {}, self._common.clock()))
        return "a status report"

    async def close(self) -> None:
        """Say goodbye where that can be said at once."""
        with contextlib.suppress(OSError, Undelivered):
            await self._send(sapient.status_report(self._manner, {}, self._common.clock(), ends=True))
        await self._stream.close()

    async def _begin(self) -> bool:
        """Register on a new connection, and say every place's state that is not over; says whether it did."""
        if not await self._stream.open():
            if self.refusal is not None:
                words, self.refusal = self.refusal, None
                await self._stream.close()
                raise Undelivered(words, refused=True)
            return False
        self._rest, self.refusal = b"", None
        now_s = self._common.clock()
        self._status_at_s = now_s
        self._states = {k: one for k, one in self._states.items() if not _is_past(one, now_s)}
        await self._send(
            sapient.registration(self._manner, self._sensors, now_s),
            sapient.status_report(self._manner, {}, now_s),
            *(self._alert(one) for one in self._states.values()),
        )
        return True

    async def _send(self, *messages: bytes) -> None:
        await self._stream.write(*(sapient.frame(one) for one in messages))

    def _alert(self, item: Outgoing) -> bytes:
        headline = self._common.words(item.alert, item.site)[self._table.language].headline
        return sapient.alert_message(self._manner, item.alert, item.site, headline, self._common.clock())

    def _answered(self, data: bytes) -> None:
        """Read what the fusion node says. Tasks are no answers, and nothing follows from them."""
        messages, self._rest = sapient.unframe(self._rest + data)
        for answer in map(sapient.answer_of, messages):
            if answer.accepted is False or (answer.accepted is None and answer.words):
                self.refusal = f"the fusion node: {'; '.join(answer.words)[:300] or 'registration refused'}"


def ended(fix: TrackFix, time_s: float) -> TrackFix:
    """Give a track that is no longer there, as its last message has it."""
    return TrackFix(msgspec.structs.replace(fix.track, status="ended", time_s=time_s), fix.ellipse)


def _is_past(item: Outgoing, now_s: float) -> bool:
    return item.alert.state == "cancelled" and now_s - item.alert.issued_at_s > OVER_S

"""The endpoint of sensors and gateways: reports over HTTP."""

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Iterator

from litestar import MediaType, Response, post
from litestar.exceptions import ClientException

from forehear.service.endpoints.answers import Requested, hub_of, refusals
from forehear.service.endpoints.faces import connection_of, origin_of
from forehear.service.intake.gate import MAX_REPORT_BYTES
from forehear.service.intake.intake import Receipt

# --- numbers that decide -----------------------------------------------------------------------------
# Lines offered at once out of a body.
LINES_AT_ONCE = 500
# What is packed is unpacked in pieces of so much [bytes]: lines are judged and gone before the next piece.
PIECE_BYTES = 1 << 16
# What has come of a body must be lines that can be judged within so long [s]: who sends half a line, or half a
# gzip, holds memory. A stream that is open between two lines holds none, and may wait for the next heartbeats.
JUDGED_WITHIN_S, OPEN_WITHIN_S = 10.0, 90.0
# What all bodies hold together that is not judged yet [bytes]: half lines, and what gzip keeps of each.
MOST_HELD_BYTES, GZIP_BYTES = 48 << 20, 48 << 10
# -----------------------------------------------------------------------------------------------------

STATUS_OF = {
    "disk full": 507, "too many": 429, "too many refused": 429, "busy": 503, "bad signature": 403, "unsigned": 403,
    "no key": 403, "revoked": 403, "unknown sensor": 403, "replayed": 409, "too long": 422,
    "not a report line": 422, "bad report": 422,
}  # fmt: skip


class Held:
    """How much all bodies hold that is not judged yet [bytes]."""

    total = 0


class Unpacked:
    """A body unpacked piece by piece: as it is, or gzip of one member or several (RFC 1952, 2.2)."""

    def __init__(self, packed: bool) -> None:
        self.packed = packed
        self._inflate = zlib.decompressobj(31) if packed else None
        self._begun = False

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Give what a chunk unpacks to. Raises zlib.error."""
        if self._inflate is None:
            yield chunk
            return
        while chunk:
            if self._inflate.eof:
                # Zeros may follow the last member, as some tapes and tools write them.
                chunk = chunk.lstrip(b"\0") if not self._begun else chunk
                if not chunk:
                    return
                self._inflate, self._begun = zlib.decompressobj(31), True
            yield self._inflate.decompress(chunk, PIECE_BYTES)
            self._begun = not self._inflate.eof
            chunk = self._inflate.unconsumed_tail or self._inflate.unused_data

    @property
    def whole(self) -> bool:
        """Whether nothing is missing."""
        return self._inflate is None or self._inflate.eof


class Body:
    """A body as it comes: what of it is not a whole line yet, and when the last whole line was judged."""

    def __init__(self, request: Requested, most: int) -> None:
        """Raises ClientException where it is packed in an unknown way."""
        packed = request.headers.get("content-encoding", "identity").strip().lower()
        if packed not in ("identity", "gzip"):
            raise ClientException(f"Content-Encoding {packed!r}; allowed: gzip", status_code=415)
        self._request, self._most = request, most
        # A stream of unknown length that is not packed may go on for days.
        self._bounded = packed == "gzip" or "content-length" in request.headers
        self._unpack = Unpacked(packed == "gzip")
        self._rest = b""
        self._seen = self._held = 0
        self._judged_at = time.monotonic()

    async def lines(self) -> AsyncIterator[list[bytes]]:
        """Give lines as they come. Raises ClientException over a limit of bytes, of time, of what all hold."""
        try:
            self._hold()
            async for chunk in self._chunks():
                for some in self._lines_in(chunk):
                    yield some
                    # As of when they are on the disk: that wait is not the sender's.
                    self._judged_at = time.monotonic()
                self._hold()
            if not self._unpack.whole:
                raise ClientException("the body is not whole gzip")
            yield [self._rest]
        finally:
            Held.total -= self._held

    def _hold(self) -> None:
        """Count what is held of this body. Raises ClientException where all hold too much."""
        held = len(self._rest) + (GZIP_BYTES if self._unpack.packed else 0)
        Held.total += held - self._held
        self._held = held
        if Held.total > MOST_HELD_BYTES:
            raise ClientException("too much is half sent by all together; later", status_code=503)

    def _lines_in(self, chunk: bytes) -> Iterator[list[bytes]]:
        try:
            for data in self._unpack.pieces(chunk):
                self._seen += len(data)
                if self._seen > self._most and self._bounded:
                    raise ClientException(f"the body is over {self._most} bytes", status_code=413)
                *lines, self._rest = (self._rest + data).split(b"\n")
                if len(self._rest) > MAX_REPORT_BYTES:
                    raise ClientException(f"a line is over {MAX_REPORT_BYTES} bytes", status_code=413)
                for first in range(0, len(lines), LINES_AT_ONCE):
                    yield lines[first : first + LINES_AT_ONCE]
        except zlib.error as error:
            raise ClientException(f"the body is not gzip: {error}") from None

    async def _chunks(self) -> AsyncIterator[bytes]:
        """Give the body's chunks; a whole line must come in time. Raises ClientException where none does."""
        chunks = self._request.stream()
        while True:
            within_s = JUDGED_WITHIN_S if self._bounded or self._rest else OPEN_WITHIN_S
            # Counted from the last whole line: a letter now and then does not keep half a line alive.
            left_s = max(within_s - (time.monotonic() - self._judged_at), 0.0)
            try:
                yield await asyncio.wait_for(anext(chunks), left_s)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise ClientException(f"no whole line came for {within_s:.0f} s", status_code=408) from None


@post(
    "/v1/reports", status_code=200, summary="Hand in reports: one, or one a line; gzip allowed; or a stream",
    responses=refusals(400, 403, 408, 409, 413, 415, 422, 429, 503, 507), tags=["ingest"],
)  # fmt: skip
async def put_reports(request: Requested) -> Response[Receipt]:
    """Take signed reports (docs/operations.md has their form). Answered when they are on the disk.

    200 if at least one was accepted or nothing was sent; else the status of the commonest reason.
    """
    hub = hub_of(request)
    length = request.headers.get("content-length", "")
    accepted, block, refused = 0, 0, dict[str, int]()
    origin, connection = origin_of(request), connection_of(request)
    most = int(hub.settings.config.ingest.max_body_mb * 1e6)
    if length.isdigit() and int(length) > most:
        raise ClientException(f"the body is over {most} bytes", status_code=413)
    async for lines in Body(request, most).lines():
        receipt = await hub.intake.offer(lines, origin, connection)
        accepted += receipt.accepted
        block = max(block, receipt.block)
        for reason, count in receipt.refused.items():
            refused[reason] = refused.get(reason, 0) + count
    status = 200
    if accepted == 0 and refused:
        status = STATUS_OF[max(refused, key=lambda r: refused[r])]
    return Response(Receipt(accepted, refused, block), status_code=status, media_type=MediaType.JSON)

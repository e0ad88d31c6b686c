"""The endpoint of sensors and gateways: reports over HTTP."""

import zlib
from collections.abc import AsyncIterator

from litestar import MediaType, Response, post
from litestar.exceptions import ClientException

from forehear.service.endpoints.answers import Requested, hub_of, refusals
from forehear.service.endpoints.faces import origin_of
from forehear.service.intake.gate import MAX_REPORT_BYTES
from forehear.service.intake.intake import Receipt

# Lines offered at once out of a stream.
LINES_AT_ONCE = 500

STATUS_OF = {
    "disk full": 507, "too many": 429, "too many refused": 429, "bad signature": 403, "unsigned": 403,
    "no key": 403, "revoked": 403, "unknown sensor": 403, "replayed": 409, "too long": 422,
    "not a report line": 422, "bad report": 422,
}  # fmt: skip


async def lines_of(request: Requested, most: int) -> AsyncIterator[list[bytes]]:
    """Give a body's lines as they come, unpacked where it is gzipped. Raises ClientException over a limit."""
    packed = request.headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("identity", "gzip"):
        raise ClientException(f"Content-Encoding {packed!r}; allowed: gzip", status_code=415)
    unpack = zlib.decompressobj(31) if packed == "gzip" else None
    rest, seen, lines = b"", 0, []
    async for chunk in request.stream():
        try:
            # A bomb unpacks to no more than the limit and a line.
            data = unpack.decompress(chunk, most - seen + 1) if unpack is not None else chunk
        except zlib.error as error:
            raise ClientException(f"the body is not gzip: {error}") from None
        seen += len(data)
        if seen > most and (unpack is not None or "content-length" in request.headers):
            raise ClientException(f"the body is over {most} bytes", status_code=413)
        *whole, rest = (rest + data).split(b"\n")
        lines += whole
        if len(rest) > MAX_REPORT_BYTES:
            raise ClientException(f"a line is over {MAX_REPORT_BYTES} bytes", status_code=413)
        while len(lines) >= LINES_AT_ONCE:
            yield lines[:LINES_AT_ONCE]
            lines = lines[LINES_AT_ONCE:]
        if lines and "content-length" not in request.headers:
            # A stream that stays open: what has come is taken now, not when it ends.
            yield lines
            lines = []
    if unpack is not None and not unpack.eof:
        raise ClientException("the body is not whole gzip")
    yield [*lines, rest]


@post(
    "/v1/reports", status_code=200, summary="Hand in reports: one, or one a line; gzip allowed; or a stream",
    responses=refusals(400, 403, 409, 413, 415, 422, 429, 507), tags=["ingest"],
)  # fmt: skip
async def put_reports(request: Requested) -> Response[Receipt]:
    """Take signed reports (docs/operations.md has their form). Answered when they are on the disk.

    200 if at least one was accepted or nothing was sent; else the status of the commonest reason.
    """
    hub = hub_of(request)
    accepted, block, refused = 0, 0, dict[str, int]()
    most = int(hub.settings.config.ingest.max_body_mb * 1e6)
    async for lines in lines_of(request, most):
        receipt = await hub.intake.offer(lines, origin_of(request))
        accepted += receipt.accepted
        block = max(block, receipt.block)
        for reason, count in receipt.refused.items():
            refused[reason] = refused.get(reason, 0) + count
    status = 200
    if accepted == 0 and refused:
        status = STATUS_OF[max(refused, key=lambda r: refused[r])]
    return Response(Receipt(accepted, refused, block), status_code=status, media_type=MediaType.JSON)

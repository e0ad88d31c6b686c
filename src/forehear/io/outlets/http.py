"""A request of HTTP/1.1 as bytes, and the status of what comes back: as much as sending needs. No sockets.

Every connection is used once (`Connection: close`): who answers slowly, or not at all, holds up one message.
"""

import base64
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from forehear import __version__

# Of an answer's head no more than this is read [bytes]; what is longer is no answer.
MOST_HEAD_BYTES = 65_536
PORTS = {"http": 80, "https": 443}


class Target(NamedTuple):
    """Where a request goes."""

    host: str
    port: int
    tls: bool
    path: str
    authority: str


def target_of(url: str) -> Target:
    """Take an address apart. Raises ValueError with what is allowed."""
    if any(ord(c) <= 0x20 or ord(c) == 0x7F for c in url):
        raise ValueError(f"{url!r} has spaces or control characters")
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(f"{url!r}: allowed: http://HOST... or https://HOST...")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    authority = parts.netloc.rpartition("@")[2]
    return Target(
        parts.hostname, parts.port or PORTS[parts.scheme], parts.scheme == "https",
        path.encode("ascii", "backslashreplace").decode(), authority,
    )  # fmt: skip


def request(method: str, target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    """Write a request. Raises ValueError where a header would break it."""
    lines = [f"{method} {target.path} HTTP/1.1", f"Host: {target.authority}"]
    given = {
        "User-Agent": f"forehear/{__version__}", "Accept": "*/*", "Connection": "close",
        "Content-Length": str(len(body)), **headers,
    }  # fmt: skip
    for name, value in given.items():
        if any(c in name + value for c in "\r\n\0"):
            raise ValueError(f"header {name!r} holds a line's end")
        lines.append(f"{name}: {value}")
    head = "\r\n".join([*lines, "", ""])
    return head.encode("latin-1", "replace") + body


def basic(username: str, password: str) -> str:
    """Write the Authorization header of a name and a password (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def status_in(data: bytes) -> int | None:
    """Give the status of an answer whose head has come whole; None as long as it has not.

    What stands before the answer (100 to 199) is passed over. Raises ValueError where it is no answer.
    """
    while True:
        head, end, data = data.partition(b"\r\n\r\n")
        if not end:
            if len(head) > MOST_HEAD_BYTES:
                raise ValueError(f"an answer's head of over {MOST_HEAD_BYTES} bytes")
            if head and not b"HTTP/1."[: len(head)] == head[:7]:
                raise ValueError(f"no answer of HTTP/1: {head[:40]!r}")
            return None
        first = head.split(b"\r\n", 1)[0].split(b" ", 2)
        if not first[0].startswith(b"HTTP/1.") or len(first) < 2 or len(first[1]) != 3 or not first[1].isdigit():
            raise ValueError(f"no answer of HTTP/1: {head[:40]!r}")
        status = int(first[1])
        if status >= 200:
            return status


def body_in(data: bytes) -> bytes:
    """Give the body of a whole answer of 200, chunked or not. Raises ValueError where it is none."""
    status = status_in(data)
    if status != 200:
        raise ValueError(f"answered {status}" if status else "the answer was cut off")
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    if b"transfer-encoding: chunked" in lines:
        return _unchunked(body)
    lengths = [
        int(line[15:]) for line in lines if line.startswith(b"content-length:") and line[15:].strip().isdigit()
    ]
    if lengths and len(body) < lengths[0]:
        raise ValueError(f"the answer was cut off: {len(body)} of {lengths[0]} bytes")
    return body[: lengths[0]] if lengths else body


def _unchunked(data: bytes) -> bytes:
    out = bytearray()
    while True:
        size_text, end, data = data.partition(b"\r\n")
        if not end:
            raise ValueError("the answer was cut off")
        size = int(size_text.split(b";")[0], 16)
        if size == 0:
            return bytes(out)
        if len(data) < size + 2:
            raise ValueError("the answer was cut off")
        out += data[:size]
        data = data[size + 2 :]

"""Protocol Buffers on the wire, as far as SAPIENT needs them: to write fields, and to walk over a message's.

What lives here: the wire format (protobuf.dev, "Encoding"), not schemas: who calls knows each field's number.
"""

import struct
from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
# A varint is of 64 bits: ten octets of seven.
_MOST_OCTETS = 10


def varint(value: int) -> bytes:
    """Write a whole number, seven bits an octet, the least significant first."""
    if not 0 <= value < 2**64:
        raise ValueError(f"varint {value}: allowed: 0 to 2^64 - 1")
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def whole(number: int, value: int) -> bytes:
    """Write a field that is a number, a flag or one of an enumeration."""
    return varint(number << 3 | VARINT) + varint(value)


def double(number: int, value: float) -> bytes:
    """Write a field of 64 bits."""
    return varint(number << 3 | FIXED64) + struct.pack("<d", value)


def single(number: int, value: float) -> bytes:
    """Write a field of 32 bits."""
    return varint(number << 3 | FIXED32) + struct.pack("<f", value)


def nested(number: int, *parts: bytes) -> bytes:
    """Write a field that is bytes, or a message of its own."""
    body = b"".join(parts)
    return varint(number << 3 | BYTES) + varint(len(body)) + body


def text(number: int, value: str) -> bytes:
    """Write a field of text. What UTF-8 cannot hold, half a surrogate pair, is a question mark."""
    return nested(number, value.encode("utf-8", "replace"))


def timestamp(number: int, time_s: float) -> bytes:
    """Write a moment (google.protobuf.Timestamp), to the microsecond that a float holds."""
    microseconds = round(time_s * 1e6)
    return nested(number, whole(1, microseconds // 1_000_000), whole(2, microseconds % 1_000_000 * 1000))


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Give number and value of every field of a message: an int of a varint, the bytes of all else.

    Raises ValueError where it is cut off, or is no message.
    """
    at = 0
    while at < len(data):
        key, at = _varint_at(data, at)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, at = _varint_at(data, at)
            yield number, value
            continue
        if kind == BYTES:
            size, at = _varint_at(data, at)
        elif kind in (FIXED64, FIXED32):
            size = 8 if kind == FIXED64 else 4
        else:
            raise ValueError(f"field {number} has wire type {kind}; allowed: 0, 1, 2, 5")
        if at + size > len(data):
            raise ValueError(f"field {number} is cut off: {len(data) - at} of {size} bytes")
        yield number, data[at : at + size]
        at += size


def _varint_at(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for k in range(_MOST_OCTETS):
        if at + k >= len(data):
            raise ValueError("a number is cut off")
        octet = data[at + k]
        value |= (octet & 0x7F) << (7 * k)
        if octet < 0x80:
            return value, at + k + 1
    raise ValueError("a number has more than ten octets")

"""Signed reports: one line each, with a counter against replay.

    1 <counter> <signature> {"sensor":"K-07","heard_at_s":...}

The signature (Ed25519, base64url without padding) is over exactly `forehear-report-1 <counter> <payload>`, where
the payload is the bytes of the JSON object as sent. The counter of a sensor must grow from report to report.
The same line goes through HTTP, NDJSON files and MQTT. A line that begins with `{` is an unsigned report.
"""

import base64
import binascii
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from forehear.records import Report

VERSION = b"1"
DOMAIN = b"forehear-report-1 "
# 64 bits are a counter for ever; more digits are an attack on memory.
MOST_COUNTER = 2**63 - 1
COUNTER_DIGITS = 19
SIGNATURE_CHARACTERS = 86


class Envelope(NamedTuple):
    """A line taken apart; `counter` is None where it is unsigned."""

    counter: int | None
    signature: bytes
    signed: bytes
    payload: bytes


class NotALine(ValueError):
    """The line is neither a signed nor an unsigned report."""


def open_line(line: bytes) -> Envelope:
    """Take a line apart; believes nothing yet. Raises NotALine."""
    if line[:1] == b"{":
        return Envelope(None, b"", b"", line)
    parts = line.split(b" ", 3)
    if len(parts) != 4 or parts[0] != VERSION:
        raise NotALine("is neither '1 <counter> <signature> {...}' nor '{...}'")
    _, counter, signature, payload = parts
    if not counter.isdigit() or len(counter) > COUNTER_DIGITS or int(counter) > MOST_COUNTER:
        raise NotALine(f"counter={counter[:24]!r}: allowed: 0 to {MOST_COUNTER}")
    if len(signature) != SIGNATURE_CHARACTERS:
        raise NotALine(f"signature has {len(signature)} characters; allowed: {SIGNATURE_CHARACTERS}")
    try:
        raw = base64.b64decode(signature + b"==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotALine("signature is not base64url") from None
    return Envelope(int(counter), raw, DOMAIN + counter + b" " + payload, payload)


def read_public_key(text: str) -> Ed25519PublicKey:
    """Read a public key: base64 of its 32 bytes. Raises ValueError with what is allowed."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"public_key={text[:60]!r} is not base64") from None
    if len(raw) != 32:
        raise ValueError(f"public_key has {len(raw)} bytes; allowed: 32 (Ed25519)")
    return Ed25519PublicKey.from_public_bytes(raw)


def write_public_key(key: Ed25519PrivateKey) -> str:
    """Write the public half of a key as configuration has it."""
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def key_from_seed(seed: bytes) -> Ed25519PrivateKey:
    """Make a private key of its 32 secret bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed)


def is_signed_by(envelope: Envelope, key: Ed25519PublicKey) -> bool:
    """Say whether the envelope's signature is this key's."""
    try:
        key.verify(envelope.signature, envelope.signed)
    except InvalidSignature:
        return False
    return True


def sign(payload: bytes, counter: int, key: Ed25519PrivateKey) -> bytes:
    """Make a line (without its newline) of a report's JSON bytes."""
    number = str(counter).encode()
    signature = base64.urlsafe_b64encode(key.sign(DOMAIN + number + b" " + payload)).rstrip(b"=")
    return b" ".join((VERSION, number, signature, payload))


def signed_line(report: Report, counter: int, key: Ed25519PrivateKey | None) -> bytes:
    """Make the line (without its newline) that a sensor sends of a report; unsigned where there is no key.

    `received_at_s` is left out: the hub stamps what it receives itself.
    """
    payload = msgspec.json.encode(msgspec.structs.replace(report, received_at_s=None))
    return payload if key is None else sign(payload, counter, key)

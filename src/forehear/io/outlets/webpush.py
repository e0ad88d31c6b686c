"""Messages to browsers: encrypted for one subscription (RFC 8291, RFC 8188) and signed by the service (RFC
8292).

What lives here: the bytes of body and headers. The push service in between, a browser maker's, reads neither who
is warned of what nor anything else; it sees that something was sent, when, to which subscription.
"""

import base64
import json
import os
import struct
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# One record holds it all; a push service must take 4096 bytes, the head and what encryption adds included.
RECORD_BYTES = 4096
MOST_TEXT_BYTES = RECORD_BYTES - 86 - 17
# A signature is good for so long [s]; a day is the most that is allowed.
SIGNED_FOR_S = 12 * 3600
_CURVE = ec.SECP256R1()
_SIZE = 32


class Subscription(NamedTuple):
    """Where a browser is reached, its public key (65 bytes), and the secret that it shares with us (16 bytes)."""

    endpoint: str
    public_key: bytes
    secret: bytes


def subscription(endpoint: str, p256dh: str, auth: str) -> Subscription:
    """Read what a browser gives of a subscription. Raises ValueError with what is allowed."""
    if urlsplit(endpoint).scheme != "https" and urlsplit(endpoint).hostname not in ("127.0.0.1", "localhost"):
        raise ValueError(f"endpoint={endpoint[:200]!r}: allowed: https://...")
    key, secret = plain(p256dh), plain(auth)
    if len(secret) != 16:
        raise ValueError(f"auth holds {len(secret)} bytes; allowed: 16")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, key)
    except ValueError:
        raise ValueError("p256dh is no point of the curve P-256") from None
    return Subscription(endpoint, key, secret)


def encrypted(
    text: bytes, to: Subscription, key: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """Encrypt a text for a subscription, in one record. `key` and `salt` are made anew for each, tests give them.

    Raises ValueError where it is too long.
    """
    if len(text) > MOST_TEXT_BYTES:
        raise ValueError(f"a text of {len(text)} bytes; allowed: {MOST_TEXT_BYTES}")
    key = ec.generate_private_key(_CURVE) if key is None else key
    salt = os.urandom(16) if salt is None else salt
    ours = public_bytes(key)
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, to.public_key))
    secret = _derived(shared, to.secret, b"WebPush: info\0" + to.public_key + ours, 32)
    content_key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    # The octet 2 ends the last record.
    sealed = AESGCM(content_key).encrypt(nonce, text + b"\x02", None)
    return salt + struct.pack(">IB", RECORD_BYTES, len(ours)) + ours + sealed


def headers(
    to: Subscription, key: ec.EllipticCurvePrivateKey, contact: str, now_s: float, stands_s: float, topic: str
) -> dict[str, str]:
    """Give the headers of one message: signed for the push service alone, and what it may do with it.

    A message of the same `topic` that still waits is replaced: who was away gets the newest state, not all.
    """
    parts = urlsplit(to.endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(now_s) + SIGNED_FOR_S, "sub": contact}
    signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = urlsafe(r.to_bytes(_SIZE, "big") + s.to_bytes(_SIZE, "big"))
    return {
        "Authorization": f"vapid t={signed}.{signature},k={urlsafe(public_bytes(key))}",
        "Content-Type": "application/octet-stream", "Content-Encoding": "aes128gcm", "TTL": str(int(stands_s)),
        "Urgency": "high", "Topic": topic,
    }  # fmt: skip


def key_of(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """Make the service's key of its secret, the same for the same."""
    number = int.from_bytes(HKDF(hashes.SHA256(), 48, None, b"forehear web push").derive(secret), "big")
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    return ec.derive_private_key(number % (order - 1) + 1, _CURVE)


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Give a key's public half: 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def urlsafe(data: bytes) -> str:
    """Write base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def plain(text: str) -> bytes:
    """Read base64url, padded or not. Raises ValueError."""
    body = text.rstrip("=").encode("ascii")
    return base64.b64decode(body + b"=" * (-len(body) % 4), altchars=b"-_", validate=True)


def _json(fields: dict[str, object]) -> str:
    return urlsafe(json.dumps(fields, separators=(",", ":")).encode())


def _derived(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    return HKDF(hashes.SHA256(), size, salt, info).derive(secret)

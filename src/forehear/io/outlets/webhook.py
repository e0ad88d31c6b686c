"""An alert as signed JSON, by the rules of Standard Webhooks (standardwebhooks.com, 1.0.0), which have readers
everywhere.

What lives here: body and headers of one message. `webhook-id` is the same each time that a message is sent
again, so that a receiver takes it once; the signature is over it, the time and the body, so that nobody else can
say it, change it, or say it again next week.
"""

import base64
import hashlib
import hmac
from typing import Any

import msgspec

from forehear.io.cap import Status
from forehear.io.cap_words import Words
from forehear.records import Alert, Site

PREFIX = "whsec_"
# A shorter secret can be guessed; a longer one than this is no secret but a file [bytes].
LEAST_SECRET_BYTES, MOST_SECRET_BYTES = 24, 64


def secret_of(text: str) -> bytes:
    """Read a secret: base64 of 24 to 64 bytes, with or without its prefix. Raises ValueError."""
    try:
        raw = base64.b64decode(text.strip().removeprefix(PREFIX), validate=True)
    except ValueError:
        raise ValueError("is not base64 (with or without whsec_ before it)") from None
    if not LEAST_SECRET_BYTES <= len(raw) <= MOST_SECRET_BYTES:
        raise ValueError(f"holds {len(raw)} bytes; allowed: {LEAST_SECRET_BYTES} to {MOST_SECRET_BYTES}")
    return raw


def alert_body(identifier: str, alert: Alert, site: Site, words: dict[str, Words], status: Status) -> bytes:
    """Write an alert as JSON: its record as it is, where it is, what people are said, and whether it is meant."""
    return _body("alert", {
        "identifier": identifier, "status": status, "alert": alert,
        "site": {"id": site.id, "name": site.name, "kind": site.kind, "lon": site.lon, "lat": site.lat},
        "words": {language: one._asdict() for language, one in words.items()},
    })  # fmt: skip


def trial_body(name: str, status: Status, now_s: float) -> bytes:
    """Write a test message: it says so, and warns of nothing."""
    return _body("test", {"outlet": name, "status": status, "time_s": now_s, "words": "A test. Nothing is meant."})


def headers(identifier: str, secret: bytes | None, body: bytes, now_s: float) -> dict[str, str]:
    """Give the headers of one sending."""
    out = {"Content-Type": "application/json", "webhook-id": identifier, "webhook-timestamp": str(int(now_s))}
    out["Idempotency-Key"] = identifier
    if secret is not None:
        signed = b".".join((identifier.encode(), str(int(now_s)).encode(), body))
        signature = hmac.new(secret, signed, hashlib.sha256).digest()
        out["webhook-signature"] = "v1," + base64.b64encode(signature).decode()
    return out


def _body(kind: str, data: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"type": kind, "data": data})


def picture_body(time_s: float, status: Status, shown: dict[str, Any]) -> bytes:
    """Write what is known now, of all that was asked for: the newest, and no history."""
    return _body("picture", {"time_s": time_s, "status": status, **shown})

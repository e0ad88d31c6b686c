"""Messages to browsers, decrypted and checked by the programs that pywebpush's users have at the other end."""

import base64
import json
from typing import Any

import pytest
from tests.io.outlets.made import NOW_S
from tests.peers.environments import judge

from forehear.io.outlets.webpush import MOST_TEXT_BYTES, encrypted, headers, key_of, subscription

pytestmark = [pytest.mark.peer, pytest.mark.slow]


def test_a_browser_reads_what_was_sent_to_it_alone() -> None:
    process = judge("push", "push")
    assert process.stdin is not None
    assert process.stdout is not None
    given = json.loads(process.stdout.readline())
    to = subscription("https://push.example.net/x", given["p256dh"], given["auth"])
    other = subscription("https://push.example.net/x", given["p256dh"], "A" * 22)
    key = key_of(b"secret")

    def asked(body: bytes) -> dict[str, Any]:
        made = headers(to, key, "mailto:a@b.example", NOW_S, 900.0, "odesa")
        line = json.dumps({"headers": made, "body": base64.b64encode(body).decode()})
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(line.encode() + b"\n")
        return dict(json.loads(process.stdout.readline()))

    assert asked(encrypted("Одеса: загроза".encode(), to)) == {"text": "Одеса: загроза", "signed": True}
    assert asked(encrypted(b"x" * MOST_TEXT_BYTES, to))["text"] == "x" * MOST_TEXT_BYTES
    assert "fault" in asked(encrypted(b"x", other)), "another's secret"
    touched = bytearray(encrypted(b"x", to))
    touched[-1] ^= 1
    assert "fault" in asked(bytes(touched))
    process.communicate(timeout=60.0)
    assert process.returncode == 0

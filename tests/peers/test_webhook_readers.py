"""Signed webhooks, judged by Standard Webhooks' own reader: whole ones taken, touched and old ones refused."""

import json
import time

import pytest
from tests.io.outlets.made import SITE, alert
from tests.peers.environments import judge, verdicts

from forehear.io.outlets.webhook import alert_body, headers, secret_of, trial_body

pytestmark = [pytest.mark.peer, pytest.mark.slow]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_a_reader_takes_what_is_ours_and_nothing_else() -> None:
    now_s = time.time()
    body = alert_body("ab12.A3.odesa.1", alert(), SITE, {}, "Actual")
    other = trial_body("hook", "Actual", now_s)
    signed = headers("ab12.A3.odesa.1", secret_of(SECRET), body, now_s)
    old = headers("ab12.A3.odesa.1", secret_of(SECRET), body, now_s - 3600.0)
    wrong = headers("ab12.A3.odesa.1", secret_of(SECRET[:-4] + "AAAA"), body, now_s)
    given = [
        (signed, body),
        (signed, body + b" "),
        (signed | {"webhook-id": "x"}, body),
        (old, body),
        (wrong, body),
    ]
    given.append((headers("t", secret_of(SECRET), other, now_s), other))
    lines = b"".join(json.dumps({"headers": h, "body": b.decode()}).encode() + b"\n" for h, b in given)
    seen = verdicts(judge("receivers", "receivers", "webhook", SECRET), lines)
    assert seen[0] == {"taken": "alert"}
    assert seen[5] == {"taken": "test"}
    assert all("refused" in one for one in seen[1:5])

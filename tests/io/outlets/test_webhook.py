"""Signed webhooks by the specification's own example, and what a body says of an exercise."""

import base64

import msgspec
import pytest
from tests.io.outlets.made import NOW_S, SITE, alert

from forehear.io.cap_words import Words
from forehear.io.outlets.webhook import alert_body, headers, picture_body, secret_of, trial_body
from forehear.records import Alert

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_specification_s_example() -> None:
    body = b'{"test": 2432232314}'
    made = headers("msg_p5jXN8AQM9LWM0D4loKWxJek", secret_of(SECRET), body, 1_614_265_330.9)
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert made["webhook-timestamp"] == "1614265330"
    assert made["webhook-id"] == made["Idempotency-Key"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_without_a_secret_nothing_is_signed() -> None:
    assert "webhook-signature" not in headers("x", None, b"", NOW_S)


@pytest.mark.parametrize("bad", ["whsec_short", "§§", base64.b64encode(b"x" * 23).decode(), "A" * 100])
def test_a_secret_that_can_be_guessed_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"base64|bytes"):
        secret_of(bad)


def test_a_body_is_the_record_and_says_whether_it_is_meant() -> None:
    words = {"en": Words("Drone threat", "Odesa: air threat", "3 drones", "Take shelter")}
    body = msgspec.json.decode(alert_body("ab12.A3.odesa.1", alert(), SITE, words, "Exercise"))
    assert body["type"] == "alert"
    assert body["data"]["status"] == "Exercise"
    assert msgspec.convert(body["data"]["alert"], Alert) == alert()
    assert body["data"]["site"]["name"] == "Одеса <&>"
    assert body["data"]["words"]["en"]["headline"] == "Odesa: air threat"
    assert msgspec.json.decode(trial_body("hook", "Actual", NOW_S))["type"] == "test"
    assert msgspec.json.decode(picture_body(NOW_S, "Test", {"tracks": []}))["data"]["status"] == "Test"

"""Encryption by the worked example of RFC 8291, and signatures that the other half of the key checks."""

import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from tests.io.outlets.made import NOW_S

from forehear.io.outlets.webpush import (
    MOST_TEXT_BYTES,
    Subscription,
    encrypted,
    headers,
    key_of,
    plain,
    public_bytes,
    subscription,
    urlsafe,
)  # fmt: skip

PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
TO = subscription("https://push.example.net/x", PUBLIC, AUTH)


def test_the_worked_example_of_rfc_8291() -> None:
    number = int.from_bytes(plain("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    key = ec.derive_private_key(number, ec.SECP256R1())
    made = encrypted(b"When I grow up, I want to be a watermelon", TO, key, plain("DGv6ra1nlYgDCS1FRnbzlw"))
    assert urlsafe(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_two_messages_of_the_same_words_are_not_alike() -> None:
    assert encrypted(b"x", TO) != encrypted(b"x", TO)


def test_the_longest_text_fits_and_a_longer_one_is_refused() -> None:
    assert len(encrypted(b"x" * MOST_TEXT_BYTES, TO)) == 4096
    with pytest.raises(ValueError, match="allowed: 3993"):
        encrypted(b"x" * (MOST_TEXT_BYTES + 1), TO)


def test_a_signature_is_ours_for_this_push_service_and_for_half_a_day() -> None:
    key = key_of(b"secret")
    made = headers(TO, key, "mailto:a@b.example", NOW_S, 900.0, "odesa")
    scheme, token, shown = made["Authorization"].replace(",", " ").split(" ")
    assert scheme == "vapid"
    assert plain(shown.removeprefix("k=")) == public_bytes(key)
    signed, _, signature = token.removeprefix("t=").rpartition(".")
    claims = json.loads(plain(signed.split(".")[1]))
    assert claims == {"aud": "https://push.example.net", "exp": int(NOW_S) + 43_200, "sub": "mailto:a@b.example"}
    raw = plain(signature)
    whole = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.public_key().verify(whole, signed.encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        key.public_key().verify(whole, signed.encode() + b"x", ec.ECDSA(hashes.SHA256()))


def test_a_service_s_key_is_always_the_same() -> None:
    assert public_bytes(key_of(b"a")) == public_bytes(key_of(b"a")) != public_bytes(key_of(b"b"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("http://push.example.net/", PUBLIC, AUTH), "https"),
        (("https://push.example.net/", PUBLIC[:-4] + "AAAA", AUTH), r"P-256"),
        (("https://push.example.net/", PUBLIC, "AAAA"), "16"),
        (("https://push.example.net/", "§", AUTH), "."),
    ],
)
def test_a_subscription_that_is_none_is_refused(given: tuple[str, str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        subscription(*given)


def test_a_subscription_is_what_a_browser_gave() -> None:
    assert Subscription("https://push.example.net/x", plain(PUBLIC), plain(AUTH + "==")) == TO

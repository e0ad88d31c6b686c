"""One alert in every form for people: the same words, the exercise first, nothing that a name can break."""

import email
from email.policy import default

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.io.outlets.made import SITE, alert

from forehear.io.cap_words import Words
from forehear.io.outlets.people import Said, browser_body, filled, mail, message_id, ntfy_body, sms_text

WORDS = Words("Загроза", "НАВЧАННЯ. Одеса: повітряна загроза, за 4 хв", "3 безпілотники", "Негайно в укриття.")
SAID = Said(WORDS, alert(), "ab12.A3.odesa.2", "https://forehear.example/")


def test_ntfy_gets_title_text_and_a_priority_that_breaks_through_for_a_warning() -> None:
    body = msgspec.json.decode(ntfy_body(SAID, "odesa"))
    assert (body["topic"], body["title"], body["priority"]) == ("odesa", WORDS.headline, 5)
    assert msgspec.json.decode(ntfy_body(SAID._replace(alert=alert("cancelled")), "odesa"))["priority"] == 3


def test_a_browser_replaces_the_earlier_one_of_the_place() -> None:
    body = msgspec.json.decode(browser_body(SAID))
    assert body["tag"] == SITE.id
    assert body["title"].startswith("НАВЧАННЯ")


def test_an_sms_begins_with_what_matters_and_is_not_too_long() -> None:
    assert sms_text(SAID).startswith("НАВЧАННЯ. Одеса")
    long = SAID._replace(words=WORDS._replace(headline="x" * 500))
    assert len(sms_text(long)) == 400


def test_a_template_is_filled_wherever_it_stands_and_nothing_is_filled_twice() -> None:
    template = {"messages": [{"number": "{to}", "body": "{text} ({to})"}], "flash": True, "n": 1, "none": None}
    made = filled(template, {"to": "+380", "text": "{to} threatened"})
    assert made["messages"] == [{"number": "+380", "body": "{to} threatened (+380)"}]
    assert (made["flash"], made["n"], made["none"]) == (True, 1, None)


@given(st.text(max_size=20), st.text(max_size=20))
def test_what_is_filled_in_stands_there_as_it_is(to: str, text: str) -> None:
    assert filled("{to}|{text}", {"to": to, "text": text}) == f"{to}|{text}"


def test_an_e_mail_is_of_its_alert_s_thread_and_asks_for_no_answer() -> None:
    data = mail(SAID, "forehear@hub.example", ["a@b.example", "c@d.example"], "ab12.A3.odesa.1")
    made = email.message_from_bytes(data, policy=default)
    assert made["Subject"] == WORDS.headline
    assert made["Message-ID"] == message_id("ab12.A3.odesa.2", "forehear@hub.example")
    assert made["References"] == message_id("ab12.A3.odesa.1", "forehear@hub.example") != made["Message-ID"]
    assert made["Auto-Submitted"] == "auto-generated"
    assert made["To"] == "a@b.example, c@d.example"
    assert "Негайно в укриття" in made.get_content()
    assert data.isascii(), "a server without 8BITMIME takes it too"
    assert "References" not in email.message_from_bytes(mail(SAID, "a@b.c", ["d@e.f"], SAID.identifier))


@pytest.mark.parametrize("name", ["a\nBcc: x@y.z", "a\r\n.\r\nb"])
def test_a_name_cannot_add_a_header(name: str) -> None:
    data = mail(SAID._replace(words=WORDS._replace(headline=name)), "a@b.c", ["d@e.f"], None)
    assert "Bcc" not in email.message_from_bytes(data)

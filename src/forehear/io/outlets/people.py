"""One message to people: as ntfy takes it, as an e-mail, as a browser shows it, as a gateway for SMS wants it.

What lives here: the words of an alert in the form of each, the shortest first, the exercise before all. The words
themselves are those of CAP (`io/cap_words`): nobody is told two different things by two ways.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, NamedTuple

import msgspec

from forehear.io.cap_words import Words
from forehear.records import Alert, AlertState

# ntfy's priorities: 5 breaks through silence, 1 is not shown.
_PRIORITY: dict[AlertState, int] = {"warning": 5, "watch": 4, "cancelled": 3, "not_covered": 3}
_TAGS: dict[AlertState, str] = {
    "warning": "rotating_light", "watch": "warning", "cancelled": "white_check_mark", "not_covered": "no_bell",
}  # fmt: skip
# As every server takes it, whatever it can.
_WIRE = SMTP.clone(cte_type="7bit")
# Seven parts of an SMS in Cyrillic; what is longer is cut.
MOST_SMS_CHARACTERS = 400


class Said(NamedTuple):
    """What is said of an alert: in one language, under its identifier, with where more is to be read."""

    words: Words
    alert: Alert
    identifier: str
    web: str


def ntfy_body(said: Said, topic: str) -> bytes:
    """Write a message as ntfy takes it in JSON (docs.ntfy.sh/publish)."""
    state = said.alert.state
    return msgspec.json.encode({
        "topic": topic, "title": said.words.headline, "message": _below(said.words), "click": said.web,
        "priority": _PRIORITY[state], "tags": [_TAGS[state]],
    })  # fmt: skip


def browser_body(said: Said) -> bytes:
    """Write what the page's service worker shows: title, text, and which earlier one it replaces."""
    return msgspec.json.encode({
        "title": said.words.headline, "body": _below(said.words), "tag": said.alert.site, "url": said.web,
        "state": said.alert.state, "issued_at_s": said.alert.issued_at_s,
    })  # fmt: skip


def sms_text(said: Said) -> str:
    """Write the text of an SMS: what, when, what to do."""
    text = f"{said.words.headline}. {said.words.instruction}"
    return text if len(text) <= MOST_SMS_CHARACTERS else text[: MOST_SMS_CHARACTERS - 1] + "…"


def filled(template: Any, values: Mapping[str, str]) -> Any:
    """Put values into a gateway's template: {to} and {text} in any of its texts, however deep; all else stays.

    What is put in is not looked through again: a place named {to} stays what it is.
    """
    if isinstance(template, str):
        parts = [template]
        for name, value in values.items():
            # Between two of the pieces stands what was put in: those at odd places are done.
            parts = [
                piece
                for k, part in enumerate(parts)
                for piece in (_parted(part, "{" + name + "}", value) if k % 2 == 0 else [part])
            ]
        return "".join(parts)
    if isinstance(template, dict):
        return {key: filled(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, values) for value in template]
    return template


def _parted(text: str, mark: str, value: str) -> list[str]:
    out: list[str] = []
    for k, piece in enumerate(text.split(mark)):
        out += [value, piece] if k else [piece]
    return out


def mail(said: Said, sender: str, to: Sequence[str], first: str | None) -> bytes:
    """Write an e-mail. `first` is the identifier of the alert's first message: all of one alert are one thread."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ", ".join(to)
    message["Subject"] = " ".join(said.words.headline.split())
    message["Date"] = format_datetime(datetime.fromtimestamp(said.alert.issued_at_s, UTC))
    message["Message-ID"] = message_id(said.identifier, sender)
    if first is not None and first != said.identifier:
        message["In-Reply-To"] = message["References"] = message_id(first, sender)
    # So that no holiday notice answers (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    if said.alert.state == "warning":
        message["Importance"] = "high"
    message.set_content(f"{said.words.headline}\n\n{_below(said.words)}\n\n{said.web}\n")
    return message.as_bytes(policy=_WIRE)


def message_id(identifier: str, sender: str) -> str:
    """Give a message's name in e-mails: short and plain, the same for the same."""
    domain = sender.rpartition("@")[2].rstrip(">") or "localhost"
    return f"<{hashlib.sha256(identifier.encode()).hexdigest()[:32]}@{domain}>"


def _below(words: Words) -> str:
    return f"{words.description}\n{words.instruction}"

"""The rule table: every fault of every outlet at once, each with what is allowed."""

from pathlib import Path

import pytest
from tests.service.stand import SITES, write_config

from forehear.errors import ConfigurationError
from forehear.service.config import load
from forehear.service.outlet_table import OutletTable, outlet_faults, rate_of


def loaded(tmp_path: Path, words: str) -> tuple[OutletTable, ...]:
    path = write_config(tmp_path)
    path.write_text(path.read_text("utf-8") + words, "utf-8")
    return load(path).config.outlet


def faults_of(tmp_path: Path, words: str) -> str:
    with pytest.raises(ConfigurationError) as error:
        loaded(tmp_path, words)
    return "\n".join(error.value.faults)


def test_outlets_are_read_with_their_defaults(tmp_path: Path) -> None:
    (tmp_path / "hook.secret").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    one, two = loaded(
        tmp_path,
        """
[[outlet]]
name = "tak"
kind = "cot"
to = "tcp://127.0.0.1:8087"
what = ["tracks", "alerts"]
[[outlet]]
name = "hook"
kind = "webhook"
to = "https://example.org/in"
secret_file = "hook.secret"
sites = ["town"]
states = ["warning", "cancelled"]
exercise = true
""",
    )
    assert (one.kind, one.every_s, one.exercise, one.sites) == ("cot", 1.0, False, ())
    assert (two.sites, two.states, two.exercise) == (("town",), ("warning", "cancelled"), True)
    assert load(tmp_path / "forehear.toml").outlet_secrets[1].secret is not None


def test_every_fault_of_every_outlet_at_once(tmp_path: Path) -> None:
    words = faults_of(
        tmp_path,
        """
[[outlet]]
name = "Bad Name"
kind = "cot"
to = "http://127.0.0.1/"
what = ["coverage"]
every_s = 0.0
[[outlet]]
name = "hook"
kind = "telepathy"
[[outlet]]
name = "hook"
kind = "webhook"
to = "https://user:password@example.org/in"
secret_file = "not-there"
recipients = ["a@b.c"]
sites = ["nowhere"]
[[outlet]]
kind = "sms"
""",
    )
    for expected in (
        "outlet 'Bad Name'.every_s=0.0", "outlet 'hook'.kind='telepathy'", "outlet 4: name: is missing",
        "outlet 'hook': secret_file='not-there': cannot be read",
    ):  # fmt: skip
        assert expected in words, words


@pytest.mark.parametrize(
    ("table", "given", "expected"),
    [
        (OutletTable("Bad Name", "cot", "tcp://h:1"), set(), "small letters"),
        (OutletTable("a", "cot", "tcp://h"), set(), "names no port"),
        (OutletTable("a", "cot", "http://h"), set(), "allowed: tcp://HOST... or tls://HOST... or udp://HOST..."),
        (OutletTable("a", "cot", "tcp://h:99999"), set(), "to="),
        (OutletTable("a", "asterix", "udp://h:1", what=("alerts",)), set(), "kind 'asterix' has tracks"),
        (OutletTable("a", "webhook", "https://u:p@h/"), set(), "username and password_file"),
        (OutletTable("a", "webhook", "https://h /"), set(), "spaces"),
        (OutletTable("a", "webhook", "https://h/"), {"recipients"}, "recipients: is not used by kind 'webhook'"),
        (OutletTable("a", "feed", "https://h/"), set(), "has none"),
        (OutletTable("a", "email", "smtp://h", sender="a@b.c"), set(), "nobody is named"),
        (OutletTable("a", "email", "smtp://h", recipients=("a\n@b",)), set(), "no address of e-mail"),
        (OutletTable("a", "sms", "https://h/", recipients=("1",), body="{"), set(), "is not JSON"),
        (OutletTable("a", "webpush"), set(), "mailto:"),
        (OutletTable("a", "feed", sites=("nowhere",)), set(), "there is no site 'nowhere'"),
        (OutletTable("a", "feed", regions={"nowhere": "1"}), set(), "there is no site 'nowhere'"),
        (OutletTable("a", "feed", what=()), set(), "nothing is named"),
    ],
)
def test_each_fault_says_what_is_allowed(table: OutletTable, given: set[str], expected: str) -> None:
    assert expected in "\n".join(outlet_faults((table,), [given], SITES))


def test_two_of_one_name_are_a_fault() -> None:
    table = OutletTable("a", "cot", "tcp://h:1")
    assert outlet_faults((table, table), [set(), set()], SITES) == ["outlet 'a': name is used twice"]


def test_people_have_a_rate_and_machines_have_none() -> None:
    assert rate_of(OutletTable("a", "cot", "tcp://h:1")) is None
    assert rate_of(OutletTable("a", "sms", "https://h/")) == 60.0
    assert rate_of(OutletTable("a", "sms", "https://h/", per_minute=5.0)) == 5.0


def test_a_secret_that_is_none_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "hook.secret").write_text("short")
    words = faults_of(
        tmp_path, '[[outlet]]\nname = "h"\nkind = "webhook"\nto = "http://h/"\nsecret_file = "hook.secret"\n'
    )
    assert "outlet 'h': secret_file='hook.secret'" in words

"""Alerts in the store: each once, with a message that refers to those before it, under a name of its own."""

from datetime import UTC
from pathlib import Path
from xml.etree import ElementTree

from tests.service.stand import SITES

from forehear.io.cap import Issuer
from forehear.records import Alert
from forehear.service.store.alerts import keep, teller
from forehear.service.store.store import Store


def alert(issued_at_s: float = 1_790_000_000.0, state: str = "warning", name: str = "A1") -> Alert:
    arrival_s = issued_at_s + 300.0
    return Alert(
        issued_at_s, name, "town", state, 0.9, arrival_s - 60.0, arrival_s, arrival_s + 60.0, 1, "piston",
        ("T1",), "heard by three",
    )  # type: ignore[arg-type]  # fmt: skip


def kept(folder: Path):  # type: ignore[no-untyped-def]
    folder.mkdir(exist_ok=True)
    store = Store(folder / "s.sqlite", writer=True)
    return store, teller(Issuer("warner@example", "Warner", "Exercise", UTC), {s.id: s for s in SITES}, folder)


def field(store: Store, identifier: str, name: str) -> str | None:
    body = store.cap(identifier)
    assert body is not None
    root = ElementTree.fromstring(body)
    return root.findtext(f"{{{root.tag[1:].partition('}')[0]}}}{name}")


def test_an_alert_that_a_replay_raises_again_is_there_already(tmp_path: Path) -> None:
    store, by = kept(tmp_path)
    first = keep(store, alert(), by)
    assert first is not None
    assert keep(store, alert(), by) is None
    assert [s.identifier for s in store.alerts(10)] == [first.identifier]


def test_a_message_refers_to_those_before_it(tmp_path: Path) -> None:
    store, by = kept(tmp_path)
    first = keep(store, alert(), by)
    second = keep(store, alert(1_790_000_060.0, "cancelled"), by)
    assert first is not None
    assert second is not None
    assert first.identifier is not None
    assert second.identifier is not None
    assert first.identifier != second.identifier
    assert field(store, first.identifier, "references") is None
    references = field(store, second.identifier, "references")
    assert references is not None
    assert first.identifier in references
    assert first.sent in references


def test_another_alert_of_the_same_place_refers_to_nothing(tmp_path: Path) -> None:
    store, by = kept(tmp_path)
    keep(store, alert(), by)
    other = keep(store, alert(1_790_000_060.0, name="A2"), by)
    assert other is not None
    assert other.identifier is not None
    assert field(store, other.identifier, "references") is None


def test_two_installations_never_share_an_identifier_and_one_keeps_its_name(tmp_path: Path) -> None:
    names = set()
    for folder in ("a", "b"):
        store, by = kept(tmp_path / folder)
        message = keep(store, alert(), by)
        assert message is not None
        names.add(message.identifier)
        assert kept(tmp_path / folder)[1].prefix == by.prefix
    assert len(names) == 2

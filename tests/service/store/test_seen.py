"""Who saw which alert: the first one counts, it can be taken back, and the log forgets nothing."""

from pathlib import Path

from tests.service.store.test_alerts import alert

from forehear.service.store.seen import acknowledge, acknowledgements, take_back
from forehear.service.store.store import Store


def kept(path: Path) -> Store:
    store = Store(path, writer=True)
    store.put_alert(alert(), b"<alert/>", "id-1", "sent")
    store.put_alert(alert(1_790_000_060.0), b"<alert/>", "id-2", "sent")
    return store


def test_the_first_one_counts_with_its_name(tmp_path: Path) -> None:
    store = kept(tmp_path / "s.sqlite")
    assert acknowledge(store, 1, 77.0, "Олена")
    assert acknowledge(store, 1, 99.0, "Taras")
    second, first = store.alerts(10)
    assert (first.acknowledged_at_s, first.acknowledged_by) == (77.0, "Олена")
    assert (second.acknowledged_at_s, second.acknowledged_by) == (None, None)
    assert not acknowledge(store, 9, 1.0), "there is no such alert"
    assert not take_back(store, 9, 1.0)
    assert len(acknowledgements(store, 10)) == 1, "what it was already it did not become again"


def test_it_can_be_taken_back_and_the_log_has_both(tmp_path: Path) -> None:
    store = kept(tmp_path / "s.sqlite")
    assert take_back(store, 2, 50.0), "what was not seen is not seen"
    assert acknowledgements(store, 10) == []
    assert acknowledge(store, 2, 77.0, "Олена")
    assert take_back(store, 2, 80.0, "Taras")
    newest = store.alerts(10)[0]
    assert (newest.acknowledged_at_s, newest.acknowledged_by) == (None, None)
    assert acknowledge(store, 2, 90.0)
    store.close()
    # After a restart too.
    again = Store(tmp_path / "s.sqlite", writer=True)
    assert (again.alerts(10)[0].acknowledged_at_s, again.alerts(10)[0].acknowledged_by) == (90.0, None)
    log = [(a.number, a.at_s, a.by, a.taken_back, a.site, a.state) for a in acknowledgements(again, 10)]
    assert log == [
        (2, 90.0, None, False, "town", "warning"),
        (2, 80.0, "Taras", True, "town", "warning"),
        (2, 77.0, "Олена", False, "town", "warning"),
    ]
    assert len(acknowledgements(again, 2)) == 2


def test_a_store_of_before_the_log_gets_one(tmp_path: Path) -> None:
    store = kept(tmp_path / "s.sqlite")
    store.db.execute("drop table acknowledgements")
    store.db.execute("update alerts set acknowledged_at_s = 5.0 where number = 1")
    store.close()
    again = Store(tmp_path / "s.sqlite", writer=True)
    assert (again.alerts(10)[1].acknowledged_at_s, again.alerts(10)[1].acknowledged_by) == (5.0, None)

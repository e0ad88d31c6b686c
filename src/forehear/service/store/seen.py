"""Who has seen which alert, and who took that back: in the store, with a log of both."""

from typing import Any

from msgspec import Struct

from forehear.service.store.store import Store
from forehear.service.store.transaction import Transaction


class Acknowledgement(Struct, frozen=True):
    """One line of the log: an alert was seen, or that was taken back, by whom (as they call themselves), when."""

    number: int
    at_s: float
    by: str | None
    taken_back: bool
    site: str
    state: str


def acknowledge(store: Store, number: int, now_s: float, by: str | None = None) -> bool:
    """Note that an alert was seen: the first one counts. False where there is none of that number."""
    return _note(store, number, now_s, by, False)


def take_back(store: Store, number: int, now_s: float, by: str | None = None) -> bool:
    """Note that an alert was not seen after all. False where there is none of that number."""
    return _note(store, number, now_s, by, True)


def _note(store: Store, number: int, now_s: float, by: str | None, back: bool) -> bool:
    with Transaction(store.db):
        row = store.db.execute("select acknowledged_at_s from alerts where number = ?", (number,)).fetchone()
        if row is None:
            return False
        # What it is already it does not become again.
        if (row[0] is None) is back:
            return True
        at_s = None if back else now_s
        store.db.execute("update alerts set acknowledged_at_s = ? where number = ?", (at_s, number))
        entry = (number, now_s, by, int(back))
        store.db.execute(
            "insert into acknowledgements (number, at_s, name, taken_back) values (?, ?, ?, ?)", entry
        )
    return True


def acknowledgements(store: Store, limit: int) -> list[Acknowledgement]:
    """Give the log, the newest first."""
    rows: list[tuple[Any, ...]] = store.db.execute(
        "select a.number, a.at_s, a.name, a.taken_back, alerts.site, alerts.state from acknowledgements a"
        " join alerts on alerts.number = a.number order by a.entry desc limit ?",
        (limit,),
    ).fetchall()
    return [Acknowledgement(n, at, by, bool(back), site, state) for n, at, by, back, site, state in rows]

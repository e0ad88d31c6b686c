"""An alert with its CAP message, in the store, once: what a replay raises again is found there already."""

from pathlib import Path
from typing import NamedTuple

from forehear.io import cap
from forehear.records import Alert, Site
from forehear.service.secret import secret
from forehear.service.store.store import Store, StoredAlert

# Messages of one alert that are looked through.
MOST_MESSAGES = 1000


class Teller(NamedTuple):
    """What every message needs: who issues it, of which places, and this installation's own name."""

    issuer: cap.Issuer
    sites: dict[str, Site]
    prefix: str


def teller(issuer: cap.Issuer, sites: dict[str, Site], folder: Path) -> Teller:
    """Make it; the installation's name is kept in the folder, and no other has it, so that no two CAP messages
    anywhere share an identifier."""
    return Teller(issuer, sites, secret(folder / "instance.name", 6))


def keep(store: Store, alert: Alert, by: Teller) -> StoredAlert | None:
    """Store an alert with its message; None where it was there already. Raises StoreFull."""
    before = store.alerts(MOST_MESSAGES, alert.alert, alert.site)
    if any(s.alert.issued_at_s == alert.issued_at_s and s.alert.state == alert.state for s in before):
        return None
    earlier = [
        cap.Reference(by.issuer.sender, s.identifier, s.sent) for s in reversed(before) if s.identifier and s.sent
    ]
    body, me = cap.message(alert, by.sites[alert.site], by.issuer, len(before) + 1, by.prefix, earlier)
    kept = store.put_alert(alert, body, me.identifier, me.sent)
    return None if kept is None else StoredAlert(kept, alert, me.identifier, me.sent, None)

"""One step of all sites: tracks and arrivals in, alerts out. State goes in and comes out; nothing is hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from forehear.forecast.arrival import Arrival
from forehear.geodesy import Plane
from forehear.records import Alert, AlertState, Site, Track
from forehear.warn.limits import Policy
from forehear.warn.policy import NOTHING, Outlook, Witness, faded, holds, outlook_of, witness
from forehear.warn.table import TABLE, Condition, State
from forehear.warn.words import because

# A track unheard of for this long [s] without having been reported as ended counts as ended.
VANISHED_S = 3.0
# Tracks remembered at most: those longest gone are forgotten first.
MOST_REMEMBERED = 5000


@dataclass
class Standing:
    """How it stands with a site: its state, since when, since when each condition holds, the last alert sent."""

    state: State = "clear"
    since_s: float = -1e18
    held: dict[str, float] = field(default_factory=dict)
    alert: str | None = None
    sent: Alert | None = None


@dataclass
class Alarm:
    """All that warning remembers. `step` brings it up to date."""

    standings: dict[str, Standing] = field(default_factory=dict)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    arrivals: dict[str, dict[str, Arrival]] = field(default_factory=dict)
    seen_s: dict[str, float] = field(default_factory=dict)
    outlooks: dict[str, Outlook] = field(default_factory=dict)
    issued: int = 0


def step(
    alarm: Alarm,
    now_s: float,
    tracks: Sequence[Track],
    arrivals: Sequence[Arrival],
    sites: Mapping[str, Site],
    places: Mapping[str, tuple[float, float]],
    plane: Plane,
    policy: Policy,
) -> list[Alert]:
    """Bring every site up to `now_s`; returns the alerts to issue, in the order of the sites.

    `arrivals` are those of the live, confirmed tracks now; `places` are the sensors' (policy.places_of_sensors).
    """
    _remember(alarm, now_s, tracks, arrivals, places, policy)
    by_site: dict[str, list[Arrival]] = {}
    for name, of_track in alarm.arrivals.items():
        one = alarm.witnesses[name]
        if not one.corroborated:
            continue
        for site, arrival in of_track.items():
            now = arrival if one.ended_s is None else faded(arrival, one.ended_s, now_s, policy)
            if now is not None:
                by_site.setdefault(site, []).append(now)
    out = []
    for name, place in sites.items():
        outlook = outlook_of(by_site.get(name, ()), alarm.witnesses, policy)
        alarm.outlooks[name] = outlook
        alert = _advance(
            alarm, alarm.standings.setdefault(name, Standing()), place, outlook, now_s, plane, tracks, policy
        )
        if alert is not None:
            out.append(alert)
    return out


def _remember(
    alarm: Alarm,
    now_s: float,
    tracks: Sequence[Track],
    arrivals: Sequence[Arrival],
    places: Mapping[str, tuple[float, float]],
    policy: Policy,
) -> None:
    """Take in the tracks' second; lost ones keep the arrivals they had."""
    fresh: dict[str, dict[str, Arrival]] = {}
    for arrival in arrivals:
        fresh.setdefault(arrival.track, {})[arrival.site] = arrival
    for track in tracks:
        one = alarm.witnesses.get(track.track)
        if one is None:
            one = alarm.witnesses[track.track] = Witness(first_s=now_s)
        if track.status == "ended":
            if one.ended_s is None:
                one.ended_s = now_s
            continue
        # A lost track that comes back under its name is itself again.
        one.ended_s = None
        alarm.seen_s[track.track] = now_s
        witness(one, track, now_s, places, policy)
        alarm.arrivals[track.track] = fresh.get(track.track, {})
    for name, one in list(alarm.witnesses.items()):
        if one.ended_s is None and now_s - alarm.seen_s.get(name, -1e18) > VANISHED_S:
            one.ended_s = now_s
        if one.ended_s is not None:
            kept = {
                site: a
                for site, a in alarm.arrivals.get(name, {}).items()
                if faded(a, one.ended_s, now_s, policy) is not None
            }
            alarm.arrivals[name] = kept
            if not kept or not one.corroborated or len(alarm.witnesses) > MOST_REMEMBERED:
                del alarm.witnesses[name]
                alarm.arrivals.pop(name, None)
                alarm.seen_s.pop(name, None)


def _advance(
    alarm: Alarm,
    standing: Standing,
    site: Site,
    outlook: Outlook,
    now_s: float,
    plane: Plane,
    tracks: Sequence[Track],
    policy: Policy,
) -> Alert | None:
    conditions: tuple[Condition, ...] = ("likely", "possible", "eased", "quiet", "settled")
    for condition in conditions:
        if holds(condition, outlook, now_s, policy):
            standing.held.setdefault(condition, now_s)
        else:
            standing.held.pop(condition, None)
    for row in TABLE:
        if row.state != standing.state or row.condition not in standing.held:
            continue
        if now_s - standing.held[row.condition] < row.hold_s or now_s - standing.since_s < row.dwell_s:
            continue
        before = standing.state
        standing.state, standing.since_s = row.next, now_s
        if row.next == "clear":
            standing.alert, standing.sent = None, None
            return None
        if standing.alert is None or before == "cancelled":
            alarm.issued += 1
            standing.alert = f"A{alarm.issued}"
        return _alert(standing, site, outlook, row.next, before, now_s, plane, tracks)
    return _update(standing, site, outlook, now_s, plane, tracks, policy)


def _update(
    standing: Standing,
    site: Site,
    outlook: Outlook,
    now_s: float,
    plane: Plane,
    tracks: Sequence[Track],
    policy: Policy,
) -> Alert | None:
    """Send again when the arrival moved."""
    sent = standing.sent
    if standing.state not in ("watch", "warning") or sent is None or outlook.median_s is None:
        return None
    moved = sent.arrival_s is None or abs(outlook.median_s - sent.arrival_s) > policy.update_s
    # While a target is overhead, or one that is lost should be, its arrival is always now: no news.
    here = outlook.median_s <= now_s + policy.update_s and (sent.arrival_s or 0.0) <= now_s + policy.update_s
    if not moved or here or outlook.lost or now_s - sent.issued_at_s < policy.update_every_s:
        return None
    return _alert(standing, site, outlook, standing.state, standing.state, now_s, plane, tracks)


def _alert(
    standing: Standing,
    site: Site,
    outlook: Outlook,
    state: AlertState | Literal["clear"],
    before: State,
    now_s: float,
    plane: Plane,
    tracks: Sequence[Track],
) -> Alert:
    assert standing.alert is not None
    assert state != "clear"
    shown = outlook if state != "cancelled" else NOTHING
    alert = Alert(
        issued_at_s=round(now_s, 3),
        alert=standing.alert,
        site=site.id,
        state=state,
        probability=outlook.probability,
        arrival_earliest_s=shown.earliest_s,
        arrival_s=shown.median_s,
        arrival_latest_s=shown.latest_s,
        count=len(shown.tracks),
        kind=outlook.kind if shown.tracks else (standing.sent.kind if standing.sent else "other"),
        tracks=shown.tracks,
        because=because(site, outlook, state, before, plane, tracks),
    )
    standing.sent = alert
    return alert

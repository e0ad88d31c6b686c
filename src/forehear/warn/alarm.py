"""One step of all sites: tracks, arrivals and coverage in, alerts out. State goes in and comes out; none is
hidden.

Theory of operation. Each second every site has an outlook (`outlook`) and its coverage (`coverage`). What they say
is held against the conditions of the table (`table`), which moves the site from state to state; each move is an
alert. Within a state an alert is sent again only on a material change, and only so often an hour: a beep that
comes every half minute is one that is switched off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from forehear.forecast.arrival import Arrival
from forehear.geodesy import Plane
from forehear.records import Alert, AlertState, Site, Track
from forehear.warn.coverage import SiteCoverage
from forehear.warn.limits import Policy
from forehear.warn.outlook import NOTHING, Outlook, outlook_of
from forehear.warn.table import TABLE, Condition, State
from forehear.warn.witness import Witness, faded, witness
from forehear.warn.words import because

# A track unheard of for this long [s] without having been reported as ended counts as ended.
VANISHED_S = 3.0
# Tracks remembered at most: those longest gone are forgotten first.
MOST_REMEMBERED = 5000
# An hour, for counting updates [s].
HOUR_S = 3600.0
# A probability that doubled or halved by less than this is none that anybody acts on.
LEAST_CHANGE = 0.1


@dataclass
class Standing:
    """How it stands with a site: its state, since when, since when each condition holds, the last alert sent."""

    state: State = "clear"
    since_s: float = -1e18
    held: dict[str, float] = field(default_factory=dict)
    alert: str | None = None
    sent: Alert | None = None
    # The track whose times are sent; probabilities as they are shown, which fall no faster than they may.
    lead: str | None = None
    probability: float = 0.0
    soon: float = 0.0
    at_s: float = -1e18
    blind_since_s: float | None = None
    # When alerts were sent again within a state, over the last hour; and whether the last said that it is blind.
    updates_s: list[float] = field(default_factory=list)
    said_blind: bool = False


@dataclass
class Alarm:
    """All that warning remembers. `step` brings it up to date."""

    standings: dict[str, Standing] = field(default_factory=dict)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    arrivals: dict[str, dict[str, Arrival]] = field(default_factory=dict)
    seen_s: dict[str, float] = field(default_factory=dict)
    outlooks: dict[str, Outlook] = field(default_factory=dict)
    issued: int = 0


class Moment(NamedTuple):
    """What one second's step looks at."""

    now_s: float
    tracks: Sequence[Track]
    # Of the live, confirmed tracks now.
    arrivals: Sequence[Arrival]
    # Where each sensor stands (witness.places_of_sensors) [m].
    places: Mapping[str, tuple[float, float]]
    # Of each site; a site that is not in it counts as covered.
    coverage: Mapping[str, SiteCoverage]
    plane: Plane


def step(alarm: Alarm, moment: Moment, sites: Mapping[str, Site], policy: Policy) -> list[Alert]:
    """Bring every site up to the moment; returns the alerts to issue, in the order of the sites."""
    _remember(alarm, moment, policy)
    by_site: dict[str, list[Arrival]] = {}
    for name, of_track in alarm.arrivals.items():
        one = alarm.witnesses[name]
        if not one.corroborated:
            continue
        for site, arrival in of_track.items():
            now = arrival if one.ended_s is None else faded(arrival, one.ended_s, moment.now_s, policy)
            if now is not None:
                by_site.setdefault(site, []).append(now)
    out = []
    for name, place in sites.items():
        standing = alarm.standings.setdefault(name, Standing())
        fresh = outlook_of(by_site.get(name, ()), alarm.witnesses, place, moment.plane, standing.lead, policy)
        alarm.outlooks[name] = outlook = _held(standing, fresh, moment.now_s, policy)
        covered = moment.coverage.get(name)
        _note_blind(standing, covered, moment.now_s)
        alert = _advance(alarm, standing, place, outlook, moment, policy)
        if alert is not None:
            out.append(alert)
    return out


def _remember(alarm: Alarm, moment: Moment, policy: Policy) -> None:
    """Take in the tracks' second; lost ones keep the arrivals they had."""
    now_s = moment.now_s
    fresh: dict[str, dict[str, Arrival]] = {}
    for arrival in moment.arrivals:
        fresh.setdefault(arrival.track, {})[arrival.site] = arrival
    for track in moment.tracks:
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
        witness(one, track, now_s, moment.places, policy)
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


def _held(standing: Standing, fresh: Outlook, now_s: float, policy: Policy) -> Outlook:
    """Let probabilities rise at once and fall slowly: the state follows what is shown, and neither flickers."""
    left = 0.5 ** (max(now_s - standing.at_s, 0.0) / policy.hold_s)
    standing.probability = max(fresh.probability, left * standing.probability)
    standing.soon = max(fresh.soon, left * standing.soon)
    standing.at_s, standing.lead = now_s, fresh.lead
    return replace(fresh, probability=round(standing.probability, 4), soon=round(standing.soon, 4))


def _note_blind(standing: Standing, covered: SiteCoverage | None, now_s: float) -> None:
    if covered is None or covered.covered:
        standing.blind_since_s = None
    elif standing.blind_since_s is None:
        standing.blind_since_s = now_s


def holds(condition: Condition, outlook: Outlook, blind: bool, policy: Policy) -> bool:
    """Answer one question of the table."""
    if condition == "settled":
        return True
    if condition == "likely":
        return outlook.soon >= policy.warning_probability
    if condition == "possible":
        return outlook.probability >= policy.watch_probability
    if condition == "eased":
        return outlook.soon < policy.least_warning
    if condition in ("blind", "sighted"):
        return blind is (condition == "blind")
    quiet = outlook.probability < policy.ease * policy.watch_probability
    return quiet and blind is (condition == "dark")


def _advance(
    alarm: Alarm, standing: Standing, site: Site, outlook: Outlook, moment: Moment, policy: Policy
) -> Alert | None:
    now_s = moment.now_s
    blind = standing.blind_since_s is not None and now_s - standing.blind_since_s >= policy.blind_s
    conditions: tuple[Condition, ...] = (
        "likely", "possible", "eased", "quiet", "dark", "blind", "sighted", "settled",
    )  # fmt: skip
    for condition in conditions:
        if holds(condition, outlook, blind, policy):
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
        return _send(standing, site, outlook, row.next, (before, blind), moment)
    return _update(standing, site, outlook, blind, moment, policy)


def _update(
    standing: Standing, site: Site, outlook: Outlook, blind: bool, moment: Moment, policy: Policy
) -> Alert | None:
    """Send again on a material change."""
    sent, now_s = standing.sent, moment.now_s
    if standing.state not in ("watch", "warning") or sent is None:
        return None
    standing.updates_s = [s for s in standing.updates_s if s > now_s - HOUR_S]
    spent = len(standing.updates_s) >= policy.updates_an_hour
    if spent or now_s - sent.issued_at_s < policy.update_every_s:
        return None
    if not material(sent, outlook, now_s, policy) and blind is standing.said_blind:
        return None
    standing.updates_s.append(now_s)
    return _send(standing, site, outlook, standing.state, (standing.state, blind), moment)


def material(sent: Alert, outlook: Outlook, now_s: float, policy: Policy) -> bool:
    """Say whether an outlook differs from what was sent by what people would act on."""
    if not outlook.groups:
        # What is left is a probability that fades, as was to be expected: the next news is a change of state.
        return False
    earliest = outlook.times_s[0]
    if earliest is not None and not outlook.lost:
        # While a target is overhead its arrival is always now: no news.
        before = sent.arrival_earliest_s
        if before is None or (earliest <= before - policy.update_s and before > now_s):
            return True
    p, q = outlook.probability, sent.probability
    if abs(p - q) >= LEAST_CHANGE and (p >= 2.0 * q or q >= 2.0 * p):
        return True
    known = {group.kind for group in sent.groups}
    return any(
        group.kind not in known and group.probability >= policy.watch_probability for group in outlook.groups
    )


def _send(
    standing: Standing,
    site: Site,
    outlook: Outlook,
    state: State,
    before: tuple[State, bool],
    moment: Moment,
) -> Alert:
    """Make the alert; `before` is the state before, and whether the site is blind now."""
    assert standing.alert is not None
    assert state != "clear"
    sendable: AlertState = state
    shown = outlook if state in ("watch", "warning") else NOTHING
    earliest, median, latest = shown.times_s
    alert = Alert(
        issued_at_s=round(moment.now_s, 3),
        alert=standing.alert,
        site=site.id,
        state=sendable,
        probability=outlook.probability,
        arrival_earliest_s=earliest,
        arrival_s=median,
        arrival_latest_s=latest,
        count=shown.count,
        kind=outlook.kind if shown.groups else (standing.sent.kind if standing.sent else "other"),
        tracks=shown.tracks,
        because=because(site, outlook, state, before[0], before[1], moment),
        groups=shown.groups,
    )
    standing.sent, standing.said_blind = alert, before[1]
    return alert

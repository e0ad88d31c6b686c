"""How good alerts are, against the truth: time to shelter, what was missed, whom they frightened in vain.

An arrival is the moment at which a target of the truth first comes within a site; one that leaves and returns
within `AGAIN_S` has not arrived anew. An arrival is warned of if the site's state is a warning then, and its lead
is the time since that warning began (`watched`: the same with a watch). A warning is in vain if no target came
within `NEAR_M` of the site's area while it stood, nor within `BESIDE_S` before and after. An alert names too many
if its group, or its count, of a kind is more than the targets of that kind that fly then, or did within
`BESIDE_S`.

What is counted per place and hour is over the truth's span. A message is an alert; a change of state is one whose
state is another than that of the site's alert before it.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from forehear.errors import InputError
from forehear.forecast.places import away_m, places_of
from forehear.geodesy import plane_at
from forehear.records import Alert, Site, Truth

Array = NDArray[np.float64]

# A target within this of a site's area was near it [m].
NEAR_M = 5000.0
# A target that left a site is a new arrival after this [s].
AGAIN_S = 300.0
# Margins of time: a warning before the approach, a state that is told a little after [s].
BESIDE_S = 120.0
HOUR_S = 3600.0


class SiteWarnings(Struct, frozen=True):
    """One site's row; `lead_median_s` is null where nothing was warned of."""

    site: str
    arrivals: int
    warned: int
    watched: int
    missed: int
    lead_median_s: float | None
    warnings: int
    in_vain: int
    changes: int
    updates: int


class WarningScore(Struct, frozen=True):
    """The alerts' score; every key names its unit, and null says that there was nothing to measure.

    `lead_*_s`: from the beginning of the warning that stands at an arrival to the arrival, over warned arrivals.
    `warned_places_in_vain_share`: of the places ever warned, those that no target came near in the whole span;
    `in_vain_share`: of warnings. `named_too_many`: alerts that name more of a kind than there are.
    `least_warning_probability`: the least that an alert in the state of a warning told of.
    """

    seconds: int
    sites: int
    alerts: int
    arrivals: int
    missed: int
    missed_share: float | None
    unwatched: int
    lead_median_s: float | None
    lead_p10_s: float | None
    watch_lead_median_s: float | None
    warnings: int
    in_vain: int
    in_vain_share: float | None
    warned_places: int
    warned_places_in_vain: int
    warned_places_in_vain_share: float | None
    changes_per_place_hour: float | None
    updates_per_place_hour: float | None
    most_updates_in_an_hour: int
    named_too_many: int
    least_warning_probability: float | None
    not_covered_s: float
    by_site: list[SiteWarnings]


class _Spans(NamedTuple):
    """When a site was in a state: pairs of begin and end [s]."""

    warning: list[tuple[float, float]]
    raised: list[tuple[float, float]]
    not_covered: list[tuple[float, float]]


def score_warnings(alerts: Iterable[Alert], sites: Sequence[Site], truth: Iterable[Truth]) -> WarningScore:
    """Score alerts against the truth.

    Parameters: alerts in order of time; the sites that they are of; the truth in order of time.
    Raises InputError where lines are out of order, or an alert is of a site that is not there. Ignores: height.
    """
    ordered = _in_order(alerts, {s.id for s in sites})
    seen = _Seen(sites)
    for one in truth:
        seen.add(one)
    seen.close()
    by_site: dict[str, list[Alert]] = {s.id: [] for s in sites}
    for alert in ordered:
        by_site[alert.site].append(alert)
    end_s = seen.last_s if seen.times else 0.0
    rows, leads, watch_leads = [], [], []
    not_covered_s, in_vain_places, warned_places, busiest = 0.0, 0, 0, 0
    for i, site in enumerate(sites):
        own = by_site[site.id]
        spans = _spans(own, end_s)
        row, own_leads, own_watch = _row(site.id, own, spans, seen, i)
        rows.append(row)
        leads += own_leads
        watch_leads += own_watch
        not_covered_s += sum(b - a for a, b in spans.not_covered)
        if spans.warning:
            warned_places += 1
            in_vain_places += not seen.near[i]
        busiest = max(busiest, _busiest_hour(own))
    places = warned_places, in_vain_places
    return _summed(rows, leads, watch_leads, seen, ordered, places, busiest, not_covered_s)


def _in_order(alerts: Iterable[Alert], known: set[str]) -> list[Alert]:
    ordered: list[Alert] = []
    for alert in alerts:
        if alert.site not in known:
            raise InputError(f"alert {alert.alert!r}: no site {alert.site!r} among the sites")
        if ordered and alert.issued_at_s < ordered[-1].issued_at_s:
            raise InputError(f"alert {alert.alert!r}: issued_at_s={alert.issued_at_s} is before the line above")
        ordered.append(alert)
    return ordered


class _Seen:
    """What the truth did at each site, read second by second."""

    def __init__(self, sites: Sequence[Site]) -> None:
        lon, lat = [s.lon for s in sites] or [0.0], [s.lat for s in sites] or [0.0]
        self.plane = plane_at(float(np.median(lon)), float(np.clip(np.median(lat), -89.0, 89.0)))
        self.places = places_of(sites, self.plane)
        # Of each site: arrivals' moments, and when any target was near: pairs of begin and end.
        self.arrivals: list[list[float]] = [[] for _ in sites]
        self.near: list[list[list[float]]] = [[] for _ in sites]
        self._inside: list[dict[str, float]] = [{} for _ in sites]
        self.kinds: dict[str, tuple[str, float, float]] = {}
        self.times = 0
        self.first_s = self.last_s = math.nan
        self._waiting: list[Truth] = []

    def add(self, one: Truth) -> None:
        if self._waiting and one.time_s < self._waiting[0].time_s:
            raise InputError(f"truth: time_s={one.time_s} of {one.target!r} is before the line above")
        if self._waiting and one.time_s > self._waiting[0].time_s:
            self._second()
        self._waiting.append(one)

    def close(self) -> None:
        if self._waiting:
            self._second()

    def _second(self) -> None:
        now, self._waiting = self._waiting, []
        t = now[0].time_s
        self.first_s = t if self.times == 0 else self.first_s
        self.last_s, self.times = t, self.times + 1
        for one in now:
            kind, begin, _ = self.kinds.get(one.target, (one.kind, t, t))
            self.kinds[one.target] = kind, begin, t
        east, north = self.plane.forward([o.lon for o in now], [o.lat for o in now])
        for i in range(len(self.arrivals)):
            away = away_m(self.places, i, np.asarray(east), np.asarray(north))
            if float(away.min()) <= NEAR_M:
                spans = self.near[i]
                if spans and t - spans[-1][1] <= 1.5:
                    spans[-1][1] = t
                else:
                    spans.append([t, t])
            for k in np.flatnonzero(away <= 0.0):
                name = now[int(k)].target
                if t - self._inside[i].get(name, -math.inf) > AGAIN_S:
                    self.arrivals[i].append(t)
                self._inside[i][name] = t

    def flying(self, kind: str, time_s: float) -> int:
        """How many targets of a kind fly at a moment, or did within the margin."""
        return sum(
            k == kind and begin - BESIDE_S <= time_s <= end + BESIDE_S for k, begin, end in self.kinds.values()
        )


def _spans(alerts: Sequence[Alert], end_s: float) -> _Spans:
    out = _Spans([], [], [])
    for k, alert in enumerate(alerts):
        begin = alert.issued_at_s
        end = alerts[k + 1].issued_at_s if k + 1 < len(alerts) else max(end_s, begin)
        chosen = []
        if alert.state == "warning":
            chosen.append(out.warning)
        if alert.state in ("warning", "watch"):
            chosen.append(out.raised)
        if alert.state == "not_covered":
            chosen.append(out.not_covered)
        for spans in chosen:
            if spans and spans[-1][1] == begin:
                spans[-1] = spans[-1][0], end
            else:
                spans.append((begin, end))
    return out


def _row(
    site: str, alerts: Sequence[Alert], spans: _Spans, seen: _Seen, i: int
) -> tuple[SiteWarnings, list[float], list[float]]:
    arrivals = seen.arrivals[i]
    leads = [t - a for t in arrivals for a, b in spans.warning if a <= t <= b]
    watch_leads = [t - a for t in arrivals for a, b in spans.raised if a <= t <= b]
    vain = sum(not any(c <= b + BESIDE_S and d >= a - BESIDE_S for c, d in seen.near[i]) for a, b in spans.warning)
    states = [alert.state for alert in alerts]
    changes = sum(state != before for state, before in zip(states, ["clear", *states], strict=False))
    row = SiteWarnings(
        site, len(arrivals), len(leads), len(watch_leads), len(arrivals) - len(leads),
        float(np.median(leads)) if leads else None, len(spans.warning), vain, changes, len(alerts) - changes,
    )  # fmt: skip
    return row, leads, watch_leads


def _busiest_hour(alerts: Sequence[Alert]) -> int:
    """Most messages within one hour that changed no state."""
    times = [b.issued_at_s for a, b in pairwise(alerts) if a.state == b.state]
    return max((sum(t <= s < t + HOUR_S for s in times) for t in times), default=0)


def _too_many(alert: Alert, seen: _Seen) -> bool:
    named: dict[str, int] = {}
    for group in alert.groups:
        named[group.kind] = named.get(group.kind, 0) + group.count
    if alert.count:
        named[alert.kind] = max(named.get(alert.kind, 0), alert.count)
    return any(count > seen.flying(kind, alert.issued_at_s) for kind, count in named.items())


def _quantile(values: Sequence[float], q: float) -> float | None:
    return float(np.quantile(values, q)) if values else None


def _summed(
    rows: list[SiteWarnings],
    leads: list[float],
    watch_leads: list[float],
    seen: _Seen,
    alerts: list[Alert],
    places: tuple[int, int],
    busiest: int,
    not_covered_s: float,
) -> WarningScore:
    arrivals = sum(r.arrivals for r in rows)
    missed = arrivals - len(leads)
    warnings, vain = sum(r.warnings for r in rows), sum(r.in_vain for r in rows)
    hours = len(rows) * (seen.last_s - seen.first_s) / HOUR_S if seen.times > 1 and rows else 0.0
    red = [a.probability for a in alerts if a.state == "warning"]
    return WarningScore(
        seconds=seen.times,
        sites=len(rows),
        alerts=len(alerts),
        arrivals=arrivals,
        missed=missed,
        missed_share=missed / arrivals if arrivals else None,
        unwatched=arrivals - len(watch_leads),
        lead_median_s=_quantile(leads, 0.5),
        lead_p10_s=_quantile(leads, 0.1),
        watch_lead_median_s=_quantile(watch_leads, 0.5),
        warnings=warnings,
        in_vain=vain,
        in_vain_share=vain / warnings if warnings else None,
        warned_places=places[0],
        warned_places_in_vain=places[1],
        warned_places_in_vain_share=places[1] / places[0] if places[0] else None,
        changes_per_place_hour=sum(r.changes for r in rows) / hours if hours else None,
        updates_per_place_hour=sum(r.updates for r in rows) / hours if hours else None,
        most_updates_in_an_hour=busiest,
        named_too_many=sum(_too_many(a, seen) for a in alerts),
        least_warning_probability=min(red) if red else None,
        not_covered_s=not_covered_s,
        by_site=rows,
    )

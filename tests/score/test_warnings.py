"""Alerts held against the truth, each number reckoned by hand."""

import pytest
from tests.warn.world import at

from forehear.errors import InputError
from forehear.records import Alert, AlertGroup, Site, Truth
from forehear.score.warnings import WarningScore, score_warnings

TOWN = Site("town", "Town", "settlement", *at(0.0, 0.0), 3000.0)
FAR = Site("far", "Far", "settlement", *at(100_000.0, 0.0), 3000.0)


def flight(target: str = "D1", kind: str = "piston", start_s: int = 0, north: float = 0.0) -> list[Truth]:
    """From 30 km east to 30 km west at 50 m/s: at the rim of the town after 540 s."""
    out = []
    for k in range(1200):
        lon, lat = at(30_000.0 - 50.0 * k, north)
        out.append(Truth(target, float(start_s + k), lon, lat, 300.0, -50.0, 0.0, 0.0, kind, 0.9, 3.0))  # type: ignore[arg-type]
    return out


def said(
    time_s: float, state: str, site: str = "town", p: float = 0.8, groups: tuple[AlertGroup, ...] = ()
) -> Alert:
    count = sum(g.count for g in groups if g.kind == "piston")
    return Alert(time_s, "A1", site, state, p, None, None, None, count, "piston", (), "", groups)  # type: ignore[arg-type]


def group(kind: str, count: int) -> AlertGroup:
    return AlertGroup(kind, count, 90.0, 9000.0, None, None, None, 0.9)  # type: ignore[arg-type]


def scored(alerts: list[Alert], truth: list[Truth] | None = None) -> WarningScore:
    lines = sorted(truth or flight(), key=lambda one: one.time_s)
    return score_warnings(sorted(alerts, key=lambda a: a.issued_at_s), [TOWN, FAR], lines)


def test_a_warning_before_an_arrival_has_its_lead() -> None:
    out = scored([said(60.0, "watch"), said(240.0, "warning"), said(700.0, "watch"), said(800.0, "cancelled")])
    assert (out.arrivals, out.missed, out.warnings, out.in_vain) == (1, 0, 1, 0)
    assert out.lead_median_s == pytest.approx(300.0, abs=1.0)
    assert out.watch_lead_median_s == pytest.approx(480.0, abs=1.0)


def test_a_warning_that_was_eased_before_the_arrival_did_not_warn() -> None:
    out = scored([said(60.0, "warning"), said(400.0, "watch")])
    assert (out.arrivals, out.missed, out.unwatched) == (1, 1, 0)
    assert out.lead_median_s is None


def test_a_place_that_nothing_came_near_was_warned_in_vain() -> None:
    out = scored([said(100.0, "warning"), said(100.0, "warning", "far")])
    assert (out.warned_places, out.warned_places_in_vain, out.in_vain) == (2, 1, 1)
    by = {row.site: row for row in out.by_site}
    assert (by["town"].in_vain, by["far"].in_vain) == (0, 1)


def test_messages_are_counted_apart_from_changes_of_state() -> None:
    out = scored([said(100.0, "watch"), said(200.0, "watch"), said(300.0, "warning"), said(301.0, "warning")])
    by = {row.site: row for row in out.by_site}["town"]
    assert (by.changes, by.updates) == (2, 2)
    assert out.most_updates_in_an_hour == 2
    # Two places, 1199 s.
    assert out.updates_per_place_hour == pytest.approx(2 / (2 * 1199 / 3600))


def test_naming_more_of_a_kind_than_fly_is_counted() -> None:
    truth = flight() + flight("J1", "jet", north=9000.0)
    fair = said(100.0, "warning", groups=(group("piston", 1), group("jet", 1)))
    assert scored([fair], truth).named_too_many == 0
    assert scored([said(100.0, "warning", groups=(group("jet", 2),))], truth).named_too_many == 1
    assert scored([said(100.0, "warning", groups=(group("piston", 2),))], truth).named_too_many == 1


def test_time_without_cover_is_no_warning() -> None:
    out = scored([said(100.0, "not_covered"), said(400.0, "cancelled")])
    assert out.not_covered_s == pytest.approx(300.0)
    assert (out.warnings, out.missed) == (0, 1)


def test_what_comes_back_within_five_minutes_has_not_arrived_anew() -> None:
    def there_and_back(pause_s: int) -> list[Truth]:
        out = []
        for k in range(1500):
            east = 0.0 if k < 60 or k >= 60 + pause_s else 10_000.0
            out.append(Truth("D1", float(k), *at(east, 0.0), 300.0, 0.0, 0.0, 0.0, "piston", 0.9, 3.0))
        return out

    assert scored([], there_and_back(200)).arrivals == 1
    assert scored([], there_and_back(400)).arrivals == 2


def test_lines_out_of_order_and_unknown_sites_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="no site 'nowhere'"):
        scored([said(100.0, "watch", "nowhere")])
    with pytest.raises(InputError, match="is before the line above"):
        score_warnings([said(200.0, "watch"), said(100.0, "watch")], [TOWN], flight())
    with pytest.raises(InputError, match="is before the line above"):
        score_warnings([], [TOWN], [flight()[5], flight()[6], flight()[2]])


def test_nothing_at_all_is_null_and_not_nought() -> None:
    out = score_warnings([], [], [])
    assert (out.missed_share, out.in_vain_share, out.updates_per_place_hour) == (None, None, None)

"""What is said of a site: of whom, counted how, and whose times."""

import numpy as np
import pytest
from tests.warn.world import PLANE, TOWN, at

from forehear.forecast.arrival import Arrival
from forehear.records import TargetKind
from forehear.warn.limits import Policy
from forehear.warn.outlook import Outlook, outlook_of, surely_several
from forehear.warn.witness import Witness

BINS = 180
NOW_S = 1000.0


def coming(name: str, probability: float, in_s: float, distance_m: float = 20_000.0) -> Arrival:
    odds = np.zeros(BINS)
    odds[int(in_s / 10.0) :] = probability
    times = (NOW_S + 0.9 * in_s, NOW_S + in_s, NOW_S + 1.2 * in_s)
    return Arrival(NOW_S, name, "town", probability, *times, distance_m, odds)


def seen(
    east: float, north: float, kind: TargetKind = "piston", sigma_m: float = 100.0, **more: object
) -> Witness:
    lon, lat = at(east, north)
    return Witness(0.0, corroborated=True, kind=kind, lon=lon, lat=lat, sigma_m=sigma_m, **more)  # type: ignore[arg-type]


def of(arrivals: list[Arrival], witnesses: dict[str, Witness], lead: str | None = None) -> Outlook:
    return outlook_of(arrivals, witnesses, TOWN, PLANE, lead, Policy())


def test_two_jets_among_thirteen_propellers_are_two() -> None:
    witnesses = {f"P{k}": seen(20_000.0, 2000.0 * k - 12_000.0) for k in range(13)}
    witnesses |= {f"J{k}": seen(5000.0 * k, 40_000.0, "jet") for k in range(2)}
    arrivals = [coming(name, 0.6 if name[0] == "P" else 0.9, 400.0) for name in witnesses]
    out = of(arrivals, witnesses)
    by_kind = {kind: sum(g.count for g in out.groups if g.kind == kind) for kind in ("piston", "jet")}
    assert by_kind == {"piston": 13, "jet": 2}
    assert out.count == by_kind[out.kind]


def test_what_carries_no_probability_is_not_counted() -> None:
    witnesses = {"T1": seen(20_000.0, 0.0)} | {f"F{k}": seen(-30_000.0, 3000.0 * k) for k in range(8)}
    out = of([coming("T1", 0.9, 400.0)] + [coming(f"F{k}", 0.04, 900.0) for k in range(8)], witnesses)
    assert out.tracks == ("T1",)
    assert [(g.count, round(g.bearing_deg)) for g in out.groups] == [(1, 90)]
    # All the same, each may come: the probability is that any does.
    assert out.probability == pytest.approx(1.0 - 0.1 * 0.96**8, abs=1e-3)


def test_groups_are_of_one_kind_and_direction_and_north_parts_none() -> None:
    witnesses = {
        "N1": seen(-2000.0, 30_000.0), "N2": seen(2000.0, 30_000.0), "S1": seen(0.0, -30_000.0),
        "NJ": seen(500.0, 60_000.0, "jet"),
    }  # fmt: skip
    out = of([coming(name, 0.5, 500.0) for name in witnesses], witnesses)
    assert sorted((g.kind, g.count) for g in out.groups) == [("jet", 1), ("piston", 1), ("piston", 2)]


def test_times_are_the_first_credible_ones_and_stay_with_their_track() -> None:
    witnesses = {name: seen(20_000.0, 1500.0 * k) for k, name in enumerate("ABC")}
    arrivals = [coming("A", 0.9, 900.0), coming("B", 0.8, 600.0), coming("C", 0.02, 120.0)]
    out = of(arrivals, witnesses)
    assert out.lead == "B", "the first credible one, not the likeliest, and not one that hardly comes"
    assert out.times_s == (NOW_S + 540.0, NOW_S + 600.0, NOW_S + 720.0)
    nearly = [coming("A", 0.9, 560.0), coming("B", 0.8, 600.0)]
    assert of(nearly, witnesses, "B").lead == "B", "40 s sooner is no reason to jump"
    clearly = [coming("A", 0.9, 480.0), coming("B", 0.8, 600.0)]
    assert of(clearly, witnesses, "B").lead == "A"


def test_one_target_under_two_names_counts_once_and_a_lost_one_not_beside_a_live_one() -> None:
    twice = [seen(10_000.0, 0.0, sigma_m=300.0), seen(10_700.0, 0.0, sigma_m=300.0)]
    assert surely_several(twice, PLANE) == 1
    apart = [seen(10_000.0, 0.0), seen(12_000.0, 0.0)]
    assert surely_several(apart, PLANE) == 2
    assert surely_several([*apart, seen(30_000.0, 0.0, ended_s=900.0)], PLANE) == 2
    assert surely_several([seen(30_000.0, 0.0, ended_s=900.0)], PLANE) == 1
    assert surely_several([seen(10_000.0, 0.0, count=3)], PLANE) == 3


def test_nothing_that_may_come_is_nothing_to_say() -> None:
    out = of([coming("T1", 0.0005, 300.0)], {"T1": seen(1.0, 1.0)})
    assert (out.probability, out.groups, out.times_s) == (0.0, (), (None, None, None))


def test_what_is_rather_another_engine_than_not_may_come_but_warns_nobody() -> None:
    # Symptom: a night of trains, as loud and as fast as drones, had every place near a line in red.
    arrivals = [coming("train", 0.9, 300.0), coming("drone", 0.5, 300.0)]
    witnesses = {"train": seen(10_000.0, 0.0, "other", other=0.6), "drone": seen(0.0, 10_000.0, other=0.4)}
    both = of(arrivals, witnesses)
    assert both.soon == pytest.approx(0.5)
    assert both.probability == pytest.approx(0.95), "a watch goes by whatever may come"
    train = of(arrivals[:1], witnesses)
    assert (train.soon, train.probability) == (0.0, 0.9)
    everything = outlook_of(arrivals[:1], witnesses, TOWN, PLANE, None, Policy(other_odds=1.0))
    assert everything.soon == 0.9


def test_another_engine_is_not_named_beside_drones_but_is_where_it_is_all_there_is() -> None:
    witnesses = {"train": seen(1000.0, 0.0, "other", other=0.99), "drone": seen(0.0, 10_000.0)}
    both = of([coming("train", 1.0, 60.0), coming("drone", 0.3, 300.0)], witnesses)
    assert [(g.kind, g.count) for g in both.groups] == [("piston", 1)]
    assert both.lead == "drone"
    assert both.times_s[0] == NOW_S + 270.0, "nor are its times those of the drone"
    # A drone that hardly comes is no reason to leave out what surely does.
    faint = of([coming("train", 1.0, 60.0), coming("drone", 0.02, 300.0)], witnesses)
    assert [(g.kind, g.count) for g in faint.groups] == [("other", 1)]

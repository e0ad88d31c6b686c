"""Warning time of a network: belts, and flights through the tracker beside the closed form."""

import math

import numpy as np
import pytest

from forehear.geodesy import plane_at
from forehear.plan import warning_run
from forehear.plan.warning import VARIANTS


def test_a_belt_is_round_and_as_deep_as_asked() -> None:
    network = warning_run.belt(40_000.0, 8_000.0)
    assert warning_run.depth_of(network, warning_run.MIDDLE) == pytest.approx(40_000.0, rel=0.1)
    assert warning_run.spacing_of(network) == pytest.approx(8_000.0, rel=0.2)
    assert network == warning_run.belt(40_000.0, 8_000.0)


@pytest.mark.slow
def test_measured_flights_agree_with_the_closed_form_and_confirmation_costs_time() -> None:
    network = warning_run.belt(24_000.0, 5_000.0)
    record = warning_run.answer(network, warning_run.MIDDLE, 24_000.0, 5_000.0, 4, 3)
    assert record == warning_run.answer(network, warning_run.MIDDLE, 24_000.0, 5_000.0, 4, 3)
    for name, v in record["variants"].items():  # type: ignore[attr-defined]
        closed = v["formula_lead_heard_s"]
        # Sensors differ by 4 dB of noise, so the first to hear is up to 4 km from where an average one hears.
        margin = 4_000.0 / (150 / 3.6 if name == "propeller" else 500 / 3.6) + 15.0
        assert closed["fastest"] - margin <= v["lead_heard_s"]["0.5"] <= closed["slowest"] + margin
        assert v["lead_confirmed_s"]["0.5"] < v["lead_heard_s"]["0.5"]
        assert v["missed"] <= 1
    assert record["lost_to_faster_engine_s"] > 0  # type: ignore[operator]
    assert record["depth_to_win_it_back_m"] > 24_000  # type: ignore[operator]


def test_flights_come_from_all_sides_bend_and_end_at_the_place() -> None:
    network = warning_run.belt(24_000.0, 5_000.0)
    lon, lat = warning_run.MIDDLE
    site = (lon + 0.05, lat)
    scenario, detour = warning_run.scenario_of(VARIANTS[0], 8, network, site, 3)
    (place,) = scenario.sites
    there = plane_at(scenario.region.lon, scenario.region.lat).inverse(*place.at_m)
    assert (float(there[0]), float(there[1])) == pytest.approx(site, abs=1e-6)
    ends = {flight.waypoints[-1][:2] for flight in scenario.flights if flight.waypoints is not None}
    assert ends == {place.at_m}
    bearings = []
    for flight in scenario.flights:
        assert flight.waypoints is not None
        east, north, height, speed = flight.waypoints[0]
        bearings.append(math.degrees(math.atan2(east - place.at_m[0], north - place.at_m[1])) % 360.0)
        # Out of everybody's hearing at first, and at a speed that this variant flies.
        assert math.hypot(east - place.at_m[0], north - place.at_m[1]) > 24_000.0
        assert VARIANTS[0].slowest_kmh <= speed * 3.6 <= VARIANTS[0].fastest_kmh
        assert height >= 60.0
    gaps = np.diff(sorted([*bearings, min(bearings) + 360.0]))
    assert float(gaps.max()) < 90.0
    assert 1.0 < detour < 1.2


def test_the_closed_form_alone_flies_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(warning_run, "measure")
    network = warning_run.belt(24_000.0, 5_000.0)
    record = warning_run.answer(network, warning_run.MIDDLE, 24_000.0, 5_000.0, 4, 3, simulate=False)
    assert not record["measured"]
    assert all("flights" not in v for v in record["variants"].values())  # type: ignore[attr-defined]
    assert record["lost_to_faster_engine_s"] > 0.0  # type: ignore[operator]


def test_a_place_at_the_edge_sees_half_as_deep() -> None:
    network = warning_run.belt(40_000.0, 4_000.0)
    lon, lat = warning_run.MIDDLE
    edge = (lon + 40_000.0 / 75_350.0, lat)
    # Half of the sides have sensors up to 80 km away, the others hardly any.
    assert warning_run.depth_of(network, edge) < 45_000.0
    assert warning_run.depth_of(network, (lon, lat)) == pytest.approx(40_000.0, rel=0.1)

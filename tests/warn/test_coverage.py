"""Coverage is what the sensors do now: present, quiet enough, believed, and where the target would come from."""

import numpy as np
from tests.warn.world import PLANE, TOWN, at

from forehear.records import Atmosphere, Network, Report, Sensor, Site
from forehear.warn.coverage import Reporting, SiteCoverage, approaches_of, coverage, nobody_reported, note

GRID = tuple(
    Sensor(f"G{i}.{j}", "microphone", *at(5000.0 * (i - 4), 5000.0 * (j - 4)), 100.0)
    for i in range(9)
    for j in range(9)
)
NETWORK = Network(GRID)
INDEX = {s.id: k for k, s in enumerate(GRID)}
FAR = Site("far", "Far", "other", *at(200_000.0, 0.0), 3000.0)


def report(sensor: str, at_s: float, noise_db: float | None = 38.0) -> Report:
    return Report(sensor, at_s, at_s, noise_db=noise_db, sources=())


def hear(reporting: Reporting, times: np.ndarray, names: list[str], noise_db: float | None = 38.0) -> None:
    for now_s in times:
        note(reporting, INDEX, float(now_s), [report(n, float(now_s), noise_db) for n in names], {})


def cover(
    reporting: Reporting, now_s: float, sites: tuple[Site, ...] = (TOWN,), network: Network = NETWORK
) -> SiteCoverage:
    return coverage(approaches_of(sites, network, PLANE), reporting, now_s, {}, 3)[sites[0].id]


def beating(noise_db: float | None = 38.0, until_s: float = 300.0) -> Reporting:
    reporting = nobody_reported(len(GRID))
    hear(reporting, np.arange(0.0, until_s + 1.0, 10.0), list(INDEX), noise_db)
    return reporting


def test_a_site_amid_a_quiet_grid_is_covered_from_everywhere() -> None:
    now = cover(beating(), 305.0)
    assert now.covered
    assert min(now.piston) > 0.9
    assert now.gone == 0.0


def test_a_site_without_a_sensor_near_is_not_covered() -> None:
    now = cover(beating(), 305.0, (FAR,))
    assert not now.covered
    assert max(now.piston) == 0.0


def test_all_sensors_silent_is_seen_within_fifteen_seconds_and_blind_within_half_a_minute() -> None:
    reporting = beating()
    assert cover(reporting, 309.0).gone == 0.0
    assert cover(reporting, 314.0).gone == 1.0
    assert not cover(reporting, 326.0).covered


def test_a_third_gone_is_a_third_gone() -> None:
    reporting = beating()
    left = [name for k, name in enumerate(INDEX) if k % 3]
    hear(reporting, np.arange(310.0, 331.0, 10.0), left)
    now = cover(reporting, 331.0)
    assert 0.28 <= now.gone <= 0.38
    assert now.covered, "the others hear well enough"


def test_heartbeats_that_get_lost_are_no_outage() -> None:
    reporting, chance = nobody_reported(len(GRID)), np.random.default_rng(1)
    gone = []
    for step in range(120):
        now_s = 10.0 * step
        kept = [name for name in INDEX if chance.random() > 0.3]
        note(reporting, INDEX, now_s, [report(name, now_s) for name in kept], {})
        if step > 60:
            gone.append(cover(reporting, now_s + 9.0).gone)
    assert np.mean(gone) < 0.1
    assert max(gone) < 0.28, "a third of all reports lost is not a third of all sensors gone"
    assert cover(reporting, now_s + 60.0).gone == 1.0, "but silence is"


def test_seventy_eight_decibels_everywhere_are_deafness() -> None:
    assert not cover(beating(78.0), 305.0).covered


def test_reports_that_are_all_turned_away_count_for_nothing() -> None:
    reporting = nobody_reported(len(GRID))
    for now_s in np.arange(0.0, 301.0, 10.0):
        note(reporting, INDEX, now_s, [report(name, now_s) for name in INDEX], dict.fromkeys(INDEX, 1))
    now = cover(reporting, 305.0)
    assert not now.covered


def test_half_a_grid_covers_half_the_compass() -> None:
    reporting = nobody_reported(len(GRID))
    hear(reporting, np.arange(0.0, 301.0, 10.0), [s.id for s in GRID if s.lon > TOWN.lon + 0.02])
    now = cover(reporting, 305.0)
    assert now.piston[3] > 0.9, "from the east"
    assert now.piston[9] == 0.0, "from the west"


def test_wind_takes_away_what_lies_downwind_of_no_sensor() -> None:
    storm = Network(GRID, Atmosphere(wind_mps=12.0, wind_from_deg=270.0))
    calm = cover(beating(44.0), 305.0)
    windy = cover(beating(44.0), 305.0, network=storm)
    assert windy.share < calm.share


def test_between_the_thresholds_a_site_stays_what_it_was() -> None:
    few = nobody_reported(len(GRID))
    hear(
        few,
        np.arange(0.0, 301.0, 10.0),
        [s.id for s in GRID if s.lon > TOWN.lon + 0.16 and s.lat > 46.9],
    )
    ways = approaches_of((TOWN,), NETWORK, PLANE)
    share = coverage(ways, few, 305.0, {}, 3)["town"].share
    assert 0.2 <= share < 0.35, "the test's network lies between the thresholds"
    was = {yes: {"town": SiteCoverage("town", (), (), yes, 0.0)} for yes in (True, False)}
    assert coverage(ways, few, 305.0, was[True], 3)["town"].covered
    assert not coverage(ways, few, 305.0, was[False], 3)["town"].covered


def test_no_sites_and_no_sensors_are_no_trouble() -> None:
    nobody = Network(())
    assert coverage(approaches_of((), NETWORK, PLANE), beating(), 300.0, {}, 3) == {}
    empty = coverage(approaches_of((TOWN,), nobody, PLANE), nobody_reported(0), 300.0, {}, 3)
    assert not empty["town"].covered

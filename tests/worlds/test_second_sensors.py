"""What sensors of the second world do: silence, errors that last, faults, clocks, loss; and what drives about."""

import statistics
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from tests.worlds.second import played, sources, world

from forehear.cli.main import main
from forehear.simulate.second import engines, run

TRACK = Path(__file__).parents[2] / "src" / "forehear" / "track"
START_S = 1_790_000_000.0


@pytest.mark.parametrize(("silence", "rates"), [("second", {1}), ("ten", {10}), ("mixed", {1, 10})])
def test_silent_sensors_report_as_often_as_they_should(silence: str, rates: set[int]) -> None:
    reports, _ = played(world({"silence": silence}, flights=[]))
    times = defaultdict(list)
    for report in sorted(reports, key=lambda r: r.heard_at_s):
        times[report.sensor].append(report.heard_at_s)
    assert len(times) == 25
    gaps = {name: set(np.rint(np.diff(at)).astype(int).tolist()) for name, at in times.items()}
    assert all(len(each) == 1 for each in gaps.values())
    assert set.union(*gaps.values()) == rates
    assert all(not report.sources for report in reports)


def test_a_sensors_level_error_stays_the_same() -> None:
    def levels(bias_db: float) -> dict[tuple[str, float], float]:
        found = played(world({"level_bias_sigma_db": bias_db, "level_sigma_db": 0.0}))[0]
        return {(r.sensor, r.heard_at_s): s.level_db for r, s in sources(found)}

    true, off = levels(0.0), levels(6.0)
    by_sensor = defaultdict(list)
    for key, level in true.items():
        by_sensor[key[0]].append(off[key] - level)
    means = []
    for errors in by_sensor.values():
        # Both are written to a tenth of a decibel.
        assert max(errors) - min(errors) < 0.25
        means.append(statistics.fmean(errors))
    assert 3.0 < statistics.stdev(means) < 10.0


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", "9"), ("b", "9"), ("c", "10")):
        words = ["simulate", "raid90", "--world", "second", "--out", str(tmp_path / name), "--seed", seed]
        words += ["--set", "duration_s=40", "--set", "region.east_m=30000", "--set", "region.north_m=30000"]
        assert main([*words, "--set", "faults.lying_share=0.1"]) == 0
    for file in ("network.geojson", "sites.geojson", "reports.ndjson", "truth.ndjson"):
        first, again, other = ((tmp_path / name / file).read_bytes() for name in "abc")
        assert first == again
        assert first != other or file == "sites.geojson"
    assert (tmp_path / "a" / "reports.ndjson").read_bytes().count(b"\n") > 300


def test_the_tracker_does_not_know_the_second_world() -> None:
    files = list(TRACK.rglob("*.py"))
    assert len(files) > 10
    for file in files:
        text = file.read_text("utf-8").lower()
        for word in ("simulate", "second world", "second_world", "secondplan", "tests.worlds"):
            assert word not in text, f"{file} mentions {word!r}"


def test_lost_sources_and_frames() -> None:
    whole = played(world())[0]
    fewer = played(world({"sources_lost": 0.3}))[0]
    share = sum(1 for _ in sources(fewer)) / sum(1 for _ in sources(whole))
    assert share == pytest.approx(0.7, abs=0.08)
    sent = len(played(world({"silence": "second", "frames_lost": 0.4}))[0])
    assert sent / (25 * 240) == pytest.approx(0.6, abs=0.03)


def test_a_blackout_takes_its_share_for_its_time() -> None:
    dark = {"silence": "second", "blackout_share": 0.5, "blackout_from_s": 60.0, "blackout_for_s": 90.0}
    reports, _ = played(world(dark, flights=[], network={"spacing_m": 1_000}))
    second = Counter(int(r.heard_at_s - START_S) // 10 for r in reports)
    full = 15 * 15 * 10
    assert second[4] == pytest.approx(full, rel=0.02)
    assert second[10] == pytest.approx(0.5 * full, rel=0.2)
    assert second[20] == pytest.approx(full, rel=0.02)


def test_a_flood_has_its_size_and_time() -> None:
    flood = {"flood_per_s": 400, "flood_from_s": 50.0, "flood_for_s": 20.0}
    reports, _ = played(world(flood, flights=[]))
    during = sum(1 for r, _ in sources(reports) if 49.9 <= r.heard_at_s - START_S < 71.1)
    assert during == 400 * 20
    assert sum(1 for _ in sources(reports)) == during


def test_a_denying_sensor_says_four_times_a_second_that_there_is_nothing() -> None:
    one = world({"denying_share": 0.2, "silence": "second"})
    reports, _ = played(one)
    denying = {one.network.sensors[j].id for j in np.flatnonzero(one.sensors.role == 6)}
    assert len(denying) == 5
    said = Counter(r.sensor for r in reports if r.sensor in denying)
    assert all(count == 4 * 240 for count in said.values())
    assert all(not r.sources for r in reports if r.sensor in denying)


def test_the_stuck_repeat_one_source_and_liars_invent_passes() -> None:
    one = world(faults={"stuck_share": 0.2, "lying_share": 0.2}, flights=[])
    reports, truth = played(one)
    assert not truth
    tones = defaultdict(list)
    for report, source in sources(reports):
        assert source.tone_hz is not None
        tones[report.sensor].append(source.tone_hz)
    stuck = {one.network.sensors[j].id for j in one.lies.stuck}
    assert len(stuck) == 5
    assert all(len(tones[name]) == 240 and np.ptp(tones[name]) == 0.0 for name in stuck)
    liars = set(tones) - stuck
    assert 1 <= len(liars) <= 5
    # A pass sweeps: by a quarter or more from coming to going where all of it is within the time.
    assert max(np.ptp(tones[name]) for name in liars) > 15.0


def test_the_real_air_is_not_quite_the_known_one() -> None:
    air = [world(seed=seed).air for seed in range(40)]
    wind = [a.wind_mps for a in air]
    assert float(np.sqrt(np.mean(np.square(wind)))) == pytest.approx(2.0, rel=0.25)
    warmth = [a.temperature_c - 15.0 for a in air]
    assert float(np.std(warmth)) == pytest.approx(2.0, rel=0.35)
    known = world({"wind_error_mps": 0.0, "temperature_error_c": 0.0}).air
    assert (known.wind_mps, known.temperature_c) == (0.0, 15.0)


def test_vehicles_keep_to_their_speeds_and_are_not_in_the_truth() -> None:
    second = {"trains": 4, "motorbikes": 8, "cars": 4, "tractors": 2, "pumps": 3}
    one = world(second, flights=[])
    assert all(actor.target is None for actor in one.actors)
    fastest: dict[str, float] = defaultdict(float)
    names = {engine: name for name, engine in engines.ENGINES.items()}
    for actor in one.actors:
        xyz = actor.make().xyz_m
        speed = np.linalg.norm(np.diff(xyz, axis=0), axis=1)
        fastest[names[actor.emitter]] = max(fastest[names[actor.emitter]], float(speed.max()))
    assert fastest["pump"] < 1e-6
    for name, (slow, fast) in engines.SPEEDS_MPS.items():
        # A degree of longitude is taken as of each place: a straight line bends by a thousandth.
        assert 0.9 * slow < fastest[name] <= 1.002 * fast
    assert fastest["train"] > 50.0


def test_reports_come_in_the_order_of_arrival_and_late_ones_out_of_order() -> None:
    reports, _ = played(world({"outages_per_hour": 20.0}))
    received = [r.received_at_s for r in reports]
    assert received == sorted(received)
    heard = [r.heard_at_s for r in reports]
    assert heard != sorted(heard)
    ages = [r.received_at_s - r.heard_at_s for r in reports if r.received_at_s is not None]
    assert 0.6 < statistics.median(ages) < 1.5
    assert max(ages) > 10.0


def test_some_clocks_are_off() -> None:
    one = world({"clocks_off": 0.2}, network={"spacing_m": 1_000})
    off = np.abs(one.sensors.clock_s) > 0.1
    assert float(off.mean()) == pytest.approx(0.2, abs=0.09)
    assert float(np.abs(one.sensors.clock_s[~off]).max()) < 0.1


def test_a_world_handed_a_network_stands_on_it() -> None:
    one = world()
    other = run.prepare(one.scenario, 6, one.network)
    assert other.network is one.network
    assert len(other.sensors.kind) == 25


def test_those_who_lie_together_tell_of_the_same_drone() -> None:
    one = world(
        {"colluding_groups": 1, "ceiling_low": 0.95}, flights=[], network={"spacing_m": 1_000}, duration_s=360
    )
    reports, truth = played(one)
    assert not truth
    members = {one.network.sensors[j].id for j in one.plots[0].members}
    assert len(members) == 3
    said = Counter(r.sensor for r, _ in sources(reports))
    assert set(said) == members
    assert min(said.values()) > 20

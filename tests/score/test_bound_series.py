"""`forehear score --bound`: the limit from a truth file and a network alone."""

import json
import math
from pathlib import Path

import msgspec
import pytest

from forehear.cli.main import main
from forehear.io.geojson import network_geojson
from forehear.records import Kinds, Network, Sensor, Track, Truth
from forehear.score.bound import Senses
from forehear.score.bound_series import bounds_of

LAT, LON = 47.0, 31.0
M_NORTH = 1.0 / 111_180.0
M_EAST = 1.0 / (111_180.0 * math.cos(math.radians(LAT)) * 1.0035)


def network(lat: float = LAT) -> Network:
    places = [(5000.0 * i, 5000.0 * j) for i in range(-3, 4) for j in range(-3, 4)]
    return Network(
        tuple(
            Sensor(f"S{k}", "microphone", LON + e * M_EAST, lat + n * M_NORTH, 10.0)
            for k, (e, n) in enumerate(places)
        )
    )


def truth(seconds: int = 300, kind: str = "piston", heard_by: float = 4.0, step: int = 1) -> list[Truth]:
    return [
        Truth(
            "a",
            1e9 + k,
            LON + (50.0 * k - 7000.0) * M_EAST,
            LAT + 300.0 * M_NORTH,
            400.0,
            50.0,
            0.0,
            0.0,
            kind,
            0.9,
            heard_by,
        )
        for k in range(0, seconds, step)
    ]


def median(truths: list[Truth], senses: Senses, of: Network | None = None) -> float:
    series = bounds_of(truths, of or network(), senses)["a"].sigma_m
    return sorted(series)[len(series) // 2]


def test_the_bound_is_of_the_size_that_the_physics_says() -> None:
    assert 15.0 < median(truth(), Senses()) < 45.0
    assert 150.0 < median(truth(kind="jet"), Senses()) < 400.0
    assert median(truth(heard_by=1.0), Senses()) > 1.5 * median(truth(), Senses())
    assert median(truth(), Senses(tone_sigma_hz=2.0)) > 1.5 * median(truth(), Senses())


def test_missing_seconds_and_disorder_do_not_matter() -> None:
    whole = bounds_of(truth(), network(), Senses())["a"]
    thin = bounds_of(list(reversed(truth(seconds=299, step=2))), network(), Senses())["a"]
    assert thin.start_s == whole.start_s
    assert thin.sigma_m == pytest.approx(whole.sigma_m[: len(thin.sigma_m)], rel=1e-3)


def test_targets_without_a_bound_are_left_out_or_endless() -> None:
    assert bounds_of(truth(1), network(), Senses()) == {}
    assert bounds_of([], network(), Senses()) == {}
    fast = [msgspec.structs.replace(t, east_mps=400.0) for t in truth()]
    assert bounds_of(fast, network(), Senses()) == {}
    assert set(bounds_of(truth(20), network(lat=10.0), Senses())["a"].sigma_m) == {math.inf}


def test_the_command_puts_it_beside_the_errors(tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    def write(name: str, records: list) -> str:
        (tmp_path / name).write_bytes(b"".join(msgspec.json.encode(r) + b"\n" for r in records))
        return str(tmp_path / name)

    truths = truth()
    tracks = [
        Track(
            t.time_s,
            "T1",
            "confirmed",
            t.lon,
            t.lat + 30.0 * M_NORTH,
            400.0,
            50.0,
            90.0,
            0.0,
            40.0,
            1.0,
            0.99,
            1,
            "piston",
            Kinds(1.0),
        )
        for t in truths[60:]
    ]
    (tmp_path / "network.geojson").write_bytes(network_geojson(network()))
    words = [
        "score",
        "--truth",
        write("truth.ndjson", truths),
        "--tracks",
        write("tracks.ndjson", tracks),
        "--bound",
    ]
    assert main([*words, "--network", str(tmp_path / "network.geojson"), "--json"]) == 0
    out = json.loads(capfd.readouterr().out)
    assert out["error_over_bound"] == pytest.approx(30.0 / out["bound_median_m"], rel=0.01)
    assert out["bound_wait_median_s"] > 0.0
    assert main([*words, "--network", str(tmp_path / "network.geojson")]) == 0
    assert "Cramer-Rao bound" in capfd.readouterr().out
    assert main(words) == 2
    assert "--bound needs --network" in capfd.readouterr().err
    assert main([*words, "--network", str(tmp_path / "none"), "--tone-sigma-hz", "0"]) == 2
    assert "--tone-sigma-hz 0.0 is not above 0" in capfd.readouterr().err

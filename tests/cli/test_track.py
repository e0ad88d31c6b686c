"""`forehear track` under every kind of bad input: nothing crashes, nothing valid is lost, all is reported."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from forehear.cli.main import main
from forehear.io.geojson import network_geojson
from forehear.records import Network, Report, Sensor, Source
from forehear.simulate.run import blocks, prepare
from forehear.simulate.scenario.files import load

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """Two minutes of a drone over microphones: the network's file, and lines of reports."""
    folder = tmp_path_factory.mktemp("clean")
    world = prepare(load("single", {"duration_s": 240, "flights.0.start_s": -200}), 3)
    (folder / "network.geojson").write_bytes(network_geojson(world.network))
    reports = [r for block in blocks(world) for r in block.reports()]
    return folder / "network.geojson", [msgspec.json.encode(r) for r in reports]


def track(network: Path, data: bytes, capfd: pytest.CaptureFixture) -> tuple[list[bytes], str]:
    """Tracks' lines, and the last line on stderr."""
    reports, tracks = network.parent / "reports.ndjson", network.parent / "tracks.ndjson"
    reports.write_bytes(data)
    capfd.readouterr()
    assert main(["track", "--network", str(network), "--reports", str(reports), "--tracks", str(tracks)]) == 0
    return tracks.read_bytes().splitlines(), capfd.readouterr().err.strip().splitlines()[-1]


def counts(words: str) -> tuple[int, int, int]:
    """Read, used, rejected, as the last line says."""
    found = re.search(r"(\d+) reports read, (\d+) used, (\d+) rejected", words)
    assert found, words
    read, used, rejected = (int(n) for n in found.groups())
    return read, used, rejected


def bad_lines(sensor: str) -> list[tuple[bytes, str]]:
    """Lines that must be rejected, and a word of their reason. None may leave a trace."""
    good = {"sensor": sensor, "heard_at_s": 1_790_000_100.0, "received_at_s": 1_790_000_101.0}
    unknown = Report("nobody", 1_790_000_100.0, 1_790_000_101.0, 30.0, (Source(60.0, 110.0, 0.4),) * 100)
    return [
        (b'{"sensor":"' + sensor.encode() + b'","heard_at_s":', "not JSON"),
        (b"\x00\xff\xfe garbage", "not JSON"),
        (json.dumps(good | {"noise_db": float("nan")}).encode(), "not JSON"),
        (json.dumps(good | {"noise_db": float("inf")}).encode(), "not JSON"),
        (json.dumps(good | {"sources": [{"level_db": "loud"}]}).encode(), "impossible field"),
        (json.dumps(good | {"sources": [{"level_db": 1e9}]}).encode(), "impossible field"),
        (json.dumps({"heard_at_s": 1_790_000_100.0}).encode(), "impossible field"),
        (msgspec.json.encode(unknown), "unknown sensor"),
        (json.dumps(good | {"heard_at_s": 1.0}).encode(), "heard too long ago"),
        (json.dumps(good | {"heard_at_s": 2.5e9}).encode(), "heard in the future"),
        (json.dumps(good | {"received_at_s": 1.0}).encode(), "received_at_s"),
        (json.dumps(good | {"received_at_s": 9e9}).encode(), "received_at_s"),
        (b"[" * 50_000, "not JSON"),
    ]


def test_what_is_rejected_leaves_no_trace(clean: tuple[Path, list[bytes]], capfd: pytest.CaptureFixture) -> None:
    """The same tracks, byte for byte, with and without thirteen kinds of fault in the middle of the stream."""
    network, lines = clean
    sensor = json.loads(lines[0])["sensor"]
    wanted, words = track(network, b"\n".join(lines), capfd)
    assert any(b'"confirmed"' in line for line in wanted)
    read, used, rejected = counts(words)
    assert read == len(lines)
    middle = len(lines) // 2
    dirty, faults = list(lines), bad_lines(sensor)
    for k, (line, _) in enumerate(faults):
        dirty.insert(middle + 40 * k, line)
    found, words = track(network, b"\n".join(dirty), capfd)
    more = counts(words)
    assert more == (read + len(faults), used, rejected + len(faults))
    for _, reason in faults:
        assert reason in words
    assert found == wanted


def test_every_report_is_either_used_or_rejected(
    clean: tuple[Path, list[bytes]], capfd: pytest.CaptureFixture
) -> None:
    network, lines = clean
    read, used, rejected = counts(track(network, b"\n".join(lines + lines[-200:]), capfd)[1])
    assert read == used + rejected


def test_duplicates_and_minutes_of_disorder_do_no_harm(
    clean: tuple[Path, list[bytes]], capfd: pytest.CaptureFixture
) -> None:
    network, lines = clean
    wanted, _ = track(network, b"\n".join(lines), capfd)
    twice = [line for one in lines for line in (one, one)]
    found, words = track(network, b"\n".join(twice), capfd)
    assert "duplicate" in words
    assert found == wanted
    late = lines[200:230]
    for line in late:
        lines = [one for one in lines if one is not line]
    found, _ = track(network, b"\n".join([*lines, *late]), capfd)
    assert any(b'"confirmed"' in line for line in found)


def test_an_empty_or_hopeless_stream_gives_no_tracks(
    clean: tuple[Path, list[bytes]], capfd: pytest.CaptureFixture
) -> None:
    network, _ = clean
    for data in (b"", b"\n\n", b"hello\n" * 1000, b"\xff" * 3_000_000):
        found, words = track(network, data, capfd)
        assert found == []
        assert counts(words)[1] == 0


def test_a_hundred_sources_in_each_report(clean: tuple[Path, list[bytes]], capfd: pytest.CaptureFixture) -> None:
    network, lines = clean
    crowd = []
    for line in lines[:2000]:
        report = json.loads(line)
        report["sources"] = [{"level_db": 80.0 - 0.1 * k, "tone_hz": 50.0 + k} for k in range(100)]
        crowd.append(json.dumps(report).encode())
    _, words = track(network, b"\n".join(crowd), capfd)
    assert "faintest sources cut: 2000" in words


@pytest.mark.parametrize("sensors", [(), ("S1", "S1")], ids=["empty", "duplicate"])
def test_a_bad_network_is_refused(tmp_path: Path, sensors: tuple[str, ...], capfd: pytest.CaptureFixture) -> None:
    path = tmp_path / "network.geojson"
    path.write_bytes(network_geojson(Network(tuple(Sensor(s, "microphone", 31.0, 47.0, 0.0) for s in sensors))))
    assert main(["track", "--network", str(path), "--reports", str(tmp_path / "none")]) == 2
    assert "fault" in capfd.readouterr().err


def test_a_pipe_that_closes_is_no_failure(clean: tuple[Path, list[bytes]]) -> None:
    network, lines = clean
    words = [sys.executable, "-m", "forehear.cli.main", "track", "--network", str(network)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    try:
        process.stdin.write(b"\n".join(lines) + b"\n")
        process.stdin.close()
    except BrokenPipeError:
        pass
    shown = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(120) == 0
    assert "Traceback" not in shown

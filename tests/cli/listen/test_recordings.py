"""`forehear listen` with its real Listener on real recordings (CC0) and on the one that ships."""

import json
import math
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.listen.synthetic import comb, mixed, noise

from forehear.cli.main import main
from forehear.io.ndjson import Rejections, ReportParser
from forehear.records import Report, Source
from forehear.stage.sound import recording

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "listen" / "data"
RECORDINGS = sorted(DATA.glob("*.flac"))
START_S = 1_790_000_000.0
kilobyte = 1000


def listen(folder: Path, *audio: Path) -> list[Report]:
    """Run the command here and read what it wrote as everybody would."""
    out = folder / "reports.ndjson"
    words = ["listen", *map(str, audio), "--sensor", "K-07", "--start", str(START_S), "--out", str(out), "--quiet"]
    assert main(words) == 0
    rejections = Rejections()
    parser = ReportParser(rejections)
    read = parser.feed(out.read_bytes()) + parser.finish()
    assert rejections.rejected == 0
    assert len(read) == len(out.read_text().splitlines())
    for line in out.read_text().splitlines():
        assert all(math.isfinite(s["level_db"]) for s in json.loads(line)["sources"])
    return [r for r in read if isinstance(r, Report)]


def pistons(reports: list[Report]) -> list[float]:
    """The likeliest piston engine of each report."""
    return [max((s.kinds.piston for s in r.sources if s.kinds is not None), default=0.0) for r in reports]


def test_there_are_recordings_of_each_class_and_they_are_small() -> None:
    assert {p.name.split("_")[0] for p in RECORDINGS} == {"quadcopter", "helicopter", "background"}
    assert sum(p.stat().st_size for p in RECORDINGS) < 700 * kilobyte
    said = (DATA / "SOURCES.md").read_text()
    assert "CC0" in said


@pytest.mark.parametrize("path", RECORDINGS, ids=[p.stem for p in RECORDINGS])
def test_what_is_no_propeller_drone_is_not_told_as_one(path: Path, tmp_path: Path) -> None:
    reports = listen(tmp_path, path)
    assert reports
    assert max(pistons(reports)) < 0.5
    assert all(START_S <= r.heard_at_s <= START_S + 5.0 for r in reports)


def test_all_of_them_one_after_another(tmp_path: Path) -> None:
    assert max(pistons(listen(tmp_path, *RECORDINGS))) < 0.5


def test_a_synthetic_drone_is_told_at_its_tone(tmp_path: Path) -> None:
    sound = mixed(comb(lambda t: 101.0 - 0.8 * t, 8.0, lines=lambda k: k**-0.4), noise(8.0, 3, 1.0), 8.0)
    soundfile.write(tmp_path / "drone.wav", sound, 16_000, subtype="PCM_16")
    reports = listen(tmp_path, tmp_path / "drone.wav")
    assert len(reports) >= 8
    assert sum(p > 0.5 for p in pistons(reports)) >= 5
    for report in reports[1:8]:
        tone = report.sources[0].tone_hz
        assert tone == pytest.approx(101.0 - 0.8 * (report.heard_at_s - START_S), abs=0.05)


def best(report: Report) -> Source:
    return max(report.sources, key=lambda s: s.kinds.piston if s.kinds is not None else 0.0)


def test_the_recording_that_ships_is_of_a_pass_and_is_told_as_one(tmp_path: Path) -> None:
    path = recording()
    assert path is not None
    assert path.stat().st_size < 600 * kilobyte
    assert "CC0" in (path.parent / "SOURCES.md").read_text()
    assert path.name in (path.parent / "SOURCES.md").read_text()
    info = soundfile.info(path)
    assert (info.samplerate, info.channels) == (16_000, 1)
    assert 30.0 <= info.duration <= 40.0
    reports = listen(tmp_path, path)
    heard = [r for r in reports if r.sources]
    assert np.mean([p > 0.5 for p in pistons(heard)]) > 0.8
    # A pass: its tone falls, never rises by more than the throttle does, and it is loudest in between.
    tones = np.array([best(r).tone_hz for r in heard])
    assert 1.2 < tones[0] / tones[-1] < 1.5
    assert np.all(np.diff(tones) < 0.5)
    loudest = heard[int(np.argmax([best(r).level_db for r in heard]))].heard_at_s - START_S
    assert 14.0 < loudest < 24.0
    # Nobody is shown a tone that nobody knows.
    for report in reports:
        for source in report.sources:
            assert source.tone_hz is None or (source.tone_sigma_hz or 0.0) < 0.05 * source.tone_hz


@pytest.mark.slow
def test_the_recording_that_ships_is_what_its_script_makes(tmp_path: Path) -> None:
    shipped = recording()
    assert shipped is not None
    made = tmp_path / "made.flac"
    words = [sys.executable, str(ROOT / "scripts" / "make_demo_sound.py"), str(made)]
    subprocess.run(words, check=True, capture_output=True, timeout=120, env=_environment())
    one, other = (soundfile.read(p, dtype="int16")[0].astype(int) for p in (shipped, made))
    # Other machines round another way: a step of 16 bits, not more.
    assert np.abs(one - other).max() <= 2


@pytest.mark.slow
def test_the_wheel_brings_the_recording_and_where_it_is_from(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(words, check=True, cwd=ROOT, capture_output=True, timeout=120)
    shipped = recording()
    assert shipped is not None
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert f"forehear/listen/{shipped.name}" in names
    assert "forehear/listen/SOURCES.md" in names


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}


def test_two_channels_wired_against_each_other_are_heard_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = mixed(comb(lambda t: 101.0 - 0.8 * t, 8.0, lines=lambda k: k**-0.4), noise(8.0, 3, 1.0), 8.0)
    one *= 0.3 / np.abs(one).max()
    soundfile.write(tmp_path / "one.wav", one, 16_000, subtype="PCM_16")
    soundfile.write(tmp_path / "both.wav", np.stack([one, -one], 1), 48_000 // 3, subtype="PCM_16")
    alone, both = listen(tmp_path, tmp_path / "one.wav"), listen(tmp_path, tmp_path / "both.wav")
    assert [best(r).level_db for r in both] == pytest.approx([best(r).level_db for r in alone], abs=0.2)
    assert sum(p > 0.5 for p in pistons(both)) >= 5
    assert all(r.health is not None and r.health.opposed_channels == 1 for r in both)
    assert "both.wav: 1 of 2 channels is wired against the others: turned round" in capsys.readouterr().err

"""`forehear listen`: recordings to reports, whatever the recordings; the same in, the same out; little memory."""

import io
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.listen.stubs import Stub

from forehear.cli.listen import run as listen_run
from forehear.cli.main import main
from forehear.io.ndjson import Rejections, ReportParser

CHANCE = np.random.default_rng(8)


@pytest.fixture(autouse=True)
def _a_simple_listener(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command is tested with a Listener that reports the level; the real one has its own tests."""
    monkeypatch.setattr(
        listen_run, "listener_of", lambda sensor, db, places: Stub(sensor, calibrated=db is not None)
    )


def recording(folder: Path, name: str, seconds: float = 3.0, rate_hz: int = 16_000, channels: int = 1) -> str:
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    loud = 0.5 * np.sin(2.0 * np.pi * 110.0 * time_s) * (time_s < 2.0)
    noise = CHANCE.normal(0.0, 0.01, (len(time_s), channels))
    path = folder / name
    soundfile.write(path, loud[:, None] + noise, rate_hz)
    return str(path)


def reports(path: Path) -> list[dict]:
    """Read what was written as everybody would."""
    rejections = Rejections()
    parser = ReportParser(rejections)
    read = parser.feed(path.read_bytes()) + parser.finish()
    assert rejections.rejected == 0
    assert not rejections.warnings
    assert len(read) == rejections.read
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    stamps = [line["received_at_s"] for line in lines]
    assert stamps == sorted(stamps)
    return lines


def listen(*words: str) -> int:
    return main(["listen", "--sensor", "K-07", *words])


def test_a_recording_becomes_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "reports.ndjson"
    wav = recording(tmp_path, "a.wav")
    assert listen(wav, "--start", "1790000000", "--calibration-db", "100", "--out", str(out)) == 0
    lines = reports(out)
    assert [line["heard_at_s"] for line in lines] == [1790000000.5, 1790000001.5, 1790000002.5]
    assert [line["received_at_s"] for line in lines] == [1790000001.0, 1790000002.0, 1790000003.0]
    assert [len(line["sources"]) for line in lines] == [1, 1, 0]
    assert "health" not in lines[0]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "forehear listen: 3.0 s heard, 3 reports, sources: 2 piston, no gaps\n"


def test_without_start_times_count_from_the_beginning_and_levels_are_uncalibrated(tmp_path: Path) -> None:
    out = tmp_path / "reports.ndjson"
    assert listen(recording(tmp_path, "a.flac", rate_hz=44_100, channels=2), "--out", str(out)) == 0
    first = reports(out)[0]
    assert first["heard_at_s"] == 0.5
    assert first["health"] == {"resampled_from_hz": 44_100.0, "uncalibrated": True}


def test_the_same_recordings_give_the_same_bytes(tmp_path: Path) -> None:
    files = [recording(tmp_path, "a.wav", rate_hz=48_000), recording(tmp_path, "b.ogg")]
    one, two = tmp_path / "1", tmp_path / "2"
    for out in (one, two):
        assert listen(*files, "--out", str(out)) == 0
    os.utime(files[0], (1e9, 1e9))
    assert one.read_bytes() == two.read_bytes() != b""


def test_recordings_follow_each_other_in_time(tmp_path: Path) -> None:
    out = tmp_path / "reports.ndjson"
    files = [recording(tmp_path, "a.wav", 2.5, 8_000), recording(tmp_path, "b.flac", 3.0, 96_000, 8)]
    assert listen(*files, "--out", str(out)) == 0
    assert [line["heard_at_s"] for line in reports(out)] == pytest.approx([0.5, 1.5, 2.5, 3.5, 4.5, 5.25])


def test_bad_recordings_are_told_by_name_and_the_others_are_heard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, empty, out = tmp_path / "text.wav", tmp_path / "empty.flac", tmp_path / "reports.ndjson"
    text.write_text("not a recording\n")
    empty.write_bytes(b"")
    good = Path(recording(tmp_path, "good.wav"))
    cut = tmp_path / "cut.wav"
    cut.write_bytes(good.read_bytes()[: 44 + 32_000])
    files = [str(text), str(good), str(empty), str(tmp_path / "absent.wav"), str(cut)]
    assert listen(*files, "--out", str(out)) == 1
    assert len(reports(out)) == 4
    shown = capsys.readouterr().err.splitlines()
    assert shown[0] == f"forehear listen: refused: {text}: is text, not a recording"
    assert shown[1] == f"forehear listen: refused: {empty}: is empty"
    assert "absent.wav: cannot be read: No such file" in shown[2]
    assert shown[3] == f"forehear listen: {cut}: truncated: 1.0 of 3.0 s are there"
    assert shown[4] == "forehear listen: 4.0 s heard, 4 reports, sources: 3 piston, no gaps, 3 refused"


def test_a_recording_that_breaks_off_gives_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.flac"
    soundfile.write(path, CHANCE.normal(0.0, 0.1, 64_000), 16_000)
    path.write_bytes(path.read_bytes()[:-40_000])
    assert listen(str(path), "--out", str(tmp_path / "out")) == 0
    assert "truncated or damaged" in capsys.readouterr().err
    assert 1 <= len(reports(tmp_path / "out")) <= 3


def test_samples_that_are_no_numbers_are_a_gap(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    x = CHANCE.normal(0.0, 0.01, 64_000).astype(np.float32)
    x[16_000:24_000] = np.nan
    soundfile.write(tmp_path / "a.wav", x, 16_000, subtype="FLOAT")
    assert listen(str(tmp_path / "a.wav"), "--calibration-db", "94", "--out", str(tmp_path / "out")) == 0
    assert sum(line.get("health", {}).get("gap_s", 0.0) for line in reports(tmp_path / "out")) == 0.5
    assert "0.5 s of gaps" in capsys.readouterr().err


@pytest.mark.parametrize("value", [0.0, 0.3])
def test_silence_and_full_scale_noise_are_survived_and_told(tmp_path: Path, value: float) -> None:
    x = np.concatenate([np.full(32_000, value), CHANCE.uniform(-1.0, 1.0, 12 * 16_000)])
    soundfile.write(tmp_path / "a.wav", x, 16_000, subtype="PCM_16")
    assert listen(str(tmp_path / "a.wav"), "--calibration-db", "94", "--out", str(tmp_path / "out")) == 0
    health = [line.get("health", {}) for line in reports(tmp_path / "out")]
    assert max(h.get("silent_pct", 0.0) for h in health) == 100.0
    assert max(h.get("overloaded_pct", 0.0) for h in health) >= 50.0


def test_an_array_takes_only_what_has_its_channels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = "0,0,1;0.8,0,1;0,0.8,1"
    good, bad = recording(tmp_path, "3.wav", channels=3), recording(tmp_path, "2.wav", channels=2)
    assert listen(bad, good, "--places", places, "--out", str(tmp_path / "out")) == 1
    assert "2.wav: has 2 channels, but --places names 3 places" in capsys.readouterr().err
    assert len(reports(tmp_path / "out")) == 3


def test_a_wav_on_stdin_is_heard(tmp_path: Path) -> None:
    wav = Path(recording(tmp_path, "a.wav"))
    code = (
        "import sys; from forehear.cli.listen import run as listen_run; from tests.listen.stubs import Stub\n"
        "listen_run.listener_of = lambda sensor, db, places: Stub(sensor)\n"
        "from forehear.cli.main import main; sys.exit(main(['listen', '-', '--sensor', 'K-07']))\n"
    )
    done = run_python(code, wav.read_bytes())
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["heard_at_s"] for line in done.stdout.splitlines()] == [0.5, 1.5, 2.5]


WRONG = {
    "no sensor": (["a.wav"], "--sensor None: needed"),
    "nothing to hear": (["--sensor", "S"], "needed: recordings, or --device; not both"),
    "both": (["a.wav", "--sensor", "S", "--device"], "not both"),
    "start": (["a.wav", "--sensor", "S", "--start", "-1"], "--start -1 is outside 0 to 1e11"),
    "calibration": (
        ["a.wav", "--sensor", "S", "--calibration-db", "nan"],
        "--calibration-db nan is outside 40 to",
    ),
    "two stdins": (["-", "-", "--sensor", "S"], "stdin can be heard once"),
    "key": (["--device", "--sensor", "S", "--key", "k"], "--key needs --hub"),
    "places": (["a.wav", "--sensor", "S", "--places", "0,0;1,1,1"], "microphone 1: '0,0': allowed: three numbers"),
    "one place": (["a.wav", "--sensor", "S", "--places", "0,0,1"], "1 microphones; allowed: 2 to 8"),
    "no file of places": (["a.wav", "--sensor", "S", "--places", "absent.txt"], "absent.txt: 1 fault"),
}


@pytest.mark.parametrize(("words", "reason"), WRONG.values(), ids=WRONG)
def test_wrong_usage_is_told_and_ends_with_2(
    words: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["listen", *words]) == 2
    assert reason in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert listen(recording(tmp_path, "a.wav"), "--out", str(tmp_path / "absent" / "out")) == 1
    assert "No such file or directory" in capsys.readouterr().err


def test_help_teaches_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["listen", "--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    for words in (
        "forehear listen night.flac", "--device", "one after another", "uncalibrated", "default 0", "--start auto",
    ):  # fmt: skip
        assert words in shown


def test_reports_go_to_stdout_where_no_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Out:
        buffer = io.BytesIO()

        def flush(self) -> None: ...

    monkeypatch.setattr(sys, "stdout", Out())
    assert listen(recording(tmp_path, "a.wav")) == 0
    assert len(Out.buffer.getvalue().splitlines()) == 3


def run_python(code: str, data: bytes = b"", timeout_s: float = 120.0) -> subprocess.CompletedProcess[bytes]:
    root = Path(__file__).parents[3]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)])}
    return subprocess.run(
        [sys.executable, "-c", code],
        input=data,
        capture_output=True,
        env=environment,
        timeout=timeout_s,
        check=False,
    )


@pytest.mark.slow
def test_a_long_recording_fits_a_raspberry_pi(tmp_path: Path) -> None:
    """150 MB at 48 kHz for ten minutes, with what a service or a benchmark would bring left out."""
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 48_000, 1, "PCM_16") as file:
        for _ in range(60):
            file.write(CHANCE.normal(0.0, 0.05, 480_000))
    # The real Listener, where there is one.
    stub = "from tests.listen.stubs import Stub\nlisten_run.listener_of = lambda s, db, p: Stub(s)\n"
    code = "from forehear.cli.listen import run as listen_run\n" + (
        "" if find_spec("forehear.listen.listener") else stub
    )
    # Not getrusage: what that tells began with the size of the process that started this one.
    code += (
        "import re, sys\n"
        "from forehear.cli.main import main\n"
        f"status = main(['listen', {str(path)!r}, '--sensor', 'K-07', '--out', {os.devnull!r}])\n"
        "heavy = {'numba', 'scipy.signal', 'litestar', 'matplotlib', 'httpx', 'pandas'} & set(sys.modules)\n"
        "most = re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read())[1]\n"
        "print(status, int(most) // 1024, sorted(heavy))\n"
    )
    done = run_python(code)
    status, megabytes, heavy = done.stdout.decode().split(maxsplit=2)
    assert status == "0", done.stderr
    assert int(megabytes) < 150
    assert heavy.strip() == "[]"

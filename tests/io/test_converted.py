"""What libsndfile cannot read: through ffmpeg where it is, in one sentence where it is not."""

import os
import shutil
import stat
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from forehear.errors import InputError
from forehear.io import converted
from forehear.io.audio import open_recording

SOUND = np.random.default_rng(6).normal(0.0, 0.1, 32_000).astype(np.float32)
MP4 = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 4
FILMS = {
    "mp4": MP4, "old.mov": b"\0\0\0\x08wide" + MP4, "webm": b"\x1aE\xdf\xa3" + MP4, "amr": b"#!AMR\n<" + MP4,
    "wma": b"0&\xb2u" + MP4, "named.wav": MP4,
}  # fmt: skip


@pytest.fixture
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


def pretended(folder: Path, monkeypatch: pytest.MonkeyPatch, about: str, status: int = 0, words: str = "") -> None:
    """Put an ffmpeg in the way that says and gives what it is asked to; what it is asked is kept."""
    soundfile.write(folder / "sound.wav", SOUND, 16_000, subtype="FLOAT")
    program = folder / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\n"
        "import os, sys\n"
        f"open({str(folder / 'asked')!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
        "if 'pipe:1' in sys.argv:\n"
        f"    sys.stdout.buffer.write(open({str(folder / 'sound.wav')!r}, 'rb').read())\n"
        f"    sys.stderr.write({words!r}); sys.exit({status})\n"
        f"sys.stderr.write({about!r}); sys.exit(1)\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(program.parent))


ABOUT = "Input #0, mov\n  Duration: 00:00:02.00, start: 0\n  Stream #0:0: Video: h264\n  Stream #0:1: Audio: aac\n"


@pytest.mark.usefixtures("_nowhere")
@pytest.mark.parametrize("name", FILMS)
def test_without_ffmpeg_one_sentence_says_how_to_convert_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"a.{name}"
    path.write_bytes(FILMS[name])
    with pytest.raises(InputError) as error:
        open_recording(str(path))
    shown = str(error.value)
    assert shown.startswith(f"{path}: is a")
    assert f'ffmpeg -i "{path}" "' in shown
    assert f'"{path}"' != shown.rpartition(" ")[2]
    assert "\n" not in shown


@pytest.mark.parametrize("name", ["a.raw", "a.PCM", "a.vox", "a.gsm"])
def test_samples_without_a_header_are_refused_whatever_their_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes((SOUND * 30_000).astype("<i2").tobytes())
    with pytest.raises(
        InputError, match="has no header that tells its rate and format; convert it: ffmpeg -f s16le"
    ):
        open_recording(str(tmp_path / name))


def test_a_film_is_heard_through_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretended(tmp_path, monkeypatch, ABOUT)
    (tmp_path / "-a b.mp4").write_bytes(MP4)
    recording = open_recording(str(tmp_path / "-a b.mp4"))
    assert (recording.rate_hz, recording.channels, recording.duration_s) == (16_000, 1, 2.0)
    assert np.concatenate(list(recording.blocks()))[:, 0] == pytest.approx(SOUND)
    assert recording.faults == []
    recording.close()
    asked = (tmp_path / "asked").read_text()
    # It may open that file and nothing else.
    assert f"-i file:{tmp_path}/-a b.mp4" in asked
    assert "-protocol_whitelist file" in asked


@pytest.mark.parametrize(("status", "words", "said"), [
    (1, "", "ffmpeg ended with 1"), (0, "[mov @ 0x1] corrupt packet\n", "corrupt packet"),
])  # fmt: skip
def test_a_film_that_is_damaged_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, words: str, said: str
) -> None:
    pretended(tmp_path, monkeypatch, ABOUT, status, words)
    (tmp_path / "a.mp4").write_bytes(MP4)
    recording = open_recording(str(tmp_path / "a.mp4"))
    assert sum(map(len, recording.blocks())) == 32_000
    assert recording.faults == [f"truncated or damaged: 2.0 of 2.0 s could be read ({said})"]
    recording.close()


@pytest.mark.parametrize(("about", "said"), [
    ("Input #0, mov\n  Stream #0:0: Video: h264\n", "holds no sound"),
    ("[mov @ 0x55] moov atom not found\nfile:a: Invalid data\n", "that can be read: moov atom not"),
    ("", "ffmpeg does not know it"),
])  # fmt: skip
def test_what_ffmpeg_does_not_know_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, about: str, said: str
) -> None:
    pretended(tmp_path, monkeypatch, about)
    (tmp_path / "a.mp4").write_bytes(MP4)
    with pytest.raises(InputError, match=said):
        open_recording(str(tmp_path / "a.mp4"))


def test_a_film_that_nobody_hears_to_its_end_leaves_nothing_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretended(tmp_path, monkeypatch, ABOUT)
    (tmp_path / "a.mp4").write_bytes(MP4)
    recording = open_recording(str(tmp_path / "a.mp4"))
    next(recording.blocks())
    source = recording._source
    assert isinstance(source, converted.Conversion)
    recording.close()
    assert source._process.poll() is not None


@pytest.mark.slow
@pytest.mark.peer
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize("how", ["a.mov -c:a aac", "a.mp4 -c:a aac", "a.m4a -c:a aac", "a.webm -c:a libopus",
                                 "a.3gp -c:a aac", "a.mkv -c:a flac"])  # fmt: skip
def test_ffmpegs_own_films_are_heard(tmp_path: Path, how: str) -> None:
    name, *codec = how.split()
    soundfile.write(tmp_path / "a.wav", SOUND, 16_000)
    words = ["ffmpeg", "-nostdin", "-v", "error", "-i", tmp_path / "a.wav", *codec, tmp_path / name]
    assert os.spawnvp(os.P_WAIT, "ffmpeg", list(map(str, words))) == 0
    recording = open_recording(str(tmp_path / name))
    assert sum(map(len, recording.blocks())) / recording.rate_hz == pytest.approx(2.0, abs=0.1)
    assert recording.faults == []
    recording.close()

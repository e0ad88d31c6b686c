"""What a computer has by its role: the sensor's hears without the rest, and what it lacks is said."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from forehear.cli import main as cli
from forehear.cli.extras import EXTRAS, not_installed, require
from forehear.errors import NotInstalled

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
RECORDING = ROOT / "src" / "forehear" / "listen" / "drone-pass.flac"
ELSEWHERE = sorted(frozenset().union(*EXTRAS.values()))
# As a computer without the packages: whoever imports one fails as if it were not there.
WITHOUT = "import sys; sys.modules.update(dict.fromkeys({packages!r})); "
MAIN = "from forehear.cli.main import main; sys.exit(main({words!r}))"


def names(requirements: list[str]) -> set[str]:
    return {one.partition(">")[0].partition("=")[0] for one in requirements}


def forehear(*words: str, without: list[str] = ELSEWHERE) -> "subprocess.CompletedProcess[str]":
    paths = os.pathsep.join(p for p in sys.path if p)
    return subprocess.run(
        [sys.executable, "-c", WITHOUT.format(packages=without) + MAIN.format(words=list(words))],
        capture_output=True, text=True, timeout=300, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_table_is_the_packages_own(extra: str) -> None:
    assert EXTRAS[extra] == names(PROJECT["optional-dependencies"][extra])


def test_the_base_has_nothing_of_the_extras_and_all_has_every_one() -> None:
    assert names(PROJECT["dependencies"]).isdisjoint(ELSEWHERE)
    assert PROJECT["optional-dependencies"]["all"] == [f"forehear[{','.join(EXTRAS)}]"]


def test_the_sensors_computer_hears_with_the_base_alone(tmp_path: Path) -> None:
    out = tmp_path / "reports.ndjson"
    done = forehear("listen", str(RECORDING), "--sensor", "K-07", "--out", str(out), "--passby")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(lines) == 34
    assert sum(bool(line["sources"]) for line in lines) > 25
    assert "m/s" in done.stderr


def test_the_uplink_is_of_the_base() -> None:
    code = WITHOUT.format(packages=ELSEWHERE) + "import forehear.node.uplink, forehear.node.microphone"
    paths = os.pathsep.join(p for p in sys.path if p)
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": paths})


def test_every_verb_helps_with_the_base_alone() -> None:
    code = (
        WITHOUT.format(packages=ELSEWHERE) + "from forehear.cli import main\n"
        "for verb in main.VERBS: print(main.verb_parser(verb).format_help())"
    )
    paths = os.pathsep.join(p for p in sys.path if p)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": paths}
    )
    assert done.returncode == 0, done.stderr
    assert all(f"usage: forehear {verb}" in done.stdout for verb in cli.VERBS)
    assert forehear("--help").returncode == 0
    assert "complete" in forehear("completion", "bash").stdout
    assert "[service]" in forehear("serve", "--example").stdout


@pytest.mark.parametrize(
    ("words", "package", "extra"),
    [
        (("simulate", "single", "--out", "{tmp}/out"), "numba", "hub"),
        (("track", "--network", "{tmp}/net.geojson"), "numba", "hub"),
        (("serve", "--config", "{tmp}/forehear.toml"), "aiomqtt", "hub"),
        (("demo", "--no-browser"), "aiomqtt", "hub"),
        (("replay", "--network", "{tmp}/net.geojson", "--reports", "{tmp}/r.ndjson"), "aiomqtt", "hub"),
        (("score", "--truth", "{tmp}/t.ndjson", "--tracks", "{tmp}/r.ndjson"), "scipy", "assess"),
        (("assess", "names", "Anna", "Hanna"), "rapidfuzz", "assess"),
        (("assess", "warning", "--runs", "1"), "numba", "assess"),
        (("assess", "report", "--out", "{tmp}/report"), "matplotlib", "assess,report"),
        (("plan", "coverage", "--network", "{tmp}/net.geojson", "--out", "{tmp}/plan"), "matplotlib", "plan"),
        (("listen", str(RECORDING), "--sensor", "K", "--figure", "{tmp}/a.png"), "matplotlib", "report"),
        (("listen", "--devices"), "sounddevice", "microphone"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else str(value),
)
def test_a_verb_without_its_extra_says_so_in_a_sentence(
    tmp_path: Path, words: tuple[str, ...], package: str, extra: str
) -> None:
    done = forehear(*(word.format(tmp=tmp_path) for word in words))
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    what = "a live microphone" if extra == "microphone" else "this"
    assert f"{words[0]}: {what} needs {package}, which is not installed: pip install '.[{extra}]'" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_package_that_no_extra_has_is_a_fault_of_ours() -> None:
    assert not_installed("track", "msgspec") is None
    done = forehear("track", "--network", "n", without=["msgspec"])
    assert "ModuleNotFoundError" in done.stderr


def test_require_names_the_first_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    require("score", ("numba", "scipy", "rich"))
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.setitem(sys.modules, "rich", None)
    with pytest.raises(NotInstalled, match=r"this needs scipy, .*'\.\[assess\]'"):
        require("score", ("numba", "scipy", "rich"))
    with pytest.raises(NotInstalled, match=r"this needs scipy, .*'\.\[assess,report\]'"):
        require("assess", ("scipy",), "assess,report")

"""`forehear VERB`: finds the verb, tells what is wrong, and leaves with the right status."""

import os
import subprocess
import sys
from types import ModuleType

import pytest

from forehear import __version__
from forehear.cli import main as cli
from forehear.errors import ConfigurationError, ForehearError, InputError

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A verb of the tests' own: `forehear probe`."""
    module = ModuleType("forehear.cli.probe", "Probe.")
    module.add_arguments = lambda parser: parser.add_argument("--n", type=int, default=0)  # type: ignore[attr-defined]
    module.run = lambda args: args.n  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "forehear.cli.probe", module)
    monkeypatch.setitem(cli.VERBS, "probe", "probe")
    return module


def test_help_and_version(capsys: pytest.CaptureFixture) -> None:
    assert cli.main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in cli.VERBS)
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"forehear {__version__}\n"


def test_without_a_verb_or_with_a_wrong_one_the_usage_is_told_on_stderr(capsys: pytest.CaptureFixture) -> None:
    assert cli.main([]) == 2
    assert "usage" in capsys.readouterr().err
    assert cli.main(["fly"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "no verb 'fly'; allowed: " in captured.err


def test_the_verbs_answer_is_the_status(verb: ModuleType) -> None:
    assert cli.main(["probe", "--n", "0"]) == 0
    assert cli.main(["probe", "--n", "1"]) == 1
    with pytest.raises(SystemExit) as left:
        cli.main(["probe", "--n", "many"])
    assert left.value.code == 2


@pytest.mark.parametrize(
    ("error", "status", "shown"),
    [
        (ConfigurationError("net", ["a is wrong", "b is wrong"]), 2, "net: 2 faults\n  a is wrong\n  b is wrong"),
        (ConfigurationError("net", ["a is wrong"]), 2, "net: 1 fault\n"),
        (InputError("no such thing"), 1, "no such thing"),
        (ForehearError("anything"), 1, "anything"),
        (OSError(28, "No space left on device"), 1, "No space left"),
        (KeyboardInterrupt(), 130, "stopped"),
    ],
)
def test_each_fault_has_its_status_and_its_words(
    verb: ModuleType, capsys: pytest.CaptureFixture, error: BaseException, status: int, shown: str
) -> None:
    def fail(_: object) -> int:
        raise error

    verb.run = fail  # type: ignore[attr-defined]
    assert cli.main(["probe"]) == status
    captured = capsys.readouterr()
    assert captured.err.startswith("forehear probe: ")
    assert shown in captured.err
    assert captured.out == ""


def test_a_fault_of_ours_is_not_hidden(verb: ModuleType) -> None:
    def fail(_: object) -> int:
        raise ZeroDivisionError

    verb.run = fail  # type: ignore[attr-defined]
    with pytest.raises(ZeroDivisionError):
        cli.main(["probe"])


def forehear(*words: str, **options: object) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "forehear.cli.main", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        **options,  # type: ignore[call-overload]
    )


def test_a_pipe_that_closes_is_no_failure() -> None:
    """`forehear --help | true`: status 0 and not a word on stderr, even when it is noticed at the last flush."""
    process = forehear("--help")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    shown = process.stderr.read()
    process.stderr.close()
    assert process.wait(30) == 0
    assert shown == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's /dev/full")
def test_a_full_disk_is_a_failure() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "forehear.cli.main", "--help"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
        )
    assert b"No space left" in done.stderr
    assert done.returncode != 0


def test_a_verb_imports_only_what_it_needs() -> None:
    """`--help` must answer at once: no numba, scipy or rich for it."""
    code = (
        "import sys; from forehear.cli.main import main; main(['--help']);"
        "print([m for m in ('numba', 'scipy', 'rich', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=ENVIRONMENT,
    )
    assert done.stdout.splitlines()[-1] == "[]"

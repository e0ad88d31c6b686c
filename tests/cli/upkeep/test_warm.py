"""`forehear warm`: waits until the loops are compiled, and what goes wrong is an exit status."""

import pytest

from forehear.cli.main import main
from forehear.service.tracking import warm as warming


def test_a_failure_is_not_hidden(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> bool:
        raise OSError("no room")

    monkeypatch.setattr(warming, "warm", fail)
    assert main(["warm", "--quiet"]) == 1
    assert "no room" in capsys.readouterr().err


def test_it_says_when_it_is_done(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What is compiled is kept where tests/test_compiled.py looks; here, that it is waited for."""
    flown = []
    monkeypatch.setattr(warming, "warm", lambda: flown.append(True) or True)
    assert main(["warm"]) == 0
    assert flown == [True]
    assert "forehear warm: compiled and kept, in 0 s" in capsys.readouterr().err

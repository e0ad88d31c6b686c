"""`forehear completion`: a script that knows each verb there is."""

import pytest

from forehear.cli import main as cli


def test_completion_knows_each_verb_there_is(
    capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {k: v for k, v in cli.VERBS.items() if k in ("score", "completion")}
    monkeypatch.setattr(cli, "VERBS", there)
    assert cli.main(["completion", "bash"]) == 0
    out = capsys.readouterr().out
    assert "--cutoff-m" in out

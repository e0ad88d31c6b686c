"""Errors name the thing, its faults, and the cure."""

import pickle

import pytest

from forehear import __version__
from forehear.errors import ConfigurationError, ForehearError, InputError, NoSolution, NotInstalled


def test_every_error_raised_on_purpose_is_of_one_family() -> None:
    for kind in (ConfigurationError, InputError, NotInstalled, NoSolution):
        assert issubclass(kind, ForehearError)
    assert not issubclass(ForehearError, OSError | ValueError)


@pytest.mark.parametrize(("faults", "head"), [(["a"], "f.toml: 1 fault"), (["a", "b"], "f.toml: 2 faults")])
def test_a_configurations_faults_are_counted_and_listed(faults: list[str], head: str) -> None:
    error = ConfigurationError("f.toml", faults)
    assert str(error).splitlines() == [head, *(f"  {fault}" for fault in faults)]
    assert error.where == "f.toml"
    faults.append("later")
    assert len(error.faults) == len(faults) - 1


def test_what_is_not_installed_is_one_sentence_with_the_cure_for_clone_and_wheel() -> None:
    text = str(NotInstalled("numba", "hub", "track"))
    assert "\n" not in text
    assert text.startswith("track needs numba, which is not installed: ")
    assert "pip install '.[hub]' in the clone" in text
    assert f"forehear-{__version__}-py3-none-any.whl[hub]" in text


def test_a_reason_survives_the_way_between_processes() -> None:
    again = pickle.loads(pickle.dumps(NoSolution("does not converge")))
    assert isinstance(again, NoSolution)
    assert str(again) == "does not converge"

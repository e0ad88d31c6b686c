"""The emitters that ship: the reference states them, and a scenario may change and add some."""

import tomllib

import msgspec
import pytest
from tests.simulate.worlds import made

from forehear.simulate.scenario import files as scenario
from forehear.simulate.scenario.emitters import EMITTERS
from forehear.simulate.scenario.settings import (
    Emitter,
)

KINDS = ("piston", "jet", "other")


def keys_of(struct: type[msgspec.Struct]) -> set[str]:
    return {field.name for field in msgspec.structs.fields(struct)}


def test_the_reference_states_the_shipped_piston() -> None:
    table = tomllib.loads(scenario.shipped_text("reference"))["emitters"]["piston"]
    assert set(table) == keys_of(Emitter) | {"like"}
    assert scenario.load("reference").emitters["piston"] == EMITTERS["piston"]


def test_a_scenario_of_ones_own_may_change_and_add_emitters() -> None:
    mine = made(
        emitters={"piston": {"tone_hz": 95.0}, "glider": {"like": "jet", "tone_hz": 0, "kind": "other"}},
        flights=[{"emitter": "glider", "random": True}],
    )
    assert scenario.emitter_of(mine, "piston").tone_hz == 95.0
    assert scenario.emitter_of(mine, "piston").source_level_db == EMITTERS["piston"].source_level_db
    assert scenario.emitter_of(mine, "glider").kind == "other"
    assert scenario.emitter_of(mine, "glider").tone_hz is None
    assert scenario.emitter_of(mine, "jet") == EMITTERS["jet"]


@pytest.mark.parametrize("name", EMITTERS)
def test_what_ships_is_one_thing_for_a_classifier_and_may_be_written_as_a_table(name: str) -> None:
    one = EMITTERS[name]
    assert sum(one.heard_as) == pytest.approx(1.0)
    assert one.heard_as[KINDS.index(one.kind)] == max(one.heard_as)
    assert msgspec.convert(msgspec.to_builtins(one), Emitter) == one

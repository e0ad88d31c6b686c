"""The tables of a scenario: every key is explained, and the reference states its default."""

from pathlib import Path

import msgspec
import pytest

from forehear.simulate.scenario import files as scenario
from forehear.simulate.scenario.second import SecondPlan
from forehear.simulate.scenario.settings import (
    AirError,
    Clutter,
    Emitter,
    Faults,
    Flights,
    NetworkPlan,
    Place,
    Region,
    Scenario,
    SensorModel,
    Terrain,
)

ROOT = Path(__file__).parents[3]
TABLES = (
    Region, Terrain, NetworkPlan, AirError, SensorModel, Faults, SecondPlan, Emitter, Flights, Clutter, Place,
    Scenario,
)  # fmt: skip


def keys_of(struct: type[msgspec.Struct]) -> set[str]:
    return {field.name for field in msgspec.structs.fields(struct)}


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.__name__)
def test_every_key_is_explained(table: type[msgspec.Struct]) -> None:
    reference, docs = scenario.shipped_text("reference"), (ROOT / "docs" / "simulation.md").read_text("utf-8")
    words = set(reference.replace("[", " ").replace("]", " ").replace(".", " ").split())
    keys = keys_of(table) - {"emitters"}
    assert keys <= words, f"reference.toml lacks {sorted(keys - words)}"
    missing = {key for key in keys if f"`{key}`" not in docs and f"[{key}]" not in docs and f"[{key}." not in docs}
    # Tables of tables are explained by their headings.
    assert not missing - {"flights", "sites"}, f"docs/simulation.md lacks {sorted(missing)}"


@pytest.mark.parametrize(
    "name", ["region", "terrain", "network", "atmosphere", "air_error", "sensors", "faults", "second"]
)
def test_the_reference_states_the_defaults(name: str) -> None:
    assert getattr(scenario.load("reference"), name) == getattr(Scenario("x"), name)

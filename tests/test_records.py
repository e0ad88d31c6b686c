"""Every record once: the bounds that decoding checks, and names that carry their units."""

import inspect

import msgspec
import pytest

from forehear import records
from forehear.records import KINDS, Kinds, Network, Report, Sensor, Source

STRUCTS = [
    s
    for _, s in inspect.getmembers(records, inspect.isclass)
    if issubclass(s, msgspec.Struct) and s is not msgspec.Struct
]
UNITS = ("_s", "_m", "_db", "_hz", "_deg", "_mps", "_c", "_pct", "_hpa", "_nats")
# What has no unit: identities, words, counts, shares, whole records, and degrees named by themselves.
UNITLESS = {"lon", "lat", "piston", "jet", "other", "existence", "count", "probability", "audible", "heard_by"}
# How often something happened, how many there are.
UNITLESS |= {"rate_changes", "opposed_channels"}
# A claim's numbers are of the unit that its own field `unit` names.
UNITLESS |= {"row", "low", "high"}
# How many columns a grid has.
UNITLESS |= {"columns", "clear_trials"}


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda s: s.__name__)
def test_every_number_carries_its_unit_and_records_are_frozen(struct: type[msgspec.Struct]) -> None:
    assert struct.__struct_config__.frozen
    for field in msgspec.structs.fields(struct):
        kind = msgspec.inspect.type_info(field.type)
        options = kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,)
        if any(isinstance(t, msgspec.inspect.FloatType | msgspec.inspect.IntType) for t in options):
            assert field.name.endswith(UNITS) or field.name in UNITLESS, f"{struct.__name__}.{field.name}"


def test_times_say_which_time_they_are() -> None:
    assert {"heard_at_s", "received_at_s"} < set(Report.__struct_fields__)
    assert "issued_at_s" in records.Alert.__struct_fields__


def test_kinds_stand_in_one_order() -> None:
    assert Kinds.__struct_fields__ == KINDS


@pytest.mark.parametrize(
    ("field", "lowest", "highest"),
    [
        ("level_db", -60.0, 220.0),
        ("azimuth_deg", -360.0, 360.0),
        ("elevation_deg", -90.0, 90.0),
    ],
)
def test_the_edge_of_a_range_is_allowed_and_beyond_is_not(field: str, lowest: float, highest: float) -> None:
    good = {"level_db": 50.0}
    for value in (lowest, highest):
        assert getattr(msgspec.convert(good | {field: value}, Source), field) == value
    for value in (lowest - 1e-9, highest + 1e-9, float("nan"), float("inf")):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(good | {field: value}, Source)


@pytest.mark.parametrize("field", ["tone_hz", "tone_sigma_hz", "azimuth_sigma_deg", "elevation_sigma_deg"])
@pytest.mark.parametrize("value", [0.0, -1.0, 1e9, float("nan")])
def test_what_divides_is_above_zero(field: str, value: float) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"level_db": 50.0, field: value}, Source)


def test_records_are_values() -> None:
    a, b = Sensor("S1", "array", 31.0, 47.0, 0.0), Sensor("S1", "array", 31.0, 47.0, 0.0)
    assert a == b
    assert hash(a) == hash(b)
    with pytest.raises(AttributeError):
        a.lon = 5.0
    assert Network((a,)).atmosphere.temperature_c == 15.0

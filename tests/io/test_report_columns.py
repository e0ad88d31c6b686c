"""Reports from columns are the same records as one by one."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forehear.io.ndjson import Rejections, ReportParser
from forehear.io.report_columns import ABSENT, _number, encode_reports, names_of
from forehear.simulate import run
from forehear.simulate.heard import columns
from forehear.simulate.scenario import files as scenario


# The first call compiles.
@settings(deadline=None)
@given(st.integers(-(10**15), 10**15), st.integers(1, 5))
def test_a_number_is_written_as_python_writes_it(value: int, digits: int) -> None:
    out = np.zeros(40, np.uint8)
    text = out[: _number(out, 0, value, digits)].tobytes().decode()
    assert float(text) == value / 10**digits
    assert not text.endswith("0") or text.endswith(".0")


@pytest.mark.parametrize("name", ["clutter", "column"])
def test_the_bytes_decode_to_the_records(name: str) -> None:
    plan = scenario.load(name, {"duration_s": 120, "network.array_share": 0.3, "network.observer_share": 0.2,
                                "sensors.observer_moves_m": 300.0})  # fmt: skip
    world = run.prepare(plan, 2)
    names = names_of([s.id for s in world.network.sensors])
    rejections = Rejections()
    parser = ReportParser(rejections)
    for block in run.blocks(world):
        rows = columns.written(block.batch, plan.start_s)
        data = encode_reports(rows.reports, rows.first, rows.sources, names)
        read = parser.feed(data)
        # The strict parser makes its own subclass of Report: what is written of it is what counts.
        assert [msgspec.json.encode(r) for r in read] == [msgspec.json.encode(r) for r in block.reports()]
        assert data.count(b'"sources":[') == len(read)
    assert rejections.rejected == 0
    assert not rejections.warnings


def test_odd_identifiers_are_written_as_json() -> None:
    names = names_of(['a"b', "Ж\n", "plain"])
    report = np.array([[1, 5, 6, -7, ABSENT, ABSENT]])
    data = encode_reports(report, np.array([0, 0]), np.empty((0, 10), np.int64), names)
    assert msgspec.json.decode(data) == {
        "sensor": "Ж\n", "heard_at_s": 0.005, "received_at_s": 0.006, "noise_db": -0.7, "sources": [],
    }  # fmt: skip


def test_the_longest_values_fit() -> None:
    big = 10**18
    report = np.array([[0, -big, -big, -big, -big, -big]])
    source = np.full((3, 10), -big)
    data = encode_reports(report, np.array([0, 3]), source, names_of(["S"]))
    assert len(msgspec.json.decode(data)["sources"]) == 3


def test_no_reports_are_no_bytes_and_unknown_sensors_are_refused() -> None:
    none = np.empty((0, 6), np.int64)
    assert encode_reports(none, np.array([0]), np.empty((0, 10), np.int64), names_of(["S"])) == b""
    for sensor in (-1, 1):
        report = np.array([[sensor, 0, 0, 0, ABSENT, ABSENT]])
        with pytest.raises(ValueError, match="sensor index"):
            encode_reports(report, np.array([0, 0]), np.empty((0, 10), np.int64), names_of(["S"]))

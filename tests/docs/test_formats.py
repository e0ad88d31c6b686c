"""The formats' page, their schemas and their examples say what the readers do."""

import copy
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from msgspec import Struct
from scripts import write_formats as formats

from forehear import records
from forehear.cli.main import VERBS
from forehear.errors import ConfigurationError
from forehear.io.geojson import network_geojson, read_network, read_sites, sites_geojson
from forehear.io.ndjson import Rejections, ReportParser, decode_lines

# Records that are in no file of formats.md, and the page that tells of them.
ELSEWHERE = {"Claim": "docs/assess.md", "HearingMap": "docs/operations.md"}


def schema(name: str) -> Any:
    return json.loads((formats.SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))


def example(name: str) -> Path:
    return formats.EXAMPLES / formats.FILES[name]


def structs() -> Iterator[tuple[str, type[Struct]]]:
    for name, one in inspect.getmembers(records, inspect.isclass):
        if issubclass(one, Struct) and one.__module__ == "forehear.records":
            yield name, one


def errors(name: str, value: Any) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(schema(name)).iter_errors(value)]


def test_schemas_and_page_are_what_the_records_say() -> None:
    for name, made in formats.schemas().items():
        path = formats.SCHEMAS / f"{name}.schema.json"
        assert path.read_text(encoding="utf-8") == formats.text_of(made), "run ./scripts/docs"
    page = formats.PAGE.read_text(encoding="utf-8")
    assert formats.renewed(page) == page, "run ./scripts/docs"


def test_every_key_of_every_record_has_its_words() -> None:
    explained = formats.words()
    for name, one in structs():
        if name in ELSEWHERE or name == "Network":
            continue
        for field in msgspec.structs.fields(one):
            assert field.name in explained[name], f"docs/schemas/keys.toml: [{name}.{field.name}] is missing"
            if not field.required:
                assert explained[name][field.name]["absent"], f"[{name}.{field.name}]: what does its absence mean?"


def test_every_record_is_on_the_page() -> None:
    page = formats.PAGE.read_text(encoding="utf-8")
    shown = {name for name in formats.words() if f"<!-- written: keys {name} -->" in page}
    assert {name for name, _ in structs()} - set(ELSEWHERE) - {"Network"} <= shown


@pytest.mark.parametrize("name", formats.FILES)
def test_examples_keep_to_their_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))
    text = example(name).read_text(encoding="utf-8")
    values = (
        [json.loads(text)] if name in ("network", "sites") else [json.loads(line) for line in text.splitlines()]
    )
    assert len(values) >= 1
    for value in values:
        assert errors(name, value) == []


def test_forehear_reads_its_examples(tmp_path: Path) -> None:
    network, sites = read_network(example("network")), read_sites(example("sites"))
    assert {sensor.kind for sensor in network.sensors} == {"microphone", "array", "observer"}
    assert [site.polygon is None for site in sites] == [True, False]
    rejections = Rejections()
    parser = ReportParser(rejections)
    reports = parser.feed(example("report").read_bytes()) + parser.finish()
    assert len(reports) == 4
    assert (rejections.rejected, rejections.warnings) == (0, {})
    assert {report.sensor for report in reports} == {sensor.id for sensor in network.sensors}
    for name in ("track", "alert", "truth"):
        with example(name).open("rb") as stream:
            found = list(decode_lines(stream, formats.LINES[name]))
        # What is read is written as it was: the example holds what forehear writes.
        written = b"".join(msgspec.json.encode(one) + b"\n" for one in found)
        assert written == example(name).read_bytes()
    (tmp_path / "network.geojson").write_bytes(network_geojson(network))
    (tmp_path / "sites.geojson").write_bytes(sites_geojson(sites))
    assert read_network(tmp_path / "network.geojson") == network
    assert errors("network", json.loads((tmp_path / "network.geojson").read_bytes())) == []
    assert errors("sites", json.loads((tmp_path / "sites.geojson").read_bytes())) == []


def changed(value: Any, at: tuple[Any, ...], key: str | int, new: Any) -> Any:
    """A copy with one value changed; without it where `new` is None."""
    out = copy.deepcopy(value)
    inner = out
    for step in at:
        inner = inner[step]
    if new is None:
        del inner[key]
    else:
        inner[key] = new
    return out


@pytest.mark.parametrize(
    ("at", "key", "new"),
    [
        ((), "sensor", None), ((), "heard_at_s", -1.0), ((), "heard_at_s", "now"), ((), "noise_db", 300.0),
        (("sources", 0), "level_db", None), (("sources", 0), "tone_hz", 0.0),
        (("sources", 0, "kinds"), "jet", 1.5),
    ],
)  # fmt: skip
def test_a_faulty_report_is_refused_by_schema_and_reader(at: tuple[Any, ...], key: str, new: Any) -> None:
    good = json.loads(example("report").read_bytes().splitlines()[0])
    bad = changed(good, at, key, new)
    assert errors("report", bad) != []
    rejections = Rejections()
    assert ReportParser(rejections).feed(json.dumps(bad).encode() + b"\n") == []
    assert rejections.rejected == 1


@pytest.mark.parametrize(
    ("name", "at", "key", "new"),
    [
        ("network", ("features", 0), "id", None), ("network", ("features", 0, "properties"), "kind", "ear"),
        ("network", ("features", 0, "geometry", "coordinates"), 2, -999.0), ("network", (), "features", []),
        ("network", ("features", 0, "geometry"), "coordinates", [31.0, 47.0]),
        ("network", ("atmosphere",), "wind_mps", 100.0), ("sites", ("features", 0, "properties"), "radius_m", 0.0),
        ("sites", ("features", 0, "geometry"), "type", "Circle"),
        ("sites", ("features", 1, "geometry", "coordinates", 0), 1, [200.0, 46.0]),
    ],
)  # fmt: skip
def test_a_faulty_map_is_refused_by_schema_and_reader(
    tmp_path: Path, name: str, at: tuple[Any, ...], key: Any, new: Any
) -> None:
    bad = changed(json.loads(example(name).read_bytes()), at, key, new)
    assert errors(name, bad) != []
    path = tmp_path / "bad.geojson"
    path.write_text(json.dumps(bad), encoding="utf-8")
    with pytest.raises(ConfigurationError):
        (read_network if name == "network" else read_sites)(path)


def test_the_commands_named_are_the_commands_there_are() -> None:
    page = formats.PAGE.read_text(encoding="utf-8")
    now, _, later = page.partition("## Commands")[2].partition("Agreed, and not in this version")
    named = {
        line.split("forehear ")[1].split()[0].rstrip("`") for line in now.splitlines() if "| `forehear " in line
    }
    assert named == set(VERBS) - {"completion"}
    assert "forehear track ... --aircraft" in later

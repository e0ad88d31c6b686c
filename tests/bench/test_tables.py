"""Tables from results: what the page says is what the JSON holds."""

import json
from pathlib import Path

import pytest
from bench.page import BEGIN, END, write_docs
from bench.registry import tables
from bench.tables import number, percent
from bench.tracking.cases import CASES, QUICK

from forehear.simulate.run import prepare
from forehear.simulate.scenario.files import load

STARTUP = {
    "part": "startup",
    "took_s": 5.0,
    "machine": {"commit": "abc", "cores": 2, "processor": "P", "python": "3.11", "load_at_start": 0.1},
    "rows": [{"what": "python", "median_s": 0.0213, "least_s": 0.02, "cpu_median_s": 0.018}],
    "bars": [
        {"measure": "start [s]", "value": 2.0, "bar": 3.0, "aim": 1.0},
        {"measure": "reports", "value": 150_000.0, "bar": 20_000.0, "aim": 100_000.0},
        {"measure": "late", "value": 30.0, "bar": 20.0, "aim": 5.0},
        {"measure": "nothing", "value": None, "bar": 20.0, "aim": 5.0},
    ],
}


def test_bars_say_plainly_what_was_missed() -> None:
    verdicts = [row[-1] for row in tables(STARTUP)[-1].rows]
    assert verdicts == ["bar met", "aim reached", "**missed**", "**missed**"]


def test_figures_are_written_for_people() -> None:
    assert (number(None), number(1234.5), number(0.0213, 2, " s")) == ("–", "1,234", "0.02 s")
    assert (percent(None), percent(0.1234)) == ("–", "12.3 %")


def test_the_page_keeps_its_words_and_renews_its_figures(tmp_path: Path) -> None:
    docs = tmp_path / "accuracy.md"
    docs.write_text(f"# Words\n\n{BEGIN}\nold figures\n{END}\n\nmore words\n", encoding="utf-8")
    (tmp_path / "startup.json").write_text(json.dumps(STARTUP), encoding="utf-8")
    write_docs(tmp_path, docs)
    first = docs.read_text(encoding="utf-8")
    assert first.startswith("# Words\n")
    assert first.endswith("more words\n")
    assert "old figures" not in first
    assert "| python | 0.02 s | 0.02 s | 0.02 s |" in first
    write_docs(tmp_path, docs)
    assert docs.read_text(encoding="utf-8") == first


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_every_case_can_be_built(case) -> None:  # type: ignore[no-untyped-def]
    world = prepare(load(case.scenario, case.changes), 1001)
    assert len(world.actors) >= 1


def test_quick_names_cases_that_exist() -> None:
    assert set(QUICK) <= {case.name for case in CASES}
    assert len({case.name for case in CASES}) == len(CASES)

"""The whole ledger as others would have kept it, and statements of one speaker told apart."""

import csv
import random
from contextlib import nullcontext
from pathlib import Path
from statistics import fmean

import pytest
from bench.assess.perturbing import HARMS, Harm, emptied_tables
from tests.assess.claims.made import claims
from tests.assess.claims.rows import row

from forehear.assess.claims import gazetteer
from forehear.assess.claims.ledger import claims_from_rows
from forehear.assess.claims.tracing import pairwise, trace

HERE = Path(__file__).parent
LABELS = [r["origin_id"] for r in csv.DictReader((HERE / "origin_labels.csv").open(encoding="utf-8"))]
LEDGER = HERE.parents[2] / "src/forehear/assess/data/production_claims.csv"
ROWS = list(csv.DictReader(LEDGER.read_text(encoding="utf-8").splitlines()))
AIM = 0.95


def scored(harm: Harm, seed: int, emptied: bool = False) -> tuple[float, float]:
    rng = random.Random(seed)
    with emptied_tables(seed) if emptied else nullcontext():
        read, faults = claims_from_rows([harm(dict(cells), rng) for cells in ROWS], "perturbed")
        assert not faults.aside
        return pairwise(trace(read).origin, LABELS)


@pytest.mark.slow
@pytest.mark.parametrize("name", HARMS)
def test_a_perturbed_ledger_is_traced_as_the_sound_one(name: str) -> None:
    # Seeds that nothing was mended on.
    scores = [scored(HARMS[name], seed) for seed in range(40, 44)]
    assert fmean(s[0] for s in scores) >= AIM
    assert fmean(s[1] for s in scores) >= AIM


@pytest.mark.slow
def test_tables_that_know_a_third_fewer_names_cost_little() -> None:
    scores = [scored(lambda cells, _: cells, seed, True) for seed in range(40, 46)]
    assert fmean(s[0] for s in scores) >= AIM
    assert fmean(s[1] for s in scores) >= 0.9


def test_tables_are_whole_again_after_they_were_emptied() -> None:
    before = len(gazetteer.ORIGINATORS)
    with emptied_tables(3):
        assert len(gazetteer.ORIGINATORS) < before
        gone = [name for name in ("Reuters", "CNN", "AFP", "BBC") if name not in gazetteer.ORIGINATORS]
        assert all(not gazetteer.find("originators", name) for name in gone)
    assert len(gazetteer.ORIGINATORS) == before
    assert gazetteer.find("originators", "CNN") == ("CNN",)


def test_an_agency_in_brackets_carried_and_did_not_publish_first() -> None:
    first = row(attributed_to="leaked documents via Washington Post", outlet="Low Courier")
    second = row(attributed_to="researchers on leaked documents via Lake Star (Reuters)", outlet="Tin Drum")
    third = row(attributed_to="officials via Reuters", outlet="Tin Drum", claim="90 craft", quantity="90")
    origin = trace(claims(first, second, third)).origin
    assert origin[0] == origin[1] != origin[2]


def test_a_medium_of_three_letters_that_no_table_knows_is_learnt() -> None:
    rows = [
        row(attributed_to="sources via QZV", outlet="Low Courier", claim="700 craft", quantity="700"),
        row(attributed_to="envoys via QZV", outlet="Tin Drum", claim="a works of 90 halls", quantity="90"),
    ]
    assert len(set(trace(claims(*rows)).origin)) == 1

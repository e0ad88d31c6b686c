"""Every scored number of `forehear assess`, in one run: ./scripts/bench claims

Tracing against hand-made labels: as they are, on halves, with days moved, addresses gone, attributions
thinned, media renamed. Names against a sanctions list's aliases. Forecasts and nights by rolling origin
(bench/assess/forecasts.py). No clock is read.

    python -m bench.assess.claims [--json] [--claims FILE.csv]
"""

import argparse
import csv
import itertools
import json
import random
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from statistics import fmean

from bench.assess.forecasts import forecasts, nights
from bench.assess.perturbing import HARMS as PERTURBED
from bench.assess.perturbing import emptied_tables
from bench.tables import Result, Table, print_tables
from forehear.assess.claims.ledger import COLUMNS, claims_from_rows
from forehear.assess.claims.tracing import pairwise, trace
from forehear.assess.names import match_names
from forehear.assess.sanctions import read_listed
from forehear.assess.tables import parse_day

ROOT = Path(__file__).parents[2]
Row = dict[str, str]
SEEDS = range(5)
# Nothing was mended on these.
PERTURBED_SEEDS = range(20, 30)
# Known media to invented ones: tracing must not live on knowing them.
RENAMED = {
    "WSJ": "Harbor Gazette",
    "Washington Post": "Lakeside Courier",
    "WaPo": "Lakeside Courier",
    "CNN": "Blue Lantern",
    "Suspilne": "Oriel",
    "Defense Express": "Tin Drum",
}


def labelled(path: Path | None) -> tuple[list[Row], list[str]]:
    """Rows and labels: a file that has an `origin_id` column, or the package's ledger and the tests' labels."""
    if path is not None:
        rows = list(csv.DictReader(path.open(encoding="utf-8-sig")))
        return rows, [row.pop("origin_id") for row in rows]
    rows = list(csv.DictReader((ROOT / "src/forehear/assess/data/production_claims.csv").open(encoding="utf-8")))
    labels = csv.DictReader((ROOT / "tests/assess/claims/origin_labels.csv").open(encoding="utf-8"))
    return rows, [row["origin_id"] for row in labels]


def _moved(row: Row, rng: random.Random, most: int) -> Row:
    day = parse_day(row["date_of_claim"])
    assert day is not None
    return row | {"date_of_claim": (day + timedelta(days=rng.randint(-most, most))).isoformat()}


def _renamed(row: Row, _: random.Random) -> Row:
    said = row["attributed_to"]
    for old, new in RENAMED.items():
        said = said.replace(old, new)
    return row | {"attributed_to": said, "url": ""}


HARMS: dict[str, Callable[[Row, random.Random], Row]] = {
    "as it is": lambda row, rng: row,
    "days moved by up to 2": lambda row, rng: _moved(row, rng, 2),
    "days moved by up to 4": lambda row, rng: _moved(row, rng, 4),
    "no addresses": lambda row, rng: row | {"url": ""},
    "no quantities": lambda row, rng: row | {"quantity": ""},
    "no periods, variants, notes": lambda row, rng: row | {"period": "", "variant": "", "note": ""},
    "a tenth without attribution": lambda row, rng: row | {"attributed_to": ""} if rng.random() < 0.1 else row,
    "media renamed, no addresses": _renamed,
}


def tracing(path: Path | None) -> list[dict[str, object]]:
    """Pairwise precision and recall under every harm, on all rows and on random halves."""
    rows, labels = labelled(path)
    out: list[dict[str, object]] = []
    for name, harm in HARMS.items():
        for part in ("all", "half"):
            scores = []
            for seed in SEEDS:
                rng = random.Random(seed)
                order = list(range(len(rows)))
                rng.shuffle(order)
                order = order[: len(order) // 2] if part == "half" else order
                blank = dict.fromkeys(COLUMNS, "")
                claims, _ = claims_from_rows([blank | harm(rows[i], rng) for i in order], "bench")
                scores.append(pairwise(trace(claims).origin, [labels[order[c.row - 1]] for c in claims]))
            out.append(
                {
                    "harm": name,
                    "rows": part,
                    "precision": round(fmean(s[0] for s in scores), 3),
                    "recall": round(fmean(s[1] for s in scores), 3),
                    "least_precision": round(min(s[0] for s in scores), 3),
                    "least_recall": round(min(s[1] for s in scores), 3),
                }
            )
    return out


def perturbed(path: Path | None) -> list[dict[str, object]]:
    """The whole ledger respelled, with days off, as relays of relays; tables whole, and emptied by a third."""
    rows, labels = labelled(path)
    blank = dict.fromkeys(COLUMNS, "")
    out: list[dict[str, object]] = []
    for name, harm in {"as it is": lambda row, rng: row, **PERTURBED}.items():
        for emptied in (False, True):
            scores = []
            for seed in PERTURBED_SEEDS:
                rng = random.Random(seed)
                with emptied_tables(seed) if emptied else nullcontext():
                    claims, _ = claims_from_rows([blank | harm(row, rng) for row in rows], "bench")
                    scores.append(pairwise(trace(claims).origin, labels))
            precisions, recalls = [s[0] for s in scores], [s[1] for s in scores]
            record: dict[str, object] = {"harm": name, "tables": "emptied by a third" if emptied else "whole"}
            means = {"precision": round(fmean(precisions), 3), "recall": round(fmean(recalls), 3)}
            out.append(record | means | {"least_recall": round(min(recalls), 3)})
    return out


def names() -> list[dict[str, object]]:
    """Precision and recall of alias pairs on the sanctions list."""
    spelled = [(p.number, name) for p in read_listed() for name in p.names]
    pairs = [(a[0] == b[0], match_names(a[1], b[1]).same) for a, b in itertools.combinations(spelled, 2)]
    hits = sum(true and found for true, found in pairs)
    precision, recall = hits / sum(f for _, f in pairs), hits / sum(t for t, _ in pairs)
    return [{"pairs": len(pairs), "precision": precision, "recall": recall}]


TITLES = {
    "tracing": "Claims traced to their origins",
    "perturbed": "The ledger as others would have kept it",
    "names": "Names: aliases of the sanctions list",
    "forecasts": "Launches forecast, by rolling origin",
    "nights": "Nights forecast",
}


def measure(quick: bool, claims: Path | None = None) -> Result:
    """Measure all: `quick` leaves out the forecasts by rolling origin. `claims`: other labelled ones."""
    found: Result = {"tracing": tracing(claims), "perturbed": perturbed(claims), "names": names()}
    return found if quick else found | {"forecasts": forecasts(), "nights": nights()}


def tables(result: Result) -> list[Table]:
    """Give a table of each, as it is in the JSON."""
    out = []
    for name, title in TITLES.items():
        if records := result.get(name):
            cells = [tuple(_cell(value) for value in record.values()) for record in records]
            out.append(Table(title, tuple(str(key).replace("_", " ") for key in records[0]), cells))
    return out


def _cell(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def main() -> int:
    """Run all; a table each, or one JSON record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one record instead of tables")
    parser.add_argument(
        "--claims", type=Path, metavar="FILE.csv", help="other labelled claims: needs an origin_id column"
    )
    args = parser.parse_args()
    found = measure(False, args.claims)
    if args.json:
        json.dump(found, sys.stdout, indent=1)
        print()
    else:
        print_tables(tables(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())

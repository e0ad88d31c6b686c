"""Read claims from a table: each row a record, or set aside with the reason.

The column `origin_id` of hand-made labels, where a table has one, is dropped while reading: no function of
this package can see it.
"""

import re
from datetime import date
from importlib.resources import files
from pathlib import Path

from forehear.assess.claims.attribution import parse_chain
from forehear.assess.claims.quantity import Quantity, parse_quantity
from forehear.assess.tables import Row, TableFaults, parse_day, parse_table, read_table
from forehear.records import Claim

COLUMNS = ("date_of_claim", "claim", "quantity", "unit", "period", "attributed_to", "outlet", "url", "kind")
OPTIONAL = ("variant", "verified_here", "note")
# What a claim can be; kinds are never mixed. `contract` and `share` stand beside the eight of the plan because
# published claims are of them; `+` joins two where one sentence claims both.
KINDS = (
    "plan", "capacity", "actual", "forecast", "observed", "price", "cost", "performance", "contract", "share",
)  # fmt: skip
# The first claims are of 2022; a date outside is a slip of the pen, not a claim.
FIRST_DAY, LAST_DAY = date(2014, 1, 1), date(2049, 12, 31)
# No drone force, cost or speed has a number above a million billion.
LARGEST = 1e15

_KIND_WORDS = (
    ("forecast", r"forecast|predict|expects?|could launch|in one night by|will be able to launch"),
    ("performance", r"speed|km/h|range|altitude|warhead|engine|payload"),
    ("price", r"\bprice|\bpaid\b|per unit price"),
    ("cost", r"\bcosts?\b|worth|\busd\b|\bbn\b|rubles"),
    ("share", r"share|per ?cent|%|half of"),
    ("contract", r"contract(?:ed)?\b|agreement|ordered"),
    (
        "plan",
        r"\bplans?\b|planned|aims?\b|intends?|task|target|(?:will|could) (?:make|build|produce)",
    ),
    (
        "capacity",
        r"capacity|capable|can (?:make|build|produce)|able to (?:make|build|produce)|up to .* per (?:day|month)",
    ),
    ("observed", r"launched|fired|shot down|struck|observed|used against"),
    ("actual", r"made|produced|built|delivered|manufactured|assembled|behind schedule"),
)
_DENIAL = re.compile(
    r"\bden(?:y|ies|ied|ial)\b|baseless|unfounded|rejects?\b|rejected|no evidence|refut|\bfalse\b|not true|disput",
    re.IGNORECASE,
)


def kind_of(column: str, text: str, unit: str) -> tuple[str, str]:
    """Name a claim's kind, and how it is known: "given", or "from its words" where the column is empty.

    Raises ValueError for a kind that is not one of KINDS (or two joined by "+").
    """
    given = re.sub(r"\s+", "", column.lower())
    if given:
        parts = given.split("+")
        if all(part in KINDS for part in parts):
            return "+".join(dict.fromkeys(parts)), "given"
        raise ValueError(f"allowed: {', '.join(KINDS)}, or two joined by '+'")
    words = f"{text} {unit}".lower()
    for kind, pattern in _KIND_WORDS:
        if re.search(pattern, words):
            return kind, "from its words"
    return "actual", "by default: no word tells"


def _claim(number: int, row: Row, faults: TableFaults) -> Claim | None:
    day = parse_day(row["date_of_claim"])
    if not row["date_of_claim"]:
        faults.set_aside(number, "date_of_claim", "", "a claim needs its date, YYYY-MM-DD")
    elif day is None:
        faults.set_aside(number, "date_of_claim", row["date_of_claim"], "must be a day, YYYY-MM-DD")
    elif not FIRST_DAY <= day <= LAST_DAY:
        faults.set_aside(number, "date_of_claim", row["date_of_claim"], f"must be from {FIRST_DAY} to {LAST_DAY}")
    if not row["claim"]:
        faults.set_aside(number, "claim", "", "a claim needs its words")
    quantity = Quantity(None, None, "unknown")
    try:
        quantity = parse_quantity(row["quantity"], row["claim"])
        if max(quantity.low or 0.0, quantity.high or 0.0) > LARGEST:
            faults.set_aside(number, "quantity", row["quantity"], f"must be at most {LARGEST:g}")
    except ValueError as error:
        faults.set_aside(number, "quantity", row["quantity"], str(error))
    kind = ""
    try:
        kind, _ = kind_of(row["kind"], row["claim"], row["unit"])
    except ValueError as error:
        faults.set_aside(number, "kind", row["kind"], str(error))
    if number in faults.aside or day is None:
        return None
    return Claim(
        row=number,
        made_on=day.isoformat(),
        text=row["claim"],
        kind=kind,
        low=quantity.low,
        high=quantity.high,
        bound=quantity.bound,
        unit=row["unit"],
        period=row["period"],
        attributed_to=row["attributed_to"],
        chain=parse_chain(row["attributed_to"], row["outlet"]),
        outlet=row["outlet"],
        url=row["url"],
        variant=row.get("variant", ""),
        verified=row.get("verified_here", ""),
        note=row.get("note", ""),
        denies=bool(_DENIAL.search(row["claim"])),
    )


def claims_from_rows(rows: list[Row], where: str) -> tuple[tuple[Claim, ...], TableFaults]:
    """Make records of rows; what cannot be one is set aside in the faults, with its row and column."""
    faults = TableFaults(where)
    claims = [_claim(number, row, faults) for number, row in enumerate(rows, 1)]
    return tuple(claim for claim in claims if claim is not None), faults


def read_claims(path: str | Path | None = None) -> tuple[tuple[Claim, ...], TableFaults, int]:
    """Read a ledger; the one inside the package without a path.

    Returns the claims in the order of their rows, the faults, and how many rows the table has. Raises
    ConfigurationError when a column is missing, InputError when there is no such file.
    """
    if path is None:
        where = "production_claims.csv"
        text = files("forehear.assess").joinpath("data", where).read_text(encoding="utf-8")
        rows = parse_table(text, where, COLUMNS)
    else:
        where = str(path)
        rows = read_table(path, COLUMNS)
    rows = [{key: row.get(key, "") for key in (*COLUMNS, *OPTIONAL)} for row in rows]
    claims, faults = claims_from_rows(rows, where)
    return claims, faults, len(rows)


def quantity_of(claim: Claim) -> Quantity:
    """Give a claim's interval back as a Quantity."""
    return Quantity(claim.low, claim.high, claim.bound)


def as_of(claims: tuple[Claim, ...], day: date | None) -> tuple[Claim, ...]:
    """Keep what had been published by a day; everything without one."""
    return claims if day is None else tuple(c for c in claims if c.made_on <= day.isoformat())

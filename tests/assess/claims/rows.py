"""A row of the claims' table for tests."""

from forehear.assess.claims.ledger import COLUMNS


def row(**cells: str) -> dict[str, str]:
    """Give a row that can be read, of a claim that nobody made; what is given replaces its cells."""
    blank = dict.fromkeys((*COLUMNS, "variant", "verified_here", "note"), "")
    return blank | {"date_of_claim": "2031-05-10", "claim": "works to make 700 craft", "quantity": "700"} | cells

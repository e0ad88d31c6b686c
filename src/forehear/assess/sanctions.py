"""The sanctions list of 3 February 2023, and who on it a name is.

Public domain (OFAC SDN list). Birth dates and document numbers were left out of the copy on purpose.
"""

from dataclasses import dataclass
from importlib.resources import files

from forehear.assess.names import match_names
from forehear.assess.tables import parse_table

FILE = "ofac_2023-02-03_paravar_pars.csv"
# The day of the action that the list is of.
LISTED_ON = "3 February 2023"
COLUMNS = ("ofac_ent_num", "name", "sdn_type", "aliases", "newly_listed_2023_02_03")


@dataclass(frozen=True)
class Listed:
    """One record of the list: its number, its names with aliases, whether newly listed that day."""

    number: str
    names: tuple[str, ...]
    kind: str
    newly: bool


def read_listed() -> tuple[Listed, ...]:
    """Read the list inside the package."""
    text = files("forehear.assess").joinpath("data", FILE).read_text(encoding="utf-8")
    return tuple(
        Listed(
            row["ofac_ent_num"],
            (row["name"], *(alias for alias in row["aliases"].split("|") if alias)),
            row["sdn_type"],
            row["newly_listed_2023_02_03"].startswith("yes"),
        )
        for row in parse_table(text, FILE, COLUMNS)
    )


def look_up(name: str) -> list[dict[str, object]]:
    """Find who on the list has this name, best first: the spelling that fits, the score and the reason."""
    out: list[dict[str, object]] = []
    for listed in read_listed():
        matches = [(match_names(name, spelling), spelling) for spelling in listed.names]
        match, spelling = max(matches, key=lambda pair: pair[0].score)
        if match.same:
            because = f"OFAC {listed.number}; {match.because}"
            out.append({"a": name, "b": spelling, "same": True, "score": match.score, "because": because})
    return sorted(out, key=lambda r: (-float(str(r["score"])), str(r["b"])))

"""Every part of the bench, once: what it is called, which module measures it, what it measures.

A part's module has two functions: `measure(quick) -> Result` (JSON can hold it; a few minutes where `quick`), and
`tables(result) -> list[Table]`. A result's "bars" are compared with the numbers to reach. A part's module is
imported only when it is run or shown, knows neither this file nor the page, and no room of the bench but its own.
"""

import importlib
from typing import NamedTuple, Protocol, cast

from bench.tables import Result, Table, bars_table


class BenchModule(Protocol):
    """What a part's module gives."""

    def measure(self, quick: bool) -> Result:
        """Measure. May raise NoRecordings, where the part needs what is no part of the project."""
        ...

    def tables(self, result: Result) -> list[Table]:
        """Give what was measured as tables."""
        ...


class BenchPart(NamedTuple):
    """A module, and its measure in a few words."""

    module: str
    words: str

    def load(self) -> BenchModule:
        """Import it."""
        return cast("BenchModule", importlib.import_module(self.module))


# In the order in which they are run: what takes minutes first, what takes days last.
PARTS = {
    "startup": BenchPart("bench.tracking.startup", "process start to end, warm"),
    "peers": BenchPart("bench.tracking.peers", "the tracker beside Stone Soup, in the same run"),
    "scaling": BenchPart("bench.tracking.scaling", "the tracker's cost as targets and sensors double"),
    "speed": BenchPart("bench.tracking.speed", "reports a second, file to file"),
    "siting": BenchPart("bench.planning.siting", "where sensors go: beside HiGHS and grids, time, memory"),
    "foretold": BenchPart("bench.planning.foretold", "odds of being heard: foretold, and what came"),
    "minutes": BenchPart("bench.planning.minutes", "time to confirmed: foretold, and taken"),
    "claims": BenchPart("bench.assess.claims", "claims traced, names matched, launches and nights forecast"),
    "live": BenchPart("bench.service.live", "the live service: report to browser, and resumed after kills"),
    "forecast": BenchPart("bench.tracking.forecast", "how often the truth falls inside the forecast"),
    "warnings": BenchPart("bench.tracking.warnings", "alerts against the truth, in both worlds"),
    "accuracy": BenchPart("bench.tracking.accuracy", "conditions and seeds, beside the bound"),
    "listening": BenchPart(
        "bench.listening.recall", "real recordings, where they are: recall, false ones, odds, speed"
    ),
    "tones": BenchPart("bench.listening.tones", "synthesised passes, beside the bound"),
    "false_warnings": BenchPart(
        "bench.tracking.false_warnings",
        "10,000 sensor-days in which nothing flies; a day, goes on where it stopped",
    ),
}
# The order on the page.
ON_THE_PAGE = (
    "accuracy", "forecast", "warnings", "false_warnings", "peers", "speed", "scaling", "startup", "live",
    "listening", "tones", "foretold", "minutes", "siting", "claims",
)  # fmt: skip


def tables(result: Result) -> list[Table]:
    """Give the tables of one part's result, and how it stands to the numbers to reach."""
    made = PARTS[result["part"]].load().tables(result)
    return [*made, *([bars_table([result])] if result.get("bars") else [])]

"""Small scenarios of the second world for tests."""

from collections.abc import Iterator
from typing import Any

from tests.simulate.worlds import made

from forehear.records import Report, Source, Truth
from forehear.simulate.second import run
from forehear.simulate.second.run import SecondWorld

# Nothing but the law of hearing: no loss, no strangers, no changes of the air.
PLAIN: dict[str, Any] = {
    "sources_lost": 0.0,
    "frames_lost": 0.0,
    "outages_per_hour": 0.0,
    "engines_near": 0.0,
    "clocks_off": 0.0,
}
QUIET: dict[str, Any] = {"false_alarms_per_hour": 0.0}
FLIGHT: dict[str, Any] = {
    "emitter": "piston",
    "waypoints": [[-8000, -500, 400, 51], [8000, 900, 400, 51]],
    "tones_hz": [110.0],
}


def world(second: dict[str, Any] | None = None, seed: int = 5, **tables: Any) -> SecondWorld:
    """Prepare a world of 5 x 5 sensors 3 km apart with one flight; what is given replaces it."""
    plain: dict[str, Any] = {
        "duration_s": 240,
        "region": {"east_m": 15_000, "north_m": 15_000},
        "network": {"spacing_m": 3_000},
        "sensors": QUIET,
        "flights": [FLIGHT],
        "second": PLAIN | (second or {}),
    }
    return run.prepare(made(**(plain | tables)), seed)


def played(one: SecondWorld) -> tuple[list[Report], list[Truth]]:
    """All reports and all truth."""
    reports: list[Report] = []
    truth: list[Truth] = []
    for block in run.blocks(one):
        reports += block.reports()
        truth += block.truth
    return reports, truth


def sources(reports: list[Report]) -> Iterator[tuple[Report, Source]]:
    """Each source with its report."""
    for report in reports:
        for source in report.sources:
            yield report, source

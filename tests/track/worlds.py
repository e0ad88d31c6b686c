"""Small nights for the Tracker, and what it makes of them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from forehear.records import Network, Report, Track, Truth
from forehear.score.records import Score, TrackPoint
from forehear.score.score import score
from forehear.simulate import run
from forehear.simulate.scenario import files as scenario
from forehear.track.tracker import Tracker


@dataclass(frozen=True)
class Night:
    """What the sensors said, and what was so."""

    network: Network
    reports: tuple[Report, ...]
    truth: tuple[Truth, ...]


def night(name: str, seed: int, **overrides: Any) -> Night:
    """Play a shipped scenario; two underscores in a name stand for the dot of a key."""
    keys = {key.replace("__", "."): value for key, value in overrides.items()}
    world = run.prepare(scenario.load(name, keys), seed)
    blocks = list(run.blocks(world))
    reports = tuple(report for block in blocks for report in block.reports())
    return Night(world.network, reports, tuple(line for block in blocks for line in block.truth))


def received_s(report: Report) -> float:
    assert report.received_at_s is not None
    return report.received_at_s


def tracked(network: Network, reports: Sequence[Report], tracker: Tracker | None = None) -> list[Track]:
    """All tracks, second by second, of reports in the order in which they were received."""
    tracker = Tracker(network) if tracker is None else tracker
    out: list[Track] = []
    at = 0
    for second in range(math.floor(received_s(reports[0])) + 1, math.ceil(received_s(reports[-1])) + 1):
        until = at
        while until < len(reports) and received_s(reports[until]) < second:
            until += 1
        out += tracker.advance(float(second), reports[at:until])
        at = until
    return out


def confirmed(tracks: Iterable[Track]) -> set[str]:
    return {track.track for track in tracks if track.status == "confirmed"}


def scored(truth: Iterable[Truth], tracks: Iterable[Track]) -> Score:
    points = (
        TrackPoint(
            time_s=t.time_s,
            track=t.track,
            status=t.status,
            lon=t.lon,
            lat=t.lat,
            speed_mps=t.speed_mps,
            course_deg=t.course_deg,
            position_sigma_m=t.position_sigma_m,
            kind=t.kind,
        )
        for t in tracks
    )
    return score(truth, points)

"""Play a simulated night through the real tracker, second by second, in memory."""

from collections.abc import Iterator
from dataclasses import dataclass

from forehear.records import Network, Report, Track, Truth
from forehear.simulate.run import World, blocks
from forehear.track.tracker import Tracker

# After the last block, reports still under way are waited for at most this long [s].
LAST_WAIT_S = 10


@dataclass(frozen=True)
class PlayedSecond:
    """One second of reception: what was true then, what the tracker said, how many reports came."""

    time_s: float
    truth: tuple[Truth, ...]
    tracks: tuple[Track, ...]
    reports: int


def _received(report: Report) -> float:
    return report.received_at_s if report.received_at_s is not None else report.heard_at_s


def play(world: World) -> Iterator[PlayedSecond]:
    """Play a world through a tracker of its network. The same world gives the same seconds."""
    tracker = Tracker(world.network)
    start = world.scenario.start_s
    waiting: list[Report] = []
    truths: dict[int, list[Truth]] = {}
    second = 0
    for block in blocks(world):
        waiting += block.reports()
        for truth in block.truth:
            truths.setdefault(round(truth.time_s - start), []).append(truth)
        # A block hands out what no later block can overtake: up to its own end.
        until = int(block.until_s)
        while second < until:
            yield _step(tracker, waiting, truths, second, start)
            second += 1
    for _ in range(LAST_WAIT_S):
        if not waiting:
            return
        yield _step(tracker, waiting, truths, second, start)
        second += 1


def _step(
    tracker: Tracker, waiting: list[Report], truths: dict[int, list[Truth]], second: int, start: float
) -> PlayedSecond:
    limit = start + second
    count = next((i for i, report in enumerate(waiting) if _received(report) > limit), len(waiting))
    reports = waiting[:count]
    del waiting[:count]
    tracks = tracker.advance(limit, reports)
    return PlayedSecond(limit, tuple(truths.pop(second, ())), tuple(tracks), len(reports))


def middle_of(network: Network) -> tuple[float, float]:
    """The middle of a network's rectangle, (lon, lat) [deg]."""
    lons, lats = [s.lon for s in network.sensors], [s.lat for s in network.sensors]
    return 0.5 * (min(lons) + max(lons)), 0.5 * (min(lats) + max(lats))

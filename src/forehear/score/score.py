"""How good tracks are, against the truth.

Once a second every target of the truth and every confirmed track is set to the same instant, each moved by
its own velocity over the fraction of a second that remains. Targets and tracks are then assigned to each
other so that GOSPA (p = 2, alpha = 2, horizontal distance, cut-off c) is least.

Who counts: a target *must* be tracked while its `audible` is at least AUDIBLE, or was within the last
`hold_s` seconds. At other times it *may* be tracked: it is no miss if nobody follows it, and a track
assigned to it is neither right nor false. Pairs with such a target are taken out of the sums, both ends.
Seconds before the truth's first and after its last are not scored; where the truth is empty all are.

References: Rahmathullah, Garcia-Fernandez, Svensson 2017, 10.23919/ICIF.2017.8009645, eq. 1 and prop. 1
(GOSPA and its parts); Garcia-Fernandez, Rahmathullah, Svensson 2020, 10.1109/TSP.2020.3005309 (switches).
"""

from collections.abc import Iterable, Mapping

from forehear.records import Truth
from forehear.score.instants import in_step
from forehear.score.readout import read_out
from forehear.score.records import CUTOFF_M, HOLD_S, BoundSeries, Score, TrackPoint
from forehear.score.tally import ScoreTally


def score(
    truth: Iterable[Truth],
    tracks: Iterable[TrackPoint],
    cutoff_m: float = CUTOFF_M,
    hold_s: float = HOLD_S,
    bounds: Mapping[str, BoundSeries] | None = None,
) -> Score:
    """Score tracks against the truth, both in order of time and read in step.

    Parameters: truth and tracks, once a second each; GOSPA's cut-off [m]; how long after being last audible a
    target must still be tracked [s]; each target's bound, to stand beside its errors.
    Raises InputError where lines are out of order. Ignores: height, a track's `count`, tentative tracks.
    Memory: a tally a target and a track, and 24 bytes per assigned target-second.
    """
    tally = ScoreTally(cutoff_m, hold_s, bounds or {})
    for time_s, inside, truths, points in in_step(truth, tracks):
        if inside:
            tally.add(time_s, truths, points)
        else:
            tally.unscored_seconds += 1
    return read_out(tally)

"""Whether a target has been seen to turn sharply: then it is forecast as one that goes on doing so.

Most flights bend gently, and an ensemble wide enough for those that weave would spoil the forecast of all others.
A flight that has turned through more than TURN_RAD within the last minutes is of the other sort, and is
given ways of its own (`routes.draw_weaving`). Until its first turn nobody can know.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

from forehear.records import Track

# --- numbers that decide -----------------------------------------------------------------------------
# Courses that lie further apart than this [rad], within so long [s], make a flight a weaving one. With 0.6 rad
# some of the raids' flights of eight bends are taken for such, which costs their forecasts 2 % of log score; with
# 1.0 none is (docs/warnings.md).
TURN_RAD, WITHIN_S = 1.0, 400.0
# A course is noted so often [s], and only where it is known this well [rad]: a young track's swings by itself.
NOTE_EVERY_S, KNOWN_RAD = 10.0, 0.12
# -----------------------------------------------------------------------------------------------------

# Of each track: the moments and courses [rad] noted, the oldest first.
Habits = dict[str, list[tuple[float, float]]]


def note(habits: Habits, time_s: float, tracks: Sequence[Track]) -> Habits:
    """Give the habits with the courses of now; tracks that are no more are dropped."""
    out: Habits = {}
    for track in tracks:
        known = [one for one in habits.get(track.track, ()) if one[0] > time_s - WITHIN_S]
        due = not known or time_s - known[-1][0] >= NOTE_EVERY_S
        sigma_rad = track.velocity_sigma_mps / math.sqrt(2.0) / max(track.speed_mps, 1.0)
        if due and track.status == "confirmed" and sigma_rad < KNOWN_RAD:
            known = [*known, (time_s, math.radians(track.course_deg))]
        out[track.track] = known
    return out


def weaves(habits: Habits, track: str) -> bool:
    """Say whether a track has turned through more than TURN_RAD within WITHIN_S."""
    courses = habits.get(track, ())
    at = low = high = 0.0
    for (_, before), (_, after) in pairwise(courses):
        # The short way round.
        at += math.remainder(after - before, 2.0 * math.pi)
        low, high = min(low, at), max(high, at)
    return high - low > TURN_RAD

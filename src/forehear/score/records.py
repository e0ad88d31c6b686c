"""What the score reads and what it answers: records, and the numbers that decide who counts."""

from typing import Annotated

from msgspec import Meta, Struct

from forehear.records import Latitude, Longitude, TargetKind, Time, TrackStatus

# Odds of being heard from which on a target counts as audible: heard more often than not.
AUDIBLE = 0.5
# GOSPA's cut-off c [m]: beyond this a track says nothing about a target. Looser would let a track of the
# next drone in a column (3.5 km) count half; tighter would call the tracks of plain level (230 m at best,
# heavy tails) false.
CUTOFF_M = 2000.0
# How long after it was last audible a target must still be tracked [s]: sound is that old anyway.
HOLD_S = 10.0
# The bound that counts as knowing where a target is [m]: good enough to warn by; design.md's measure `when`.
KNOWN_BELOW_M = 700.0


class TrackPoint(Struct, frozen=True):
    """What the score needs of a track's line."""

    time_s: Time
    track: str
    status: TrackStatus
    lon: Longitude
    lat: Latitude
    speed_mps: float
    course_deg: float
    position_sigma_m: Annotated[float, Meta(gt=0.0)]
    kind: TargetKind


class BoundSeries(Struct, frozen=True):
    """One target's Cramer-Rao bound, a value a second from `start_s` on: sqrt(trace) of the horizontal part."""

    start_s: float
    sigma_m: list[float]


class TargetScore(Struct, frozen=True):
    """One target's row; null where there is nothing to say."""

    target: str
    kind: TargetKind
    audible_s: int
    tracked_s: int
    first_audible_s: float | None
    confirm_wait_s: float | None
    error_median_m: float | None
    error_p90_m: float | None
    switches: int
    gaps: int
    kind_right_share: float | None
    bound_median_m: float | None
    bound_wait_s: float | None


class Score(Struct, frozen=True):
    """The answer's score; every key names its unit, and null says that there was nothing to measure.

    `gospa_m`^2 = `gospa_localisation_m`^2 + `gospa_missed_m`^2 + `gospa_false_m`^2: root means over the
    scored seconds. `target_seconds`: how long targets must be tracked; `missed_share` is of them.
    `track_seconds`: of confirmed tracks, but for those assigned to a target that only may be tracked;
    `false_share` is of them. Errors are of assigned pairs, horizontal. `consistency`: root mean of error^2 /
    position_sigma^2, 1 when honest. `switches`: times that a target's track changed its name. `gaps`: times
    that a target lost its track and found one again. `confirm_wait_*`: from first audible to the first
    confirmed track on it, over all targets that were ever audible; one that never got a track waits
    endlessly (null when the quantile falls there), and `never_confirmed` counts these. `ghost_tracks`: tracks
    that were confirmed and never within the cut-off of any target, audible or not. `kind_confusion`: assigned
    target-seconds by true kind and then by the track's kind.

    With bounds given: `bound_median_m` over the same target-seconds as the errors, `error_over_bound` the
    median error over it (an efficient estimate of two equal axes has 0.83), `bound_wait_*` from the moment at
    which a target's bound first lies under KNOWN_BELOW_M to its first confirmed track, over all targets whose
    bound ever does.
    """

    cutoff_m: float
    hold_s: float
    seconds: int
    unscored_seconds: int
    targets: int
    audible_targets: int
    confirmed_tracks: int
    target_seconds: int
    track_seconds: int
    gospa_m: float | None
    gospa_localisation_m: float | None
    gospa_missed_m: float | None
    gospa_false_m: float | None
    missed_share: float | None
    false_share: float | None
    error_median_m: float | None
    error_p90_m: float | None
    error_p95_m: float | None
    speed_error_median_mps: float | None
    speed_error_p90_mps: float | None
    course_error_median_deg: float | None
    course_error_p90_deg: float | None
    consistency: float | None
    switches: int
    gaps: int
    confirm_wait_median_s: float | None
    confirm_wait_p90_s: float | None
    never_confirmed: int
    ghost_tracks: int
    kind_right_share: float | None
    kind_confusion: dict[TargetKind, dict[TargetKind, int]]
    bound_median_m: float | None
    error_over_bound: float | None
    bound_wait_median_s: float | None
    bound_wait_p90_s: float | None
    by_target: list[TargetScore]

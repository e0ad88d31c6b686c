"""When a target comes to a place: a probability and the 5th, 50th and 95th percentile of the time.

Theory of operation. A track is a distribution: a place and a velocity with their spreads, and after that the
bends of its route (`routes`). Each of the ensemble's ways is flown with a place and a velocity drawn from the
track's covariance, until it first comes within the site. The share of ways that do is the probability, the
times at which they do are the distribution of arrival. A way is walked by leaps: what is D metres from a site
cannot be there before D over its speed, so a far site costs a few steps and not a thousand.
"""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.forecast.places import Places, away_kernel
from forehear.forecast.routes import HORIZON_S, STEP_S, Routes
from forehear.geodesy import Plane
from forehear.records import Track

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Bins of the arrival's distribution [s]: finer than any warning needs.
BIN_S = 10.0
BINS = int(HORIZON_S / BIN_S)
# A leap is at least this long [s]: 10 m of a piston drone's way.
LEAST_LEAP_S = 0.25
# The quantiles that are reported.
QUANTILES = (0.05, 0.5, 0.95)
# Fewer ways than this that arrive tell no time (2 % of 256): the probability stands, the times do not.
LEAST_ARRIVING = 5
# A way flies at most so much faster than the track now (four sigmas of routes.SPEED_SHARE).
FASTER = 1.18
# -----------------------------------------------------------------------------------------------------


class Arrival(Struct, frozen=True):
    """One track's arrival at one site. `odds[k]` = probability that it is there by (k + 1) BIN_S from `time_s`."""

    time_s: float
    track: str
    site: str
    probability: float
    earliest_s: float | None
    median_s: float | None
    latest_s: float | None
    distance_m: float
    odds: Array


@njit(cache=True)
def _first_times(
    routes: Routes, furthest: Array, state: Array, sigmas: Array, ring: Array, radius: float, horizon_s: float,
    out: Array,
) -> None:  # fmt: skip
    """Fill out (R,) with the time [s] at which each way first comes within a site; inf: not in the horizon.

    furthest (R,) how far from its beginning each way ever comes [m per m/s]; state (4,) east, north [m], velocity
    east, north [m/s]; sigmas (2,) of place and velocity, per axis.
    """
    along, across = routes.along, routes.across
    last = along.shape[1] - 1
    for r in range(along.shape[0]):
        ve = state[2] + sigmas[1] * routes.velocity[r, 0]
        vn = state[3] + sigmas[1] * routes.velocity[r, 1]
        x0 = state[0] + sigmas[0] * routes.place[r, 0]
        y0 = state[1] + sigmas[0] * routes.place[r, 1]
        speed = math.hypot(ve, vn)
        fastest = FASTER * max(speed, 1.0)
        t = 0.0
        out[r] = math.inf
        while t <= horizon_s:
            k = min(int(t / STEP_S), last - 1)
            u = min(t / STEP_S - k, 1.0)
            a = along[r, k] + u * (along[r, k + 1] - along[r, k])
            c = across[r, k] + u * (across[r, k + 1] - across[r, k])
            away = away_kernel(x0 + ve * a + vn * c, y0 + vn * a - ve * c, ring, radius)
            if away <= 0.0:
                out[r] = t
                break
            if t == 0.0 and away > speed * furthest[r]:
                # It bends too much ever to come so far: what a track may reach is reckoned straight.
                break
            t += max(away / fastest, LEAST_LEAP_S)


def arrivals(
    tracks: Sequence[Track], places: Places, plane: Plane, routes: Routes, horizon_s: float = HORIZON_S
) -> list[Arrival]:
    """Give every track's arrival at every site that at least one of its ways comes to within the horizon.

    The probability is that of coming there, times that the track is a real target (`existence`). Ignores:
    height (a target over a site has arrived), changes of speed beyond the track's own uncertainty.
    """
    out: list[Arrival] = []
    if not tracks or not places.ids:
        return out
    horizon_s = min(horizon_s, HORIZON_S)
    east, north = plane.forward([t.lon for t in tracks], [t.lat for t in tracks])
    convergence = plane.convergence([t.lon for t in tracks], [t.lat for t in tracks])
    times = np.empty(routes.along.shape[0])
    # A little more: rounding must not keep a way from where it comes.
    furthest = 1.000001 * np.hypot(routes.along, routes.across).max(axis=1)
    for i, track in enumerate(tracks):
        course = math.radians(track.course_deg) - float(convergence[i])
        velocity = track.speed_mps * math.sin(course), track.speed_mps * math.cos(course)
        state = np.array([float(east[i]), float(north[i]), *velocity])
        # The record tells the root of the trace: one axis of an even spread is that over the root of two.
        sigmas = np.array([track.position_sigma_m, track.velocity_sigma_mps]) / math.sqrt(2.0)
        beyond = np.hypot(places.middle[:, 0] - state[0], places.middle[:, 1] - state[1]) - places.reach
        flown = (
            FASTER * (track.speed_mps + 3.0 * track.velocity_sigma_mps) * horizon_s + 3.0 * track.position_sigma_m
        )
        for k in np.flatnonzero(beyond <= flown):
            ring = places.ring[places.first[k] : places.first[k + 1]]
            _first_times(routes, furthest, state, sigmas, ring, places.radius[k], horizon_s, times)
            arrival = _arrival_of(track, places.ids[k], times, max(float(beyond[k]), 0.0))
            if arrival is not None:
                out.append(arrival)
    return out


def _arrival_of(track: Track, site: str, times: Array, distance_m: float) -> Arrival | None:
    by, quantiles = np.empty(BINS), np.empty(len(QUANTILES))
    arriving = _counted(times, by, quantiles)
    if arriving == 0:
        return None
    share = track.existence / len(times)
    reported: list[float | None] = [None, None, None]
    if arriving >= LEAST_ARRIVING:
        reported = [round(track.time_s + float(q), 1) for q in quantiles]
    probability = min(share * arriving, 1.0)
    early, middle, late = reported
    return Arrival(track.time_s, track.track, site, probability, early, middle, late, distance_m, share * by)


@njit(cache=True)
def _counted(times: Array, by: Array, quantiles: Array) -> int:
    """Count the ways that arrive; times (R,) [s], inf: never.

    Fills by (BINS,) with how many have by the end of each bin, and quantiles (3,) with QUANTILES of their times,
    between two of them on the straight line, as numpy's are. Nothing is filled where none arrives.
    """
    arriving = np.sort(times[np.isfinite(times)])
    n = len(arriving)
    if n == 0:
        return 0
    k = 0
    for b in range(by.shape[0]):
        while k < n and arriving[k] <= BIN_S * (b + 1):
            k += 1
        by[b] = k
    for q in range(quantiles.shape[0]):
        at = (n - 1) * QUANTILES[q]
        low = int(at)
        high = min(low + 1, n - 1)
        share, step = at - low, arriving[high] - arriving[low]
        # From the nearer end, as numpy does it: to the last bit.
        quantiles[q] = arriving[low] + step * share if share < 0.5 else arriving[high] - step * (1.0 - share)
    return n


def first_of(several: Sequence[Arrival]) -> tuple[float, float | None, float | None, float | None]:
    """Put the arrivals of several tracks at one site together: that of whichever comes first.

    All must be of one `time_s`. Returns the probability that any comes, and the three times [s] of the first.
    """
    if not several:
        return 0.0, None, None, None
    none_yet = np.ones(BINS)
    for one in several:
        none_yet *= 1.0 - one.odds
    any_by = 1.0 - none_yet
    total = float(any_by[-1])
    if total <= 0.0:
        return 0.0, None, None, None
    edges = np.concatenate([[0.0], BIN_S * np.arange(1, BINS + 1)])
    reached = np.concatenate([[0.0], any_by]) / total
    # Times rise strictly where the distribution does: a tiny slope makes the inverse one value.
    reached += 1e-9 * np.arange(BINS + 1)
    a, b, c = (float(np.interp(q, reached, edges)) for q in QUANTILES)
    start = several[0].time_s
    return min(total, 1.0), round(start + a, 1), round(start + b, 1), round(start + c, 1)

"""What is told of each track: its record now."""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.geodesy import Plane
from forehear.records import KINDS, Kinds, Track, TrackStatus
from forehear.track.associate.existence import kind_probabilities
from forehear.track.estimate.filter import state_at
from forehear.track.layout import HEARD, SENSOR, STATES, TONE
from forehear.track.lifecycle.start import Life
from forehear.track.memory.bank import Bank

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# A track tells which sensors heard it within these seconds, the latest first, so many at most.
HEARD_BY_S, HEARD_BY = 12.0, 12
# What is not known of the sensors' own places, east and north together [m^2]: 5 m each way, a receiver's error.
# No fit sees it, and nobody is placed better than those who hear him.
PLACES_VAR = 50.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def _now(bank: Bank, now_s: float, states: Array, covariances: Array, heard_by: Ints) -> None:
    """Fill states (T, 8), covariances (T, 8, 8) at now, and the sensors that heard each lately (T, HEARD_BY)."""
    for k in range(bank.alive.shape[0]):
        if not bank.alive[k]:
            continue
        state_at(bank.x[k], bank.p[k], bank.mu[k], now_s - bank.time_s[k], states[k], covariances[k])
        n = 0
        heard_by[k, :] = -1
        for a in range(bank.rows[k] - 1, -1, -1):
            if bank.history[k, a, HEARD] < now_s - HEARD_BY_S or n >= heard_by.shape[1]:
                continue
            sensor = int(bank.history[k, a, SENSOR])
            new = True
            for b in range(n):
                new = new and heard_by[k, b] != sensor
            if new:
                heard_by[k, n] = sensor
                n += 1


def _with_rival(x: Array, p: Array, one: Life, now_s: float) -> Array:
    """Give p (8, 8) around x (8,), wider by how likely another flight is, and how far off that would be."""
    if not (one.lead_nats < 20.0 and np.isfinite(one.rival).all()):
        return p
    off = one.rival[:STATES] - x
    off[:3] += (now_s - one.rival[STATES]) * one.rival[3:6]
    return p + np.outer(off, off) / (1.0 + math.exp(one.lead_nats))


def report(
    bank: Bank,
    lives: Sequence[Life | None],
    ended: Sequence[tuple[int, Life]],
    plane: Plane,
    ids: Sequence[str],
    now_s: float,
    time_s: float,
) -> list[Track]:
    """Give the record of every live track now, and once more of those that ended."""
    shown: list[tuple[int, Life, TrackStatus]] = []
    for k, one in enumerate(lives):
        if one is not None:
            shown.append((k, one, "coasting" if one.coasting else "confirmed" if one.confirmed else "tentative"))
    finite = [(k, one) for k, one in ended if np.isfinite(bank.mean[k]).all()]
    shown += [(k, one, "ended") for k, one in finite]
    if not shown:
        return []
    capacity = bank.alive.shape[0]
    states, covariances = np.zeros((capacity, STATES)), np.zeros((capacity, STATES, STATES))
    heard_by = np.full((capacity, HEARD_BY), -1, np.int64)
    for k, _ in finite:
        bank.alive[k] = True
    _now(bank, now_s, states, covariances, heard_by)
    for k, _ in finite:
        bank.alive[k] = False
    rows = np.array([k for k, _, _ in shown])
    lon, lat = plane.inverse(states[rows, 0], states[rows, 1])
    scale = plane.scale(lon, lat)
    convergence = plane.convergence(lon, lat)
    kinds = kind_probabilities(bank.kind_evidence[rows])
    out = []
    for i, (k, one, status) in enumerate(shown):
        x, p = states[k], _with_rival(states[k], covariances[k], one, now_s)
        piston, jet = round(float(kinds[i, 0]), 3), round(float(kinds[i, 1]), 3)
        tonal = p[TONE, TONE] < 0.01
        out.append(
            Track(
                time_s=round(time_s, 3),
                track=one.name,
                status=status,
                lon=round(float(lon[i]), 6),
                lat=round(float(lat[i]), 6),
                height_m=round(float(x[2]), 1),
                speed_mps=round(math.hypot(x[3], x[4]) / float(scale[i]), 2),
                course_deg=round(math.degrees(math.atan2(x[3], x[4]) + float(convergence[i])) % 360.0, 2),
                climb_mps=round(float(x[5]), 2),
                position_sigma_m=round(math.sqrt(max(p[0, 0] + p[1, 1], 0.0) + PLACES_VAR) / float(scale[i]), 1),
                velocity_sigma_mps=round(math.sqrt(max(p[3, 3] + p[4, 4], 0.0)) / float(scale[i]), 2),
                existence=round(1.0 / (1.0 + math.exp(-float(bank.log_odds[k]))), 4),
                count=1,
                kind=KINDS[int(np.argmax(kinds[i]))],
                kinds=Kinds(piston, jet, round(max(1.0 - piston - jet, 0.0), 3)),
                tone_hz=round(math.exp(x[TONE]), 2) if tonal else None,
                ended_because=one.ended_because if status == "ended" else UNSET,
                heard_by=tuple(ids[s] for s in heard_by[k] if s >= 0),
            )
        )
    return out

"""What each sensor of the second world is, for good: its threshold, ceiling, errors, clock, habits and faults."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear import geodesy
from forehear.records import Network
from forehear.simulate.scenario.settings import Scenario
from forehear.simulate.second import air

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
MICROPHONE, ARRAY, OBSERVER = 0, 1, 2
_KINDS = {"microphone": MICROPHONE, "array": ARRAY, "observer": OBSERVER}
# What a sensor does for good; one thing each.
WELL, DEAD, STUCK, LYING, LATE, DOUBLING, DENYING = range(7)
# From the odds .1 to the odds .9 a logistic curve takes so many of its scales.
_LOGISTIC_SPAN = 2.0 * math.log(9.0)
# A disciplined clock, and one that is off [s]; their drifts [parts in a million].
_GOOD_CLOCK_S, _GOOD_DRIFT_PPM = 0.01, 1.0


@dataclass(frozen=True)
class SecondSensors:
    """Constants of each sensor, all (n,) unless said."""

    kind: Ints
    xyz_m: Array  # (n, 3) earth-centred
    local: Array  # (n, 3, 3)
    wind_mps: Array  # (n, 3) earth-centred, the real one
    phase_s: Array  # middle of its frame within the second
    noise_db: Array
    threshold_db: Array
    scale_db: float
    ceiling: Array
    level_sigma_db: Array
    level_bias_db: Array
    noise_bias_db: Array
    tone_claim: Array  # what it says of its tone error, over the truth
    surety: Array  # how sure its classifier speaks
    leaning: Array  # (n, 3) what its classifier leans to
    turn_deg: Array  # how wrongly an array was set up
    clock_s: Array
    drift: Array
    silent_every_s: Ints
    beat: Ints
    role: Ints
    dead_from_s: Array
    dark: NDArray[np.bool_]  # goes dark with the blackout


def odds(excess_db: Array, threshold_db: Array, ceiling: Array, scale_db: float) -> Array:
    """Give the odds of hearing what truly stands so far over the noise: a logistic curve up to a ceiling."""
    z = np.clip((excess_db - threshold_db) / scale_db, -60.0, 60.0)
    return np.asarray(ceiling / (1.0 + np.exp(-z)), np.float64)


def scale_of(rise_db: float) -> float:
    """Give the logistic scale whose odds rise from a tenth to nine tenths of the ceiling over `rise_db`."""
    return rise_db / _LOGISTIC_SPAN


def sensors_of(
    scenario: Scenario, network: Network, wind_mps: tuple[float, float], rng: np.random.Generator
) -> SecondSensors:
    """Draw every sensor. `wind_mps` is the real wind's east and north."""
    model, n = scenario.second, len(network.sensors)
    lon, lat = np.array([s.lon for s in network.sensors]), np.array([s.lat for s in network.sensors])
    height = np.array([s.height_m for s in network.sensors])
    local = air.to_local(lon, lat)
    low, high = sorted((model.ceiling_low, model.ceiling_high))
    bias = model.level_bias_sigma_db * rng.standard_normal(n)
    off = rng.random(n) < model.clocks_off + scenario.faults.clock_share
    clock, drift = rng.standard_normal((2, n))
    every = np.where(rng.random(n) < 0.5, 1, scenario.sensors.heartbeat_s)
    every = {"second": np.ones(n), "ten": np.full(n, scenario.sensors.heartbeat_s), "mixed": every}[model.silence]
    role = _roles(scenario, n, rng)
    begun = rng.random(n) < 0.5
    dead_from = np.where(begun, -np.inf, rng.uniform(0.0, scenario.duration_s, n))
    return SecondSensors(
        kind=np.array([_KINDS[s.kind] for s in network.sensors], np.int64),
        xyz_m=geodesy.ecef(lon, lat, height),
        local=local,
        wind_mps=np.einsum("nij,i->nj", local[:, :2], np.array(wind_mps)),
        phase_s=rng.uniform(0.0, 1.0, n),
        noise_db=scenario.sensors.noise_db + scenario.sensors.noise_sigma_db * rng.standard_normal(n),
        threshold_db=model.threshold_db + model.threshold_sigma_db * rng.standard_normal(n),
        scale_db=scale_of(model.rise_db),
        ceiling=rng.uniform(low, high, n),
        level_sigma_db=model.level_sigma_db * rng.uniform(1.0, 1.5, n),
        level_bias_db=bias,
        # Noise is taken in other bands than a source's level: it carries a part of the gain's error.
        noise_bias_db=bias * rng.uniform(0.0, 1.0, n),
        tone_claim=np.exp(0.25 * rng.standard_normal(n)),
        surety=np.exp(0.3 * rng.standard_normal(n)),
        leaning=0.5 * rng.standard_normal((n, 3)),
        turn_deg=4.0 * rng.standard_normal(n),
        clock_s=np.where(off, scenario.faults.clock_offset_sigma_s, _GOOD_CLOCK_S) * clock,
        drift=1e-6 * np.where(off, scenario.faults.clock_drift_ppm, _GOOD_DRIFT_PPM) * drift,
        silent_every_s=every.astype(np.int64),
        beat=rng.integers(0, 3600, n),
        role=role,
        dead_from_s=np.where(role == DEAD, dead_from, np.inf),
        dark=rng.random(n) < model.blackout_share,
    )


def _roles(scenario: Scenario, n: int, rng: np.random.Generator) -> Ints:
    """Give each sensor at most one lasting fault, in the shares asked for."""
    faults = scenario.faults
    shares = (
        (DEAD, faults.dead_share), (STUCK, faults.stuck_share), (LYING, faults.lying_share),
        (LATE, faults.late_share), (DOUBLING, faults.duplicate_share), (DENYING, scenario.second.denying_share),
    )  # fmt: skip
    order, used = rng.permutation(n), 0
    role = np.zeros(n, np.int64)
    for what, share in shares:
        many = round(share * n)
        role[order[used : used + many]] = what
        used += many
    return role


def listening(sensors: SecondSensors, scenario: Scenario, begin_s: int, ticks: int) -> NDArray[np.bool_]:
    """Give whether each sensor runs in each second: (n, ticks)."""
    model = scenario.second
    t = begin_s + np.arange(ticks)[None, :] + sensors.phase_s[:, None]
    dark = (t >= model.blackout_from_s) & (t < model.blackout_from_s + model.blackout_for_s)
    return np.asarray((t < sensors.dead_from_s[:, None]) & ~(dark & sensors.dark[:, None]), np.bool_)


def kinds_of_strangers(many: int, rng: np.random.Generator) -> Array:
    """Give kind probabilities (n, 3) of sounds that are none of the kinds."""
    return np.asarray(rng.dirichlet((1.0, 0.4, 1.6), many), np.float64)

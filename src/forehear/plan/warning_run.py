"""How much warning is left, measured: simulated flights, real tracker, three moments of each.

Theory: flights come in from all sides by bent ways, so that nothing here depends on where anybody flies. Of each
three moments are taken: first heard (some sensor's odds of hearing it pass one half, as in `forehear score`),
confirmed (the first confirmed track within CLOSE_M of it), arrival (it crosses the site's edge). Leads are back
from arrival. A flight that is never confirmed before it arrives has a lead of zero and is counted as missed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from forehear import geodesy
from forehear.plan.playing import middle_of, play
from forehear.plan.warning import (
    KMH,
    SITE_RADIUS_M,
    VARIANTS,
    Variant,
    deeper_m,
    formula,
    hearing_range_m,
    quantile,
)
from forehear.records import Network, Sensor, Track, Truth
from forehear.score.records import AUDIBLE
from forehear.simulate.run import prepare
from forehear.simulate.scenario.settings import Flights, NetworkPlan, Place, Region, Scenario, SensorModel, Terrain

# A confirmed track this near to a flight is of it: flights are further apart, tracks seldom this wrong.
CLOSE_M = 3000.0
# Flights of one variant start this far apart in time [s], so that their tracks cannot be confused.
APART_S = 40.0
# Ways bend: two points on the way are off the straight line by up to this share of what is left to fly.
BEND_SHARE = 0.15
# They begin this many hearing ranges outside the network.
OUTSIDE_RANGES = 1.6
LEVELS = (0.1, 0.5, 0.9)
# A belt of one's own stands nowhere: the simulator's usual middle, flat ground, masts of four metres.
MIDDLE, GROUND_M, MAST_M, JITTER_SHARE = (31.0, 47.5), 100.0, 4.0, 0.1


@dataclass
class _Flight:
    """The moments of one flight [s since the start], as they come to be known."""

    heard: float | None = None
    confirmed: float | None = None
    arrived: float | None = None


@dataclass(frozen=True)
class Measured:
    """One variant's flights: leads before arrival [s] of first heard and confirmed, waits between, and misses."""

    variant: Variant
    heard_s: tuple[float, ...]
    confirmed_s: tuple[float, ...]
    wait_s: tuple[float, ...]
    missed: int
    flights: int
    detour: float


def _ways(
    variant: Variant, count: int, begin_m: float, to: tuple[float, float], rng: np.random.Generator
) -> tuple[tuple[Flights, ...], float]:
    """Draw flights to a place from all sides. Returns them and the mean way over the straight one."""
    flights, ratios = [], []
    turn = float(rng.uniform(0.0, 2.0 * math.pi))
    for k in range(count):
        bearing = turn + 2.0 * math.pi * (k + 0.5 * float(rng.random())) / count
        here = np.array([to[0] + begin_m * math.sin(bearing), to[1] + begin_m * math.cos(bearing)])
        end = np.array(to)
        points = [here]
        for left in (3, 2):
            ahead = (end - points[-1]) / left
            aside = np.array([-ahead[1], ahead[0]]) * float(rng.uniform(-1.0, 1.0)) * BEND_SHARE * left
            points.append(points[-1] + ahead + aside)
        points.append(end)
        way = float(sum(np.linalg.norm(b - a) for a, b in pairwise(points)))
        ratios.append(way / begin_m)
        speed = float(rng.uniform(variant.slowest_kmh, variant.fastest_kmh)) * KMH
        height = max(60.0, variant.height_m + variant.height_spread_m * float(rng.standard_normal()))
        rows = tuple((float(e), float(n), height, speed) for e, n in points)
        flights.append(Flights(emitter=variant.emitter, waypoints=rows, start_s=APART_S * k))
    return tuple(flights), float(np.mean(ratios))


def belt(depth_m: float, spacing_m: float, seed: int = 1) -> Network:
    """A round network reaching out `depth_m` from its middle: a grid of microphones, each a little off its "
    "place."""
    rng = np.random.default_rng([seed, 99])
    steps = math.ceil(depth_m / spacing_m)
    lines = np.arange(-steps, steps + 1) * spacing_m
    east, north = (grid.ravel() for grid in np.meshgrid(lines, lines))
    inside = np.hypot(east, north) <= depth_m
    east, north = east[inside], north[inside]
    jitter = JITTER_SHARE * spacing_m
    east, north = east + rng.normal(0.0, jitter, len(east)), north + rng.normal(0.0, jitter, len(north))
    lon, lat = geodesy.plane_at(*MIDDLE).inverse(east, north)
    return Network(
        tuple(
            Sensor(f"S{k:05d}", "microphone", round(float(x), 6), round(float(y), 6), GROUND_M + MAST_M)
            for k, (x, y) in enumerate(zip(lon, lat, strict=True))
        )
    )


def scenario_of(
    variant: Variant, flights: int, network: Network, site: tuple[float, float], seed: int
) -> tuple[Scenario, float]:
    """Make the scenario of one variant's flights to one place (lon, lat). Returns it and the mean detour."""
    lon, lat = middle_of(network)
    plane = geodesy.plane_at(lon, lat)
    to_east, to_north = (float(v) for v in plane.forward(*site))
    east, north = plane.forward([s.lon for s in network.sensors], [s.lat for s in network.sensors])
    farthest = float(np.max(np.hypot(np.asarray(east) - to_east, np.asarray(north) - to_north)))
    model = SensorModel()
    begin = farthest + OUTSIDE_RANGES * hearing_range_m(
        variant, variant.fastest_kmh * KMH, network.atmosphere, model
    )
    rng = np.random.default_rng([seed, VARIANTS.index(variant)])
    ways, detour = _ways(variant, flights, begin, (to_east, to_north), rng)
    longest = 1.15 * detour * begin / (variant.slowest_kmh * KMH) + APART_S * flights + 60.0
    scenario = Scenario(
        name=f"warning-{variant.name}", duration_s=int(longest), seed=seed, region=Region(lon=lon, lat=lat),
        terrain=Terrain(height_m=GROUND_M), network=NetworkPlan(layout="file", file="network.geojson"),
        flights=ways, sites=(Place(id="site", at_m=(to_east, to_north), radius_m=SITE_RADIUS_M),),
    )  # fmt: skip
    return scenario, detour


def depth_of(network: Network, site: tuple[float, float]) -> float:
    """How far a network reaches out from a place [m]: the median over sixteen sides of its farthest sensor."""
    east, north = geodesy.plane_at(*site).forward(
        [s.lon for s in network.sensors], [s.lat for s in network.sensors]
    )
    farthest: dict[int, float] = {}
    for e, n in zip(east, north, strict=True):
        side = int(math.atan2(e, n) / (2.0 * math.pi) * 16.0 + 16.0) % 16
        farthest[side] = max(farthest.get(side, 0.0), float(math.hypot(e, n)))
    return float(np.median([farthest.get(side, 0.0) for side in range(16)]))


def spacing_of(network: Network) -> float:
    """The spacing of a grid as dense as a network is [m]: the square root of the rectangle's area for each "
    "sensor."""
    lon, lat = middle_of(network)
    east, north = geodesy.plane_at(lon, lat).forward(
        [s.lon for s in network.sensors], [s.lat for s in network.sensors]
    )
    return math.sqrt(max(float(np.ptp(east)) * float(np.ptp(north)), 1.0) / len(network.sensors))


def _note(
    flight: _Flight,
    truth: Truth,
    second: float,
    tracks: Sequence[Track],
    place: tuple[float, float],
    radius_m: float,
) -> None:
    if flight.arrived is not None:
        return
    if flight.heard is None and truth.audible >= AUDIBLE:
        flight.heard = second
    here = geodesy.plane_at(truth.lon, truth.lat)
    if flight.confirmed is None:
        for track in tracks:
            if track.status == "confirmed" and math.hypot(*here.forward(track.lon, track.lat)) <= CLOSE_M:
                flight.confirmed = second
                break
    if math.hypot(*here.forward(*place)) <= radius_m:
        flight.arrived = second


def measure(variant: Variant, flights: int, network: Network, site: tuple[float, float], seed: int) -> Measured:
    """Fly a variant's flights through the tracker and take the three moments of each."""
    scenario, detour = scenario_of(variant, flights, network, site, seed)
    world = prepare(scenario, seed, network)
    target = world.sites[0]
    moments: dict[str, _Flight] = {}
    for second in play(world):
        for truth in second.truth:
            flight = moments.setdefault(truth.target, _Flight())
            _note(flight, truth, second.time_s, second.tracks, (target.lon, target.lat), target.radius_m)
        if len(moments) == flights and all(f.arrived is not None for f in moments.values()):
            break
    done = [f for f in moments.values() if f.arrived is not None]
    heard = [max(0.0, f.arrived - f.heard) if f.heard is not None else 0.0 for f in done if f.arrived is not None]
    confirmed = [
        f.arrived - f.confirmed if f.confirmed is not None else 0.0 for f in done if f.arrived is not None
    ]
    waits = [f.confirmed - f.heard for f in done if f.confirmed is not None and f.heard is not None]
    return Measured(
        variant,
        tuple(heard),
        tuple(confirmed),
        tuple(waits),
        sum(f.confirmed is None for f in done),
        len(done),
        detour,
    )


def _spread(values: Sequence[float]) -> dict[str, float | None]:
    quantiles = {f"{level:g}": quantile(values, level) for level in LEVELS}
    return {level: None if value is None else round(value, 1) for level, value in quantiles.items()}


def answer(
    network: Network, site: tuple[float, float], depth_m: float, spacing_m: float, flights: int, seed: int,
    simulate: bool = True,
) -> dict[str, object]:  # fmt: skip
    """Everything about warning time of a network and a place (lon, lat), as one record."""
    model, air = SensorModel(), network.atmosphere
    out: dict[str, object] = {
        "sensors": len(network.sensors),
        "depth_m": round(depth_m),
        "spacing_m": round(spacing_m),
    }
    out["site_radius_m"] = SITE_RADIUS_M
    variants: dict[str, dict[str, object]] = {}
    medians: dict[str, float] = {}
    for variant in VARIANTS:
        closed = formula(variant, depth_m, spacing_m, air, model)
        record: dict[str, object] = {
            "speed_kmh": [variant.slowest_kmh, variant.fastest_kmh],
            "hearing_range_m": round(closed.hearing_range_m),
            "formula_lead_heard_s": {
                "slowest": round(closed.lead_slowest_s, 1), "middle": round(closed.lead_middle_s, 1),
                "fastest": round(closed.lead_fastest_s, 1),
            },
        }  # fmt: skip
        medians[variant.name] = closed.lead_middle_s
        if simulate:
            m = measure(variant, flights, network, site, seed)
            record |= {
                "flights": m.flights, "missed": m.missed, "mean_detour": round(m.detour, 3),
                "lead_heard_s": _spread(m.heard_s), "lead_confirmed_s": _spread(m.confirmed_s),
                "confirmation_wait_s": _spread(m.wait_s),
            }  # fmt: skip
            medians[variant.name] = quantile(m.confirmed_s, 0.5) or 0.0
        variants[variant.name] = record
    slow, fast = VARIANTS
    lost = medians[slow.name] - medians[fast.name]
    speed = fast.middle_kmh * KMH
    out |= {"variants": variants, "measured": simulate, "lost_to_faster_engine_s": round(lost, 1)}
    out["depth_to_win_it_back_m"] = round(deeper_m(depth_m, lost, speed))
    return out

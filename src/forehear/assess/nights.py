"""A night to expect, drawn from the forecast, as a scenario: can this network carry it?

Theory: the forecast gives the size of a raid over a whole country. A network sees a share of it, in some hours;
its
trial is the busiest hour. Ways are drawn at random across the network, with bends, from any side to any other:
what is asked is what a network bears, never where anybody would fly. Decoys sound like what they mimic,
and are heard as such.

What is guessed, and can be set: the share that this network sees, the hours a raid takes to pass it, how much its
busiest hour exceeds the mean, the share of jets.
"""

from dataclasses import dataclass, field

import numpy as np

from forehear.assess.forecast.months import MonthForecast
from forehear.errors import InputError
from forehear.plan.playing import PlayedSecond, play
from forehear.records import Network
from forehear.score.records import Score, TrackPoint
from forehear.score.score import score
from forehear.simulate.run import prepare
from forehear.simulate.scenario.settings import Clutter, Flights, NetworkPlan, Region, Scenario

# Guesses, each of which a flag sets. Bulletins' windows are 12 to 14 hours for a country; one region's part of
# them passes within about six, and its busiest hour has twice the mean.
HOURS, PEAK = 6.0, 2.0
# Bulletins name 12 turbojets among the 161 launched on the two nights of August 2025 that tell; they tell
# when there are any, so the share of all is lower.
JET_SHARE = 0.05
# A network of one's own for the trial, where none is given: 120 km square, 576 microphones.
SIDE_M, SPACING_M = 120_000.0, 5_000.0
MOTORCYCLES = 40
# The trial: an hour of beginnings, and a quarter for the last of them to cross.
BEGIN_S, AFTER_S = 3600, 900
# What carrying means: the first bars of the house for many targets.
MISSED_BAR, FALSE_BAR = 0.12, 0.05


@dataclass(frozen=True)
class Night:
    """One night drawn: `size` over the country, `seen` of them by this network, `peak` in its busiest hour."""

    month: str
    size: int
    quantile: float
    seen: int
    piston: int
    jet: int


def draw(
    month: MonthForecast, share: float, seed: int, quantile: float | None = None, largest: bool = False,
    jet_share: float = JET_SHARE, hours: float = HOURS,
) -> Night:  # fmt: skip
    """Draw a night of a month's forecast: at a quantile of raid sizes, or at random; or of its largest day.

    Raises InputError for a share or a quantile outside 0 to 1.
    """
    for name, value in (("share", share), ("quantile", quantile), ("jet_share", jet_share)):
        if value is not None and not 0.0 <= value <= 1.0:
            raise InputError(f"{name}={value}: must be from 0 to 1")
    if not 1.0 <= hours <= 24.0:
        raise InputError(f"hours={hours}: must be from 1 to 24")
    rng = np.random.default_rng([seed, 7])
    sizes = np.sort(month.largest_day if largest else month.raid)
    level = float(rng.random()) if quantile is None else quantile
    size = round(float(np.quantile(sizes, level)))
    seen = round(size * share)
    busiest = max(1, round(seen * min(1.0, PEAK / hours))) if seen else 0
    jet = round(busiest * jet_share)
    return Night(month.month, size, round(level, 3), seen, busiest - jet, jet)


def scenario_of(night: Night, seed: int, network: Network | None = None) -> Scenario:
    """Make the busiest hour of a night as a scenario for `forehear simulate`."""
    kinds = (("piston", night.piston, 2.0, 120.0), ("jet", night.jet, 6.0, 250.0))
    flights = tuple(
        Flights(
            emitter=emitter, count=count, random=True, enter_from="any", leave_to="any", bends=4,
            spread_s=float(BEGIN_S), speed_spread_mps=faster, height_spread_m=higher,
        )
        for emitter, count, faster, higher in kinds if count
    )  # fmt: skip
    plan = (
        NetworkPlan(spacing_m=SPACING_M) if network is None else NetworkPlan(layout="file", file="network.geojson")
    )
    return Scenario(
        name=f"night-{night.month}", seed=seed, duration_s=BEGIN_S + AFTER_S,
        about=f"the busiest hour of a night of {night.size} launched, drawn for {night.month}",
        region=Region(east_m=SIDE_M, north_m=SIDE_M), network=plan, flights=flights,
        clutter=Clutter(motorcycles=MOTORCYCLES),
    )  # fmt: skip


def as_toml(scenario: Scenario) -> str:
    """Write the scenario's own keys as TOML that `forehear simulate` reads."""
    lines = [
        f"about = {_quoted(scenario.about)}",
        f"seed = {scenario.seed}",
        f"duration_s = {scenario.duration_s}",
    ]
    if scenario.network.layout == "file":
        lines += ["", "[network]", 'layout = "file"', f"file = {_quoted(scenario.network.file or '')}"]
    else:
        lines += ["", "[region]", f"east_m = {scenario.region.east_m}", f"north_m = {scenario.region.north_m}"]
        lines += ["", "[network]", f"spacing_m = {scenario.network.spacing_m}"]
    lines += ["", "[clutter]", f"motorcycles = {scenario.clutter.motorcycles}"]
    for flight in scenario.flights:
        lines += [
            "", "[[flights]]", f"emitter = {_quoted(flight.emitter)}", f"count = {flight.count}", "random = true",
            f"enter_from = {_quoted(flight.enter_from)}", f"leave_to = {_quoted(flight.leave_to)}",
            f"bends = {flight.bends}", f"spread_s = {flight.spread_s}",
            f"speed_spread_mps = {flight.speed_spread_mps}", f"height_spread_m = {flight.height_spread_m}",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass
class NightLoad:
    """What a night put on the network, second by second."""

    reports: list[int] = field(default_factory=list)
    confirmed: list[int] = field(default_factory=list)
    flying: list[int] = field(default_factory=list)


def carry(scenario: Scenario, seed: int, network: Network | None = None) -> tuple[NightLoad, Score]:
    """Play the scenario through the tracker of its network; give the load and the score."""
    load = NightLoad()
    seconds: list[PlayedSecond] = []
    for second in play(prepare(scenario, seed, network)):
        load.reports.append(second.reports)
        load.confirmed.append(sum(t.status == "confirmed" for t in second.tracks))
        load.flying.append(len(second.truth))
        seconds.append(second)
    truth = (t for second in seconds for t in second.truth)
    points = (
        TrackPoint(
            t.time_s, t.track, t.status, t.lon, t.lat, t.speed_mps, t.course_deg,
            max(t.position_sigma_m, 1e-3), t.kind,
        )
        for second in seconds for t in second.tracks
    )  # fmt: skip
    return load, score(truth, points)


def as_record(night: Night, load: NightLoad | None, scored: Score | None, sensors: int) -> dict[str, object]:
    """The night and what became of it, as one record. No clock of this machine is in it."""
    out: dict[str, object] = {
        "month": night.month, "launched_that_night": night.size, "quantile": night.quantile,
        "pass_this_network": night.seen, "in_the_busiest_hour": {"piston": night.piston, "jet": night.jet},
    }  # fmt: skip
    if load is None or scored is None:
        return out
    steady = load.reports[5:] or load.reports
    missed, false = scored.missed_share, scored.false_share
    carried = (missed is None or missed <= MISSED_BAR) and (false is None or false <= FALSE_BAR)
    return out | {
        "sensors": sensors, "seconds": len(load.reports),
        "reports_per_s": {"mean": round(float(np.mean(steady)), 1), "most": int(max(steady))},
        "flying_at_once": max(load.flying), "confirmed_tracks_at_once": max(load.confirmed),
        "confirm_wait_s": {"median": scored.confirm_wait_median_s, "0.9": scored.confirm_wait_p90_s},
        "never_confirmed": scored.never_confirmed, "audible_targets": scored.audible_targets,
        "missed_share": missed, "false_share": false, "error_median_m": scored.error_median_m,
        "bars": {"missed_share": MISSED_BAR, "false_share": FALSE_BAR}, "carried": carried,
    }  # fmt: skip

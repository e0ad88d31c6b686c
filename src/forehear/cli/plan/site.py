"""`forehear plan site`: where further sensors go."""

import argparse
import math
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from forehear.cli.extras import is_here
from forehear.cli.plan import maps, outputs
from forehear.cli.plan.inputs import MAST_M, Planned, planned
from forehear.cli.plan.page import Card, page, table
from forehear.errors import ConfigurationError
from forehear.io.planned import Candidate, read_candidates
from forehear.plan.losses import AfterLoss, after_loss
from forehear.plan.matrix import ALIVE, choice_of
from forehear.plan.odds import odds_of
from forehear.plan.proof import Proof, bound_of_one, prove
from forehear.plan.siting import Choice, Chosen, choose
from forehear.plan.stations import Stations, joined, stations_of, taken
from forehear.records import Sensor

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Candidates of one's own, where no file names any: a grid of about so many.
OWN_CANDIDATES = 400
# Larger matrices than this are not proven: HiGHS would not come to an end.
MOST_PROVEN = 400_000
# -----------------------------------------------------------------------------------------------------


class Sited(NamedTuple):
    """The choice: which candidates, what is heard before and after, what a lost tenth leaves, and the proof."""

    candidates: Stations
    chosen: Chosen
    robust: bool
    before: Array
    after: Array
    loss: AfterLoss
    proof: Proof | None
    # Of one hearer alone: what the mean odds of no choice exceed.
    most_odds: float | None
    cost: float


def run(args: argparse.Namespace) -> int:
    """Answer."""
    files = outputs.wanted(args.out)
    faults = []
    if not 1 <= args.add <= 100_000:
        faults.append(f"--add {args.add}: allowed: 1 to 100000")
    if args.budget is not None and not 0.0 < args.budget < math.inf:
        faults.append(f"--budget {args.budget:g}: a budget of nothing buys nothing: allowed: above 0")
    if (args.budget is None) is not (args.cost_field is None):
        faults.append("--budget and --cost-field go together")
    if args.budget is not None and args.candidates is None:
        faults.append("--budget needs --candidates: a grid of one's own has no costs")
    if not args.no_proof and not is_here("highspy"):
        # Said before the work, and no fault: the choice itself does not need it.
        args.no_proof = True
    if faults:
        raise ConfigurationError("command line", faults)
    plan = planned(args)
    wished = read_candidates(args.candidates, args.cost_field) if args.candidates else grid_of_candidates(plan)
    candidates = _stations(plan, wished)
    middles = plan.cells.middles()
    with outputs.shown("site") as show:
        sited = _site(args, plan, wished, candidates, middles, show)
    record = record_of(plan, args, wished, sited)
    outputs.write(
        files, record, lambda: outputs.collection(features(plan, sited)), lambda: draw(plan, sited),
        lambda picture: made_page(plan, record, picture),
    )  # fmt: skip
    return outputs.answer(record, args.json, lambda: in_words(record))


def grid_of_candidates(plan: Planned) -> list[Candidate]:
    """Give candidates on a grid over the land, where none are named; none within 300 m of a sensor."""
    cells = plan.cells
    step = max(round(math.sqrt(cells.rows * cells.columns / OWN_CANDIDATES)), 1) * cells.step_m
    east = np.arange(cells.west_m + step / 2.0, cells.west_m + cells.columns * cells.step_m, step)
    north = np.arange(cells.south_m + step / 2.0, cells.south_m + cells.rows * cells.step_m, step)
    place = np.column_stack([np.tile(east, len(north)), np.repeat(north, len(east))])
    there = plan.stations.place_m
    if len(there):
        apart = np.array([float(np.hypot(*(there - p).T).min()) for p in place])
        place = place[apart > 300.0]
    lon, lat = plan.plane.inverse(place[:, 0], place[:, 1])
    height = plan.situation.ground_m + MAST_M
    return [
        Candidate(
            Sensor(f"new-{k + 1:04d}", "microphone", round(float(x), 6), round(float(y), 6), height), 1.0, "may"
        )
        for k, (x, y) in enumerate(zip(lon, lat, strict=True))
    ]


def _stations(plan: Planned, wished: list[Candidate]) -> Stations:
    """Lay candidates out. Raises ConfigurationError for those outside the land, and where none is left."""
    low_lon, low_lat = (float(x.min()) for x in plan.cells.corners())
    high_lon, high_lat = (float(x.max()) for x in plan.cells.corners())
    outside = [
        f"candidate {c.sensor.id}: at {c.sensor.lon:g}, {c.sensor.lat:g}, outside the land of the plan: longitude "
        f"{low_lon:.3f} to {high_lon:.3f}, latitude {low_lat:.3f} to {high_lat:.3f}"
        for c in wished
        if not (low_lon <= c.sensor.lon <= high_lon and low_lat <= c.sensor.lat <= high_lat)
    ]
    if outside:
        shown = outside[:20] + ([f"... and {len(outside) - 20} more"] if len(outside) > 20 else [])
        raise ConfigurationError("candidates", shown)
    if all(c.place == "never" for c in wished):
        raise ConfigurationError(
            "candidates", ["no candidate is left: every one is a place that must not be taken"]
        )
    least = plan.situation.ground_m + MAST_M
    sensors = [replace(c.sensor, height_m=max(c.sensor.height_m, least)) for c in wished]
    return stations_of(sensors, plan.plane, plan.noise, plan.situation.ground)


def _site(
    args: argparse.Namespace, plan: Planned, wished: list[Candidate], candidates: Stations, middles: Array,
    show: outputs.PlanProgress,
) -> Sited:  # fmt: skip
    """Choose as if all worked and as if a tenth did not, and keep what stands the loss of a tenth better."""
    budget = math.inf if args.budget is None else args.budget
    must = np.array([c.place == "must" for c in wished], bool)
    never = np.array([c.place == "never" for c in wished], bool)
    cost = np.array([c.cost for c in wished])
    if must.sum() > args.add or cost[must].sum() > budget:
        raise ConfigurationError(
            "candidates",
            [
                f"{int(must.sum())} places must be taken, for {cost[must].sum():g}: more than --add {args.add}"
                + (f" or --budget {budget:g}" if args.budget is not None else "")
            ],
        )
    found: list[tuple[float, float, Chosen, bool, AfterLoss]] = []
    plain: Choice | None = None
    for alive in (1.0, ALIVE):
        choice = choice_of(plan.kinds, middles, candidates, plan.stations, plan.situation, alive)
        choice = choice._replace(must=must, never=never, cost=cost)
        plain = choice if plain is None else plain
        half = len(found) * 0.5
        chosen = choose(choice, args.add, budget, partial(_shown_from, show, half))
        there = joined(plan.stations, taken(candidates, chosen.taken))
        loss = after_loss(plan.kinds[0], middles, there, plan.situation, 0.1)
        found.append((round(loss.least, 4), loss.whole, chosen, alive < 1.0, loss))
        if show.stopped:
            break
    _, _, chosen, robust, loss = max(found, key=lambda one: one[:2])
    proof = None
    if not args.no_proof and not show.stopped and plain is not None and len(plain.place) <= MOST_PROVEN:
        proof = prove(plain, args.add, budget, args.proof_s)
    there = joined(plan.stations, taken(candidates, chosen.taken))
    before = odds_of(plan.kinds[0], middles, plan.stations, plan.situation)[:, 0]
    after = odds_of(plan.kinds[0], middles, there, plan.situation)[:, 0]
    spent = float(cost[chosen.taken].sum())
    chosen = chosen._replace(finished=chosen.finished and not show.stopped)
    most = None
    if plain is not None and plain.hearers == 1 and args.budget is None:
        most = bound_of_one(plain, chosen.taken, args.add)
    return Sited(candidates, chosen, robust, before, after, loss, proof, most, spent)


def _shown_from(show: outputs.PlanProgress, half: float, done: float, words: str) -> None:
    """Show the second half of the work after the first."""
    show(half + 0.5 * done, words)


def record_of(plan: Planned, args: argparse.Namespace, wished: list[Candidate], sited: Sited) -> dict[str, Any]:
    """Give the answer as one record."""
    record: dict[str, Any] = {
        "what": "site", "hearers": plan.situation.hearers, "kind": plan.words[0], "candidates": len(wished),
        "asked": args.add, "taken": [sited.candidates.ids[k] for k in sited.chosen.taken],
        "sensors_before": len(plan.stations.ids),
        "places": [
            {"id": sited.candidates.ids[k], "kind": sited.candidates.kinds[k],
             "lon": round(float(sited.candidates.lonlat[k, 0]), 6),
             "lat": round(float(sited.candidates.lonlat[k, 1]), 6)}
            for k in sited.chosen.taken
        ],
        "mean_odds_before": round(float(sited.before.mean()), 4),
        "mean_odds_after": round(float(sited.after.mean()), 4),
        "heard_share_before": round(float(np.mean(sited.before >= maps.HEARD)), 4),
        "heard_share_after": round(float(np.mean(sited.after >= maps.HEARD)), 4),
        "area_km2": round(plan.cells.area_km2()),
        "after_losing_a_tenth": {
            "random_median": round(sited.loss.random_median, 4), "random_worst": round(sited.loss.random_worst, 4),
            "region_worst": round(sited.loss.region_worst, 4),
        },
        "chosen_for_a_lost_tenth": sited.robust, "finished": sited.chosen.finished,
    }  # fmt: skip
    if args.cost_field is not None:
        record |= {"cost": round(sited.cost, 2), "budget": args.budget}
    if sited.most_odds is not None:
        record["no_choice_above"] = round(sited.most_odds, 4)
    if sited.proof is not None:
        # A search that only the clock ended gives another bound on another machine: rounded, away from praise.
        digits = 4 if sited.proof.finished else 2
        record["proof"] = {
            "finished": sited.proof.finished, "reached": round(sited.proof.reached, 4),
            "bound": min(math.ceil(sited.proof.bound * 10**digits - 1e-6) / 10**digits, 1.0),
        }  # fmt: skip
    return record


def proof_words(record: dict[str, Any]) -> str:
    """Say what is proven."""
    proof = record.get("proof")
    if proof is None:
        return "Not proven: highspy is not here, the matrix is too large, or it was not asked for."
    ended = "" if proof["finished"] else " (its search was ended by the clock: --proof-s)"
    return (
        f"Counted as yes or no, this search reaches {proof['reached']:.1%} of the land; no choice can reach "
        f"more than {proof['bound']:.1%}{ended}."
    )


def in_words(record: dict[str, Any]) -> str:
    """Say it."""
    loss = record["after_losing_a_tenth"]
    lines = [
        f"{len(record['taken'])} of {record['candidates']} candidates taken, beside "
        f"{record['sensors_before']:,} sensors",
        f"  {record['kind']}, by {record['hearers']}: mean odds {record['mean_odds_before']:.2f} -> "
        f"{record['mean_odds_after']:.2f}, land heard {record['heard_share_before']:.0%} -> "
        f"{record['heard_share_after']:.0%}",
        f"  with any tenth lost: mean odds {loss['random_median']:.2f}, at worst "
        f"{min(loss['random_worst'], loss['region_worst']):.2f}",
        f"  {proof_words(record)}",
    ]
    if "cost" in record:
        lines.append(f"  cost {record['cost']:,.0f} of {record['budget']:,.0f}")
    return "\n".join([*lines, "  " + " ".join(record["taken"])])


def features(plan: Planned, sited: Sited) -> list[dict[str, Any]]:
    """Give cells after, areas still not heard, the sensors there are and the ones to come."""
    out = maps.cells_of(plan.cells, np.column_stack([sited.after, sited.before]), ("after", "before"))
    out += maps.holes_of(plan.cells, sited.after, f"{plan.words[0]}, with the further sensors")
    out += maps.sensors_of(plan.stations, "sensor")
    return out + maps.sensors_of(taken(sited.candidates, sited.chosen.taken), "further sensor")


def draw(plan: Planned, sited: Sited) -> bytes:
    """Draw before and after."""
    from forehear.cli.plan import look

    figure, axes = look.panels(2, plan.cells, 4.6)
    names, middle, reach = maps.sites_in_plane(plan)
    both = ("today", sited.before), (f"with {len(sited.chosen.taken)} more", sited.after)
    for axis, (words, odds) in zip(axes, both, strict=True):
        share = float(np.mean(odds >= maps.HEARD))
        look.odds_map(axis, plan.cells, odds, f"{words}: {share:.0%} of the land heard ({plan.words[0]})")
        look.dots(axis, plan.stations.place_m)
        look.sites(axis, names, middle, reach)
    look.dots(axes[1], sited.candidates.place_m[sited.chosen.taken], "#b2182b", "^", 34.0)
    marks = [look.mark(look.INK, ".", "sensor"), look.mark("#b2182b", "^", "further sensor")]
    look.legend(figure, marks)
    return look.png(figure)


def made_page(plan: Planned, record: dict[str, Any], picture: bytes) -> str:
    """Give the page."""
    loss = record["after_losing_a_tenth"]
    least = min(loss["random_worst"], loss["region_worst"])
    cards = [
        Card("How much is heard?", f"{record['heard_share_before']:.0%} → {record['heard_share_after']:.0%}",
             f"of {record['area_km2']:,} km², with {len(record['taken'])} further sensors"),
        Card("Mean odds", f"{record['mean_odds_before']:.2f} → {record['mean_odds_after']:.2f}",
             f"that {record['hearers']} sensors hear a {record['kind']}"),
        Card("If a tenth fails?", f"{loss['random_median']:.2f}",
             f"mean odds then; {least:.2f} in the worst loss that was tried, a region's"),
        Card("Could it be better?", "no more than " + f"{record['proof']['bound']:.1%}"
             if "proof" in record else "not proven", proof_words(record)),
    ]  # fmt: skip
    if "cost" in record:
        cards.append(Card("What does it cost?", f"{record['cost']:,.0f}", f"of {record['budget']:,.0f}"))
    heads = ("further sensor", "longitude", "latitude")
    rows = [(f"{p['id']} ({p['kind']})", f"{p['lon']:.5f}", f"{p['lat']:.5f}") for p in record["places"]]
    body = f"<h2>Where</h2>{table(heads, rows)}"
    lede = (
        f"{len(record['taken'])} of {record['candidates']} candidates, chosen so that as much land as possible is "
        f"heard by {record['hearers']} sensors, also when a tenth of them fails. All land counts the same."
    )
    caption = "Left: today. Right: with the further sensors (red triangles). Orange and hatched: not heard."
    return page("Where further sensors go", lede, cards, picture, caption, body, plan)

"""`forehear plan what-if`: what a loss, a wind, more noise or a large raid would change."""

import argparse
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forehear.areas import holds
from forehear.cli.plan import maps, outputs
from forehear.cli.plan.inputs import Planned, planned
from forehear.cli.plan.page import Card, page, table
from forehear.errors import ConfigurationError
from forehear.io.planned import read_area
from forehear.plan import what_if
from forehear.plan.odds import Weather
from forehear.plan.siting import Stopped
from forehear.plan.stations import Stations

Array = NDArray[np.float64]

# The storm comes from each of these sides [deg].
SIDES = ((0.0, "north"), (90.0, "east"), (180.0, "south"), (270.0, "west"))


def run(args: argparse.Namespace) -> int:
    """Answer."""
    files = outputs.wanted(args.out)
    plan = planned(args)
    questions = questions_of(args, plan)
    answers: list[what_if.Changed] = []
    finished = True
    with outputs.shown("what-if") as show:
        for begin in range(len(questions)):
            try:
                show(begin / len(questions), questions[begin].words)
            except Stopped:
                finished = False
                break
            asked = questions[begin : begin + 1]
            two = what_if.answers(asked, plan.kinds[0], plan.cells.middles(), plan.stations, plan.situation)
            answers += two if not answers else two[1:]
    record = record_of(plan, answers, finished)
    if answers:
        outputs.write(
            files, record, lambda: outputs.collection(features(plan, answers)), lambda: draw(plan, answers),
            lambda picture: made_page(plan, record, picture),
        )  # fmt: skip
    return outputs.answer(record, args.json, lambda: in_words(record))


def questions_of(args: argparse.Namespace, plan: Planned) -> list[what_if.Question]:
    """Give what is asked. Raises ConfigurationError."""
    ranges = {"lose": (0.0, 1.0), "storm_mps": (0.0, 40.0), "louder_db": (-40.0, 60.0), "drones": (0.0, 1e6)}
    faults = [
        f"--{name.replace('_', '-')} {getattr(args, name):g}: allowed: {low:g} to {high:g}"
        for name, (low, high) in ranges.items()
        if not low <= getattr(args, name) <= high
    ]
    if faults:
        raise ConfigurationError("command line", faults)
    lapse = plan.situation.weathers[0].kelvin_per_km
    out = [what_if.lose_share(args.lose)]
    if args.lose_in:
        rings = [np.array(ring, np.float64) for ring in read_area(args.lose_in)]

        def inside(stations: Stations) -> NDArray[np.bool_]:
            return np.array([any(holds(ring, at[None, :]) for ring in rings) for at in stations.lonlat], bool)

        out.append(what_if.lose_where(f"all {int(inside(plan.stations).sum())} sensors of the areas lost", inside))
    else:
        east = plan.stations.place_m[:, 0]
        edge = float(np.median(east)) if len(east) else 0.0
        out.append(what_if.lose_where("the eastern half lost", lambda stations: stations.place_m[:, 0] > edge))
        out.append(what_if.lose_where("the western half lost", lambda stations: stations.place_m[:, 0] <= edge))
    for side, words in SIDES:
        storm = Weather(args.storm_mps, side, lapse)
        out.append(what_if.wind(storm, f"wind of {args.storm_mps:g} m/s from the {words}"))
    out.append(what_if.louder(args.louder_db))
    out.append(what_if.many_at_once(args.drones, plan.cells.area_km2(), plan.kinds[0]))
    return out


def record_of(plan: Planned, answers: list[what_if.Changed], finished: bool) -> dict[str, Any]:
    """Give the answer as one record."""
    rows = [
        {"what": a.words, "mean_odds": round(a.mean, 4), "heard_share": round(a.heard_share, 4),
         "change": round(a.change, 4), "heard_km2": round(a.heard_share * plan.cells.area_km2())}
        for a in answers
    ]  # fmt: skip
    return {
        "what": "what-if", "hearers": plan.situation.hearers, "kind": plan.words[0],
        "sensors": len(plan.stations.ids),
        "area_km2": round(plan.cells.area_km2()), "answers": rows, "finished": finished,
    }  # fmt: skip


def in_words(record: dict[str, Any]) -> str:
    """Say it."""
    lines = [f"{record['sensors']:,} sensors, {record['kind']}, heard by {record['hearers']}; over all land:"]
    wide = max((len(row["what"]) for row in record["answers"]), default=0)
    for row in record["answers"]:
        lines.append(
            f"  {row['what']:<{wide}}  mean odds {row['mean_odds']:.2f} ({row['change']:+.2f}), heard "
            f"{row['heard_share']:.0%}"
        )
    return "\n".join(lines)


def features(plan: Planned, answers: list[what_if.Changed]) -> list[dict[str, Any]]:
    """Give cells with every answer's odds, and sensors."""
    odds = np.stack([a.odds for a in answers], axis=1)
    return maps.cells_of(plan.cells, odds, [a.words for a in answers]) + maps.sensors_of(plan.stations, "sensor")


def draw(plan: Planned, answers: list[what_if.Changed]) -> bytes:
    """Draw a map for each answer."""
    from forehear.cli.plan import look

    figure, axes = look.panels(len(answers), plan.cells, 3.4)
    names, middle, reach = maps.sites_in_plane(plan)
    for axis, a in zip(axes, answers, strict=True):
        look.odds_map(axis, plan.cells, a.odds, f"{a.words}: {a.heard_share:.0%}")
        look.dots(axis, plan.stations.place_m, size=5.0)
        look.sites(axis, names if len(names) <= 6 else [""] * len(names), middle, reach)
    look.legend(figure, [look.mark(look.INK, ".", "sensor, as of today")])
    return look.png(figure)


def made_page(plan: Planned, record: dict[str, Any], picture: bytes) -> str:
    """Give the page."""
    today, *others = record["answers"]
    cards = [Card("Today", f"{today['heard_share']:.0%}", f"of {record['area_km2']:,} km² heard")]
    # In the order asked, never by which loss costs the most.
    for row in (others[:1] + others[-2:]) if len(others) > 3 else others:
        cards.append(
            Card(f"{row['what'][0].upper()}{row['what'][1:]}", f"{row['heard_share']:.0%}",
                 f"heard; mean odds {row['change']:+.2f}")
        )  # fmt: skip
    rows = [
        (
            r["what"],
            f"{r['heard_km2']:,} km²",
            f"{r['heard_share']:.0%}",
            f"{r['mean_odds']:.2f}",
            f"{r['change']:+.2f}",
        )
        for r in record["answers"]
    ]
    body = f"<h2>What changes</h2>{table(('', 'land heard', 'share', 'mean odds', 'change'), rows)}"
    caption = "Blue: heard. Orange and hatched: heard less often than not. Each map is of one change alone."
    lede = (
        f"What a loss, a wind, more noise or a large raid would change of what {record['sensors']:,} sensors "
        f"hear of a {record['kind']}."
    )
    return page("What if", lede, cards, picture, caption, body, plan)

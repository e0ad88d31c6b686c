"""`forehear plan coverage`: where a target would be heard."""

import argparse
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forehear.cli.plan import maps, outputs
from forehear.cli.plan.inputs import Planned, planned
from forehear.cli.plan.page import Card, page, table
from forehear.plan.odds import odds_of
from forehear.plan.siting import Stopped

Array = NDArray[np.float64]


def run(args: argparse.Namespace) -> int:
    """Answer."""
    files = outputs.wanted(args.out)
    plan = planned(args)
    middles = plan.cells.middles()
    odds: list[Array] = []
    with outputs.shown("coverage") as show:
        try:
            for number, (kind, words) in enumerate(zip(plan.kinds, plan.words, strict=True)):
                show(number / len(plan.kinds), words)
                odds.append(odds_of(kind, middles, plan.stations, plan.situation)[:, 0])
        except Stopped:
            pass
    grid = np.stack(odds, axis=1) if odds else np.zeros((len(middles), 0))
    record = record_of(plan, grid)
    if odds:
        named = plan.words[: len(odds)]
        outputs.write(
            files, record, lambda: outputs.collection(features(plan, grid)), lambda: draw(plan, grid),
            lambda picture: made_page(plan, record, picture, named),
        )  # fmt: skip
    return outputs.answer(record, args.json, lambda: in_words(record))


def record_of(plan: Planned, odds: Array) -> dict[str, Any]:
    """Give the answer as one record."""
    _, middle, _ = maps.sites_in_plane(plan)
    kinds = []
    for k in range(odds.shape[1]):
        found = odds[:, k]
        share = float(np.mean(found >= maps.HEARD))
        entry: dict[str, Any] = {
            "kind": plan.kinds[k].kind, "words": plan.words[k], "height_m": plan.kinds[k].height_m,
            "mean_odds": round(float(found.mean()), 4), "heard_share": round(share, 4),
            "heard_km2": round(share * plan.cells.area_km2()),
        }  # fmt: skip
        if len(middle):
            at = odds_of(plan.kinds[k], middle, plan.stations, plan.situation)[:, 0]
            entry["sites"] = {site.id: round(float(o), 4) for site, o in zip(plan.sites, at, strict=True)}
        kinds.append(entry)
    return {
        "what": "coverage", "hearers": plan.situation.hearers, "within_s": plan.situation.priors.within_s,
        "sensors": len(plan.stations.ids), "cell_m": plan.cells.step_m, "area_km2": round(plan.cells.area_km2()),
        "kinds": kinds, "finished": odds.shape[1] == len(plan.kinds),
    }  # fmt: skip


def in_words(record: dict[str, Any]) -> str:
    """Say it."""
    lines = [
        f"{record['sensors']:,} sensors, {record['area_km2']:,} km²; heard by {record['hearers']} within "
        f"{record['within_s']} s"
    ]
    for kind in record["kinds"]:
        lines.append(
            f"  {kind['words']:<28} heard over {kind['heard_km2']:,} km² ({kind['heard_share']:.0%}), mean odds "
            f"{kind['mean_odds']:.2f}"
        )
    return "\n".join(lines)


def features(plan: Planned, odds: Array) -> list[dict[str, Any]]:
    """Give cells, areas that are not heard, and sensors."""
    out = maps.cells_of(plan.cells, odds, plan.words[: odds.shape[1]])
    for k in range(odds.shape[1]):
        out += maps.holes_of(plan.cells, odds[:, k], plan.words[k])
    return out + maps.sensors_of(plan.stations, "sensor")


def draw(plan: Planned, odds: Array) -> bytes:
    """Draw a map for each kind."""
    from forehear.cli.plan import look

    figure, axes = look.panels(odds.shape[1], plan.cells)
    names, middle, reach = maps.sites_in_plane(plan)
    for k, axis in enumerate(axes):
        share = float(np.mean(odds[:, k] >= maps.HEARD))
        look.odds_map(axis, plan.cells, odds[:, k], f"{plan.words[k]}: {share:.0%} of the land heard")
        look.dots(axis, plan.stations.place_m)
        look.sites(axis, names, middle, reach)
    look.legend(figure, [look.mark(look.INK, ".", "sensor")])
    return look.png(figure)


def made_page(plan: Planned, record: dict[str, Any], picture: bytes, words: tuple[str, ...]) -> str:
    """Give the page."""
    cards = [
        Card(f"{k['words'].capitalize()}: how much is heard?", f"{k['heard_share']:.0%}",
             f"of {record['area_km2']:,} km²; mean odds {k['mean_odds']:.2f}")
        for k in record["kinds"]
    ]  # fmt: skip
    heads = ["", *words]
    rows = [
        ["land heard more often than not", *(f"{k['heard_km2']:,} km²" for k in record["kinds"])],
        ["mean odds over all land", *(f"{k['mean_odds']:.2f}" for k in record["kinds"])],
    ]
    for site in plan.sites:
        rows.append([site.name, *(f"{k['sites'][site.id]:.2f}" for k in record["kinds"])])
    body = f"<h2>In numbers</h2>{table(heads, rows)}"
    if plan.sites:
        body += "<p>At a site: the odds that a target over its middle is heard.</p>"
    lede = (
        f"Whom {record['sensors']:,} sensors would hear tonight: the odds that {record['hearers']} of them hear a "
        f"target at a place within {record['within_s']} seconds."
    )
    caption = (
        "Blue: heard. Orange and hatched: heard less often than not; the line is where it is as likely as not. "
        "Dots: sensors. Rings: places to warn."
    )
    return page("What this network hears", lede, cards, picture, caption, body, plan)

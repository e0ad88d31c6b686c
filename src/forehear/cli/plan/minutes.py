"""`forehear plan warning`: how many minutes each site has."""

import argparse
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forehear.cli.plan import maps, outputs
from forehear.cli.plan.inputs import WORDS, Planned, planned
from forehear.cli.plan.page import Card, page, table
from forehear.errors import ConfigurationError
from forehear.plan.minutes import DIRECTIONS, SiteLeads, deeper_m, leads_of
from forehear.plan.siting import Stopped
from forehear.plan.waits import table as wait_table

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Sites whose minutes are drawn one by one, at most.
MOST_DRAWN = 12
# -----------------------------------------------------------------------------------------------------


def run(args: argparse.Namespace) -> int:
    """Answer."""
    files = outputs.wanted(args.out)
    if args.sites is None:
        raise ConfigurationError("command line", ["--sites is needed: minutes are a place's"])
    plan = planned(args)
    _, middle, reach = maps.sites_in_plane(plan)
    found: list[list[SiteLeads]] = []
    with outputs.shown("warning") as show:
        try:
            for k, site in enumerate(plan.sites):
                show(k / len(plan.sites), site.name)
                at = (float(middle[k, 0]), float(middle[k, 1]))
                found.append(leads_of(site.id, at, float(reach[k]), plan.kinds, plan.stations, plan.situation))
        except Stopped:
            pass
    record = record_of(plan, found)
    if found:
        outputs.write(
            files, record, lambda: outputs.collection(features(plan, found)), lambda: draw(plan, found),
            lambda picture: made_page(plan, record, picture),
        )  # fmt: skip
    return outputs.answer(record, args.json, lambda: in_words(record))


def record_of(plan: Planned, found: list[list[SiteLeads]]) -> dict[str, Any]:
    """Give the answer as one record."""
    sites = []
    for site, by_kind in zip(plan.sites, found, strict=False):
        kinds = []
        for words, leads in zip(plan.words, by_kind, strict=True):
            kinds.append(
                {
                    "kind": leads.kind, "words": words, "speed_mps": leads.speed_mps,
                    "p10_s": round(leads.quantile_s("p10_s"), 1), "p50_s": round(leads.quantile_s("p50_s"), 1),
                    "directions": [
                        {"bearing_deg": round(lead.bearing_deg, 1), "p10_s": round(lead.p10_s, 1),
                         "p50_s": round(lead.p50_s, 1), "heard_m": round(lead.heard_m)}
                        for lead in leads.leads
                    ],
                }
            )  # fmt: skip
        entry: dict[str, Any] = {"site": site.id, "name": site.name, "kinds": kinds}
        if len(by_kind) > 1:
            entry["deeper_m"] = {leads.kind: round(deeper_m(by_kind[0], leads)) for leads in by_kind[1:]}
        sites.append(entry)
    made = wait_table()
    return {
        "what": "warning", "hearers": plan.situation.hearers, "sensors": len(plan.stations.ids), "sites": sites,
        "waits": {"made_by": made["made_by"], "commit": made["commit"]}, "finished": len(sites) == len(plan.sites),
    }  # fmt: skip


def minutes(seconds: float) -> str:
    """Give minutes, with a tenth below ten."""
    return f"{seconds / 60.0:.1f}" if seconds < 600.0 else f"{seconds / 60.0:.0f}"


def _least(kind: dict[str, Any]) -> float:
    return float(min(side["p50_s"] for side in kind["directions"]))


def _most(kind: dict[str, Any]) -> float:
    return float(max(side["p50_s"] for side in kind["directions"]))


def in_words(record: dict[str, Any]) -> str:
    """Say it."""
    lines = [
        f"{record['sensors']:,} sensors; minutes before a target crosses the site's edge: nine in ten, median"
    ]
    for site in record["sites"]:
        lines.append(site["name"])
        for kind in site["kinds"]:
            lines.append(
                f"  {kind['words']:<28} {minutes(kind['p10_s']):>5} {minutes(kind['p50_s']):>5}   by side "
                f"{minutes(_least(kind))} to {minutes(_most(kind))}"
            )
        for name, more in site.get("deeper_m", {}).items():
            lines.append(f"  what a {WORDS[name]}'s speed takes, {more / 1000.0:.0f} km more of depth win back")
    return "\n".join(lines)


def features(plan: Planned, found: list[list[SiteLeads]]) -> list[dict[str, Any]]:
    """Give sites with their minutes by direction, and sensors."""
    out = []
    for site, by_kind in zip(plan.sites, found, strict=False):
        named = {
            words: {"p10_min": round(leads.quantile_s("p10_s") / 60.0, 1),
                    "p50_min": round(leads.quantile_s("p50_s") / 60.0, 1),
                    "p50_min_by_direction": [round(lead.p50_s / 60.0, 1) for lead in leads.leads]}
            for words, leads in zip(plan.words, by_kind, strict=True)
        }  # fmt: skip
        point = {"type": "Point", "coordinates": [round(site.lon, 6), round(site.lat, 6)]}
        out.append(
            {
                "type": "Feature",
                "id": site.id,
                "geometry": point,
                "properties": {"name": site.name, "minutes": named},
            }
        )
    return out + maps.sensors_of(plan.stations, "sensor")


def draw(plan: Planned, found: list[list[SiteLeads]]) -> bytes:
    """Draw a clock for each site: how many minutes from each side; bars are medians, lines nine in ten."""
    from matplotlib import pyplot as plt
    from matplotlib.patches import Patch
    from matplotlib.ticker import MaxNLocator

    from forehear.cli.plan import look

    shown = list(zip(plan.sites, found, strict=False))[:MOST_DRAWN]
    colours = ("#4292c6", "#e08214", "#54278f", "#238b45", "#7f7f7f", "#a6761d")
    longest = max(lead.p50_s for _, by_kind in shown for leads in by_kind for lead in leads.leads) / 60.0
    columns = min(len(shown), 4)
    rows = -(-len(shown) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(max(3.3 * columns, 5.0), 3.6 * rows + 0.5), squeeze=False,
        subplot_kw={"projection": "polar"},
    )  # fmt: skip
    turn = 2.0 * math.pi / DIRECTIONS
    for axis, (site, by_kind) in zip(axes.ravel(), shown, strict=False):
        axis.set_theta_zero_location("N")
        axis.set_theta_direction(-1)
        wide = 0.8 * turn / len(by_kind)
        for k, leads in enumerate(by_kind):
            at = (
                np.array([math.radians(lead.bearing_deg) for lead in leads.leads])
                + (k - (len(by_kind) - 1) / 2) * wide
            )
            median = np.array([lead.p50_s for lead in leads.leads]) / 60.0
            least = np.array([lead.p10_s for lead in leads.leads]) / 60.0
            hatch = ("", "////", "....", "xxxx", "", "////")[k % 6]
            axis.bar(at, median, width=wide, color=colours[k % 6], hatch=hatch, edgecolor="white", linewidth=0.5)
            axis.bar(at, least, width=wide, fill=False, edgecolor=look.INK, linewidth=0.9)
        axis.set_ylim(0.0, max(longest, 1.0))
        axis.set_title(site.name, pad=12.0, loc="center")
        axis.set_xticks(np.radians([0, 90, 180, 270]), ["N", "E", "S", "W"])
        axis.grid(color=look.FAINT, linewidth=0.8)
        axis.set_axisbelow(True)
        axis.spines["polar"].set_visible(False)
        axis.yaxis.set_major_locator(MaxNLocator(4, integer=True, prune="lower"))
        axis.yaxis.set_major_formatter("{x:g} min")
        axis.tick_params(axis="y", labelsize=7.0)
        axis.set_rlabel_position(180.0 / DIRECTIONS)
    for axis in axes.ravel()[len(shown) :]:
        axis.set_visible(False)
    marks = [
        Patch(facecolor=colours[k % 6], hatch=("", "////", "....", "xxxx", "", "////")[k % 6],
                   edgecolor="white", label=f"{words}, median")
        for k, words in enumerate(plan.words)
    ]  # fmt: skip
    marks.append(Patch(facecolor="none", edgecolor=look.INK, label="nine in ten have at least this"))
    figure.legend(handles=marks, loc="lower center", ncols=2 if columns < 3 else 4)
    figure.subplots_adjust(
        left=0.04, right=0.96, top=1.0 - 0.55 / (3.6 * rows + 0.5), bottom=0.75 / (3.6 * rows + 0.5), hspace=0.4
    )
    return look.png(figure)


def made_page(plan: Planned, record: dict[str, Any], picture: bytes) -> str:
    """Give the page."""
    cards = []
    for k, words in enumerate(plan.words):
        medians = sorted(site["kinds"][k]["p50_s"] for site in record["sites"])
        cards.append(
            Card(f"{words.capitalize()}: how long?", f"{minutes(medians[len(medians) // 2])} min",
                 f"median of all sites and directions; from {minutes(medians[0])} to {minutes(medians[-1])}")
        )  # fmt: skip
    rows = []
    for site in record["sites"]:
        for k, kind in enumerate(site["kinds"]):
            name = site["name"] if k == 0 else ""
            by_side = f"{minutes(_least(kind))} to {minutes(_most(kind))}"
            rows.append([name, kind["words"], minutes(kind["p10_s"]), minutes(kind["p50_s"]), by_side])
    heads = ["site", "target", "nine in ten have at least", "median", "medians by side"]
    body = f"<h2>Minutes</h2>{table(heads, rows)}"
    if len(plan.kinds) > 1:
        deeper = [
            [site["name"], *(f"{more / 1000.0:.0f} km" for more in site["deeper_m"].values())]
            for site in record["sites"]
        ]
        body += (
            "<h2>What depth wins back what speed takes</h2><p>Time is depth over speed. For a faster target to "
        )
        body += f"leave as many minutes as a {plan.words[0]}, the network would have to reach out farther by:</p>"
        body += table(["site", *plan.words[1:]], deeper)
    made = record["waits"]
    body += (
        "<p>Until three sensors have heard it: the plan's law. From then until it is confirmed: the tracker's own "
        "times in simulated nights, by spacing, kind and noise "
        f"(<code>{made['made_by']}</code> at {made['commit']}).</p>"
    )
    caption = (
        "Minutes before a target that comes straight from a side crosses the site's edge. Bars: the median; dark "
        "outlines: what nine in ten have at least. All clocks have the same scale."
    )
    lede = f"How long {record['sensors']:,} sensors warn each place before a target arrives, from each side."
    return page("Minutes of warning", lede, cards, picture, caption, body, plan)

"""A plan as one HTML page for people who decide: the answer first, the picture, the table, what is assumed."""

import base64
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import NamedTuple

from forehear.cli.plan.inputs import Planned


class Card(NamedTuple):
    """One number that decides, with the question and what it means."""

    question: str
    number: str
    words: str


def page(
    title: str, lede: str, cards: Sequence[Card], picture: bytes, caption: str, body: str, plan: Planned
) -> str:  # fmt: skip
    """Give the page; it needs nothing else."""
    css = files("forehear.cli.plan").joinpath("page.css").read_text(encoding="utf-8")
    boxes = "".join(
        f'<div><div class="q">{escape(c.question)}</div><div class="n">{escape(c.number)}</div>'
        f'<div class="w">{escape(c.words)}</div></div>'
        for c in cards
    )
    image = base64.b64encode(picture).decode()
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><title>{escape(title)}</title><style>{css}</style></head>'
        f'<body><main><h1>{escape(title)}</h1><p class="lede">{escape(lede)}</p><div class="answers">{boxes}</div>'
        f'<figure><img alt="{escape(caption)}" src="data:image/png;base64,{image}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>{body}{assumed(plan)}</main></body></html>\n"
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Give a table; all columns but the first stand to the right."""
    head = "".join(f"<th{'' if k == 0 else ' class=r'}>{escape(text)}</th>" for k, text in enumerate(heads))
    lines = "".join(
        "<tr>"
        + "".join(f"<td{'' if k == 0 else ' class=r'}>{escape(text)}</td>" for k, text in enumerate(row))
        + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'


def assumed(plan: Planned) -> str:
    """What the answer rests on, in a list that a reader can doubt."""
    s, priors = plan.situation, plan.situation.priors
    winds = ", ".join(
        f"{w.wind_mps:g} m/s from {w.wind_from_deg:g}°" if w.wind_mps > 0.0 else "no wind" for w in s.weathers[:4]
    )
    more = f" and {len(s.weathers) - 4} more" if len(s.weathers) > 4 else ""
    lapse = s.weathers[0].kelvin_per_km
    kinds = "; ".join(
        f"{words}: {kind.level_db:g} dB at 1 m" for words, kind in zip(plan.words, plan.kinds, strict=True)
    )
    lines = [
        f"Heard means: by {s.hearers} sensors within ten seconds. {len(plan.stations.ids):,} sensors work.",
        f"Noise in open country {plan.noise.elsewhere_db:g} dB; areas with their own: {len(plan.noise.areas)}.",
        f"Air: {winds}{more}; {lapse:g} K colder a kilometre higher." if lapse else f"Air: {winds}{more}.",
        "Ground: from the terrain file, one edge between target and sensor." if s.ground is not None
        else "Ground: flat. Hills hide targets, and are not in this plan without --terrain.",
        f"Engines: {kinds}. What all share (engine, air, listener) is unknown by {priors.shared_db:g} dB, each "
        f"sensor’s own error {priors.own_db:g} dB, the noise of a place 4 dB.",
        "A plan is no promise: a sensor’s own reports of noise, and aircraft it should have heard, are better.",
    ]  # fmt: skip
    listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return (
        f'<h2>What this rests on</h2><div class="guess"><ul>{listed}</ul></div><footer>Made by <code>forehear plan'
        "</code>; the same files give the same page. Places to warn are all equal here: none is ranked by the "
        "harm of losing it. Areas that are not heard are for those who mend them.</footer>"
    )

"""Write the page: one HTML file that needs nothing else, and its figures as PNG beside it."""

from datetime import date
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from forehear.assess.age import CLAIMS, COUNTS, age_warning, figure_note
from forehear.assess.report import tables, words
from forehear.assess.report.figures import FIGURES
from forehear.assess.report.gather import HINDCAST_DAYS, Story, gather
from forehear.assess.report.look import calm, save

CAPTIONS = {
    "echo-tree": "One source and its tellings. Red: the words drifted, from a floor to a ceiling, from a total "
    "to a year’s output. Counted one by one they would look like agreement; they are one.",
    "launches-and-claims": "Blue bars: launches a month as bulletins counted them; a logarithmic scale. Amber: "
    "claims of production turned into drones a month at the time they speak of, with the scatter that such "
    "claims have shown; the number is the claim’s row. Shading separates the three regimes of reporting.",
    "forecast": "Half of all outcomes are expected in the dark band, eight in ten in the light one.",
    "hindcasts": "What this forecast would have said on three days, from nothing that came later. Dots are what "
    "came: blue inside the 80 % band, red outside. Amber: what was claimed or predicted then.",
    "raid-sizes": "Left: the size of a raid on a night with one. Right: the largest day of the month. Blue "
    "counted, green forecast; a logarithmic scale.",
    "warning-time": "Left: eight simulated flights of each kind, from all sides and by bent ways, through the "
    "real tracker. Right: the closed form; above its "
    "hearing range nothing is heard from the ground.",
}

# Figures that rest on no data: what is said instead of as of when they are.
SIMULATED = {"warning-time": "simulated; no data"}


def _figure(name: str, svg: str) -> str:
    return f'<figure id="{name}">{svg}<figcaption>{CAPTIONS[name]}</figcaption></figure>'


def _verdict(story: Story) -> str:
    """Where the forecast beats what it has to beat, and where not."""
    by = {(s.model, s.horizon): s for s in story.scores}
    horizons = [s.horizon for s in story.scores if s.model == "pool"]
    peers = ("persistence", "trend line", "persistence with errors", "trend")
    lost = [f"{h} (to {m})" for h in horizons for m in peers if by[m, h].crps <= by["pool", h].crps]
    if not horizons:
        return ""
    said = f"It does not beat {', '.join(lost)} months ahead."
    if not lost:
        said = "It beats last month’s value and the trend at every horizon, as points and with their errors."
    worst = min((by["pool", h] for h in horizons), key=lambda s: s.coverage)
    if worst.coverage < 0.7:
        said += (
            f" {worst.horizon} months ahead it has been far too sure of itself: its 80 % interval held "
            f"{worst.coverage:.0%}, for launches"
            " outran what had been seen or claimed before."
        )
    return f"<p>{said}</p>"


def _hindcast_words(story: Story) -> str:
    compared = []
    for hindcast in story.hindcasts:
        known = [
            (m, row) for m, row in zip(hindcast.made.months, hindcast.came, strict=True) if row[1] is not None
        ]
        if known:
            inside = sum(words.inside(m.launched, row[1]) for m, row in known)
            compared.append(
                f"{words.on(hindcast.made.as_of)}: {inside} of {len(known)} months inside the 80 % interval"
            )
    misses = ""
    if compared and story.hindcasts[0].made.as_of == HINDCAST_DAYS[0]:
        misses = (
            " From the five months seen by February 2023 it would have foreseen far too little, for launches"
            " had been falling when it was asked."
        )
    return f"<p>{'; '.join(compared)}.{misses}</p>" if compared else ""


def _predicted(story: Story) -> str:
    """What became of the prediction of 2,000 in a night."""
    row = words.row_of(story, "two-thousand")
    if row is None or row not in story.ledger.checks:
        return ""
    said = next((h for h in story.hindcasts if h.made.as_of == HINDCAST_DAYS[2]), None)
    month = next((m for m in said.made.months if m.month == "2025-11"), None) if said else None
    odds = (
        f" On that day this forecast would have given it {np.mean(month.largest_day >= 2000):.0%}."
        if month
        else ""
    )
    top, day = words.largest(story.launches)
    return (
        f"<p>In July 2025 a prediction of 2,000 drones in one night by November went "
        f"round{words.claim(row)}.{odds} "
        f"The largest day has been {words.day_link(day, f'{top:,} on {words.on(day)}')}.</p>"
    )


def _warning_words(story: Story) -> str:
    w: dict[str, Any] = story.warning
    slow, fast = w["variants"]["propeller"], w["variants"]["jet"]
    return (
        f"<p>In a belt of {w['sensors']} microphones, {w['spacing_m'] / 1e3:.0f} km apart and reaching out "
        f"{w['depth_m'] / 1e3:.0f} km, a propeller drone"
        f" is confirmed a median {slow['lead_confirmed_s']['0.5'] / 60:.1f} minutes before it arrives (eight "
        f"flights in ten:"
        f" {slow['lead_confirmed_s']['0.1'] / 60:.1f} to {slow['lead_confirmed_s']['0.9'] / 60:.1f}), a jet "
        f"{fast['lead_confirmed_s']['0.5'] / 60:.1f}"
        f" ({fast['lead_confirmed_s']['0.1'] / 60:.1f} to {fast['lead_confirmed_s']['0.9'] / 60:.1f}). The "
        f"closed form says"
        f" {slow['formula_lead_heard_s']['middle'] / 60:.1f} and "
        f"{fast['formula_lead_heard_s']['middle'] / 60:.1f} minutes from first heard; measured:"
        f" {slow['lead_heard_s']['0.5'] / 60:.1f} and {fast['lead_heard_s']['0.5'] / 60:.1f}. Confirmation then "
        f"takes"
        f" {slow['confirmation_wait_s']['0.5']:.0f} and {fast['confirmation_wait_s']['0.5']:.0f} seconds.</p>"
        f"<p>So the faster engine takes away <b>{w['lost_to_faster_engine_s'] / 60:.0f} minutes</b>. Time is "
        f"depth over speed: to have them back the"
        f" network must reach out <b>{w['depth_to_win_it_back_m'] / 1e3:.0f} km</b> instead of "
        f"{w['depth_m'] / 1e3:.0f}. Denser microphones win only the"
        " confirmation time.</p>"
    )


GUESSED = (
    "Stated: what bulletins count, and who claimed what. Even the count is low: by 27 % in 2022, 1–2 % since "
    "2025, against officials’ own totals.",
    "Estimated: the forecast’s spread, learnt from some forty months in which launches grew a hundredfold. It "
    "does not know of treaties, strikes on factories, or new types.",
    "Guessed: what share of a plan flies (0.85, scatter 1.6 either way), that “the coming years” are three, "
    "that six in ten launched are of the propeller type since decoys came (bulletins that tell: 58–67 %).",
    "Assumed: engines as loud as the simulator’s, flat land, quiet nights of 36 dB. Wind, rain and towns "
    "shorten hearing.",
)


def page(story: Story, svgs: dict[str, str], today: date | None = None) -> str:
    """The whole page as HTML; `today` says whether its data are old (nothing is said without it)."""
    css = files("forehear.assess.report").joinpath("style.css").read_text(encoding="utf-8")
    cards = "".join(
        f'<div><div class="q">{q}</div><div class="n">{n}</div><div class="w">{w}</div></div>'
        for q, n, w in words.answers(story)
    )
    figure = {name: _figure(name, svg) for name, svg in svgs.items()}
    book = story.ledger
    origins = len(book.traced.members)
    day = words.on(story.launches.as_of)
    body = f"""
<h1>What six thousand became</h1>
<p class="lede">In February 2023 a newspaper reported a plan for a factory: at least 6,000 drones. This page
follows the claim to {day}: who said it, how it
was retold, what was counted since, what is to be expected, and how much warning is left to those below.</p>
{_age(story, today)}
<div class="answers">{cards}</div>
<p class="small">Every number links to what it rests on: <a class="c" href="#ledger">claims are amber</a>, <a
class="m" href="#months">counts are blue</a>,
<a class="f" href="#ahead">forecasts are green</a>. {len(book.claims)} claims of {origins} origins;
{len(story.launches.days):,} days of bulletins.</p>
<h2>One claim, retold</h2>
<p>Two newspapers told the story in early February 2023, and others with them. All of it goes back to one
article and, behind it, unnamed officials of one country.</p>
{figure["echo-tree"]}
<p>What else was claimed then, and what became of it:</p>
{tables.came_of(words.what_became(story))}
<h2>What was counted, and what was claimed</h2>
<p>Launches are counted by one side, in bulletins whose form changed twice. Production is counted by nobody who
publishes; it is claimed. The two are set side by
side here and never mixed.</p>
{figure["launches-and-claims"]}
<h3>Where origins contradict each other</h3>
{tables.disagreements(story)}
<h2>What to expect</h2>
<p>Three views are pooled: a level with a damped drift, the trend of the last half year, and a stock and flow of
what is claimed to be made. Where they agree the band is narrow.</p>
{figure["forecast"]}
{tables.ahead(story)}
<h3>How well it has foretold</h3>
{tables.scores(story)}
{_verdict(story)}
{figure["hindcasts"]}
{_hindcast_words(story)}{_predicted(story)}"""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width, initial-scale=1">'
        f"<title>What six thousand became</title><style>{css}</style></head><body><main>{body}"
        f"{_below(story, figure)}</main></body></html>\n"
    )


def _below(story: Story, figure: dict[str, str]) -> str:
    """Raids, warning, what is guessed, and the tables that every link leads to."""
    guessed = "".join(f"<li><b>{g.split(': ', 1)[0]}:</b> {g.split(': ', 1)[1]}</li>" for g in GUESSED)
    return f"""
<h2>How large a raid</h2>
<p>A month’s launches fall into nights unevenly: many small, every week or so a large one. A network has to
carry the large one.</p>
{figure["raid-sizes"]}
<p class="small">To try a network against such a night: <code>forehear assess raids --months 6 --quantile 0.9
--network network.geojson</code></p>
<h2 id="warning">How much warning is left</h2>
{_warning_words(story)}
{figure["warning-time"]}
<h2>What is known, and what is guessed</h2>
<div class="guess"><ul>{guessed}</ul></div>
<h2 id="ledger">The ledger</h2>
<p class="small">Grades after the Admiralty: the letter is the source as it reached us (A best, F cannot be
judged), the figure what it says (1 confirmed by others,
6 cannot be judged). Hover over a grade for the rule that gave it. Echoes of one origin count once.</p>
{tables.ledger(story)}
<h2 id="months">The count</h2>
{tables.months(story)}
<h3>Days named on this page</h3>
{tables.days(story)}
<footer><p>Counts: Petro Ivaniuk, “Massive Missile Attacks on Ukraine”, from the bulletins of the Ukrainian Air
Force, ODC-BY 1.0; sums by this project. Claims: the
press, as linked, with attribution. Sanctions: OFAC, public domain. Figures of the grid: officials, as published.
Made by <code>forehear assess report</code> from data to
{escape(words.on(story.launches.as_of))}; the same data gives the same page.</p>
<p>This page is written from the side of those who are warned.
It ranks no places and names no targets.</p></footer>"""


def _age(story: Story, today: date | None) -> str:
    """As of when the counts and the claims are, and in plain words whether that is long ago."""
    last = story.launches.as_of
    newest = max((date.fromisoformat(c.made_on) for c in story.ledger.claims), default=last)
    said = f'<p class="small">Counts to {words.on(last)}, claims to {words.on(newest)}.</p>'
    old = age_warning({COUNTS: last, CLAIMS: newest}, today) if today else ""
    return said + (f'<p class="old" role="note">{escape(old)}</p>' if old else "")


def write(
    out: Path, data: str | Path | None, day: date | None, claims: Path | None, today: date | None = None
) -> dict[str, Any]:
    """Gather, draw and write `index.html` and the PNG figures. Returns the files' names and the four answers.

    `today`: the day to measure the data's age from; without it nothing is said of it.
    """
    story = gather(data, day, claims)
    out.mkdir(parents=True, exist_ok=True)
    svgs = {}
    for name, draw in FIGURES.items():
        with calm():
            note = SIMULATED.get(name) or figure_note(story.launches.as_of, today)
            svgs[name] = save(draw(story), out / f"{name}.png", note)
    (out / "index.html").write_text(page(story, svgs, today), encoding="utf-8")
    names = ["index.html", *(f"{name}.png" for name in FIGURES)]
    return {
        "as_of": story.launches.as_of.isoformat(),
        "files": [str(out / name) for name in names],
        "warning": story.warning,
    }

"""The sentences of the page. Every number is computed, and carries a link to the claim or the row it rests on."""

from datetime import date
from html import escape
from typing import Any

import numpy as np

from forehear.assess.age import on as written
from forehear.assess.launches.launches import Launches, launched_between, passed_on
from forehear.assess.launches.view import regimes, unaccounted_by_size
from forehear.assess.report.gather import Story
from forehear.assess.sanctions import read_listed

CLAIMED_TOTAL = 6000


def on(day: date | str) -> str:
    """A day as people write it: 21 July 2024."""
    return written(date.fromisoformat(day) if isinstance(day, str) else day)


def claim(row: int, text: str | None = None) -> str:
    """A link to a claim of the ledger."""
    return (
        f'<a class="c" href="#c{row}">{escape(text)}</a>'
        if text
        else f'<sup><a class="c" href="#c{row}">{row}</a></sup>'
    )


def month(name: str, text: str) -> str:
    """A link to a month's row."""
    return f'<a class="m" href="#m{name}">{escape(text)}</a>'


def day_link(day: date, text: str) -> str:
    """A link to a day's row."""
    return f'<a class="m" href="#d{day.isoformat()}">{escape(text)}</a>'


def ahead(text: str) -> str:
    """A link to the forecast's table."""
    return f'<a class="f" href="#ahead">{escape(text)}</a>'


def band(samples: Any, level: float = 0.8) -> str:
    """An interval in words: "3,806 to 7,518"."""
    low, high = np.quantile(samples, (0.5 - level / 2, 0.5 + level / 2))
    return f"{low:,.0f} to {high:,.0f}"


def inside(samples: Any, came: int | None, level: float = 0.8) -> bool:
    """Whether what came fell inside the interval."""
    low, high = np.quantile(samples, (0.5 - level / 2, 0.5 + level / 2))
    return came is not None and bool(low <= came <= high)


# Claims that the sentences rest on, found by their words, so that another ledger's rows are never cited for them.
CITED = {
    "factory": "factory could make at least 6,000",
    "by-2025": "6,000 drones by summer 2025",
    "met-early": "contract 6,000 by September 2025",
    "late": "one month behind schedule",
    "airframes": "about 300 airframes",
    "propeller": "speed 150-170 km/h",
    "jet": "Geran-3 speed 550-600",
    "jet-seen": "jet Shahed over 500 km/h",
    "two-thousand": "2,000 drones in one night",
}


def row_of(story: Story, key: str) -> int | None:
    """The row of a cited claim in this ledger; None where it is not there, or not yet."""
    return next((c.row for c in story.ledger.claims if CITED[key] in c.text), None)


def refs(story: Story, *keys: str) -> str:
    """Links to those of the cited claims that this ledger has."""
    rows = [row_of(story, key) for key in keys]
    return "".join(claim(row) for row in rows if row is not None)


def largest(launches: Launches) -> tuple[int, date]:
    """The largest day: its number and its date."""
    return max((d.launched or 0, d.day) for d in launches.days)


def answers(story: Story) -> list[tuple[str, str, str]]:
    """The four answers: question, number, what it rests on."""
    first, sixth = story.ahead.months[0], story.ahead.months[5]
    variants: dict[str, Any] = story.warning["variants"]  # type: ignore[assignment]
    slow, fast = variants["propeller"]["lead_confirmed_s"], variants["jet"]["lead_confirmed_s"]
    low, high = np.quantile(sixth.launched, (0.1, 0.9))
    spans = f" Half a year ahead the band spans a factor of {high / low:.0f}" if low > 0.0 else ""
    depth = float(str(story.warning["depth_m"])) / 1e3
    return [
        (
            f"How many in {name_of(first.month)}?",
            ahead(f"{np.median(first.launched):,.0f}"),
            f"launches; eight chances in ten that it is {band(first.launched)}",
        ),
        (
            f"And in {name_of(sixth.month)}?",
            ahead(f"{np.median(sixth.launched):,.0f}"),
            f"eight in ten: {band(sixth.launched)}.{spans}",
        ),
        (
            "How large a raid?",
            ahead(f"{np.median(first.raid):,.0f}"),
            f"on a usual night; one night in ten above {np.quantile(first.raid, 0.9):,.0f}; the month’s largest "
            f"day {band(first.largest_day)}",
        ),
        (
            "How much warning is left?",
            f'<a class="f" href="#warning">{slow["0.5"] / 60:.0f} min, or {fast["0.5"] / 60:.0f}</a>',
            f"confirmed before arrival, propeller or jet, where a network reaches out {depth:.0f} km",
        ),
    ]


def what_became(story: Story) -> list[tuple[str, str]]:
    """The six claims of February 2023 and what became of each: (claimed, what is known now)."""
    launches = story.launches
    out = [
        (
            "A factory for <b>at least 6,000</b> drones in the coming years." + refs(story, "factory"),
            _number(story),
        )
    ]
    faster = "No faster propeller drone is in the ledger."
    if row_of(story, "propeller"):
        faster = "Propeller drones kept to 150–170 km/h" + refs(story, "propeller") + "."
    if row_of(story, "jet-seen"):
        faster = (
            faster[:-1]
            + "; what came faster is another engine: jets of over 500 km/h"
            + refs(story, "jet", "jet-seen")
            + ", seen from mid-2025."
        )
    faster += ' What speed costs in warning is <a class="f" href="#warning">measured below</a>.'
    out.append(("A new engine, to fly <b>faster and farther</b>.", faster))
    shares = {str(r["regime"]): r for r in regimes(launches)}
    neutralised = "; ".join(
        f"{r['neutralised_share']:.0%} {r['counts_as_neutralised']} ({month(str(r['first']), str(r['first']))} "
        f"to {month(str(r['last']), str(r['last']))})"
        for r in shares.values() if r["neutralised_share"] is not None
    )  # fmt: skip
    easy = (
        f"Of those launched, {neutralised}. Each regime counts other fates, so the three shares are not one trend."
    )
    sizes = unaccounted_by_size(launches.days)
    if sizes:
        easy += (
            f" In the last regime {sizes[0]['unaccounted_share']:.0%} went unaccounted for on days of "
            f"{sizes[0]['launched_a_day']},"
            f" {sizes[-1]['unaccounted_share']:.0%} on days of {sizes[-1]['launched_a_day']}: the share falls "
            f"as raids grow, because decoys,"
            " regions and the front line are mixed in it. It is no measure of saturation."
        )
    out.append(("Slow, noisy propeller drones are <b>easy to find and shoot down</b>.", easy))
    out.append(
        (
            "They <b>strike the energy system</b>.",
            _grid(launches.as_of) + " Bulletins count drones, not harm, and this page does not rank places; the"
            " network’s business is to warn all of them.",
        )
    )
    out.append(("The plant has <b>no immediate effect</b>.", _immediate(story)))
    individuals = [p for p in read_listed() if p.kind == "individual"]
    newly = sum(p.newly for p in individuals)
    out.append(
        (
            "<b>Eight officials</b> of a maker were sanctioned.",
            f"The public list of 3 February 2023 bears it out: {newly} persons newly listed and "
            f"{len(individuals) - newly} designated again"
            " (<code>forehear assess names</code> finds them in any spelling).",
        )
    )
    return out


# What officials published of the grid, with the day: shahed data say nothing of it.
GRID = (
    (date(2022, 12, 31), "up to half of it damaged (December 2022)"),
    (date(2024, 6, 11), "9 GW lost from March to June 2024"),
)


def _grid(day: date) -> str:
    published = [words for since, words in GRID if since <= day]
    return (
        f"Officials said so in numbers: {', '.join(published)}."
        if published
        else "No number has been published yet."
    )


def _number(story: Story) -> str:
    launches = story.launches
    passed = passed_on(launches.days, CLAIMED_TOTAL)
    total = sum(d.launched or 0 for d in launches.days)
    if passed is None:
        return f"{total:,} have been launched in all."
    words = (
        f"Passed. Launches alone reached 6,000 in all on {day_link(passed, on(passed))}, and stand at {total:,}."
    )
    if row_of(story, "met-early"):
        aimed, met = refs(story, "by-2025"), refs(story, "met-early")
        words += f" The plan had aimed at summer 2025{aimed} and was said to be met a year early{met}."
    monthly = [(m.month, m.launched) for m in launches.months if m.complete and (m.launched or 0) > CLAIMED_TOTAL]
    if monthly:
        name, count = monthly[0]
        words += f" In {month(name, name_of(name))} one month saw {count:,}."
    return words


def _immediate(story: Story) -> str:
    days = story.launches.days
    before = launched_between(days, date(2022, 9, 28), date(2023, 1, 31))
    after = launched_between(days, date(2023, 2, 1), date(2023, 7, 31))
    if before is None or after is None or story.launches.as_of < date(2023, 7, 31):
        return "The count does not reach back to tell."
    first, second = month("2022-10", f"{before:,}"), month("2023-05", f"{after:,}")
    words = f"True for half a year: {first} launched in the four months before, {second} in the six after."
    if row_of(story, "airframes"):
        late, made = refs(story, "late"), refs(story, "airframes")
        words += f" Leaked papers then had the works a month late{late} and some 300 airframes made{made}."
    fourfold = next((m for m in story.launches.months if m.complete and (m.launched or 0) > 4 * after / 6), None)
    if fourfold is not None:
        words += f" Four times that pace was first passed in {month(fourfold.month, name_of(fourfold.month))}."
    return words


def name_of(name: str) -> str:
    """A month as people write it: August 2024."""
    return date.fromisoformat(name + "-01").strftime("%B %Y")

"""The tables of the page: what every link leads to."""

from html import escape

import numpy as np

from forehear.assess.claims.tracing import said
from forehear.assess.claims.view import contradictions
from forehear.assess.forecast.scoring import HORIZONS
from forehear.assess.launches.launches import REGIMES, passed_on, undercount
from forehear.assess.launches.view import neutralised
from forehear.assess.report.gather import Story
from forehear.assess.report.words import claim, largest, on

MODELS = (
    ("pool", "this forecast"),
    ("state space", "its member: level and drift"),
    ("trend", "its member: trend, with its past errors"),
    ("stock and flow", "its member: claims of production"),
    ("persistence", "last month again"),
    ("trend line", "trend line drawn on"),
    ("persistence with errors", "last month again, with its past errors"),
)


def scores(story: Story) -> str:
    """CRPS and coverage, the forecast beside what it has to beat; the best of each column marked."""
    by = {(s.model, s.horizon): s for s in story.scores}
    horizons = [h for h in HORIZONS if ("pool", h) in by]
    head = "".join(f'<th class="r">{h} month{"s" if h > 1 else ""}</th>' for h in horizons)
    rows = []
    for model, words in MODELS:
        cells = ""
        for h in horizons:
            s = by[model, h]
            best = min(by[m, h].crps for m, _ in MODELS)
            mark = ' class="r best"' if s.crps == best else ' class="r"'
            covered = "" if model in ("persistence", "trend line") else f"{s.coverage:.0%}"
            cells += f"<td{mark}>{s.crps:,.0f}<span>{covered or '—'}</span></td>"
        rows.append(f"<tr><td>{words}</td>{cells}</tr>")
    if not horizons:
        return '<p class="small">Too few months to score.</p>'
    counts = ", ".join(str(by["pool", h].count) for h in horizons)
    return (
        f'<div class="wide"><table class="scores"><tr><th>mean CRPS, drones a month; share of months inside the '
        f"80 % interval</th>{head}</tr>{''.join(rows)}</table></div>"
        f'<p class="small">From every month’s end since {story.launches.months[7].month}: {counts} origins, '
        f"which overlap. CRPS: lower is better."
        " Coverage: right at 80 %.</p>"
    )


def ahead(story: Story) -> str:
    """The forecast in numbers."""
    rows = []
    for m in story.ahead.months:
        cells = ""
        for samples in (m.launched, m.raid, m.largest_day):
            low, middle, high = np.quantile(samples, (0.1, 0.5, 0.9))
            cells += f'<td class="r"><b>{middle:,.0f}</b></td><td>{low:,.0f}–{high:,.0f}</td>'
        rows.append(f"<tr><td>{m.month}</td>{cells}</tr>")
    return (
        '<div class="wide"><table id="ahead"><tr><th>month</th><th class="r">launched</th><th>80 %</th><th '
        'class="r">a raid</th><th>80 %</th>'
        f'<th class="r">largest day</th><th>80 %</th></tr>{"".join(rows)}</table></div>'
    )


def came_of(pairs: list[tuple[str, str]]) -> str:
    """Claimed, and what is known now."""
    rows = "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in pairs)
    head = "<tr><th>claimed in February 2023</th><th>known on the data’s last day</th></tr>"
    return f'<table class="came">{head}{rows}</table>'


def ledger(story: Story) -> str:
    """Every claim under its origin, with its grade, its words, its chain, and what was counted."""
    book = story.ledger
    out = []
    for name, members in book.origins():
        many = f"{len(members)} rows" if len(members) > 1 else "1 row"
        named = book.sources_named(members)
        many += f"; sources named: {escape(', '.join(named))}" if len(named) > 1 else ""
        out.append(f'<tr><td colspan="4"><b>{escape(name)}</b> <span class="small">{many}</span></td></tr>')
        for i in members:
            c, grade = book.claims[i], book.grades[i]
            link = (
                f'<a href="{escape(c.url, quote=True)}">{escape(c.outlet)}</a>'
                if c.url.startswith("http")
                else escape(c.outlet)
            )
            number = (
                f'<span class="drift">{escape(said(c))}</span> (drifted)' if book.drift[i] else escape(said(c))
            )
            beside = ""
            if c.row in book.checks:
                check = book.checks[c.row]
                verdict = {True: "Borne out: ", False: "Not borne out: ", None: "Beside it: "}[check.verdict]
                beside = f'<br><span class="small">{verdict}{escape(check.what)}</span>'
            denial = " (a denial)" if c.denies else ""
            chain = escape(" › ".join(c.chain[:-1]) or "nobody named")
            out.append(
                f'<tr id="c{c.row}"><td>{c.row}</td><td><span class="grade" '
                f'title="{escape(grade.because, quote=True)}">{grade.short}</span> {escape(c.kind)}</td>'
                f"<td>{escape(c.text)}{denial}<br>{number}{beside}</td><td>{chain}<br>{link}, "
                f"{c.made_on}</td></tr>"
            )
    head = "<tr><th>row</th><th>grade, kind</th><th>claim</th><th>said by, printed by</th></tr>"
    return f'<div class="wide"><table>{head}{"".join(out)}</table></div>'


def disagreements(story: Story) -> str:
    """Claims of different origins that exclude each other."""
    rows = []
    for i, j in contradictions(story.ledger):
        a, b = story.ledger.claims[i], story.ledger.claims[j]
        rows.append(
            f"<tr><td>{claim(a.row, said(a))}</td><td>{claim(b.row, said(b))}</td><td>{escape(a.kind)}</td></tr>"
        )
    return (
        f"<table><tr><th>one origin says</th><th>another says</th><th>kind</th></tr>{''.join(rows)}</table>"
        if rows
        else ""
    )


# The regimes, short enough for a table.
SHORT = dict(zip(REGIMES, ("destroyed", "destroyed, lost", "one figure"), strict=True))


def months(story: Story) -> str:
    """Every month, with its row in the table and its reporting error."""
    rows = []
    for m in story.launches.months:
        share = neutralised([m])
        low, high = undercount(int(m.month[:4]))
        by = f"{low:.0%}" if low == high else f"{low:.0%}–{high:.0%}"
        numbers = [f"{v:,}" if v is not None else "unknown" for v in (m.launched, m.max_day, m.unaccounted)]
        apart = "unknown" if share is None else f"{share:.0%}"
        row = str(m.row) if m.row else "–"
        cells = [numbers[0], numbers[1], apart, numbers[2], by]
        some = "" if m.complete else " so far"
        right = "".join(f'<td class="r">{cell}</td>' for cell in cells)
        rows.append(
            f'<tr id="m{m.month}"><td>{m.month}{some}</td>{right}<td>{SHORT[m.regime]}</td>'
            f'<td class="r">{row}</td></tr>'
        )
    heads = ("launched", "largest day", "neutralised", "unaccounted", "low by")
    head = "".join(f'<th class="r">{words}</th>' for words in heads)
    return (
        f'<div class="wide"><table class="months"><tr><th>month</th>{head}<th>told apart</th>'
        f'<th class="r">row</th></tr>{"".join(rows)}</table></div>'
        '<p class="small">“Low by”: how far the table was below officials’ cumulative numbers. “Told apart”: what'
        " the bulletins of that regime tell of those that did not arrive; shares of two are not comparable."
        " “Row”: of the monthly table.</p>"
    )


def days(story: Story) -> str:
    """The days that the page speaks of, with their rows: the ten largest, and the one that passed 6,000."""
    wanted = {d.day for d in sorted(story.launches.days, key=lambda d: -(d.launched or 0))[:10]}
    wanted |= {largest(story.launches)[1]}
    passed = passed_on(story.launches.days, 6000)
    if passed:
        wanted.add(passed)
    rows = "".join(
        f'<tr id="d{d.day}"><td>{on(d.day)}</td><td class="r">{d.launched:,}</td><td '
        f'class="r">{"unknown" if d.destroyed is None else f"{d.destroyed:,}"}</td>'
        f'<td class="r">{d.row}</td></tr>'
        for d in story.launches.days if d.day in wanted and d.launched is not None
    )  # fmt: skip
    heads = ("launched", "destroyed or suppressed", "row of the daily table")
    head = "<th>day</th>" + "".join(f'<th class="r">{words}</th>' for words in heads)
    return f"<table><tr>{head}</tr>{rows}</table>"

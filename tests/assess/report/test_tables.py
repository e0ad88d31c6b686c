"""The tables of the page: a row for each thing, with the name that links lead to, and strangers' words escaped."""

import re
from dataclasses import replace

import msgspec
import numpy as np
from tests.assess.report.stories import story

from forehear.assess.claims.view import contradictions
from forehear.assess.report import tables


def ends(html: str) -> list[str]:
    return re.findall(r'\bid="([^"]+)"', html)


def test_every_claim_and_every_month_has_one_row_with_its_name() -> None:
    assert sorted(ends(tables.ledger(story()))) == sorted(f"c{c.row}" for c in story().ledger.claims)
    assert ends(tables.months(story())) == [f"m{m.month}" for m in story().launches.months]


def test_days_are_the_ten_largest_and_the_one_that_passed_the_claim() -> None:
    named = ends(tables.days(story()))
    sizes = sorted((d.launched or 0 for d in story().launches.days), reverse=True)
    assert "d2024-07-21" in named
    assert len(named) == 11
    by_name = {f"d{d.day}": d.launched or 0 for d in story().launches.days}
    assert sorted((by_name[n] for n in named), reverse=True)[:10] == sizes[:10]


def test_the_best_score_of_each_column_is_marked() -> None:
    html = tables.scores(story())
    pool = html[html.index("this forecast") : html.index("its member: level")]
    assert pool.count("best") == html.count("best")
    assert pool.count("best") == pool.count("80%") == len({s.horizon for s in story().scores})
    # Points have no interval, so nothing can lie inside.
    line = html[html.index("trend line drawn on") :].split("</tr>")[0]
    assert "80%" not in line


def test_without_months_to_score_it_says_so() -> None:
    assert "Too few months" in tables.scores(replace(story(), scores=()))


def test_the_forecast_has_a_row_a_month_with_median_and_band() -> None:
    rows = re.findall(r"<tr><td>(\d{4}-\d{2})</td>(.*?)</tr>", tables.ahead(story()))
    assert [name for name, _ in rows] == [m.month for m in story().ahead.months]
    low, middle, high = np.quantile(story().ahead.months[0].launched, (0.1, 0.5, 0.9))
    assert f"<b>{middle:,.0f}</b></td><td>{low:,.0f}–{high:,.0f}</td>" in rows[0][1]


def test_what_is_not_known_of_a_month_is_unknown_in_its_row() -> None:
    launches = story().launches
    months = tuple(replace(m, max_day=None) if m.month == "2023-05" else m for m in launches.months)
    text = tables.months(replace(story(), launches=replace(launches, months=months)))
    row = text[text.index('id="m2023-05"') :].split("</tr>")[0]
    assert row.count("unknown") == 1
    assert "11%–17%" in row
    assert "unknown" not in tables.months(story()).split('id="m2023-05"')[1].split("</tr>")[0]


def test_disagreements_stand_in_pairs() -> None:
    assert tables.disagreements(story()).count("<tr><td>") == len(contradictions(story().ledger)) > 0


def test_words_of_strangers_are_escaped() -> None:
    book = story().ledger
    first = replace(book, claims=tuple(msgspec.structs.replace(c, text="<script>") for c in book.claims))
    html = tables.ledger(replace(story(), ledger=first))
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") >= len(book.claims)

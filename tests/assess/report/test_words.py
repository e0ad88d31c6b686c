"""The page's sentences and tables on made data: every number the one it rests on, no word that nothing bears."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.assess.claims.made import launches as table
from tests.assess.claims.made import row
from tests.assess.report.stories import story as packaged

from forehear.assess.claims.ledger import COLUMNS
from forehear.assess.claims.view import Ledger, ledger_of
from forehear.assess.forecast.months import Forecast, MonthForecast
from forehear.assess.forecast.scoring import ForecastScore
from forehear.assess.launches.launches import Launches, month_after, monthly_from_days, read_launches
from forehear.assess.report import tables, words
from forehear.assess.report.axes import at, month_at, short_name
from forehear.assess.report.build import page
from forehear.assess.report.figures import FIGURES
from forehear.assess.report.gather import Story
from forehear.assess.report.look import calm, save
from forehear.assess.report.pictures_past import echo_tree, launches_and_claims

HUNDRED = np.arange(0.0, 101.0)
HOSTILE = {
    "claim": '<script>alert("x")</script> 700 craft & more',
    "attributed_to": "<b>officials</b> via WSJ",
    "outlet": '"><img src=x>',
    "url": "javascript:alert(1)",
    "period": "<i>2031</i>",
    "unit": "<u>drones</u>",
    "date_of_claim": "2023-02-10",
    "kind": "plan",
}


def quantiles(low: float, middle: float, high: float) -> dict[str, float]:
    return {"0.1": low, "0.5": middle, "0.9": high}


def variant(confirmed_s: float, heard_s: float) -> dict[str, object]:
    return {
        "lead_confirmed_s": quantiles(confirmed_s - 60, confirmed_s, confirmed_s + 60),
        "lead_heard_s": quantiles(heard_s - 60, heard_s, heard_s + 60),
        "formula_lead_heard_s": {"middle": heard_s},
        "confirmation_wait_s": {"0.5": heard_s - confirmed_s},
    }


WARNING: dict[str, object] = {
    "variants": {"propeller": variant(1200.0, 1260.0), "jet": variant(360.0, 400.0)},
    "depth_m": 60_000.0,
    "spacing_m": 6_000.0,
    "sensors": 240,
    "lost_to_faster_engine_s": 840.0,
    "depth_to_win_it_back_m": 200_000.0,
}


def ledger(folder: Path, counted: Launches, *rows: dict[str, str]) -> Ledger:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    (folder / "claims.csv").write_text(text.getvalue(), encoding="utf-8")
    return ledger_of(folder / "claims.csv", launches=counted)


def counted(*sizes: int | None) -> Launches:
    days = table(*sizes)
    return Launches(days.days, monthly_from_days(days.days), days.as_of)


def story(
    folder: Path, *rows: dict[str, str], launches: Launches | None = None, samples: np.ndarray = HUNDRED,
    scores: tuple[ForecastScore, ...] = (),
) -> Story:  # fmt: skip
    known = launches or counted(*[10] * 460)
    after = [month_after(known.months[-1].month, k) for k in range(1, 13)]
    ahead = Forecast(
        known.as_of, tuple(MonthForecast(m, samples, samples / 10, samples / 5) for m in after), "2023-12", ()
    )
    return Story(known, ledger(folder, known, *rows), ahead, scores, (), WARNING, [])


def plain(html: str) -> str:
    """The words of a page's part, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()


def test_days_and_months_are_written_as_people_write_them() -> None:
    assert words.on("2024-07-21") == words.on(date(2024, 7, 21)) == "21 July 2024"
    assert words.name_of("2024-08") == "August 2024"
    assert [short_name(at(m)) for m in ("2022-09", "2023-12")] == ["Sep 22", "Dec 23"]
    assert month_at(at("2031-01")) == "2031-01"


def test_a_band_is_the_quantiles_that_it_names() -> None:
    assert words.band(HUNDRED) == "10 to 90"
    assert words.band(HUNDRED, 0.5) == "25 to 75"
    assert words.inside(HUNDRED, 10)
    assert words.inside(HUNDRED, 90)
    assert not words.inside(HUNDRED, 91)
    # What is not known yet was not inside.
    assert not words.inside(HUNDRED, None)


def test_the_four_answers_are_the_figures_that_they_link_to(tmp_path: Path) -> None:
    first, sixth, raid, warning = words.answers(story(tmp_path))
    assert first[0] == "How many in January 2024?"
    assert plain(first[1]) == "50"
    assert first[2].endswith("10 to 90")
    assert sixth[0] == "And in June 2024?"
    assert sixth[2] == "eight in ten: 10 to 90. Half a year ahead the band spans a factor of 9"
    assert plain(raid[1]) == "5"
    assert "one night in ten above 9" in raid[2]
    assert "largest day 2 to 18" in raid[2]
    assert plain(warning[1]) == "20 min, or 6"
    assert warning[2].endswith("reaches out 60 km")


def test_a_band_that_begins_at_nothing_spans_no_factor(tmp_path: Path) -> None:
    sixth = words.answers(story(tmp_path, samples=np.maximum(HUNDRED - 50.0, 0.0)))[1]
    assert sixth[2] == "eight in ten: 0 to 40."


def test_a_sentence_cites_only_claims_that_the_ledger_has(tmp_path: Path) -> None:
    bare = words.what_became(story(tmp_path))
    assert not any('href="#c' in said for pair in bare for said in pair)
    speed = row(kind="performance", unit="km/h", claim="speed 150-170 km/h", quantity="150-170", period="2022")
    cited = words.what_became(story(tmp_path, row(), speed))
    assert '<a class="c" href="#c2">2</a>' in cited[1][1]
    assert plain(cited[1][1]).startswith("Propeller drones kept to 150–170 km/h2.")


def test_it_says_passed_only_when_launches_did(tmp_path: Path) -> None:
    # Ten a day for 460 days: 4,600. Then twenty a day: the six thousandth on the seventieth day of them.
    before = words.what_became(story(tmp_path))[0][1]
    assert before == "4,600 have been launched in all."
    after = words.what_became(story(tmp_path, launches=counted(*[10] * 460, *[20] * 100)))[0][1]
    assert plain(after) == "Passed. Launches alone reached 6,000 in all on 11 March 2024, and stand at 6,600."
    assert 'href="#d2024-03-11"' in after


def test_a_month_above_the_claim_is_named_only_when_it_is_over(tmp_path: Path) -> None:
    loud = counted(*[10] * 460, *[250] * 31, *[400] * 20)
    said = plain(words.what_became(story(tmp_path, launches=loud))[0][1])
    assert "In January 2024 one month saw 7,750." in said
    quiet = counted(*[10] * 460, *[250] * 30)
    assert "one month saw" not in plain(words.what_became(story(tmp_path, launches=quiet))[0][1])


def test_what_was_published_later_is_not_said_earlier(tmp_path: Path) -> None:
    early = plain(words.what_became(story(tmp_path, launches=counted(*[10] * 90)))[3][1])
    assert early.startswith("No number has been published yet.")
    later = plain(words.what_became(story(tmp_path))[3][1])
    assert "December 2022" in later
    assert "2024" not in later


def test_an_effect_is_denied_or_told_by_the_count_alone(tmp_path: Path) -> None:
    short = words.what_became(story(tmp_path, launches=counted(*[10] * 200)))[4][1]
    assert short == "The count does not reach back to tell."
    said = plain(words.what_became(story(tmp_path))[4][1])
    # 126 days to January 2023 and 181 days from February to July, ten a day.
    assert said.startswith(
        "True for half a year: 1,260 launched in the four months before, 1,810 in the six after."
    )
    # With an unknown day in them nobody can say.
    holes = counted(*[10] * 60, None, *[10] * 399)
    assert words.what_became(story(tmp_path, launches=holes))[4][1] == "The count does not reach back to tell."


def score(model: str, horizon: int, crps: float) -> ForecastScore:
    return ForecastScore(model, horizon, crps, crps, 0.8, 20)


def test_the_best_of_each_column_is_marked_whoever_it_is(tmp_path: Path) -> None:
    models = [model for model, _ in tables.MODELS]
    scores = tuple(score(m, 1, 100.0 + k) for k, m in enumerate(models))
    scores += tuple(score(m, 3, 100.0 - k) for k, m in enumerate(models))
    html = tables.scores(story(tmp_path, launches=read_launches(None, date(2023, 12, 31)), scores=scores))
    rows = re.findall(r"<tr><td>(.*?)</tr>", html)
    assert [html_row.count("best") for html_row in rows] == [1, 0, 0, 0, 0, 0, 1]
    # A point has no band to be inside of.
    assert [("—" in html_row) for html_row in rows] == [m in ("persistence", "trend line") for m in models]
    assert tables.scores(story(tmp_path)) == '<p class="small">Too few months to score.</p>'


def test_a_strangers_words_are_shown_and_not_run(tmp_path: Path) -> None:
    rows = [row(**HOSTILE), row(**(HOSTILE | {"url": 'https://x.example/"onclick="y', "outlet": "Lake <Star>"}))]
    made = story(tmp_path, *rows)
    html = tables.ledger(made) + tables.disagreements(made)
    assert not re.search(r"<(?:script|img|b>officials|i>|u>)", html)
    assert "&lt;script&gt;alert(" in html
    assert "javascript:" not in html
    assert 'onclick="' not in html
    assert [int(n) for n in re.findall(r'<tr id="c(\d+)">', html)] == [1, 2]


def test_pictures_bear_words_that_look_like_formulas_and_claims_without_numbers(tmp_path: Path) -> None:
    money = {"attributed_to": "officials via WSJ", "kind": "plan", "date_of_claim": "2023-02-08"}
    made = story(
        tmp_path,
        row(**money, outlet="Pay $20_{ to $50 Star"),
        row(**money, outlet="Lake Star", quantity="", claim="works to make many craft"),
        row(**money, outlet="Blue Page", quantity=">=700"),
    )
    assert len(made.ledger.traced.members) == 1
    for draw in (echo_tree, launches_and_claims):
        with calm():
            svg = save(draw(made), tmp_path / "picture.png")
        assert svg.startswith("<svg")
    with calm():
        svg = save(echo_tree(made), tmp_path / "tree.png")
    assert "Pay $20_{ to $50 Star" in svg
    assert "without a number" in svg
    assert "at least 700" in svg


def test_a_months_row_says_unknown_for_what_is_unknown(tmp_path: Path) -> None:
    html = tables.months(story(tmp_path, launches=counted(*[10] * 40, None, *[10] * 60)))
    november = re.search(r'<tr id="m2022-11">.*?</tr>', html)
    assert november is not None
    assert plain(november.group(0).replace("</td>", " ")) == "2022-11 unknown 10 unknown unknown 27% destroyed –"
    assert ">2023-01 so far<" in html


def test_the_days_named_are_the_largest_and_the_one_that_passed(tmp_path: Path) -> None:
    loud = counted(*[10] * 460, *range(100, 160))
    html = tables.days(story(tmp_path, launches=loud))
    named = re.findall(r'id="d([\d-]+)"', html)
    assert len(named) == 11
    assert named == sorted(named)
    # 1,400 beyond 4,600: 100 + 101 + ... is 1,378 after thirteen days, and the fourteenth passes it.
    assert named[0] == "2024-01-14"


def test_every_link_of_a_page_on_made_data_has_an_end(tmp_path: Path) -> None:
    made = story(
        tmp_path,
        row(attributed_to="officials via WSJ", kind="plan", date_of_claim="2023-02-05"),
        row(attributed_to="CSIS", kind="plan", unit="drones", period="2023", quantity="90", claim="90 craft"),
        launches=counted(*[10] * 460, *[250] * 40),
    )
    html = page(made, dict.fromkeys(FIGURES, "<svg></svg>"))
    links, ends = set(re.findall(r'href="#([^"]+)"', html)), re.findall(r'\bid="([^"]+)"', html)
    assert links <= set(ends)
    assert len(ends) == len(set(ends))
    assert "a median 20.0 minutes before it arrives (eight flights in ten: 19.0 to 21.0), a jet 6.0" in plain(html)
    assert "takes away 14 minutes" in plain(html)
    assert "must reach out 200 km instead of 60" in plain(html)


def test_days_and_months_are_as_people_write_them() -> None:
    assert words.on(date(2024, 7, 21)) == words.on("2024-07-21") == "21 July 2024"
    assert words.name_of("2024-08") == "August 2024"


def test_links_lead_to_claims_months_and_days_and_are_escaped() -> None:
    assert words.claim(7) == '<sup><a class="c" href="#c7">7</a></sup>'
    assert words.claim(7, "a < b") == '<a class="c" href="#c7">a &lt; b</a>'
    assert 'href="#m2024-08"' in words.month("2024-08", "x")
    assert 'href="#d2024-07-21"' in words.day_link(date(2024, 7, 21), "x")


def test_an_interval_and_whether_it_held() -> None:
    samples = np.arange(10_001.0)
    assert words.band(samples) == "1,000 to 9,000"
    assert words.band(samples, 0.5) == "2,500 to 7,500"
    assert words.inside(samples, 1000)
    assert not words.inside(samples, 999)
    assert not words.inside(samples, None)


@pytest.mark.parametrize("key", words.CITED)
def test_every_cited_claim_is_in_the_packaged_ledger(key: str) -> None:
    row = words.row_of(packaged(), key)
    assert row is not None
    assert words.refs(packaged(), key) == words.claim(row)


def test_the_four_answers_carry_the_storys_numbers() -> None:
    questions, numbers, bases = zip(*words.answers(packaged()), strict=True)
    assert len(questions) == 4
    assert questions[0] == f"How many in {words.name_of(packaged().ahead.months[0].month)}?"
    assert f"{np.median(packaged().ahead.months[0].launched):,.0f}" in numbers[0]
    assert "20 min, or 6" in numbers[3]
    assert "reaches out 60 km" in bases[3]


def test_what_became_of_the_claims_links_to_rows_that_are_there() -> None:
    pairs = words.what_became(packaged())
    assert len(pairs) == 6
    text = " ".join(known for _, known in pairs)
    rows = {c.row for c in packaged().ledger.claims}
    assert {int(n) for n in re.findall(r'href="#c(\d+)"', text)} <= rows
    assert "21 July 2024" in pairs[0][1]


def test_early_in_2024_nothing_is_said_of_what_came_later() -> None:
    early = packaged(date(2024, 3, 31))
    text = " ".join(known for _, known in words.what_became(early))
    assert "Passed." not in text
    assert "21 July 2024" not in text
    assert "9 GW" not in text
    assert "up to half of it" in text
    assert words.row_of(early, "two-thousand") is None
    assert words.refs(early, "two-thousand") == ""

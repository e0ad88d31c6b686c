"""Pictures of what was claimed and counted: every bar, dot and branch is there, and leads to its row."""

import itertools
from collections.abc import Iterator
from datetime import date

import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from tests.assess.report.stories import story

from forehear.assess.forecast.stock import flows_of
from forehear.assess.report.axes import month_at, observed
from forehear.assess.report.look import MISS
from forehear.assess.report.pictures_past import echo_tree, launches_and_claims


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def urls(figure: Figure) -> list[str]:
    return [text.get_url() for text in figure.axes[0].texts if text.get_url()]


def test_the_tree_has_a_branch_for_each_telling_of_the_first_origin() -> None:
    ledger = story().ledger
    (members,) = [m for name, m in ledger.traced.members.items() if name == "Wall Street Journal 2023-02-05"]
    rows = {f"#c{ledger.claims[i].row}" for i in members}
    figure = echo_tree(story())
    assert set(urls(figure)) == rows
    assert len(urls(figure)) == 2 * len(rows)


def test_tellings_that_drifted_are_red() -> None:
    ledger = story().ledger
    drifted = {f"#c{c.row}" for c, off in zip(ledger.claims, ledger.drift, strict=True) if off}
    texts = [t for t in echo_tree(story()).axes[0].texts if t.get_url() in drifted]
    assert drifted
    assert {t.get_url() for t in texts if t.get_color() == MISS} == drifted


def test_every_month_is_a_bar_of_its_height_with_its_link() -> None:
    axes = launches_and_claims(story()).axes[0]
    places, counts = observed(story().launches)
    bars = [bar for bar in axes.patches if (bar.get_url() or "").startswith("#m")]
    assert [bar.get_url() for bar in bars] == [f"#m{month_at(place)}" for place in places]
    assert [bar.get_height() for bar in bars] == counts


def test_every_claim_of_production_is_a_dot_and_none_hides_another() -> None:
    axes = launches_and_claims(story()).axes[0]
    rows = [f"#c{flow.row}" for flow in flows_of(story().ledger.claims, story().ledger.traced)]
    dots = [dot for dot in axes.collections if dot.get_urls() and str(dot.get_urls()[0]).startswith("#c")]
    assert [dot.get_urls()[0] for dot in dots] == rows
    places = [float(dot.get_offsets()[0][0]) for dot in dots]
    assert min(b - a for a, b in itertools.pairwise(places)) > 0.8


def test_the_passed_total_is_named_only_after_it_was_passed() -> None:
    def words(figure: Figure) -> str:
        return " ".join(text.get_text() for text in figure.axes[0].texts)

    assert "21 Jul 2024" in words(launches_and_claims(story()))
    assert "6,000 in all" not in words(launches_and_claims(story(date(2024, 3, 31))))

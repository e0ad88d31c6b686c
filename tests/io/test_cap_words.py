"""What people read: numbers that agree, times that do not run backward, and no all-clear where there is none."""

import re
from zoneinfo import ZoneInfo

import pytest

from forehear.io.cap_words import KIND, SAY, clocks, how_soon, plural, words_in
from forehear.records import Alert, AlertGroup, Site

KYIV = ZoneInfo("Europe/Kyiv")
TOWN = Site("t", "Містечко", "settlement", 31.0, 47.0, 3000.0)
AT_S = 1_790_000_130.0


def group(kind: str = "piston", count: int = 3, bearing: float = 90.0, distance: float = 14_000.0) -> AlertGroup:
    return AlertGroup(kind, count, bearing, distance, AT_S + 280.0, AT_S + 325.0, AT_S + 390.0, 0.9)  # type: ignore[arg-type]


def alert(
    state: str = "warning", issued: float = AT_S, groups: tuple[AlertGroup, ...] = (group(),), **times: float
) -> Alert:
    raised = state in ("watch", "warning")
    early, middle, late = (
        times.get(k, issued + d) if raised else None for k, d in (("a", 280.0), ("b", 325.0), ("c", 390.0))
    )
    count = groups[0].count if groups else 0
    return Alert(issued, "A3", "t", state, 0.9, early, middle, late, count, "piston", ("T7",), "because", groups)  # type: ignore[arg-type]


def test_an_interval_over_the_change_of_clocks_does_not_run_backward() -> None:
    # 2026-10-25 00:50 UTC: at 01:00 UTC clocks in Kyiv go back from 04:00 to 03:00.
    issued = 1_792_889_400.0
    over = alert(issued=issued, a=issued + 300.0, b=issued + 900.0, c=issued + 1500.0)
    words = words_in("en", over, TOWN, KYIV, "Actual")
    assert "in 5 to 25 min" in words.headline
    assert "03:55 (UTC+03:00) to 03:15 (UTC+02:00)" in words.description
    assert clocks((issued + 5000.0, issued + 5600.0), KYIV) == ["04:13", "04:23"], "no offset where none is needed"


@pytest.mark.parametrize(
    ("count", "form"),
    [(1, 0), (2, 1), (4, 1), (5, 2), (11, 2), (12, 2), (21, 0), (22, 1), (25, 2), (111, 2), (101, 0)],
)
def test_ukrainian_numbers_go_with_their_nouns(count: int, form: int) -> None:
    assert plural("uk", count, KIND["uk"]["piston"]) == KIND["uk"]["piston"][form]


def test_kinds_are_not_mixed_and_each_group_has_its_side() -> None:
    both = alert(groups=(group("jet", 2, 10.0, 40_000.0), group("piston", 13, 225.0, 9_000.0)))
    english = words_in("en", both, TOWN, KYIV, "Actual").description
    assert english.startswith(
        "2 jet drones from the north, 40 km away; 13 propeller drones from the south-west, 9 km away."
    )
    ukrainian = words_in("uk", both, TOWN, KYIV, "Actual").description
    assert ukrainian.startswith(
        "2 реактивні безпілотники, з півночі, 40 км; 13 гвинтових безпілотників, з південного заходу, 9 км."
    )


def test_the_first_credible_moment_is_in_the_headline_not_the_median() -> None:
    near = alert(a=AT_S + 105.0, b=AT_S + 900.0, c=AT_S + 1500.0)
    assert "in 1 to 25 min" in words_in("en", near, TOWN, KYIV, "Actual").headline
    assert how_soon("en", AT_S - 30.0, AT_S + 20.0, AT_S) == "now"
    assert how_soon("uk", AT_S + 61.0, AT_S + 119.0, AT_S) == "за 1–2 хв"


@pytest.mark.parametrize("language", ["uk", "en"])
def test_not_covered_is_no_all_clear(language: str) -> None:
    dark = words_in(language, alert("not_covered", groups=()), TOWN, KYIV, "Actual")  # type: ignore[arg-type]
    over = words_in(language, alert("cancelled", groups=()), TOWN, KYIV, "Actual")  # type: ignore[arg-type]
    assert dark.instruction != over.instruction
    assert dark.event != over.event
    assert dark.description == SAY[language]["blind"]


@pytest.mark.parametrize("language", ["uk", "en"])
@pytest.mark.parametrize("state", ["watch", "warning", "cancelled", "not_covered"])
def test_no_text_is_left_with_a_gap_and_a_drill_says_so(language: str, state: str) -> None:
    of = (group(),) if state in ("watch", "warning") else ()
    words = words_in(language, alert(state, groups=of), TOWN, KYIV, "Exercise")  # type: ignore[arg-type]
    assert not re.search(r"[{}]|None", "".join(words))
    assert words.headline.startswith(("НАВЧАННЯ", "EXERCISE"))

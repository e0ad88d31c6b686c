"""What people read: numbers that agree, times that do not run backward, and no all-clear where there is none."""

import inspect
import re
from zoneinfo import ZoneInfo

import msgspec
import pytest

from forehear.io.cap_words import EASED, FEW, KIND, SAY, clocks, how_soon, plural, words_in
from forehear.records import Alert, AlertGroup, Site
from forehear.warn import words as sentences

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


@pytest.mark.parametrize(
    ("language", "eased", "stay"),
    [("uk", "Послаблено: була тривога.", "Хто в укритті, хай лишається там"),
     ("en", "Eased from a warning.", "Who is in shelter should stay")],
)  # fmt: skip
def test_a_warning_that_eases_says_so_and_sends_nobody_out(language: str, eased: str, stay: str) -> None:
    plain = msgspec.structs.replace(alert("watch"), because="1 piston track 14 km to the east")
    lesser = msgspec.structs.replace(plain, because="1 piston track 14 km to the east; eased from a warning")
    before, after = (words_in(language, one, TOWN, KYIV, "Actual") for one in (plain, lesser))  # type: ignore[arg-type]
    assert after.description == f"{before.description} {eased}"
    assert after.instruction.startswith(stay)
    assert not before.instruction.startswith(stay)


@pytest.mark.parametrize(
    ("language", "few"),
    [("uk", "Датчиків, що чують тут, зараз замало."), ("en", "Too few sensors hear here now.")],
)
def test_a_warning_at_a_place_that_hears_too_little_says_so(language: str, few: str) -> None:
    blind = msgspec.structs.replace(alert(), because="1 piston track overhead; too few sensors hear here now")
    assert words_in(language, blind, TOWN, KYIV, "Actual").description.endswith(few)  # type: ignore[arg-type]
    assert few not in words_in(language, alert(), TOWN, KYIV, "Actual").description  # type: ignore[arg-type]


def test_what_may_be_here_at_once_is_within_minutes_and_not_in_none() -> None:
    assert how_soon("uk", AT_S + 20.0, AT_S + 170.0, AT_S) == "протягом 3 хв"
    assert how_soon("en", AT_S + 20.0, AT_S + 170.0, AT_S) == "within 3 min"


def test_a_test_is_no_exercise_and_neither_is_in_earnest() -> None:
    headline = {
        status: words_in("uk", alert(), TOWN, KYIV, status).headline for status in ("Actual", "Exercise", "Test")
    }
    assert headline["Exercise"] == f"НАВЧАННЯ. {headline['Actual']}"
    assert headline["Test"] == f"ТЕСТ. {headline['Actual']}"


def test_what_the_sentences_add_is_what_warning_says() -> None:
    # Whoever changes a sentence in warn.words changes what these texts look for.
    said = inspect.getsource(sentences)
    assert EASED in said
    assert FEW in said

"""How old data are is said in words that stay the same from day to day."""

from datetime import date

import pytest

from forehear.assess.age import CLAIMS, COUNTS, age_warning, figure_note, on

LAST = date(2026, 5, 31)


@pytest.mark.parametrize(
    ("today", "old"),
    [(date(2026, 5, 31), False), (date(2026, 7, 30), False), (date(2026, 7, 31), True), (date(2030, 1, 1), True)],
)
def test_sixty_days_are_not_old_and_sixty_one_are(today: date, old: bool) -> None:
    assert bool(age_warning({COUNTS: LAST}, today)) is old
    assert ("60 days old" in figure_note(LAST, today)) is old
    assert figure_note(LAST, today).startswith("data to 31 May 2026")


def test_the_words_name_what_is_old_and_what_to_do_and_do_not_change_daily() -> None:
    words = age_warning({COUNTS: LAST, CLAIMS: date(2026, 11, 20)}, date(2026, 11, 25))
    assert words == age_warning({COUNTS: LAST}, date(2026, 11, 26))
    assert words.startswith("Warning: the counts end on 31 May 2026, more than 60 days before today.")
    assert "forehear assess import" in words
    both = age_warning({CLAIMS: date(2025, 11, 27), COUNTS: LAST}, date(2026, 11, 25))
    assert both.startswith(
        "Warning: the claims end on 27 November 2025 and the counts end on 31 May 2026, more than"
    )
    assert "forehear assess import" not in age_warning({CLAIMS: LAST}, date(2026, 11, 25))
    assert figure_note(LAST, None) == "data to 31 May 2026"
    assert on(date(2024, 7, 1)) == "1 July 2024"

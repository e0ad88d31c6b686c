"""How old the data are: every answer says as of when they are, and warns when that is long before today."""

from datetime import date

# Launches a month have doubled within two: what ends earlier than this says little about tomorrow.
OLD_DAYS = 60
# What answers call their data.
COUNTS, CLAIMS = "the counts", "the claims"
IMPORT = "forehear assess import FILE --data FOLDER"


def on(day: date) -> str:
    """A day as people write it: 21 July 2024."""
    return f"{day.day} {day:%B %Y}"


def age_warning(ends: dict[str, date], today: date) -> str:
    """Warn in words where data end more than 60 days before today; empty where none do.

    `ends`: what the data are ("the counts") and their last day. The words hold no number of days, so that an
    answer stays the same from one day to the next.
    """
    old = {what: last for what, last in ends.items() if (today - last).days > OLD_DAYS}
    if not old:
        return ""
    said = " and ".join(f"{what} end on {on(last)}" for what, last in old.items())
    newer = f"; newer bulletins come in with `{IMPORT}`" if COUNTS in old else ""
    return f"Warning: {said}, more than {OLD_DAYS} days before today. What came since is not in here{newer}."


def figure_note(last: date, today: date | None) -> str:
    """The line under a figure: as of when its data are, and a warning where they are old."""
    old = today is not None and (today - last).days > OLD_DAYS
    return f"data to {on(last)}" + (f"; more than {OLD_DAYS} days old when this was drawn" if old else "")

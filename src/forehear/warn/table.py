"""The states of a site, and every way from one to another. The picture in docs/warnings.md is made of this.

A row is read: in `state`, if `condition` has held for `hold_s` and the state is `dwell_s` old, go to `next`.
The first row that applies is taken. Conditions are questions of `policy.Outlook`.
"""

from typing import Literal, NamedTuple

State = Literal["clear", "watch", "warning", "cancelled"]
Condition = Literal["likely", "possible", "eased", "quiet", "settled"]

# What each condition asks, in words; `policy` holds the numbers.
MEANING: dict[Condition, str] = {
    "likely": "a corroborated target will probably come, within the warning time",
    "possible": "a corroborated target may come, within the watch time",
    "eased": "no corroborated target will probably come, with a margin",
    "quiet": "nothing may come any more, with a margin, and what was heard has been seen to leave or is long lost",
    "settled": "always",
}


class Transition(NamedTuple):
    """One way from a state to another."""

    state: State
    condition: Condition
    hold_s: float
    dwell_s: float
    next: State


# --- numbers that decide -----------------------------------------------------------------------------
# Up: at once; a second's noise is kept out by `likely` and `possible` themselves, which ask for corroborated
# tracks. `watch` is held 2 s, so that a track's first second, when its course is poor, alarms nobody.
# Down: slow. An easing must hold for a minute, a cancelling for two, after at least two minutes in the state: a
# turn of 3 deg/s is over in a minute, and a shelter is left in seconds but reached again in minutes.
# `cancelled` is shown for five minutes, then forgotten.
TABLE: tuple[Transition, ...] = (
    Transition("clear", "likely", 0.0, 0.0, "warning"),
    Transition("clear", "possible", 2.0, 0.0, "watch"),
    Transition("watch", "likely", 0.0, 0.0, "warning"),
    Transition("watch", "quiet", 60.0, 120.0, "cancelled"),
    Transition("warning", "quiet", 120.0, 120.0, "cancelled"),
    Transition("warning", "eased", 180.0, 180.0, "watch"),
    Transition("cancelled", "likely", 0.0, 0.0, "warning"),
    Transition("cancelled", "possible", 2.0, 30.0, "watch"),
    Transition("cancelled", "settled", 0.0, 300.0, "clear"),
)
# -----------------------------------------------------------------------------------------------------


def mermaid() -> str:
    """Draw the table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> clear"]
    for row in TABLE:
        terms: list[str] = [row.condition]
        if row.hold_s:
            terms.append(f"for {row.hold_s:.0f} s")
        if row.dwell_s:
            terms.append(f"after {row.dwell_s:.0f} s")
        lines.append(f"    {row.state} --> {row.next}: {' '.join(terms)}")
    return "\n".join(lines) + "\n"


def markdown() -> str:
    """Write the table and what its conditions mean as Markdown."""
    lines = ["| in state | if | held for | state at least | go to |", "|---|---|---|---|---|"]
    lines += [f"| {r.state} | {r.condition} | {r.hold_s:.0f} s | {r.dwell_s:.0f} s | {r.next} |" for r in TABLE]
    lines += ["", *(f"- **{name}**: {words}" for name, words in MEANING.items())]
    return "\n".join(lines) + "\n"

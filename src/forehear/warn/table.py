"""The states of a site, and every way from one to another. The picture in docs/warnings.md is made of this.

A row is read: in `state`, if `condition` has held for `hold_s` and the state is `dwell_s` old, go to `next`.
The first row that applies is taken. Conditions are questions of `outlook.Outlook` and of `coverage.SiteCoverage`,
answered by `alarm.holds`.
"""

from typing import Literal, NamedTuple

State = Literal["clear", "watch", "warning", "cancelled", "not_covered"]
Condition = Literal["likely", "possible", "eased", "quiet", "dark", "blind", "sighted", "settled"]

# What each condition asks, in words; `limits` holds the numbers.
MEANING: dict[Condition, str] = {
    "likely": "a corroborated target will probably come, within the warning time",
    "possible": "a corroborated target may come, within the watch time",
    "eased": "that one comes within the warning time is less probable than a warning may be",
    "quiet": "nothing may come any more, with a margin; what was heard left or is long lost; it would be heard",
    "dark": "nothing that was heard may come any more, but a new target would not be heard here now",
    "blind": "a target would not be heard here now",
    "sighted": "a target would be heard here now",
    "settled": "always",
}


class Transition(NamedTuple):
    """One way from a state to another."""

    state: State
    condition: Condition
    hold_s: float
    dwell_s: float
    next: State


# --- numbers that decide ----------------------------------------------------------------------------- Up: at
# once; a second's noise is kept out by `likely` and `possible` themselves, which ask for corroborated tracks.
# `watch` is held 2 s, so that a track's first second, when its course is poor, alarms nobody. Down: probabilities
# themselves fall by half in a minute at most (limits.hold_s), so a warning eases as soon as its probability, which
# everybody sees, is less than a warning's may be. A watch is called off after two minutes, of which it was quiet
# for one: a shelter is left in seconds but reached again in minutes. Never a cancellation while blind: a place
# that nobody hears is not covered, whatever was heard before. Blind means that limits.blind_s have passed; sighted
# must hold for half a minute, three heartbeats. `cancelled` is shown for five minutes, then forgotten.
TABLE: tuple[Transition, ...] = (
    Transition("clear", "likely", 0.0, 0.0, "warning"),
    Transition("clear", "possible", 2.0, 0.0, "watch"),
    Transition("clear", "blind", 0.0, 0.0, "not_covered"),
    Transition("watch", "likely", 0.0, 0.0, "warning"),
    Transition("watch", "quiet", 60.0, 120.0, "cancelled"),
    Transition("watch", "dark", 60.0, 120.0, "not_covered"),
    Transition("warning", "eased", 0.0, 0.0, "watch"),
    Transition("cancelled", "likely", 0.0, 0.0, "warning"),
    Transition("cancelled", "possible", 2.0, 30.0, "watch"),
    Transition("cancelled", "blind", 0.0, 0.0, "not_covered"),
    Transition("cancelled", "settled", 0.0, 300.0, "clear"),
    Transition("not_covered", "likely", 0.0, 0.0, "warning"),
    Transition("not_covered", "possible", 2.0, 0.0, "watch"),
    Transition("not_covered", "sighted", 30.0, 30.0, "cancelled"),
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

"""Draw docs/images/architecture.svg from the layer table: python -m scripts.draw_architecture

Rooms and arrows are those of tests/layers/rooms.py, which the layer test holds the imports to; what a room is for
is the beginning of its own docstring. An arrow leads from a room to one that uses it, and is left out where a
longer way leads there: the picture is the table's transitive reduction. Only the columns are chosen here.
"""

import ast
import re
import textwrap
from pathlib import Path

from tests.layers.rooms import BASE, MAY_IMPORT, PURE, SRC

OUT = Path(__file__).resolve().parents[1] / "docs" / "images" / "architecture.svg"

# Which column a room stands in, and how many it spans; its row follows from the table.
COLUMNS: dict[str, tuple[int, int]] = {
    "io": (0, 1), "listen": (1, 1), "node": (1, 1), "air": (2, 1), "track": (2, 1), "forecast": (2, 1),
    "warn": (2, 1), "service": (0, 3), "score": (3, 1), "plan": (3, 1), "assess": (1, 3), "simulate": (4, 1),
    "stage": (4, 1), "synthesise": (5, 1),
}  # fmt: skip
# Rooms that touch all others: bars across the picture, without arrows.
ABOVE, BELOW = "base", "cli"
COMPILED = "compiled"
BOX, GAP, EDGE, ROW_GAP, PAD = 164.0, 24.0, 20.0, 42.0, 12.0
LINE, SMALL = 16.0, 14.0
# Characters that fit into a pixel of text, with room to spare: the fonts are the reader's own.
WORDS_PER_PX, ROOMS_PER_PX = 0.144, 0.144

STYLE = """
 .paper{fill:#ffffff} .room{fill:#f4f5f7;stroke:#c3c9d2} .pure{fill:#e4f0ee;stroke:#8fb9b2}
 .name{fill:#1d2733;font:600 15px system-ui,sans-serif} .what{fill:#47535f;font:12px system-ui,sans-serif}
 .rooms{fill:#5d6975;font:11px ui-monospace,monospace} .way{fill:none;stroke:#8793a0;stroke-width:1.4}
 .tip{fill:#8793a0}
 @media (prefers-color-scheme:dark){
 .paper{fill:#12171d} .room{fill:#1d242c;stroke:#3c4754} .pure{fill:#17302f;stroke:#3f716b}
 .name{fill:#e9eef3} .what{fill:#b3bec9} .rooms{fill:#93a0ad} .way{stroke:#6d7986} .tip{fill:#6d7986}}
"""


def needs() -> dict[str, set[str]]:
    """The table by whole rooms: room -> the rooms it may import."""
    out: dict[str, set[str]] = {}
    for room, several in MAY_IMPORT.items():
        out.setdefault(_whole(room), set()).update(_whole(one) for one in several)
    return {room: several - {room} for room, several in out.items()}


def _whole(room: str) -> str:
    """The room that a room is part of. The module that keeps compiled loops is drawn with the base."""
    return ABOVE if room == COMPILED else room.partition(".")[0]


def beneath(room: str, table: dict[str, set[str]]) -> set[str]:
    """All that a room rests on, by whatever way."""
    return table[room].union(*(beneath(one, table) for one in table[room])) if table[room] else set()


def arrows(table: dict[str, set[str]]) -> list[tuple[str, str]]:
    """The pairs (used, user) that no other way connects, without the bars."""
    out = []
    for room, several in table.items():
        for one in sorted(several):
            longer = any(one in beneath(other, table) for other in several - {one})
            if not longer and room != BELOW and one != ABOVE:
                out.append((one, room))
    return out


def row_of(room: str, table: dict[str, set[str]]) -> int:
    """How many rooms stand above one another up to this one."""
    return 1 + max((row_of(one, table) for one in table[room]), default=-1)


def purpose(room: str) -> str:
    """The beginning of a room's docstring, up to its first stop."""
    if room == ABOVE:
        return "Every record, error, constant and place once"
    text = ast.get_docstring(ast.parse((SRC / room / "__init__.py").read_text(encoding="utf-8"))) or ""
    return re.split(r"[:;.]", text.replace("\n", " "))[0]


def sub_rooms(room: str) -> list[str]:
    """What a room holds, in the order of the table."""
    if room == ABOVE:
        return sorted({*BASE, COMPILED})
    return [name.partition(".")[2] for name in MAY_IMPORT if name.startswith(f"{room}.")]


class Box:
    """A room's place on the page, and its lines of text."""

    def __init__(self, room: str, column: int, span: int) -> None:
        self.room = room
        self.x = EDGE + column * (BOX + GAP)
        self.width = span * BOX + (span - 1) * GAP
        inner = self.width - 2.0 * PAD
        self.what = textwrap.wrap(purpose(room), int(inner * WORDS_PER_PX))
        self.rooms = textwrap.wrap(" · ".join(sub_rooms(room)), int(inner * ROOMS_PER_PX))
        self.y, self.height = 0.0, 2.0 * PAD + LINE * (1 + len(self.what)) + SMALL * len(self.rooms)

    def svg(self) -> str:
        """The box and its text."""
        kind = "pure" if self.room in PURE else "room"
        out = [
            f'<rect class="{kind}" x="{self.x:g}" y="{self.y:g}" width="{self.width:g}" height="{self.height:g}" '
            'rx="7"/>'
        ]
        y = self.y + PAD + 13.0
        for style, lines, step in (
            ("name", [self.room], LINE),
            ("what", self.what, LINE),
            ("rooms", self.rooms, SMALL),
        ):
            for line in lines:
                out.append(f'<text class="{style}" x="{self.x + PAD:g}" y="{y:g}">{line}</text>')
                y += step
        return "\n".join(out)


def place(table: dict[str, set[str]]) -> tuple[dict[str, Box], float, float]:
    """Put every room in its row. Returns the boxes, and the page's width and height."""
    missing = sorted(set(table) - set(COLUMNS) - {ABOVE, BELOW})
    if missing:
        raise ValueError(f"scripts/draw_architecture.py: no column for {missing}: add it to COLUMNS")
    many = max(column + span for column, span in COLUMNS.values())
    boxes = {room: Box(room, *COLUMNS.get(room, (0, many))) for room in table}
    rows = {room: row_of(room, table) for room in table}
    y = EDGE
    for row in range(max(rows.values()) + 1):
        there = [boxes[room] for room in table if rows[room] == row]
        tallest = max(box.height for box in there)
        for box in there:
            box.y, box.height = y, tallest
        y += tallest + ROW_GAP
    return boxes, 2.0 * EDGE + many * (BOX + GAP) - GAP, y - ROW_GAP + EDGE


def joints(boxes: dict[str, Box], ways: list[tuple[str, str]]) -> list[str]:
    """Draw the arrows: a box's edge is shared by those that meet there, in the order in which they come."""

    def nearest(box: Box, x: float) -> float:
        return min(max(x, box.x + 30.0), box.x + box.width - 30.0)

    def ends(room: str, others: list[str]) -> dict[str, float]:
        middle = boxes[room].x + boxes[room].width / 2
        order = sorted(others, key=lambda o: nearest(boxes[o], middle))
        step = min(26.0, (BOX - 40.0) / max(len(order) - 1, 1))
        return {o: middle + (k - (len(order) - 1) / 2) * step for k, o in enumerate(order)}

    out = []
    for used, user in ways:
        x0 = ends(used, [b for a, b in ways if a == used])[user]
        x1 = ends(user, [a for a, b in ways if b == user])[used]
        # A wide box is met straight below or above the other.
        x0 = nearest(boxes[used], x1) if boxes[used].width > BOX else x0
        x1 = nearest(boxes[user], x0) if boxes[user].width > BOX else x1
        y0, y1 = boxes[used].y + boxes[used].height, boxes[user].y - 6.0
        bend = min(0.5 * (y1 - y0), 34.0)
        # Straight down beside whatever lies between, and across only above its end.
        y2 = y1 - 2.0 * bend
        curve = f"C{x0:g} {y2 + bend:g} {x1:g} {y1 - bend:g} {x1:g} {y1:g}"
        out.append(f'<path class="way" d="M{x0:g} {y0:g}V{y2:g}{curve}"/>')
        out.append(f'<path class="tip" d="M{x1 - 4:g} {y1 - 2:g}h8l-4 8z"/>')
    return out


def drawn() -> str:
    """The picture."""
    table = needs()
    boxes, width, height = place(table)
    legend = height
    height += 34.0
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" aria-labelledby="t">',
        '<title id="t">The rooms of forehear: an arrow leads from a room to one that uses it</title>',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{width:g}" height="{height:g}"/>',
        *joints(boxes, arrows(table)),
        *(box.svg() for box in boxes.values()),
    ]
    for x, kind, text in (
        (EDGE, "pure", "pure: no files, sockets, clocks, logging, global chance"),
        (EDGE + 2.1 * (BOX + GAP), "room", "may touch the world, or plays one"),
    ):
        lines.append(f'<rect class="{kind}" x="{x:g}" y="{legend:g}" width="18" height="14" rx="3"/>')
        lines.append(f'<text class="what" x="{x + 26:g}" y="{legend + 11:g}">{text}</text>')
    lines.append(
        f'<text class="what" x="{EDGE + 3.6 * (BOX + GAP):g}" y="{legend + 11:g}">'
        f"↓ is used by; every room may use {ABOVE}, and {BELOW} calls every room</text>"
    )
    return "\n".join([*lines, "</svg>"]) + "\n"


def main() -> None:
    """Write it."""
    OUT.write_text(drawn(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""A result as tables: the same rows for the terminal and for docs/accuracy.md. Knows no part."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table as RichTable

Result = dict[str, Any]


class Table(NamedTuple):
    """A title, the heads of its columns, its rows as text, and a note below."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""


def number(value: Any, digits: int = 0, unit: str = "") -> str:
    """A figure for a table; a dash for none."""
    return "–" if value is None else f"{value:,.{digits}f}{unit}"


def percent(value: Any) -> str:
    """A share for a table."""
    return "–" if value is None else f"{100.0 * value:.1f} %"


def bars_table(results: list[Result]) -> Table:
    """Give what was measured against the numbers to reach."""
    rows = []
    for result in results:
        for bar in result.get("bars", []):
            value, limit, aim = bar["value"], bar["bar"], bar["aim"]
            digits = 3 if limit < 1 else 2 if limit < 10 else 0
            more = bar.get("more", limit >= 1000)
            met = value is not None and (value >= limit if more else value <= limit)
            reached = value is not None and (value >= aim if more else value <= aim)
            verdict = "aim reached" if reached else "bar met" if met else "**missed**"
            rows.append(
                (bar["measure"], number(value, digits), number(limit, digits), number(aim, digits), verdict)
            )
    return Table("Against the bars", ("measure", "measured", "bar", "aim", ""), rows)


def print_tables(shown_ones: Sequence[Table]) -> None:
    """Print tables to stdout."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=160)
    for table in shown_ones:
        shown = RichTable(title=table.title, title_justify="left", box=None, pad_edge=False, header_style="bold")
        for k, head in enumerate(table.heads):
            shown.add_column(head, justify="left" if k == 0 else "right")
        for row in table.rows:
            shown.add_row(*(cell.replace("**", "") for cell in row))
        console.print(shown)
        if table.note:
            console.print(table.note, style="dim")
        console.print()


def markdown(table: Table) -> str:
    """One table as Markdown."""
    lines = [f"### {table.title}", "", "| " + " | ".join(table.heads) + " |"]
    lines.append("|" + "|".join("---" if k == 0 else "---:" for k in range(len(table.heads))) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in table.rows]
    return "\n".join([*lines, *(["", table.note] if table.note else []), ""])

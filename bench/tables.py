"""Results as tables: the same rows for the terminal and for docs/accuracy.md."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table as RichTable

BEGIN, END = "<!-- measured: written by ./scripts/bench, not by hand -->", "<!-- /measured -->"
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


def _accuracy(result: Result) -> list[Table]:
    rows = [
        (
            row["case"],
            number(row["error_median_m"]),
            number(row["error_p95_m"]),
            number(row["bound_median_m"]),
            number(row["error_over_bound"], 2),
            number(row["consistency"], 2),
            number(row["bound_wait_s"]),
            number(row["bound_wait_worst_s"]),
            percent(row["missed_share"]),
            percent(row["false_share"]),
            str(row["ghost_tracks"]),
            str(row["switches"]),
            percent(row["kind_right_share"]),
        )
        for row in result["rows"]
    ]
    heads = (
        "case", "median m", "95 % m", "bound m", "over bound", "error / sigma", "wait s", "worst s", "missed",
        "false", "ghosts", "switches", "kind",
    )  # fmt: skip
    note = (
        f"{result['rows'][0]['seeds']} seeds each ({min(r['seeds'] for r in result['rows'])} where there are "
        "several targets), from 1001 on; random ways of one propeller drone unless the row "
        "says otherwise. Medians over seeds; error / sigma is a root mean square; wait is from the moment at "
        "which the bound falls under 700 m to confirmation (negative: sooner), its median and its worst; ghosts "
        "and switches are sums over all seeds."
    )
    return [Table("Accuracy by condition", heads, rows, note)]


def _speed(result: Result) -> list[Table]:
    rows = [
        (
            f"{row['scenario']}, {row['simulated_s']:,} s",
            number(row["reports"]),
            number(row["reports_per_core_s"]),
            number(row["reports_per_wall_s"]),
            number(row["real_time_factor"], 1),
            number(row["peak_mib"], 0, " MiB"),
            number(row["cost_over_decoding"], 1),
            number(row["simulate_wall_s"], 0, " s"),
            number(row["score_wall_s"], 0, " s"),
        )
        for row in result["rows"]
    ]
    heads = ("scenario", "reports", "per s and core", "per s of clock", "times real time", "peak memory",
             "times decoding", "to simulate", "to score")  # fmt: skip
    note = (
        "File to file with `forehear track`, start and all. Times decoding: processor time over that of reading "
    )
    note += "the same lines into records and doing nothing with them."
    return [Table("Speed, file to file", heads, rows, note)]


def _scaling(result: Result) -> list[Table]:
    out = []
    for key, title in (("by_targets", "Targets double"), ("by_sensors", "Sensors double")):
        rows = [
            (
                number(row["targets"]),
                number(row["sensors"]),
                number(row["tracks_mean"], 1),
                number(row["reports"]),
                number(row["sources"] / row["reports"], 2),
                number(row["us_per_report"], 1),
                number(row["us_per_source"], 1),
            )
            for row in result[key]
        ]
        heads = ("targets", "sensors", "tracks", "reports", "sources a report", "us a report", "us a source")
        out.append(Table(title, heads, rows, "The tracker alone, without files."))
    return out


def _startup(result: Result) -> list[Table]:
    rows = [
        (
            row["what"],
            number(row["median_s"], 2, " s"),
            number(row["least_s"], 2, " s"),
            number(row["cpu_median_s"], 2, " s"),
        )
        for row in result["rows"]
    ]
    heads = ("what", "median", "least", "processor time")
    return [Table("Process start to end, warm cache", heads, rows, "In turn, several times each.")]


def _peers(result: Result) -> list[Table]:
    out = []
    titles = {
        "positions": "The same position detections",
        "bearings": "The same bearings, sound delayed, 51 m/s",
        "fast": "The same bearings, sound delayed, 155 m/s",
    }
    for key, title in titles.items():
        rows = [
            (
                row["who"],
                number(row["detections"]),
                number(row["detections_per_s"]),
                number(row["error_median_m"], 0, " m"),
                number(row["error_p95_m"], 0, " m"),
                percent(row["missed_share"]),
                percent(row["false_share"]),
                str(row["switches"]),
                number(row["consistency"], 2),
            )
            for row in result[key]
        ]
        heads = (
            "who",
            "detections",
            "per s and core",
            "median",
            "95 %",
            "missed",
            "false",
            "switches",
            "error / sigma",
        )
        if rows:
            out.append(Table(title, heads, rows))
    return out


def _listening(result: Result) -> list[Table]:
    # Only here, since that module makes its tables of this one's.
    from bench.listening.tables import listening

    return listening(result)


def _tones(result: Result) -> list[Table]:
    from bench.listening.tones import tables

    return tables(result)


MAKERS: dict[str, Callable[[Result], list[Table]]] = {
    "accuracy": _accuracy,
    "speed": _speed,
    "scaling": _scaling,
    "startup": _startup,
    "peers": _peers,
    "listening": _listening,
    "tones": _tones,
}


def tables(result: Result) -> list[Table]:
    """Give the tables of one part."""
    made = MAKERS[result["part"]](result)
    return [*made, *([bars_table([result])] if result.get("bars") else [])]


def print_part(result: Result) -> None:
    """Print one part's tables to stdout."""
    print_tables(tables(result))


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


def write_docs(results: Path, docs: Path) -> None:
    """Write the measured part of a page anew from the JSON files there are; the words around it stay."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*.json"))]
    order = ["accuracy", "peers", "speed", "scaling", "startup", "listening", "tones"]
    found.sort(key=lambda result: order.index(result["part"]))
    blocks = [markdown(bars_table(found))] if any(r.get("bars") for r in found) else []
    for result in found:
        blocks += [markdown(table) for table in MAKERS[result["part"]](result)]
        host = result["machine"]
        blocks.append(
            f"*Measured at {host['commit']} on {host['cores']} cores of {host['processor']}, "
            f"Python {host['python']}, load {host['load_at_start']} at the start, in {result['took_s']:,.0f} s.*\n"
        )
    text = docs.read_text(encoding="utf-8") if docs.exists() else f"# Accuracy\n\n{BEGIN}\n{END}\n"
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    docs.parent.mkdir(parents=True, exist_ok=True)
    docs.write_text(f"{head}{BEGIN}\n\n" + "\n".join(blocks) + f"\n{END}{tail}", encoding="utf-8")

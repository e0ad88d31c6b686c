"""The measured part of docs/accuracy.md, from the JSON files that there are."""

import json
from pathlib import Path

from bench.registry import ON_THE_PAGE, PARTS
from bench.tables import bars_table, markdown

BEGIN, END = "<!-- measured: written by ./scripts/bench, not by hand -->", "<!-- /measured -->"


def write_docs(results: Path, docs: Path) -> None:
    """Write the measured part of a page anew from the JSON files there are; the words around it stay."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*.json"))]
    found.sort(key=lambda result: ON_THE_PAGE.index(result["part"]))
    blocks = [markdown(bars_table(found))] if any(r.get("bars") for r in found) else []
    for result in found:
        blocks += [markdown(table) for table in PARTS[result["part"]].load().tables(result)]
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

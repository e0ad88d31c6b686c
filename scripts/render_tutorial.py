"""Run the lessons, and write a page and a picture beside each: python -m scripts.render_tutorial [NAME ...]

A lesson is a Python file of docs/tutorial in cells: `# %% [markdown]` begins prose, a comment to its end; `# %%`
begins code. The page holds the prose, the code, what the code printed, and the picture that it saved.
"""

import contextlib
import io
import os
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "tutorial"
MARK = re.compile(r"^# %%( \[markdown\])?\n", re.MULTILINE)


class Cell(NamedTuple):
    """A piece of a lesson: prose without its comment signs, or code."""

    prose: bool
    text: str
    # The line of the file on which it begins, from 0.
    line: int


def lessons() -> list[Path]:
    """The lessons, in order."""
    return sorted(FOLDER.glob("[0-9][0-9]_*.py"))


def cells(lesson: Path) -> list[Cell]:
    """Cut a lesson into its cells. Raises ValueError for one that does not begin with prose."""
    text = lesson.read_text(encoding="utf-8")
    marks = list(MARK.finditer(text))
    if not marks or marks[0].start() != 0 or not marks[0][1]:
        raise ValueError(f"{lesson.name}: does not begin with '# %% [markdown]'")
    out = []
    for mark, end in zip(marks, [m.start() for m in marks[1:]] + [len(text)], strict=True):
        body = text[mark.end() : end].strip("\n")
        if mark[1]:
            body = "\n".join(line.removeprefix("#").removeprefix(" ") for line in body.splitlines())
        out.append(Cell(bool(mark[1]), body, text[: mark.end()].count("\n")))
    return out


def run(lesson: Path, pictures: Path) -> tuple[dict[str, Any], list[str]]:
    """Run a lesson's code, cell by cell; its picture goes to a folder.

    Returns the names that the lesson left, and what each cell printed (empty for prose).
    """
    names: dict[str, Any] = {"__name__": "__main__", "__file__": str(lesson)}
    printed = []
    before, path = os.environ.get("TUTORIAL_OUT"), list(sys.path)
    os.environ["TUTORIAL_OUT"] = str(pictures)
    sys.path.insert(0, str(FOLDER))
    try:
        for cell in cells(lesson):
            out = io.StringIO()
            if not cell.prose:
                # Blank lines before it, so that an error names the line of the file.
                code = compile("\n" * cell.line + cell.text, str(lesson), "exec")
                with contextlib.redirect_stdout(out):
                    exec(code, names)
            printed.append(out.getvalue())
    finally:
        sys.path[:] = path
        if before is None:
            del os.environ["TUTORIAL_OUT"]
        else:
            os.environ["TUTORIAL_OUT"] = before
    return names, printed


def page(lesson: Path, printed: list[str]) -> str:
    """The lesson as Markdown."""
    out = [f"<!-- Written by ./scripts/docs from {lesson.name}. -->"]
    for cell, words in zip(cells(lesson), printed, strict=True):
        if cell.prose:
            out.append(cell.text)
            continue
        out.append(f"```python\n{cell.text}\n```")
        if words:
            out.append(f"```text\n{words.rstrip()}\n```")
        for name in re.findall(r'^save\(figure, "(\w+)"\)', cell.text, re.MULTILINE):
            out.append(f"![The lesson's picture]({name}.png)")
    return "\n\n".join(out) + "\n"


def main() -> None:
    """Render all lessons, or those named."""
    for lesson in lessons():
        if len(sys.argv) == 1 or lesson.stem in sys.argv[1:]:
            _, printed = run(lesson, FOLDER)
            lesson.with_suffix(".md").write_text(page(lesson, printed), encoding="utf-8")


if __name__ == "__main__":
    main()

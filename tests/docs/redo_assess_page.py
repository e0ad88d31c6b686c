"""Run the commands of docs/assess.md again and write their answers: python tests/docs/redo_assess_page.py [--all]

Blocks marked `changes-with-the-tracker` take minutes and are run with --all only.
"""

import contextlib
import io
import re
import shlex
import sys
from pathlib import Path

from forehear.cli.main import main

PAGE = Path(__file__).parents[2] / "docs" / "assess.md"
BLOCK = re.compile(r"```console(?P<mark>[^\n]*)\n(?P<body>.*?)```", re.DOTALL)


def answer(command: str) -> str:
    """Run one command line `forehear ...` and give its stdout."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        main(shlex.split(command)[1:])
    return out.getvalue().rstrip("\n")


def commands(body: str) -> list[str]:
    """The command lines of a block."""
    return [line[2:] for line in body.splitlines() if line.startswith("$ ")]


def redone(text: str, every: bool) -> str:
    """The page with its blocks run again."""

    def block(found: re.Match[str]) -> str:
        if found["mark"].strip() and not every:
            return found.group(0)
        shown = [f"$ {command}\n{answer(command)}" for command in commands(found["body"])]
        return f"```console{found['mark']}\n" + "\n\n".join(shown) + "\n```"

    return BLOCK.sub(block, text)


if __name__ == "__main__":
    PAGE.write_text(redone(PAGE.read_text(encoding="utf-8"), "--all" in sys.argv), encoding="utf-8")

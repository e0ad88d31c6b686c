"""Print what each role installs, packages and MB: python -m tests.install.sizes"""

import tempfile
from pathlib import Path

from tests.install.computers import build_wheel, install_extras

# The first is the base; `hub,assess` is what everybody installed before there were roles.
ROLES = ("", "microphone", "hub", "assess", "hub,assess", "all")


def main() -> None:
    """Install each role into an empty environment, and print a row of it."""
    print("| extras | packages | MB |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = build_wheel(folder)
        for role in ROLES:
            computer = install_extras(folder / f"computer-{role or 'base'}", role, wheel)
            print(f"| {role or 'none'} | {len(computer.packages())} | {computer.size_mb():.0f} |", flush=True)


if __name__ == "__main__":
    main()

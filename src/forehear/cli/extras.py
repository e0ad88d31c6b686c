"""Which packages come with which role of a computer, and the words where one of them is not here."""

from collections.abc import Sequence
from importlib.util import find_spec

from forehear.errors import NotInstalled

# Extra -> what comes with it, by the name that is imported. A test holds it and pyproject.toml together.
EXTRAS: dict[str, frozenset[str]] = {
    "hub": frozenset({"aiomqtt", "httptools", "litestar", "numba", "rich", "uvicorn", "uvloop"}),
    "assess": frozenset({"anyascii", "numba", "rapidfuzz", "rich", "scipy"}),
    "plan": frozenset({"highspy", "matplotlib", "tifffile"}),
    "report": frozenset({"matplotlib"}),
    "microphone": frozenset({"sounddevice"}),
}
# A verb's own extra, where it is not the first above that has the package.
OWN = {"assess": "assess", "plan": "plan", "score": "assess", "listen": "report"}


def not_installed(verb: str, package: str) -> NotInstalled | None:
    """Give what to say where `verb` misses a package; None where no extra has it, and the fault is ours."""
    own = [extra for extra in (OWN.get(verb), *EXTRAS) if extra is not None and package in EXTRAS[extra]]
    return NotInstalled(package, own[0]) if own else None


def require(verb: str, packages: Sequence[str], extra: str | None = None) -> None:
    """Raise NotInstalled at the first package that is not here: before any work, not after.

    `extra` names what to install where it is more than the one that has the package.
    """
    for package in packages:
        if not is_here(package):
            error = not_installed(verb, package)
            assert error is not None, f"no extra has {package}"
            raise error if extra is None else NotInstalled(package, extra)


def is_here(package: str) -> bool:
    """Say whether a package can be imported, without doing so."""
    try:
        return find_spec(package) is not None
    except ValueError:
        # None stands in its place among the modules: hidden on purpose.
        return False

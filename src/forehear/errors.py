"""What can go wrong, by whose fault it is.

Bad input (a report, a recording) is theirs: it is rejected, counted and the work goes on.
Bad configuration (a network, a scenario) is ours: all faults are listed at once and the command exits with 2.
"""

from collections.abc import Sequence

from forehear import __version__


class ForehearError(Exception):
    """Base of every error that forehear raises on purpose."""


class ConfigurationError(ForehearError):
    """A file that the operator wrote cannot be used; `faults` names every fault in it."""

    def __init__(self, where: str, faults: Sequence[str]) -> None:
        self.where = where
        self.faults = tuple(faults)
        many = f"{len(self.faults)} faults" if len(self.faults) != 1 else "1 fault"
        super().__init__(f"{where}: {many}\n" + "\n".join(f"  {fault}" for fault in self.faults))


class InputError(ForehearError):
    """A file that was handed in cannot be read at all; names the file and the reason."""


class NotInstalled(ForehearError):
    """A package that comes with a role of this computer is not here; says how to install that role."""

    def __init__(self, package: str, extra: str, what: str = "this") -> None:
        self.package = package
        self.extra = extra
        super().__init__(
            f"{what} needs {package}, which is not installed: pip install '.[{extra}]' in the clone, or "
            f"pip install './forehear-{__version__}-py3-none-any.whl[{extra}]' with the wheel"
        )


class NoSolution(ForehearError):
    """A bounded iteration or a closed form has no answer; says why."""

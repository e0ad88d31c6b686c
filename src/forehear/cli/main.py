"""`forehear VERB ...`: finds the verb's module and runs it. Data to stdout, words to stderr."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from forehear import __version__
from forehear.errors import ConfigurationError, ForehearError, NotInstalled

# verb -> what it does. The module forehear.cli.VERB has add_arguments(parser) and run(args) -> int.
VERBS: dict[str, str] = {
    "listen": "turn sound into reports",
    "simulate": "write a network, sites, reports and truth of a scenario",
    "track": "turn reports into tracks",
    "score": "score tracks against the truth",
    "plan": "say whom a network hears, where sensors go, minutes of warning, what a loss costs",
    "assess": "say what sourced claims and observed launches mean",
    "serve": "run the live service: ingest, tracker, warnings, map",
    "relay": "switch a siren or a light at one place by what the hub says of it",
    "check": "check a configuration of the service",
    "init": "begin a hub: configuration, examples, token, unit",
    "warm": "compile the tracker's loops before the first start",
    "doctor": "look at what ails a hub",
    "backup": "keep everything that a hub knows in one file",
    "restore": "bring a hub back from its backup",
    "demo": "run the live service on a simulated raid",
    "replay": "play recorded reports to a live service",
    "completion": "print the shell's completion script",
}
# Verbs with parts of their own, each in a folder: there the module is forehear.cli.VERB.verb.
FOLDERS = frozenset({"assess", "listen", "plan"})
# Verbs that share a folder: forehear.cli.FOLDER.VERB.
SHARED = dict.fromkeys(("init", "warm", "doctor", "backup", "restore"), "upkeep")


def verb_parser(verb: str) -> argparse.ArgumentParser:
    """Make the parser of one verb; imports only that verb's module."""
    where = f"{verb}.verb" if verb in FOLDERS else f"{SHARED[verb]}.{verb}" if verb in SHARED else verb
    module = importlib.import_module(f"forehear.cli.{where}")
    parser = argparse.ArgumentParser(
        prog=f"forehear {verb}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    parser.set_defaults(run=module.run)
    return parser


def overview() -> str:
    """The words of `forehear --help`."""
    lines = ["usage: forehear VERB [options]", "", "Hears drones before they arrive.", ""]
    lines += [f"  {verb:<12} {what}" for verb, what in VERBS.items()]
    lines += ["", "forehear VERB --help tells more. Exit status: 0 done, 1 failed, 2 wrong usage."]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        status = _run(words)
        # Here and not at exit: a reader that went away is told apart from a disk that is full.
        sys.stdout.flush()
        return status
    except (ConfigurationError, NotInstalled) as error:
        return _failed(words, error, 2)
    except ModuleNotFoundError as error:
        from forehear.cli.extras import not_installed

        missing = not_installed(words[0], (error.name or "").partition(".")[0])
        if missing is None:
            raise
        return _failed(words, missing, 2)
    except BrokenPipeError:
        # The reader went away, as `| head` does: not a failure, and no traceback at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except (ForehearError, OSError) as error:
        return _failed(words, error, 1)
    except KeyboardInterrupt:
        return _failed(words, "stopped", 130)


def _run(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(overview(), file=sys.stdout if words else sys.stderr)
        return 0 if words else 2
    if words[0] in ("-V", "--version"):
        print(f"forehear {__version__}")
        return 0
    if words[0] not in VERBS:
        print(f"forehear: no verb {words[0]!r}; allowed: {', '.join(VERBS)}", file=sys.stderr)
        return 2
    args = verb_parser(words[0]).parse_args(words[1:])
    return int(args.run(args))


def _failed(words: list[str], why: object, status: int) -> int:
    print(f"forehear {words[0] if words else ''}: {why}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())

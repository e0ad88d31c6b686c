"""Print a completion script: `source <(forehear completion bash)`."""

import argparse

from forehear.cli import main as cli


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="which shell completes")


def run(args: argparse.Namespace) -> int:
    """Write the script to stdout."""
    import shtab

    whole = argparse.ArgumentParser(prog="forehear")
    verbs = whole.add_subparsers()
    for verb, what in cli.VERBS.items():
        one = cli.verb_parser(verb)
        verbs.add_parser(verb, parents=[one], add_help=False, help=what)
    print(shtab.complete(whole, shell=args.shell))
    return 0

"""The `rekindle` command. Each subcommand is a module beside this one."""

import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from rekindle.cli import (
    dead_letters,
    doctor,
    down,
    duplicates,
    export,
    import_people,
    login_link,
    logs,
    rebuild,
    replay,
    republish,
    simulate,
    status,
    token,
    up,
)
from rekindle.cli.screen import complain
from rekindle.embedded.failures import CannotStart

app = typer.Typer(
    name="rekindle",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # its boxes leave no room for the text at 80 columns
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"rekindle {version('rekindle')}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Rekindle: the relationship memory of a hiring team, on this machine."""


for subcommand in (
    up,
    status,
    down,
    logs,
    doctor,
    token,
    login_link,
    import_people,
    duplicates,
    replay,
    simulate,
    republish,
    rebuild,
    export,
    dead_letters,
):
    subcommand.register(app)


def main() -> None:
    """Run the command: problems become one line on stderr and exit status 1, misuse is 2."""
    try:
        app()
    except CannotStart as problem:
        complain(str(problem), problem.detail)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output has read enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()

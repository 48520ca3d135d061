"""The `rekindle` command. Subcommands register here; what they do is in modules of their own, loaded when needed."""

import os
import sys
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from rekindle.cli.screen import complain
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, DataFolder

EXTENSIONS = ("replay", "republish", "rebuild", "dead_letters")
"""Modules beside this one that bring subcommands of their own: each has `register(app: typer.Typer) -> None`."""

Data = Annotated[
    Path,
    typer.Option("--data", envvar="REKINDLE_DATA", help="The folder that holds all data, keys and logs.", metavar="DIR"),
]

app = typer.Typer(
    name="rekindle",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
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


token = typer.Typer(help="Tokens with which clients call the API.", no_args_is_help=True)
app.add_typer(token, name="token")


@app.command()
def up(
    data: Data = DEFAULT,
    port: Annotated[int, typer.Option(help="The API's port; 0 takes a free one.", min=0, max=65535)] = 8080,
    kafka_port: Annotated[
        int | None,
        typer.Option(
            envvar="REKINDLE_KAFKA_PORT",
            help="The embedded Kafka's port; default: 9092 when it is free.",
            min=0,
            max=65535,
            show_default=False,
        ),
    ] = None,
    demo: Annotated[bool, typer.Option(help="Post a small demo, once.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Return when everything is ready and leave it running.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object when everything is ready.")] = False,
    report_to: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Start PostgreSQL, Kafka and all services, and wait until they are ready.

    Stays in the foreground until Ctrl-C, which stops everything in order. A CANDIDATES_DATABASE_URL (and so on) or
    KAFKA_BOOTSTRAP_SERVERS in the environment takes the place of the embedded part.
    """
    from rekindle.cli.up import Asked, run_in_background, run_in_foreground

    asked = Asked(data, port, kafka_port, demo, as_json)
    raise typer.Exit(run_in_background(asked) if detach else run_in_foreground(asked, report_to))


@app.command()
def status(
    data: Data = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what runs: parts, process ids, memory, restarts. Exit status 1 when nothing does."""
    from rekindle.cli.status import show_status

    raise typer.Exit(show_status(DataFolder(data), as_json=as_json))


@app.command()
def down(data: Data = DEFAULT) -> None:
    """Stop a stack, in order, and wait until it has stopped."""
    from rekindle.cli.status import stop

    raise typer.Exit(stop(DataFolder(data)))


@app.command()
def logs(
    part: Annotated[str | None, typer.Argument(help="postgres, kafka, gateway, worker, ... or a service's name.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written from now.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many lines of the past of each log.", min=0)] = 50,
    data: Data = DEFAULT,
) -> None:
    """Show the logs of all parts, or of one."""
    from rekindle.cli.logs import show_logs

    raise typer.Exit(show_logs(DataFolder(data), part, lines=lines, follow=follow))


@app.command()
def doctor(
    data: Data = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check everything that can be wrong, and say what to do about it. Exit status 1 for a problem.

    Looks at disk, Java, parts, broker, databases, clocks, backlog, lag and dead letters. Where no stack of its own runs and the
    environment names databases and broker, as in a container, it checks those, and the API at REKINDLE_URL.
    """
    from rekindle.cli.doctor import examine

    raise typer.Exit(examine(DataFolder(data), as_json=as_json))


@token.command("create")
def create_token(
    name: Annotated[str, typer.Option(help="Who will use it; shown in logs.")],
    scope: Annotated[list[str], typer.Option(help="What it allows; repeat for more.")],
    expires_in: Annotated[str, typer.Option(help="How long it is valid: 90d, 12h, 30m.")] = "90d",
    data: Data = DEFAULT,
) -> None:
    """Create a token and print it, and nothing else.

    Scopes: candidates:read, candidates:write, contact_details:read, engagement:read, engagement:write, analytics:read,
    admin.
    """
    from rekindle.cli import tokens

    if unknown := sorted(set(scope) - set(tokens.ALL_SCOPES)):
        known = ", ".join(tokens.ALL_SCOPES)
        raise typer.BadParameter(f"{', '.join(unknown)}: known scopes are {known}", param_hint="--scope")
    try:
        days = tokens.days_of(expires_in)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--expires-in") from error
    folder = DataFolder(data)
    issuer = os.environ.get("REKINDLE_DEPLOYMENT") or folder.recall("deployment").get("deployment")
    if not issuer:
        raise CannotStart(f"{folder.path} holds no deployment yet: start one with `rekindle up --data {folder.path}`.")
    print(tokens.issue(folder.keys, tokens.Wanted(str(issuer), name, tuple(scope), days)))


def main() -> None:
    """Run the command: problems become one line on stderr and exit status 1, misuse is 2."""
    for extension in EXTENSIONS:
        module = f"rekindle.cli.{extension}"
        if find_spec(module):
            import_module(module).register(app)
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

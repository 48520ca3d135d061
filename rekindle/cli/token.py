"""`rekindle token`: the tokens with which clients call the API."""

import os
from typing import Annotated

import typer

from rekindle.cli.options import Data
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, DataFolder
from rekindle.embedded.tokens import ALL_SCOPES, Wanted, days_of, issue

token = typer.Typer(help="Manage the tokens with which clients call the API.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the subcommands."""
    app.add_typer(token, name="token")


@token.command("create")
def create_token(
    name: Annotated[str, typer.Option(help="Who will use it; shown in logs.", metavar="NAME")],
    scope: Annotated[list[str], typer.Option(help="What it allows; repeat for more.", metavar="SCOPE")],
    expires_in: Annotated[str, typer.Option(help="How long it is valid: 90d, 12h, 30m.", metavar="TIME")] = "90d",
    data: Data = DEFAULT,
) -> None:
    """Create a token and print it, and nothing else.

    Scopes: candidates:read, candidates:write, contact_details:read, engagement:read, engagement:write, analytics:read,
    admin.
    """
    if unknown := sorted(set(scope) - set(ALL_SCOPES)):
        known = ", ".join(ALL_SCOPES)
        raise typer.BadParameter(f"{', '.join(unknown)}: known scopes are {known}", param_hint="--scope")
    try:
        days = days_of(expires_in)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--expires-in") from error
    folder = DataFolder(data)
    issuer = os.environ.get("REKINDLE_DEPLOYMENT") or folder.recall("deployment").get("deployment")
    if not issuer:
        raise CannotStart(f"{folder.path} holds no deployment yet: start one with `rekindle up --data {folder.path}`.")
    print(issue(folder.keys, Wanted(str(issuer), name, tuple(scope), days)))

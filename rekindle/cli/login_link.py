"""`rekindle login-link`: a link that logs somebody in to the dashboard."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from rekindle.cli.options import Data
from rekindle.cli.token import Api, Url, days
from rekindle.embedded.folder import DEFAULT, DataFolder


class Role(StrEnum):
    """As the gateway knows them."""

    RECRUITER = "recruiter"
    LEAD = "lead"
    ADMIN = "admin"


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command("login-link")(make_link)


def make_link(
    role: Annotated[
        Role,
        typer.Option(help="recruiter works the queue, lead reads, admin does anything.", metavar="ROLE", show_default=False),
    ],
    recruiter: Annotated[
        str | None, typer.Option(help="The code under which all they do is done.", metavar="CODE", show_default=False)
    ] = None,
    expires_in: Annotated[str, typer.Option(help="How long the link works: 1h, 30m.", metavar="TIME")] = "1h",
    url: Url = None,
    data: Data = DEFAULT,
) -> None:
    """Print a link that logs in to the dashboard, once."""
    if role is Role.RECRUITER and recruiter is None:
        raise typer.BadParameter("a recruiter needs a code", param_hint="--recruiter")
    body: dict[str, Any] = {"role": role.value, "expires_in_minutes": days(expires_in, "--expires-in") * 1440}
    print(Api(DataFolder(data), url).call("POST", "/v1/login-links", {**body, "recruiter": recruiter})["url"])

"""`rekindle duplicates`: compare everybody with everybody anew, through the HTTP API."""

import json
import time

import typer

from rekindle.cli.api_client import Url, WritingToken, client_of
from rekindle.cli.options import AsJson, Data
from rekindle.cli.screen import Screen
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, DataFolder

LOOK_EVERY = 0.5

duplicates = typer.Typer(help="Find people who are there twice.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the subcommands."""
    app.add_typer(duplicates, name="duplicates")


@duplicates.callback()
def options() -> None:
    """Find people who are there twice."""


@duplicates.command("scan")
def scan(
    url: Url = None,
    token: WritingToken = None,
    as_json: AsJson = False,
    data: Data = DEFAULT,
) -> None:
    """Compare everybody anew, and wait until it is done.

    Whoever comes in is compared without it. Whoever is interrupted leaves the scan running. What was found is listed by
    GET /v1/duplicates and on the dashboard.
    """
    from rekindle.replay.posting import NotTaken, Poster

    screen = Screen()
    with client_of(url, token, DataFolder(data)) as client:
        poster = Poster(client, say=screen.say)
        try:
            people = waiting = poster.call("POST", "/v1/duplicates/scan")["waiting"]
            while waiting:
                screen.progress("people", max(0, people - waiting), people)
                time.sleep(LOOK_EVERY)
                waiting = poster.call("GET", "/v1/duplicates/scan")["waiting"]
        except NotTaken as problem:
            raise CannotStart(str(problem)) from problem
    print(json.dumps({"compared": people}) if as_json else f"{people} people compared")

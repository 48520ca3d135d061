"""`rekindle simulate`: post a believable year of a hiring team through the HTTP API."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rekindle.cli.api_client import Url, client_of
from rekindle.cli.options import AsJson, Data
from rekindle.cli.replay import Rate
from rekindle.cli.screen import Screen
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, DataFolder
from shared import clock

if TYPE_CHECKING:
    from rekindle.simulation.living import Lived
    from rekindle.simulation.year import Year


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command("simulate")(simulate)


def simulate(
    seed: Annotated[int, typer.Option(help="Another seed makes another year.", metavar="N")] = 1,
    people: Annotated[int, typer.Option(help="How many candidates.", min=1, metavar="N")] = 20_000,
    positions: Annotated[int, typer.Option(help="How many openings.", min=1, metavar="N")] = 60,
    recruiters: Annotated[int, typer.Option(help="How many recruiters.", min=1, metavar="N")] = 20,
    facts: Annotated[int, typer.Option(help="How many facts.", min=1, metavar="N")] = 300_000,
    days: Annotated[int, typer.Option(help="How long the year is.", min=30, metavar="DAYS")] = 365,
    until: Annotated[
        datetime | None,
        typer.Option(help="The day after the last, in UTC; default: today.", formats=["%Y-%m-%d"], metavar="DAY"),
    ] = None,
    clock_file: Annotated[
        Path | None,
        typer.Option(
            envvar=clock.VARIABLE,
            help="The file that says what time it is to a stack that was started with the same variable.",
            metavar="FILE",
        ),
    ] = None,
    rate: Rate = None,
    url: Url = None,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="REKINDLE_TOKEN",
            help="With candidates:write, engagement:read, engagement:write, analytics:read.",
            metavar="TOKEN",
        ),
    ] = None,
    as_json: AsJson = False,
    data: Data = DEFAULT,
) -> None:
    """Post a year of a hiring team to the HTTP API, as an ATS would.

    The same seed and sizes make the same year: records, positions that open and close, and facts in the order in which they
    arrive, of which some come twice, late, out of order or are retracted. Recruiters work the queue: each week where the clock
    can be set, else once at the end. Posting again is harmless. docs/simulation.md says more.
    """
    from rekindle.replay.posting import NotTaken, Poster
    from rekindle.simulation.living import Refused, Watching, live
    from rekindle.simulation.year import Year

    ends = datetime.combine((until or datetime.now(UTC)).date(), time(), UTC)
    year = Year(
        begins=ends - timedelta(days=days),
        seed=seed,
        people=people,
        positions=positions,
        recruiters=recruiters,
        facts=facts,
        days=days,
    )
    screen = Screen()

    def progress(at: datetime) -> None:
        screen.progress(f"{at:%d %B %Y}", int((at - year.begins).total_seconds()), int(timedelta(days=days).total_seconds()))

    def set_clock(at: datetime) -> None:
        assert clock_file is not None
        clock.simulate(clock_file, at)

    try:
        with client_of(url, token, DataFolder(data)) as client:
            poster = Poster(client, say=screen.say, rate=rate)
            lived = live(year, poster, Watching(progress=progress, set_clock=set_clock if clock_file else None))
    except (NotTaken, Refused) as problem:
        raise CannotStart(str(problem)) from problem
    finally:
        if clock_file:
            clock.simulate(clock_file, None)
    _show(year, lived, as_json=as_json)


def _show(year: "Year", lived: "Lived", *, as_json: bool) -> None:
    counts = {name: value for name, value in asdict(lived).items() if name != "last"}
    if as_json:
        print(json.dumps({"begins": year.begins.isoformat(), "ends": year.ends.isoformat(), **counts}))
        return
    print(f"{year.begins:%d %B %Y} to {year.ends:%d %B %Y}: {lived.stored} events stored, {lived.duplicates} duplicates,")
    print(f"{lived.records} changes of records, {lived.acts} acts of recruiters in the queue")

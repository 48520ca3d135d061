"""`rekindle rebuild`: make derived tables again from what they are derived from."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rekindle.cli.screen import Screen
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, DataFolder

if TYPE_CHECKING:
    from services.analytics.use_cases.rebuild import Rebuilt

Data = Annotated[
    Path,
    typer.Option("--data", envvar="REKINDLE_DATA", help="The data folder of the running stack.", metavar="DIR"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the outcome as one JSON object.")]

rebuild = typer.Typer(help="Make derived tables again, while everything runs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the subcommands."""
    app.add_typer(rebuild, name="rebuild")


@rebuild.command("analytics")
def rebuild_analytics(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit status 1 where something differs.")] = False,
    as_json: AsJson = False,
    data: Data = DEFAULT,
) -> None:
    """Fold all attempts and counters anew from analytics' own facts, and tell what was not as it should have been.

    The numbers stay readable and new events are counted meanwhile.
    """
    from rekindle.runtime.maintenance import OutOfReach, use_environment

    use_environment(DataFolder(data).running())
    try:
        outcome = asyncio.run(_rebuild(Screen(), check=check))
    except OutOfReach as problem:
        raise CannotStart(str(problem)) from problem
    wrong = {"attempts_wrong": outcome.attempts_wrong, "counters_wrong": outcome.counters_wrong}
    if as_json:
        print(json.dumps({"pursuits": outcome.pursuits, **wrong, "changed": not check}))
    elif outcome.was_equal:
        print(f"{outcome.pursuits} pursuits folded anew: everything was as it should be.")
    else:
        done = "nothing was changed" if check else "they are right now"
        print(f"{outcome.pursuits} pursuits: {wrong['attempts_wrong']} attempts and {wrong['counters_wrong']} counters "
              f"were wrong; {done}.")  # fmt: skip
    raise typer.Exit(1 if check and not outcome.was_equal else 0)


async def _rebuild(screen: Screen, *, check: bool) -> "Rebuilt":
    from datetime import UTC, datetime

    from rekindle.runtime.maintenance import database_of
    from services.analytics.use_cases.rebuild import compare
    from services.analytics.use_cases.rebuild import rebuild as fold_all

    async with database_of("analytics") as (sessions, settings):
        now = datetime.now(UTC)
        if check:
            return await compare(sessions, now=now, ghost_after=settings.ghost_after)
        return await fold_all(
            sessions, now=now, ghost_after=settings.ghost_after, progress=lambda done: screen.say(f"{done} pursuits")
        )


@rebuild.command("queue")
def rebuild_queue(as_json: AsJson = False, data: Data = DEFAULT) -> None:
    """Compute every item of the re-engagement queue anew from engagement's logs, claims and snoozes included."""
    from rekindle.runtime.maintenance import OutOfReach, use_environment

    use_environment(DataFolder(data).running())
    try:
        read = asyncio.run(_rebuild_queue())
    except OutOfReach as problem:
        raise CannotStart(str(problem)) from problem
    print(json.dumps({"streams": read}) if as_json else f"The queue was computed anew from the streams of {read} candidates.")


async def _rebuild_queue() -> int:
    from datetime import UTC, datetime

    from rekindle.runtime.maintenance import database_of
    from services.engagement.use_cases.derive_people import derive_all as compute

    async with database_of("engagement") as (sessions, settings):
        return await compute(sessions, now=datetime.now(UTC), settings=settings)

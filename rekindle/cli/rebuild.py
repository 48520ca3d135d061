"""`rekindle rebuild`: make derived tables again from what they are derived from."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

from rekindle.cli.options import AsJson, Data
from rekindle.cli.screen import Screen
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, DataFolder
from shared import clock

if TYPE_CHECKING:
    from services.analytics.use_cases.rebuild import Rebuilt


rebuild = typer.Typer(help="Recompute derived tables, while everything runs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the subcommands."""
    app.add_typer(rebuild, name="rebuild")


@rebuild.command("analytics")
def rebuild_analytics(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit status 1 when something differs.")] = False,
    as_json: AsJson = False,
    data: Data = DEFAULT,
) -> None:
    """Recompute all funnels from analytics' own facts.

    Prints how many attempts and counters were wrong. They are made beside and take the place of the old ones at the end: the
    numbers stay readable and new events are counted meanwhile. A rebuild that was stopped goes on where it was.
    """
    from rekindle.runtime.garbage_collection import collect_rarely
    from rekindle.runtime.maintenance import OutOfReach, use_environment

    use_environment(DataFolder(data).running())
    collect_rarely()
    try:
        outcome = asyncio.run(_rebuild(Screen(), check=check))
    except OutOfReach as problem:
        raise CannotStart(str(problem)) from problem
    wrong = {"attempts_wrong": outcome.attempts_wrong, "counters_wrong": outcome.counters_wrong}
    if as_json:
        print(json.dumps({"pursuits": outcome.pursuits, **wrong, "changed": not check}))
    elif outcome.was_equal:
        print(f"{outcome.pursuits} pursuits recomputed: everything was correct.")
    else:
        done = "nothing was changed" if check else "they are right now"
        print(f"{outcome.pursuits} pursuits: {wrong['attempts_wrong']} attempts and {wrong['counters_wrong']} counters "
              f"were wrong; {done}.")  # fmt: skip
    raise typer.Exit(1 if check and not outcome.was_equal else 0)


async def _rebuild(screen: Screen, *, check: bool) -> "Rebuilt":

    from rekindle.runtime.maintenance import database_of
    from services.analytics.use_cases.rebuild import compare
    from services.analytics.use_cases.rebuild import rebuild as fold_all

    async with database_of("analytics") as (sessions, settings):
        now = clock.now()
        if check:
            return await compare(sessions, now=now, ghost_after=settings.ghost_after)

        def progress(done: int, share: float) -> None:
            screen.progress("pursuits", done, max(done, round(done / share)) if share else done)

        return await fold_all(sessions, now=now, ghost_after=settings.ghost_after, progress=progress)


@rebuild.command("queue")
def rebuild_queue(as_json: AsJson = False, data: Data = DEFAULT) -> None:
    """Recompute the re-engagement queue from engagement's logs.

    Claims and snoozes are kept.
    """
    from rekindle.runtime.maintenance import OutOfReach, use_environment

    use_environment(DataFolder(data).running())
    try:
        read = asyncio.run(_rebuild_queue())
    except OutOfReach as problem:
        raise CannotStart(str(problem)) from problem
    print(json.dumps({"streams": read}) if as_json else f"The queue was recomputed from the streams of {read} candidates.")


async def _rebuild_queue() -> int:

    from rekindle.runtime.maintenance import database_of
    from services.engagement.use_cases.derive_people import derive_all as compute

    async with database_of("engagement") as (sessions, settings):
        return await compute(sessions, now=clock.now(), settings=settings)

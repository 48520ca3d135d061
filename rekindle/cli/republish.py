"""`rekindle republish`: publish again what the services hold, after the broker lost it."""

import asyncio
import json
from enum import StrEnum
from importlib import import_module
from typing import Annotated

import typer

from rekindle.cli.options import AsJson, Data
from rekindle.cli.screen import Screen
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, DataFolder


class Owned(StrEnum):
    """A topic that a service can make again from its own database."""

    CANDIDATES = "rekindle.candidates.v1"
    POSITIONS = "rekindle.positions.v1"
    ENGAGEMENT = "rekindle.engagement.v1"
    REENGAGEMENT = "rekindle.reengagement.v1"
    POOL = "rekindle.pool.v1"
    ACCESS = "rekindle.access.v1"

    @property
    def owner(self) -> str:
        """The service that holds what the topic carries."""
        if self is Owned.ACCESS:
            return "gateway"
        return "candidates" if self in {Owned.CANDIDATES, Owned.POSITIONS, Owned.POOL} else "engagement"


Topics = Annotated[
    list[str] | None,
    typer.Option("--topic", help="Only this topic; repeat for more. Default: all.", metavar="TOPIC", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command("republish")(republish)


def republish(
    topic: Topics = None,
    as_json: AsJson = False,
    data: Data = DEFAULT,
) -> None:
    """Publish everything again, for a broker that lost its data.

    Takes what candidates, engagement and the gateway hold. Topics: rekindle.candidates.v1, rekindle.positions.v1,
    rekindle.pool.v1, rekindle.engagement.v1, rekindle.reengagement.v1, rekindle.access.v1. Consumers drop what they know already,
    so doing this when nothing was lost changes nothing. The services' relays publish what this command puts into their outboxes;
    `rekindle doctor` shows how much is still to go.
    """
    from rekindle.runtime.maintenance import OutOfReach, use_environment
    from shared.errors import Unavailable

    wanted = _wanted(topic)
    use_environment(DataFolder(data).running())
    screen = Screen()
    try:
        counts = asyncio.run(_republish(wanted, screen))
    except (OutOfReach, Unavailable) as problem:
        raise CannotStart(str(problem)) from problem
    if as_json:
        print(json.dumps(counts))
    else:
        print("\n".join(f"{count:>10}  {name}" for name, count in counts.items()))


def _wanted(names: list[str] | None) -> list[Owned]:
    for name in names or ():
        if name not in {*Owned}:
            raise typer.BadParameter(f"{name} cannot be published again: choose {', '.join(Owned)}", param_hint="--topic")
    return [Owned(name) for name in dict.fromkeys(names or Owned)]


async def _republish(topics: list[Owned], screen: Screen) -> dict[str, int]:
    from rekindle.runtime.maintenance import database_of
    from shared.events import Topic

    counts: dict[str, int] = {}
    for topic in topics:

        def report(count: int, topic: Owned = topic) -> None:
            screen.count(f"{topic}: {count}")

        async with database_of(topic.owner) as (sessions, settings):
            use_case = import_module(f"services.{topic.owner}.use_cases.republish")
            counts[topic.value] = await use_case.republish(sessions, Topic(topic), shards=settings.partitions, progress=report)
    return counts

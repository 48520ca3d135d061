"""`rekindle dead-letters`: look at records that could not be applied; apply them once their cause is mended, or discard them."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rekindle.cli.options import AsJson, Data
from rekindle.cli.screen import complain
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, DataFolder

if TYPE_CHECKING:
    from shared.inbox.dead_letters import DeadLetter

CONSUMING = ("candidates", "engagement", "analytics")
"""The services that read topics, each with dead letters of its own."""
PAGE = 500

Number = Annotated[
    str, typer.Argument(help="As `list` shows it, for example analytics:12.", metavar="NUMBER", show_default=False)
]
Numbers = Annotated[
    list[str] | None,
    typer.Argument(help="As `list` shows them, for example analytics:12.", metavar="NUMBER", show_default=False),
]

dead_letters = typer.Typer(help="See and settle records that a service could not apply.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the subcommands."""
    app.add_typer(dead_letters, name="dead-letters")


@dead_letters.command("list")
def list_letters(
    service: Annotated[str | None, typer.Option(help=f"Only those of {', '.join(CONSUMING)}.", metavar="SERVICE")] = None,
    limit: Annotated[int, typer.Option(help="At most this many of each service.", min=1, metavar="N")] = 100,
    as_json: AsJson = False,
    data: Data = DEFAULT,
) -> None:
    """List the dead letters that wait, oldest first.

    Those that were replayed or discarded are left out.
    """
    services = _services(service)
    found = _run(data, lambda: _all_waiting(services, limit))
    if as_json:
        print(json.dumps([_shown(name, letter) for name, letter in found]))
    elif not found:
        print("No dead letters.")
    for name, letter in [] if as_json else found:
        print(f"{name}:{letter.id}  {letter.created_at:%Y-%m-%d %H:%M:%S}Z  {letter.group}  {_type_of(letter)}")
        print(f"    {letter.topic}, partition {letter.partition}, offset {letter.offset}: {_first_line(letter.error)}")


@dead_letters.command("show")
def show_letter(number: Number, as_json: AsJson = False, data: Data = DEFAULT) -> None:
    """Show one dead letter: its place, headers, value and error."""
    service, which = _read_number(number)
    shown = _shown(service, _run(data, lambda: _one(service, which)), whole=True)
    if as_json:
        print(json.dumps(shown))
        return
    error = shown.pop("error")
    for name, value in shown.items():
        print(f"{name:<12} {json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value}")
    print(f"error        {error}")


@dead_letters.command("replay")
def replay_letters(
    numbers: Numbers = None,
    everything: Annotated[bool, typer.Option("--all", help="All that wait, oldest first.")] = False,
    service: Annotated[str | None, typer.Option(help="With --all: only those of this service.", metavar="SERVICE")] = None,
    as_json: AsJson = False,
    data: Data = DEFAULT,
) -> None:
    """Apply dead letters, once each.

    Each takes its own place in the order of its stream. What still cannot be applied stays, with the reason on stderr, and the
    exit status is 1.
    """
    if bool(numbers) == everything:
        raise typer.BadParameter("give the numbers to replay, or --all", param_hint="NUMBER")
    services = _services(service)
    wanted = None if everything else [_read_number(number) for number in numbers or []]
    replayed, failed = _run(data, lambda: _replay(wanted, services))
    if as_json:
        print(json.dumps({"replayed": replayed, "failed": failed}))
    else:
        print(f"{len(replayed)} replayed, {len(failed)} not.")
    for number, why in failed.items():
        complain(f"{number}: {why}")
    raise typer.Exit(1 if failed else 0)


@dead_letters.command("discard")
def discard_letter(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why it will never be applied; kept with it.", metavar="TEXT", show_default=False)],
    data: Data = DEFAULT,
) -> None:
    """Set a dead letter aside for good.

    It is listed and counted no more, and cannot be replayed.
    """
    if not reason.strip():
        raise typer.BadParameter("say why", param_hint="--reason")
    service, which = _read_number(number)
    _run(data, lambda: _discard(service, which, reason.strip()))
    print(f"{number} is discarded.")


def _services(name: str | None) -> Sequence[str]:
    if name is not None and name not in CONSUMING:
        raise typer.BadParameter(f"{name} has no dead letters: choose {', '.join(CONSUMING)}", param_hint="--service")
    return CONSUMING if name is None else (name,)


def _read_number(text: str) -> tuple[str, int]:
    service, colon, number = text.partition(":")
    if service not in CONSUMING or not colon or not number.isdecimal() or int(number) >= 2**63:
        raise typer.BadParameter(f"{text} is no number of a dead letter, such as analytics:12", param_hint="NUMBER")
    return service, int(number)


def _run(data: Path, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Do what needs the databases. Problems become CannotStart, which the command prints."""
    from rekindle.runtime.maintenance import OutOfReach, use_environment
    from shared.inbox.dead_letters import DeadLetterError

    use_environment(DataFolder(data).running())
    try:
        return asyncio.run(work())
    except (OutOfReach, DeadLetterError) as problem:
        raise CannotStart(f"{str(problem)[:1].upper()}{str(problem)[1:]}") from problem


async def _all_waiting(services: Sequence[str], limit: int | None) -> list[tuple[str, "DeadLetter"]]:
    from rekindle.runtime.maintenance import database_of
    from shared.inbox.dead_letters import waiting

    found: list[tuple[str, DeadLetter]] = []
    for service in services:
        async with database_of(service) as (sessions, _):
            after, left = 0, limit
            while page := await waiting(sessions, limit=min(PAGE, left or PAGE), after=after):
                found += [(service, letter) for letter in page]
                after = page[-1].id
                if left is not None and (left := left - len(page)) <= 0:
                    break
    return found


async def _one(service: str, number: int) -> "DeadLetter":
    from rekindle.runtime.maintenance import database_of
    from shared.inbox.dead_letters import one

    async with database_of(service) as (sessions, _), sessions.begin() as session:
        return await one(session, number)


async def _discard(service: str, number: int, reason: str) -> None:
    from rekindle.runtime.maintenance import database_of
    from shared.inbox.dead_letters import discard

    async with database_of(service) as (sessions, _):
        await discard(sessions, number, reason)


async def _replay(wanted: list[tuple[str, int]] | None, services: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    if wanted is None:
        wanted = [(service, letter.id) for service, letter in await _all_waiting(services, None)]
    replayed: list[str] = []
    failed: dict[str, str] = {}
    for service, number in wanted:
        why = await _replay_one(service, number)
        if why is None:
            replayed.append(f"{service}:{number}")
        else:
            failed[f"{service}:{number}"] = why
    return replayed, failed


async def _replay_one(service: str, number: int) -> str | None:
    """Replay one; returns why it could not be, or None."""
    from rekindle.runtime.maintenance import OutOfReach, database_of, subscription_of
    from shared.db.engine import is_transient
    from shared.inbox.dead_letters import DeadLetterError, group_of, replay

    async with database_of(service) as (sessions, _):
        try:
            group = await group_of(sessions, number)
            subscription = subscription_of(group)
            if subscription is None:
                return f"no part applies the records of {group} from here: whoever needs them asks for them again"
            await replay(sessions, subscription.handler, number, opening=subscription.opening)
        except (DeadLetterError, OutOfReach) as problem:
            return str(problem)
        except Exception as error:
            # What a handler raises is what made the letter dead; the database's own faults are another matter.
            if is_transient(error):
                raise
            return f"{type(error).__name__}: {_first_line(str(error))}"
    return None


def _type_of(letter: "DeadLetter") -> str:
    return dict(letter.headers).get("ce_type", b"no type").decode(errors="replace")


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "no message"


def _shown(service: str, letter: "DeadLetter", *, whole: bool = False) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "number": f"{service}:{letter.id}",
        "group": letter.group,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "type": _type_of(letter),
        "created_at": letter.created_at.isoformat(),
        "replayed_at": letter.replayed_at.isoformat() if letter.replayed_at else None,
        "discarded_at": letter.discarded_at.isoformat() if letter.discarded_at else None,
        "discard_reason": letter.discard_reason,
        "left_hole": letter.left_hole,
        "error": letter.error if whole else _first_line(letter.error),
    }
    if whole:
        shown["headers"] = {name: value.decode(errors="replace") for name, value in letter.headers}
        shown["value"] = None if letter.value is None else letter.value.decode(errors="replace")
    return shown

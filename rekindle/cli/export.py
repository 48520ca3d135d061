"""`rekindle export`: the numbers of a metric, or what is behind them, as CSV, JSON lines or Parquet."""

import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from rekindle.cli.api_client import Url, client_of
from rekindle.cli.exported_lines import Lines
from rekindle.cli.options import Data
from rekindle.cli.screen import Screen
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, DataFolder
from rekindle.refusals import refusal_of

if TYPE_CHECKING:
    import httpx


class Format(StrEnum):
    """The forms of a table, by the ending of a file's name."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


ACCEPT = {Format.CSV: "text/csv", Format.JSONL: "application/jsonl", Format.PARQUET: "application/vnd.apache.parquet"}

TRIES = 5
"""How often an export is asked for, at most, before it is given up."""
PAUSE_SECONDS = 1.0

FUNNEL = "funnel"
"""What is named to export funnels; no metric has this name."""

_PERSON = re.compile(rb'^(?:\{"person_id":")?([0-9a-f]{8})-', re.MULTILINE)
"""How a line about an attempt begins, in CSV and in JSON lines: they come in the order of these ids, which are spread evenly."""


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command("export")(export)


def export(
    metric: Annotated[
        str,
        typer.Argument(help="Its name, of GET /v1/analytics/metrics; or funnel: all.", metavar="METRIC", show_default=False),
    ],
    ask: Annotated[
        list[str] | None,
        typer.Argument(help="What the API takes: group_by=via,period or via=linkedin.", metavar="NAME=VALUE"),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to; default: standard output.", metavar="FILE", dir_okay=False)
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="csv, jsonl or parquet; default: as the file's name ends.", metavar="FORM")
    ] = None,
    members: Annotated[
        bool, typer.Option("--members", help="The attempts, people or other things behind the numbers, instead of these.")
    ] = False,
    url: Url = None,
    token: Annotated[
        str | None, typer.Option(envvar="REKINDLE_TOKEN", help="With the scope analytics:read.", metavar="TOKEN")
    ] = None,
    data: Data = DEFAULT,
) -> None:
    """Save a metric as a table, or what is behind it.

    A file has its name only once it is whole: what is written until then is beside it, and goes when the export is broken off.
    With --members, CSV and JSON lines that break off go on behind the last row that came.
    """
    asked = [_named(one) for one in ask or ()]
    wanted = form or _by_ending(output)
    if wanted is Format.PARQUET and output is None and sys.stdout.isatty():
        raise typer.BadParameter("Parquet is not for a terminal: name a file with --output.")
    if metric == FUNNEL and members:
        raise typer.BadParameter("A funnel has no members: name a metric with --members.")
    path = "/v1/analytics/funnel" if metric == FUNNEL else f"/v1/analytics/metrics/{quote(metric, safe='')}"
    path += "/members" if members else ""
    goes_on = members and wanted is not Format.PARQUET
    progress = _Progress(Screen(), by_person=goes_on)
    lines = Lines(are_csv=wanted is Format.CSV) if goes_on else None
    with client_of(url, token, DataFolder(data)) as client:
        save(client, path, asked, wanted, output, progress, lines)
    progress.end()


def save(
    client: "httpx.Client",
    path: str,
    asked: Sequence[tuple[str, str]],
    form: Format,
    output: Path | None,
    progress: Callable[[bytes], None],
    lines: Lines | None = None,
) -> None:
    """Write the answer as it comes. Where it breaks off behind a row that ``lines`` have seen, it is asked to go on there.

    Raises CannotStart: refused, broken off, or nowhere to write to.
    """
    import httpx

    try:
        with _written(output) as file:
            for left in reversed(range(TRIES if lines else 1)):
                try:
                    _save_answer(client, path, [*asked, *_behind(lines)], form, file, progress, lines)
                    return
                except httpx.TransportError as problem:
                    if lines is None or not lines.rows or not left:
                        raise
                    print(f"broken off behind row {lines.rows} ({_named_fault(problem)}); going on", file=sys.stderr)
                    lines.begin_again()
                    time.sleep(PAUSE_SECONDS)
    except httpx.HTTPError as problem:
        behind = lines.behind if lines is not None and output is None else None
        advice = (
            "Run it again" if lines is None or behind is None else f"Rows that came: {lines.rows}; behind={behind} gives the rest"
        )
        raise CannotStart(f"The export was broken off: {_named_fault(problem)}. {advice}.") from problem
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise CannotStart(f"{output} cannot be written: {problem.strerror or problem}.") from problem


def _save_answer(
    client: "httpx.Client",
    path: str,
    asked: Sequence[tuple[str, str]],
    form: Format,
    file: IO[bytes],
    progress: Callable[[bytes], None],
    lines: Lines | None,
) -> None:
    with client.stream("GET", path, params=[*asked], headers={"Accept": ACCEPT[form]}) as answer:
        if not answer.is_success:
            answer.read()
            raise CannotStart(refusal_of(answer))
        for some in answer.iter_bytes():
            file.write(some if lines is None else lines.take(some))
            progress(some)


def _behind(lines: Lines | None) -> Iterator[tuple[str, str]]:
    if lines is not None and lines.behind is not None:
        yield "behind", lines.behind


def _named_fault(problem: Exception) -> str:
    return str(problem) or type(problem).__name__


@contextmanager
def _written(output: Path | None) -> Iterator[IO[bytes]]:
    """A file that has its name once it is whole, and else is gone; or standard output."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    beside = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(output)
    finally:
        beside.unlink(missing_ok=True)


def _named(one: str) -> tuple[str, str]:
    name, equals, value = one.partition("=")
    if not name or not equals:
        raise typer.BadParameter(f"{one!r} is not NAME=VALUE, such as group_by=via.")
    return name, value


def _by_ending(output: Path | None) -> Format:
    ending = "" if output is None else output.suffix.removeprefix(".").lower()
    return Format(ending) if ending in set(Format) else Format.CSV


class _Progress:
    """How far an export is: in hundredths by the last id of a person, where rows are in that order; else how much has come."""

    def __init__(self, screen: Screen, *, by_person: bool) -> None:
        self._screen = screen
        self._by_person = by_person
        self._bytes = 0
        self._shown = -1

    def __call__(self, some: bytes) -> None:
        self._bytes += len(some)
        if not self._by_person:
            self._screen.count(f"{self._bytes / 1e6:.1f} MB")
        elif found := _PERSON.findall(some):
            self._show(100 * int(found[-1], 16) >> 32)

    def end(self) -> None:
        """All has come."""
        if self._by_person:
            self._show(100)

    def _show(self, done: int) -> None:
        if done > self._shown:
            self._shown = done
            self._screen.progress(f"{self._bytes / 1e6:.1f} MB", done, 100)

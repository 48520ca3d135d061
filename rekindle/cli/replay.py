"""`rekindle replay`: post a log of past events through the HTTP API."""

import json
import sys
from collections import Counter
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rekindle.cli.api_client import Url, client_of
from rekindle.cli.options import AsJson, Data
from rekindle.cli.screen import Screen
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, DataFolder

if TYPE_CHECKING:
    from rekindle.replay.answers import Outcome
    from rekindle.replay.rows import Log

File = Annotated[Path, typer.Argument(help="The log: CSV in UTF-8 with a header.", metavar="FILE.csv", show_default=False)]
MappingFile = Annotated[
    Path,
    typer.Option(
        "--mapping",
        help="What its columns and activities mean; rekindle/replay/mappings/hiring_log.toml explains itself.",
        metavar="FILE.toml",
        show_default=False,
    ),
]
Rate = Annotated[float | None, typer.Option(help="Post at most this many events a second.", min=0.1, metavar="N")]


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command("replay")(replay)


def replay(
    file: File,
    mapping: MappingFile,
    rate: Rate = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Post nothing; read the whole log and say what would be refused. Needs no stack.")
    ] = False,
    wait: Annotated[
        float, typer.Option(help="Wait so long until funnels, queue and pursuits show everything.", min=0, metavar="SECONDS")
    ] = 0,
    url: Url = None,
    token: Annotated[
        str | None, typer.Option(envvar="REKINDLE_TOKEN", help="With the scope engagement:write.", metavar="TOKEN")
    ] = None,
    as_json: AsJson = False,
    data: Data = DEFAULT,
) -> None:
    """Post a CSV log of past events to the HTTP API.

    One row is one event. The order of the rows does not matter, and replaying again is harmless: what is there already is
    counted as a duplicate. Activities without a meaning are counted by name; rows that cannot be taken are counted by cause,
    with their first lines, all others are posted, and the exit status is 1.
    """
    from rekindle.replay.checking import Checker
    from rekindle.replay.mapping_file import MappingFileError, read_mapping
    from rekindle.replay.posting import NotTaken, Poster
    from rekindle.replay.replaying import LONGEST_BATCH
    from rekindle.replay.replaying import replay as post_all
    from rekindle.replay.rows import Log, UnreadableLog

    screen = Screen()
    client = None if dry_run else client_of(url, token, DataFolder(data))
    try:
        meaning = read_mapping(mapping)
        with closing(Log(file, delimiter=meaning.delimiter)) as log, client or nullcontext():
            poster = Poster(client, say=screen.say, rate=rate) if client else Checker()
            batch = max(1, min(LONGEST_BATCH, int(rate or LONGEST_BATCH)))
            outcome = post_all(log, meaning, poster, batch=batch, progress=_Progress(screen, log))
            if wait and isinstance(poster, Poster):
                poster.wait(list(outcome.last.values()), seconds=wait)
    except (MappingFileError, UnreadableLog, NotTaken) as problem:
        raise CannotStart(str(problem)) from problem
    print(json.dumps(outcome.as_json())) if as_json else _show(outcome, dry=dry_run)
    raise typer.Exit(1 if outcome.invalid else 0)


class _Progress:
    """How far the file is read, in hundredths."""

    def __init__(self, screen: Screen, log: "Log") -> None:
        self._screen = screen
        self._log = log
        self._shown = -1

    def __call__(self, outcome: "Outcome") -> None:
        done = 100 * self._log.read_bytes // max(self._log.size, 1)
        if done > self._shown:
            self._shown = done
            self._screen.progress(f"{outcome.rows} rows", done, 100)


def _show(outcome: "Outcome", *, dry: bool) -> None:
    for cause in outcome.by_frequency:
        more = ", ..." if cause.count > len(cause.lines) else ""
        print(f"{cause.count} x {cause.why}  (line {', '.join(map(str, cause.lines))}{more})", file=sys.stderr)
    stored = f"{outcome.stored} would be posted" if dry else f"{outcome.stored} stored, {outcome.duplicates} duplicates"
    print(f"{outcome.rows} rows: {stored}, {outcome.invalid} invalid")
    _list("facts", Counter({name.removeprefix("rekindle."): count for name, count in outcome.facts.items()}))
    _list("ignored, as the mapping says", outcome.ignored)
    _list("not mapped", outcome.not_mapped)


def _list(title: str, counts: Counter[str]) -> None:
    if counts:
        print(f"{title}:")
        for name, count in counts.most_common():
            print(f"  {count:>8}  {name}")

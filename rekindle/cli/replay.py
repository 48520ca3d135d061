"""`rekindle replay`: post a log of past events through the HTTP API."""

import json
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rekindle.cli.screen import Screen
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, DataFolder

if TYPE_CHECKING:
    from rekindle.replay.answers import Outcome
    from rekindle.replay.rows import Log

REQUEST_SECONDS = 60.0

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
Data = Annotated[
    Path,
    typer.Option("--data", envvar="REKINDLE_DATA", help="The data folder of the running stack.", metavar="DIR"),
]


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command("replay")(replay)


def replay(
    file: File,
    mapping: MappingFile,
    rate: Annotated[float | None, typer.Option(help="Post at most this many events a second.", min=0.1, metavar="N")] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait until analytics has counted everything.", min=0)] = 0,
    url: Annotated[str | None, typer.Option(envvar="REKINDLE_URL", help="The API; default: the running stack.")] = None,
    token: Annotated[str | None, typer.Option(envvar="REKINDLE_TOKEN", help="With the scope engagement:write.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as one JSON object.")] = False,
    data: Data = DEFAULT,
) -> None:
    """Post a log of past events, one row an event, through the HTTP API.

    The order of the rows does not matter, and replaying again is harmless: what is there already is counted as a
    duplicate. Activities without a meaning are counted by name; rows that cannot be taken are listed by line, all others
    are posted, and the exit status is 1.
    """
    import httpx

    from rekindle.replay.mapping_file import MappingFileError, read_mapping
    from rekindle.replay.posting import NotTaken, Poster
    from rekindle.replay.replaying import LONGEST_BATCH
    from rekindle.replay.replaying import replay as post_all
    from rekindle.replay.rows import Log, UnreadableLog

    screen = Screen()
    base, bearer = _api(url, token, DataFolder(data))
    try:
        meaning = read_mapping(mapping)
        headers = {"Authorization": f"Bearer {bearer}"}
        with (
            closing(Log(file, delimiter=meaning.delimiter)) as log,
            httpx.Client(base_url=base, headers=headers, timeout=REQUEST_SECONDS, trust_env=url is not None) as client,
        ):
            poster = Poster(client, say=screen.say, rate=rate)
            batch = max(1, min(LONGEST_BATCH, int(rate or LONGEST_BATCH)))
            outcome = post_all(log, meaning, poster, batch=batch, progress=_Progress(screen, log))
            if wait:
                poster.wait(list(outcome.last.values()), seconds=wait)
    except (MappingFileError, UnreadableLog, NotTaken) as problem:
        raise CannotStart(str(problem)) from problem
    print(json.dumps(outcome.as_json())) if as_json else _show(outcome)
    raise typer.Exit(1 if outcome.invalid else 0)


def _api(url: str | None, token: str | None, folder: DataFolder) -> tuple[str, str]:
    """The address and the token to use. Raises CannotStart."""
    running = folder.running()
    base = (url or str(running.get("url") or "")).rstrip("/")
    if not base:
        raise CannotStart(f"Nothing runs on {folder.path}: start it with `rekindle up`, or name an API with --url and --token.")
    if not base.startswith(("http://", "https://")):
        raise CannotStart(f"--url {base} is no address: it begins with http:// or https://.")
    bearer = token or (running.get("token") if base == running.get("url") else None)
    if not bearer:
        raise CannotStart(f"No token for {base}: give one with --token or REKINDLE_TOKEN.")
    return base, bearer


class _Progress:
    """How far the file is read, in hundredths; where lines are printed, in tenths."""

    def __init__(self, screen: Screen, log: "Log") -> None:
        self._screen = screen
        self._log = log
        self._shown = -1

    def __call__(self, outcome: "Outcome") -> None:
        step = 1 if sys.stderr.isatty() else 10
        done = 100 * self._log.read_bytes // max(self._log.size, 1) // step * step
        if done > self._shown:
            self._shown = done
            self._screen.progress(f"{outcome.rows} rows", done, 100)


def _show(outcome: "Outcome") -> None:
    for refusal in sorted(outcome.refusals, key=lambda one: one.line):
        print(f"line {refusal.line}: {refusal.why}", file=sys.stderr)
    if (more := outcome.invalid - len(outcome.refusals)) > 0:
        print(f"... and {more} more", file=sys.stderr)
    print(f"{outcome.rows} rows: {outcome.stored} stored, {outcome.duplicates} duplicates, {outcome.invalid} invalid")
    _list("facts", Counter({name.removeprefix("rekindle."): count for name, count in outcome.facts.items()}))
    _list("ignored, as the mapping says", outcome.ignored)
    _list("not mapped", outcome.not_mapped)


def _list(title: str, counts: Counter[str]) -> None:
    if counts:
        print(f"{title}:")
        for name, count in counts.most_common():
            print(f"  {count:>8}  {name}")

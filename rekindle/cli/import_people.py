"""`rekindle import`: take people from a file, through the HTTP API."""

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from rekindle.cli.api_client import Url, WritingToken, client_of
from rekindle.cli.options import AsJson, Data
from rekindle.cli.screen import Screen
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, DataFolder
from rekindle.refusals import body_of, refusal_of

if TYPE_CHECKING:
    import httpx

    from rekindle.replay.posting import Poster

UPLOAD_SECONDS = 600.0
LOOK_EVERY = 0.5
SHOWN_LINES = 20
RESULTS = ("created", "updated", "unchanged", "refused")

File = Annotated[Path, typer.Argument(help="The file with people.", metavar="FILE", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command("import")(import_people)


def import_people(
    file: File,
    source: Annotated[str, typer.Option(help="The source of what the file states.", metavar="S")] = "import",
    mapping: Annotated[
        Path | None,
        typer.Option(help="What its columns mean: JSON, as a dry run with --json proposes it.", metavar="FILE.json"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Store nothing; say what would happen.")] = False,
    skip_invalid: Annotated[
        bool, typer.Option("--skip-invalid", help="Of a row that breaks a rule take the rest; else nothing of it is taken.")
    ] = False,
    url: Url = None,
    token: WritingToken = None,
    as_json: AsJson = False,
    data: Data = DEFAULT,
) -> None:
    """Import people from a file.

    How the file was read, and which column fills which field, is said. Every row has a result; refused rows are listed with
    line, column and rule, and the exit status is 1. The same file again changes nothing. Whoever is interrupted may run the
    same command again: what was done stays done.
    """
    from rekindle.replay.posting import NotTaken, Poster

    fields = {"source": source, "dry_run": str(dry_run).lower(), "on_invalid": "skip" if skip_invalid else "refuse"}
    if mapping is not None:
        fields["mapping"] = _read_mapping(mapping)
    screen = Screen()
    with client_of(url, token, DataFolder(data)) as client:
        poster = Poster(client, say=screen.say)
        try:
            answer = _send(client, file, fields)
            done = answer if dry_run else _followed(poster, answer, screen)
            refused = answer["errors"] if dry_run else _refused(poster, answer["id"])
        except NotTaken as problem:
            raise CannotStart(str(problem)) from problem
    print(json.dumps(done)) if as_json else _show(done, refused, dry=dry_run)
    raise typer.Exit(1 if done["refused"] or done.get("status") == "failed" else 0)


def _read_mapping(path: Path) -> str:
    """The mapping in a file: alone, or as a dry run's answer holds it. Raises CannotStart."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotStart(f"{path} cannot be read as JSON: {error}") from error
    return json.dumps(read.get("mapping", read) if isinstance(read, dict) else read)


def _send(client: "httpx.Client", file: Path, fields: dict[str, str]) -> dict[str, Any]:
    """Post the file; the body of the answer. Raises CannotStart."""
    import httpx

    try:
        with file.open("rb") as content:
            headers = {"Idempotency-Key": str(uuid4())}
            answer = client.post(
                "/v1/imports", files={"file": (file.name, content)}, data=fields, headers=headers, timeout=UPLOAD_SECONDS
            )
    except OSError as error:
        raise CannotStart(f"{file} cannot be read: {error.strerror or error}") from error
    except httpx.HTTPError as error:
        raise CannotStart(f"{client.base_url} does not take the file ({error}): see `rekindle doctor`.") from error
    if not answer.is_success:
        raise CannotStart(f"{file} was not taken: {refusal_of(answer)}")
    return body_of(answer)


def _followed(poster: "Poster", answer: dict[str, Any], screen: Screen) -> dict[str, Any]:
    """The import once it is finished, or paused by somebody. Raises NotTaken."""
    while answer["status"] == "running":
        screen.progress("rows", answer["done"], answer["rows"])
        time.sleep(LOOK_EVERY)
        answer = poster.call("GET", f"/v1/imports/{answer['id']}")
    return answer


def _refused(poster: "Poster", one: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = poster.call("GET", f"/v1/imports/{one}/rows?result=refused&limit=200")["items"]
    return found


def _show(done: dict[str, Any], refused: list[dict[str, Any]], *, dry: bool) -> None:
    form = done["format"]
    said = [
        form["kind"],
        form["sheet"] and f"sheet {form['sheet']!r}",
        form["encoding"],
        form["delimiter"] and f"cells between {form['delimiter']!r}",
    ]
    if (form["header_line"] or 1) > 1:
        said.append(f"columns named in line {form['header_line']}")
    print(f"read as {', '.join(filter(None, said))}")
    for column in done["columns"]:
        print(f"  {column}  ->  {done['mapping']['columns'].get(column, '(not read)')}")
    for row in refused[:SHOWN_LINES]:
        for error in row["errors"]:
            place = f", column {error['column']}" if error["column"] else ""
            print(f"line {row['line']}{place}: {error['rule']}", file=sys.stderr)
    if len(refused) > SHOWN_LINES:
        rules = Counter(error["rule"] for row in refused for error in row["errors"])
        print(f"... and further lines; most often: {rules.most_common(1)[0][0]}", file=sys.stderr)
    results = ", ".join(f"{done[result]} {result}" for result in RESULTS)
    if dry:
        some = "" if done["is_complete"] else " of the first rows"
        print(f"nothing was stored; would be{some}: {results}")
    else:
        print(f"{done['done']} of {done['rows']} rows {done['status']}: {results}  ({done['id']})")

"""`rekindle export`: what it asks, what it writes, and that half a file never has the name of a whole one."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from rekindle.cli import export
from rekindle.cli.main import app
from rekindle.embedded.failures import CannotStart
from services.analytics.metrics import BY_NAME as METRICS

Run = Callable[..., Result]


@pytest.fixture
def asked() -> list[httpx.Request]:
    return []


@pytest.fixture
def answer() -> dict[str, Any]:
    return {"content": b"via,value\r\nlinkedin,3\r\n"}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, asked: list[httpx.Request], answer: dict[str, Any]) -> Run:
    """Runs the command against an API that answers as ``answer`` says."""

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(**{"status_code": 200, **answer})

    def client(*_: object) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(handle), base_url="http://api")

    monkeypatch.setattr(export, "client_of", client)
    return lambda *arguments: CliRunner().invoke(app, ["export", *map(str, arguments)])


@pytest.mark.parametrize(
    ("arguments", "name", "accept"),
    [
        ((), "out.csv", "text/csv"),
        ((), "out.JSONL", "application/jsonl"),
        ((), "out.parquet", "application/vnd.apache.parquet"),
        (("--format", "jsonl"), "out.txt", "application/jsonl"),
        ((), "out", "text/csv"),
    ],
)
def test_the_form_is_that_of_the_name_or_as_asked(
    run: Run, asked: list[httpx.Request], tmp_path: Path, arguments: tuple[str, ...], name: str, accept: str
) -> None:
    done = run("outcomes", *arguments, "-o", tmp_path / name)

    assert done.exit_code == 0, done.output
    assert asked[0].headers["Accept"] == accept
    assert (tmp_path / name).read_bytes() == b"via,value\r\nlinkedin,3\r\n"
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_what_is_asked_is_what_the_api_takes(run: Run, asked: list[httpx.Request]) -> None:
    done = run("reached", "--members", "via=linkedin", "via=a,b=c", "key=hired")

    assert done.stdout_bytes == b"via,value\r\nlinkedin,3\r\n"
    assert asked[0].url.path == "/v1/analytics/metrics/reached/members"
    assert asked[0].url.params.multi_items() == [("via", "linkedin"), ("via", "a,b=c"), ("key", "hired")]


def test_funnels_are_exported_too(run: Run, asked: list[httpx.Request]) -> None:
    done = run("funnel", "group_by=via", "position=ats:staff")

    assert done.exit_code == 0
    assert str(asked[0].url) == "http://api/v1/analytics/funnel?group_by=via&position=ats%3Astaff"
    assert "funnel" not in METRICS
    assert run("funnel", "--members").exit_code == 2


def test_how_far_it_is_is_read_from_the_ids_of_people(run: Run, answer: dict[str, Any], tmp_path: Path) -> None:
    answer["content"] = _lines("0f000000", "8f000000", "ff000000")

    done = run("reached", "--members", "-o", tmp_path / "out.jsonl")

    assert [line.split(": ")[1].split("%")[0].strip() for line in done.stderr.splitlines()] == ["5", "55", "99", "100"]


def test_an_export_that_breaks_off_leaves_what_was_there(run: Run, answer: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    file.write_text("of yesterday")
    answer["content"] = _breaking()

    done = run("outcomes", "-o", file)

    assert isinstance(done.exception, CannotStart)
    assert "broken off" in str(done.exception)
    assert (file.read_text(), [one.name for one in tmp_path.iterdir()]) == ("of yesterday", ["out.csv"])


IDS = [f"{first}0000000-3b5e-5c1d-8a64-2f1f6f3f2a11" for first in "0f"]
NAMES = "person_id,position_id,attempt,item_id\r\n"


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_members_that_break_off_go_on_behind_the_last_row(
    monkeypatch: pytest.MonkeyPatch, run: Run, asked: list[httpx.Request], answer: dict[str, Any], tmp_path: Path, kind: str
) -> None:
    monkeypatch.setattr(export, "PAUSE_SECONDS", 0)
    if kind == "csv":
        head, rows = NAMES, [f"{one},{IDS[1]},{n},\r\n" for n, one in enumerate(IDS, 1)]
    else:
        head, rows = (
            "",
            [json.dumps({"person_id": one, "position_id": None, "attempt": None, "item_id": IDS[0]}) + "\n" for one in IDS],
        )

    def broken() -> Iterator[bytes]:
        """A whole row, half of the next."""
        yield (head + rows[0] + rows[1][:20]).encode()
        answer["content"] = (head + rows[1]).encode()
        raise httpx.ReadError("connection lost")

    answer["content"] = broken()
    done = run("reached", "--members", "-o", tmp_path / f"out.{kind}")

    assert done.exit_code == 0, done.output
    assert (tmp_path / f"out.{kind}").read_bytes().decode() == head + "".join(rows)
    assert asked[1].url.params["behind"] == (f"{IDS[0]},{IDS[1]},1" if kind == "csv" else f"{IDS[0]},{IDS[0]}")
    assert "broken off behind row 1 (connection lost); going on" in done.stderr


def test_members_that_never_come_are_given_up_and_it_is_said_where(
    monkeypatch: pytest.MonkeyPatch, run: Run, asked: list[httpx.Request], answer: dict[str, Any]
) -> None:
    monkeypatch.setattr(export, "PAUSE_SECONDS", 0)

    class Lost(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            if len(asked) == 1:
                yield f"{NAMES}{IDS[0]},{IDS[1]},7,\r\n".encode()
            raise httpx.ReadError("connection lost")

    del answer["content"]
    answer["stream"] = Lost()
    done = run("reached", "--members")

    assert len(asked) == export.TRIES
    assert str(done.exception).endswith(f"connection lost. Rows that came: 1; behind={IDS[0]},{IDS[1]},7 gives the rest.")


def test_a_refusal_says_field_and_rule_and_writes_nothing(run: Run, answer: dict[str, Any], tmp_path: Path) -> None:
    answer |= {"status_code": 422, "json": {"detail": "no", "errors": [{"field": "group_by", "rule": "must name dimensions"}]}}
    del answer["content"]

    done = run("outcomes", "group_by=colour", "-o", tmp_path / "out.csv")

    assert str(done.exception) == "group_by must name dimensions"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [("outcomes", "colour"), ("outcomes", "=red"), ("outcomes", "--format", "xlsx"), ()])
def test_misuse_is_a_2(run: Run, asked: list[httpx.Request], arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
    assert asked == []


def test_a_folder_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    done = run("outcomes", "-o", tmp_path / "nowhere" / "out.csv")

    assert "out.csv cannot be written: No such file or directory." in str(done.exception)


def _lines(*people: str) -> Iterator[bytes]:
    for person in people:
        yield f'{{"person_id":"{person}-3b5e-5c1d-8a64-2f1f6f3f2a11","attempt":1}}\n'.encode()


def _breaking() -> Iterator[bytes]:
    yield b"via,value\r\n"
    raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")

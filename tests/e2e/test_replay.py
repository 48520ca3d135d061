"""`rekindle replay` on a real hiring process: every count of its description is found in the funnel and the pursuits."""

import asyncio
import csv
import json
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from rekindle.embedded.stack import Stack
from tests.waiting import eventually

SHIPPED = Path(__file__).parents[2] / "rekindle/replay/mappings/hiring_log.toml"
POSITION = "hiring-log:vacancy"
WAIT = "60"


@pytest.fixture
def hiring_log(shared_data: Path) -> Path:
    """The log and, in its SOURCE.md, the counts that others found in it."""
    file = shared_data / "hiring_log" / "recruiting-red.csv"
    if not file.is_file():
        pytest.skip(f"the hiring log is not here: {file} does not exist")
    return file


async def rekindle(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, on the running stack, whose supervisor goes on meanwhile."""
    command = [sys.executable, "-m", "rekindle.cli.main", *arguments, "--data", str(stack.folder.path)]
    return await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=240, check=False)


async def replay(stack: Stack, file: Path, mapping: Path = SHIPPED, *options: str) -> dict[str, Any]:
    """Replay a log whose every row can be taken, and wait until it is counted."""
    done = await rekindle(stack, "replay", str(file), "--mapping", str(mapping), "--wait", WAIT, "--json", *options)
    assert done.returncode == 0, done.stderr
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome


async def funnel_of(api: httpx.AsyncClient, position: str) -> dict[str, Any]:
    answer = await api.get(f"/v1/analytics/positions/{position}/funnel")
    assert answer.status_code == 200, answer.text
    funnel: dict[str, Any] = answer.json()
    return funnel


async def pursuits_of(api: httpx.AsyncClient, position: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await api.get("/v1/pursuits", params={"position": position, "limit": 200, **cursor})
        page = answer.json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def closes_of(pursuits: list[dict[str, Any]]) -> Counter[tuple[str, str | None]]:
    return Counter((pursuit["status"], (pursuit["close"] or {}).get("kind")) for pursuit in pursuits)


def check_funnel(funnel: dict[str, Any]) -> None:
    """What SOURCE.md says of the log, as far as there is a fact type for it."""
    stages = {stage["stage"]: stage for stage in funnel["stages"]}
    recorded = {name: stage["recorded"] for name, stage in stages.items() if stage["recorded"]}
    assert recorded == {"interested": 916, "screening": 916, "interviewing": 446, "offered": 135, "hired": 89}
    assert {name: stages[name]["reached"] for name in recorded} == recorded
    assert funnel["declines"] == {"offer_declined": 46}
    assert sum(funnel["rejections"].values()) == 781


async def test_every_count_of_the_hiring_log_is_found(stack: Stack, api: httpx.AsyncClient, hiring_log: Path) -> None:
    outcome = await replay(stack, hiring_log)

    assert outcome["rows"] == 6607
    assert outcome["stored"] + outcome["duplicates"] == 3775
    assert outcome["ignored"] | outcome["not_mapped"] == {
        "assign recruiter": 916,
        "assign vacancy": 458,
        "check references": 729,
        "consult manager": 729,
    }
    check_funnel(await funnel_of(api, POSITION))
    closes = {("hired", None): 89, ("closed", "declined"): 46, ("closed", "rejected"): 781}
    # The replay has waited for the funnel alone: what engagement lists may be a moment behind.
    pursuits = await eventually(lambda: pursuits_of(api, POSITION), lambda found: closes_of(found) == closes)
    assert sum(len(pursuit["attempts"]) for pursuit in pursuits) == 916
    scheduled = outcome["facts"]["rekindle.pursuit.interview_scheduled"]
    assert scheduled == 446


async def test_replaying_again_changes_nothing(stack: Stack, api: httpx.AsyncClient, hiring_log: Path) -> None:
    await replay(stack, hiring_log)

    again = await replay(stack, hiring_log)

    assert (again["stored"], again["duplicates"], again["invalid"]) == (0, 3775, 0)
    check_funnel(await funnel_of(api, POSITION))


async def test_neither_order_nor_equal_times_matter(
    stack: Stack, api: httpx.AsyncClient, hiring_log: Path, tmp_path: Path
) -> None:
    with hiring_log.open(newline="") as file:
        header, *rows = list(csv.reader(file))
    random.Random(7).shuffle(rows)
    day = [[row[0], row[1][:10] + "T12:00:00Z", *row[2:]] for row in rows]
    logs = {"shuffled": [header, *rows], "days": [header, *day]}

    for name, lines in logs.items():
        file_of_its_own, mapping = tmp_path / f"{name}.csv", tmp_path / f"{name}.toml"
        with file_of_its_own.open("w", newline="") as written:
            csv.writer(written).writerows(lines)
        mapping.write_text(SHIPPED.read_text().replace("hiring-log", f"log-{name}"))
        assert (await replay(stack, file_of_its_own, mapping))["stored"] == 3775

        check_funnel(await funnel_of(api, f"log-{name}:vacancy"))


async def test_bad_rows_are_named_and_all_others_counted(stack: Stack, api: httpx.AsyncClient, tmp_path: Path) -> None:
    file, mapping = tmp_path / "bad.csv", tmp_path / "bad.toml"
    mapping.write_text(SHIPPED.read_text().replace("hiring-log", "log-bad"))
    file.write_bytes(
        b"event,time,activity,application,offer\r\n"
        b"1,2026-01-05T10:00:00Z,submit application,A1,\r\n"
        b"2,2026-01-06,first screening,A1,\r\n"
        b"3,2226-01-06T10:00:00Z,first screening,A1,\r\n"
        b"4,2026-01-06T10:00:00Z,first screening,\xff,\r\n"
        b",2026-01-06T10:00:00Z,first screening,A1,\r\n"
        b"6,2026-01-06T10:00:00Z,send flowers,A1,\r\n"
        b'7,2026-01-07T10:00:00Z,"conduct interview,A1,\r\n'
        b"1,2026-01-08T10:00:00Z,submit application,A1,\r\n"
        b"8,2026-01-09T10:00:00Z,conduct interview,A1,\r\n"
    )

    done = await rekindle(stack, "replay", str(file), "--mapping", str(mapping), "--wait", WAIT)

    assert done.returncode == 1
    assert "9 rows: 2 stored, 0 duplicates, 6 invalid" in done.stdout
    assert "1  send flowers" in done.stdout
    named = re.findall(r"^\d+ x .+  \(line ([\d, ]+)\)$", done.stderr, re.MULTILINE)
    assert sorted(int(line) for lines in named for line in lines.split(", ")) == [3, 4, 5, 6, 8, 9]
    stages = (await funnel_of(api, "log-bad:vacancy"))["stages"]
    assert {stage["stage"]: stage["recorded"] for stage in stages if stage["recorded"]} == {"interested": 1, "interviewing": 1}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.csv", "--mapping", str(SHIPPED)], "none.csv cannot be read"),
        (["none.csv", "--mapping", "none.toml"], "none.toml: cannot be read"),
        (["none.csv", "--mapping", str(SHIPPED), "--url", "http://127.0.0.1:1"], "No token for"),
    ],
)
async def test_problems_are_one_sentence_on_stderr(stack: Stack, arguments: list[str], said: str) -> None:
    done = await rekindle(stack, "replay", *arguments)

    assert done.returncode == 1
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr

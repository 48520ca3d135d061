"""The README's story is true: its lines, run as they stand there, give what it says."""

import asyncio
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rekindle.demo.posting import post_demo
from rekindle.embedded.stack import Stack

ROOT = Path(__file__).parents[2]
MISSING = [tool for tool in ("bash", "curl", "jq") if shutil.which(tool) is None]


def story(page: str) -> str:
    """All shell lines of a page."""
    return "".join(re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), re.DOTALL))


def run(script: str, folder: Path, **env: str) -> str:
    """What the lines print, without white space; every command must succeed."""
    command = ["bash", "-euo", "pipefail", "-c", script]
    outcome = subprocess.run(command, cwd=folder, env=os.environ | env, capture_output=True, text=True, timeout=120, check=False)
    assert outcome.returncode == 0, outcome.stderr
    return re.sub(r"\s", "", outcome.stdout)


async def answers_to(page: str, stack: Stack, folder: Path) -> str:
    """What the lines of a page print on a stack with the demo, without white space."""
    await asyncio.to_thread(post_demo, stack.url, stack.token, stack.folder)  # as `make run` does
    (folder / ".venv").symlink_to(ROOT / ".venv")
    script = story(page).replace("http://127.0.0.1:8080", stack.url)
    assert script.count(stack.url) == 1
    return await asyncio.to_thread(run, script, folder, REKINDLE_DATA=str(stack.folder.path))


@pytest.mark.skipif(bool(MISSING), reason=f"the README's lines need {', '.join(MISSING)}, which are not installed")
async def test_the_story_in_curl_is_true(stack: Stack, tmp_path: Path) -> None:
    answers = await answers_to("README.md", stack, tmp_path)

    for expected in (
        '"responded":1,"soft_no":1,"interest":{"interested":0,"uninterested":1,"unknown":0},"declines":{"salary":1}',
        '"references":["acme:ada"],"status":"due","due_at":"2025-09-05T08:00:00Z","explanation":',
        '"explanation":"Declinedforsalaryat120,000EURinMarch2025;repliedwithinaweekafterthefirsttouch.","title":"Staffengineer"',
        '"references":["acme:ada"],"recruiter":"maria"',
        "Declinedforsalaryat120,000EURinMarch2025;duesince5September2025.",
        '["Thisrolepaysto120,000EUR."]',
        '{"verdict":"stop","findings":[',
        '"placeholder","false_scarcity"',
        '"allowed":false,"why":["Theteamhascontactedthemoncewithin7days,laston',
        '{"kind":"reply","status":"open","recruiter":"maria","due_at":',
        "Theyansweredmariaon",
        '["Answeredbye-mailaboutStaffengineer,ingoodspirits."]',
        '{"status":"open","nos":["salary"],"unwanted":["email"],"owed":["met"]}',
        "<h1>Youareunsubscribed</h1>Theywantnothingmorebyemailsince",
    ):
        assert expected in answers
    assert re.search(r'"recruiter":"maria".*?\}[1-9]', answers)


@pytest.mark.skipif(bool(MISSING), reason=f"the page's lines need {', '.join(MISSING)}, which are not installed")
async def test_what_the_demo_shows_in_curl_is_true(stack: Stack, tmp_path: Path) -> None:
    answers = await answers_to("docs/demo.md", stack, tmp_path)

    for expected in (
        "Declinedforsalaryat112,000EURin",
        "thisrolepaysto115,000EUR",
        '{"decided_by":"tom","evidence":"Wrote:pleasedonotwritetomeagain."}',
        "Ahardnostandsagainstthemsince",
        "Declinedfortiming(askedustocomebackon",
        '"steps":[{"change":{"salary":{"max":140000,"currency":"EUR"}},"more":',
        "Areplytothemisoverduesince",
        '{"factor":"obligation","points":70}',
        "Theywantnothingmorebyemailsince",
        "onlytheycanliftthat.",
        "Theyaccepttohearfromusevery90days,andlastdidon",
        "mariahasreservedthenextcontactwiththem.",
        '["demo:hedy","cadence",',
        '{"verdict":"stop",',
        '"code":"placeholder"',
        '{"kind":"reply","status":"waived","why":"Shetookajoblastweekandtoldusonthephone."}',
        '{"code":"',  # other tests fill the directory
        '<h1>Youareunsubscribed</h1>{"channel":"linkedin",',
    ):
        assert expected in answers

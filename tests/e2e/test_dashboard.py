"""The dashboard in a real browser, against the running system. The steps are in services/dashboard/tests."""

import asyncio
import json
import os
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from rekindle.demo.posting import post_demo
from rekindle.embedded import dashboard, node
from rekindle.embedded.stack import Stack
from tests.waiting import eventually

SECONDS = 240
FIRST_LOAD = 250_000
"""Bytes, compressed, that a browser fetches until it shows the first page."""


@pytest.fixture(scope="session")
def built() -> list[str]:
    """How to call node, once the dashboard and the browser are there."""
    found = node.installed(dashboard.FOLDER)
    dashboard.build()
    return found


async def run(built: list[str], script: str, *arguments: str, story: object = None) -> tuple[int | None, str]:
    """Run a script of the dashboard's tests; its exit status and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(*built, f"tests/{script}", *arguments),
        cwd=dashboard.FOLDER,
        env={**os.environ, "STORY": json.dumps(story)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    except TimeoutError:
        process.kill()
        output = (await process.communicate())[0] + b"\n(it took too long)"
    return process.returncode, output.decode()


async def link(api: httpx.AsyncClient, role: str, recruiter: str | None = None) -> str:
    answer = await api.post("/v1/login-links", json={"role": role, "recruiter": recruiter})
    return str(answer.json()["url"])


async def told(api: httpx.AsyncClient, run: str) -> tuple[str, str]:
    """A position that pays to 100,000; Lin, who is due for it, and Kay, who would be for more. Returns position and Lin."""
    position = f"dash:{run}"
    content = {"title": f"Engineer {run}", "status": "open", "skills": ["python"]}
    salary = {"min": 80000, "max": 100000, "currency": "EUR"}
    after = [(await api.patch(f"/v1/positions/{position}", json={**content, "salary": salary})).json()["after"]]
    for name, days, asked in (("lin", "2025-01-06", 99000), ("kay", "2026-11-20", 110000)):
        who = f"dash:{name}-{run}"
        record = {"name": f"{name.title()} {run}", "emails": [f"{name}@example.org"], "skills": ["python"]}
        after.append((await api.patch(f"/v1/candidates/{who}", json=record)).json()["after"])
        said = {"position": position, "reason": "salary", "facts": {"asked": asked, "currency": "EUR"}}
        happened = [
            ("contacted", "09:00", {"position": position, "channel": "email", "recruiter": "maria"}),
            ("declined", "15:00", said),
        ]
        events = [
            {
                "source": "dash",
                "id": f"{who}-{kind}",
                "type": f"rekindle.pursuit.{kind}",
                "subject": who,
                "data": data,
                "time": f"{days}T{hour}:00Z",
            }
            for kind, hour, data in happened
        ]
        answer = await api.post("/v1/events", json=events)
        after += [item["after"] for item in answer.json()["items"]]
    due = await api.get("/v1/queue", params={"position": position, "after": ",".join(after), "wait": 30, "status": "due"})
    counted = await api.get("/v1/analytics/funnel", params={"after": ",".join(after[1:]), "wait": 30})
    assert (due.status_code, counted.status_code) == (200, 200), due.text + counted.text
    (item,) = [one for one in due.json()["items"] if f"dash:lin-{run}" in one["references"]]  # others may fit it too
    found = (await api.get(f"/v1/positions/{position}")).json()["id"]
    return str(found), str(item["candidate_id"])


async def answered_by_somebody_without_a_name(api: httpx.AsyncClient, position: str, reference: str) -> None:
    """A reply that waits, of a candidate who is shown by a reference that is longer than a line."""
    events = [
        {
            "source": "dash",
            "id": f"{reference}-{kind}",
            "type": f"rekindle.pursuit.{kind}",
            "subject": reference,
            "data": {"position": position, "channel": "email", "recruiter": "maria"},
            "time": at,
        }
        for kind, at in (("contacted", "2026-11-20T09:00:00Z"), ("responded", "2026-11-20T10:00:00Z"))
    ]
    answer = await api.post("/v1/events", json=events)
    assert {item["status"] for item in answer.json()["items"]} == {201}


async def known_twice(api: httpx.AsyncClient, name: str) -> None:
    """A pair that is suspected to be one person."""
    record = {"name": f"Ida {name}", "emails": [f"ida-{name}@example.org"], "title": "Engineer"}
    two = [{"candidate": f"dash:ida-{which}-{name}", **record} for which in ("one", "other")]
    await api.post("/v1/candidates/batch", json=two)

    async def found() -> bool:
        return bool((await api.get("/v1/duplicates", params={"candidate": two[0]["candidate"]})).json()["items"])

    await eventually(found)


async def test_a_morning_at_the_dashboard(stack: Stack, api: httpx.AsyncClient, built: list[str]) -> None:
    name = uuid4().hex[:8]
    position, _ = await told(api, name)
    story = {
        "url": stack.url,
        "token": stack.token,
        "position": position,
        "waiting": f"Kay {name}",
        "person": {"name": f"Lin {name}", "reference": f"dash:lin-{name}"},
        "maria": await link(api, "recruiter", "maria"),
        "tom": await link(api, "recruiter", "tom"),
        "lead": await link(api, "lead"),
        "admin": await link(api, "admin", "maria"),
    }

    status, printed = await run(built, "work.mjs", story=story)

    assert status == 0, printed


@pytest.mark.parametrize("script", ["together.mjs", "sessions.mjs"])
async def test_two_recruiters_and_a_session_that_ends(
    stack: Stack, api: httpx.AsyncClient, built: list[str], script: str
) -> None:
    """Two at one item, and what is posted meanwhile; sessions that end and begin in several tabs; a server that is away."""
    name = uuid4().hex[:8]
    position, _ = await told(api, name)
    story = {
        "url": stack.url,
        "token": stack.token,
        "name": name,
        "position": position,
        "person": {"name": f"Lin {name}", "reference": f"dash:lin-{name}"},
    }

    status, printed = await run(built, script, story=story)

    assert status == 0, printed


async def test_who_has_read_nothing_works_a_person_reads_a_funnel_and_tries_a_salary(
    stack: Stack, api: httpx.AsyncClient, built: list[str]
) -> None:
    """From the link that `make run` prints, on its demo, by what is visible."""
    await asyncio.to_thread(post_demo, stack.url, stack.token, stack.folder)
    story = {"url": stack.url, "token": stack.token, "link": await link(api, "admin", "maria")}

    status, printed = await run(built, "newcomer.mjs", story=story)

    assert status == 0, printed


async def test_every_page_in_every_width_and_theme(stack: Stack, api: httpx.AsyncClient, built: list[str]) -> None:
    """Without findings of axe, errors of the console, or anything wider than the window."""
    name = uuid4().hex[:8]
    position, person = await told(api, name)
    await answered_by_somebody_without_a_name(api, position, f"dash:{'x' * 80}{name}")
    await known_twice(api, name)

    status, printed = await run(built, "look.mjs", await link(api, "admin", "maria"), position, person)

    assert status == 0, printed


def test_the_first_page_is_light(built: list[str]) -> None:
    assets = dashboard.built() / "assets"
    page = (dashboard.built() / "index.html").read_text()
    fetched = [file for file in assets.glob("*.gz") if file.name.removesuffix(".gz") in page]

    assert len(fetched) >= 2
    assert sum(file.stat().st_size for file in fetched) < FIRST_LOAD


async def test_pages_are_held_to_a_strict_policy(stack: Stack, built: list[str]) -> None:
    async with httpx.AsyncClient(base_url=stack.url, headers={"Accept": "text/html"}) as browsing:
        for path in ("/", "/queue", "/positions/dash:x"):
            answer = await browsing.get(path)
            assert answer.status_code == 200
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "http" not in policy


def test_the_browser_comes_without_a_download_of_its_own() -> None:
    packages = json.loads((dashboard.FOLDER / "package-lock.json").read_text())["packages"]

    assert "integrity" in packages["node_modules/@sparticuz/chromium"]
    assert Path(dashboard.FOLDER / ".npmrc").exists()

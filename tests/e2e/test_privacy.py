"""No personal data on the bus or in a log: unmistakable words in every field of a person's, then a scan of every byte."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rekindle.embedded.stack import Stack
from rekindle.runtime.topics import existing_topics
from shared.db.engine import Sessions, connect
from shared.events import Topic
from shared.ids import candidate_id, event_id, position_id
from tests.waiting import eventually

WORD = f"zqxj{uuid4().hex[:12]}"
"""Part of every text of this test; so rare that it can come from nowhere else."""
PHONE = "+491512" + str(uuid4().int)[:7]
THEN = datetime.now(UTC) - timedelta(days=400)


def word(field: str) -> str:
    return f"{WORD}-{field}"


def personal(value: str) -> list[bytes]:
    """How a text may be spelt on the bus."""
    return [value.lower().encode(), value.lower().encode("utf-16-le"), value.lower().encode().hex().encode()]


async def everything(stack: Stack) -> list[ConsumerRecord]:
    """All records of all topics, from the beginning."""
    servers = stack.env["KAFKA_BOOTSTRAP_SERVERS"]
    partitions = [TopicPartition(topic, n) for topic, many in (await existing_topics(servers)).items() for n in range(many)]
    partitions = [one for one in partitions if one.topic in set(Topic)]
    found: list[ConsumerRecord] = []
    async with AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False) as consumer:
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(one) < ends[one] for one in partitions]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += records
    return found


def bytes_of(record: ConsumerRecord) -> bytes:
    headers = b"\n".join(name.encode() + b"=" + (value or b"") for name, value in record.headers)
    return b"\n".join([record.key or b"", headers, record.value or b""]).lower()


CANDIDATE = f"ats:{word('candidate')}"
POSITION = f"ats:{uuid4().hex}"
"""The reference and the title of a position travel."""


def record_of_the_candidate() -> dict[str, Any]:
    return {
        "name": word("name"),
        "references": [f"gem:{word('reference')}"],
        "emails": [f"{word('mail')}@example.org"],
        "phones": [PHONE],
        "links": [f"https://example.org/{word('link')}"],
        "location": {"country": "DE", "city": word("city")},
        "time_zone": "Europe/Berlin",
        "company": word("company"),
        "title": word("title"),
        "level": "senior",
        "skills": ["python"],
        "market_status": "passive",
        "salary": {"amount": 85000, "currency": "EUR"},
        "tier": "warm",
    }


def record_of_the_position() -> dict[str, Any]:
    texts = {name: [word(name)] for name in ("requirements", "needs", "downsides")}
    place = {"country": "DE", "city": word("position-city")}
    return {"title": "Staff engineer", "status": "open", "sponsor": "acme", "locations": [place], "remote": True, **texts}


def events() -> Iterator[dict[str, Any]]:
    """One fact of every type that has a field of free text."""
    why = {"evidence": word("evidence"), "decided_by": word("decided_by")}
    of_position: list[tuple[str, dict[str, Any]]] = [
        ("pursuit.contacted", {"channel": "email", "recruiter": "maria", "message": word("message")}),
        ("pursuit.stage_entered", {"stage": "screening", "name": word("stage-name")}),
        (
            "pursuit.declined",
            {"reason": "location", "facts": {"locations": [{"country": "DE", "city": word("fact-city")}]}, **why},
        ),
        ("pursuit.rejected", {"reason": "role_fit", "facts": {"wanted_role": word("wanted_role")}, **why}),
        ("pursuit.withdrawn", {"reason": "salary", "facts": {"asked": 85000, "currency": "EUR"}, **why}),
        ("event.retracted", {"source": "ats", "id": word("never-sent")}),
    ]
    of_candidate: list[tuple[str, dict[str, Any]]] = [
        ("candidate.hard_no_set", {"reason": "career_change", **why}),
        ("candidate.hard_no_lifted", {"reason": "career_change", **why}),
        ("candidate.followup_promised", {"due_at": "2026-12-01", "about": word("about")}),
    ]
    stated = [(kind, {"position": POSITION, **data}) for kind, data in of_position] + of_candidate
    for number, (kind, data) in enumerate(stated):
        yield {
            "source": "ats",
            "id": word(f"event-{number}"),
            "type": f"rekindle.{kind}",
            "subject": CANDIDATE,
            "time": (THEN + timedelta(hours=number)).isoformat(),
            "data": data,
        }


@pytest.fixture(scope="module")
async def posted(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Everything was posted, and every consumer has followed."""
    record = record_of_the_candidate()
    record["references"] += await _imported(api)
    for path, body in (
        (f"/v1/candidates/{CANDIDATE}", record),
        (f"/v1/positions/{POSITION}", record_of_the_position()),
    ):
        answer = await api.patch(path, json=body)
        assert answer.is_success, answer.text
    insight = {"kind": "personal", "text": word("insight"), "source": "call"}
    assert (await api.post(f"/v1/candidates/{CANDIDATE}/insights", json=insight)).is_success
    for note in ({"text": word("note")}, {"text": word("hidden-note"), "visible_to": "author", "recruiter": "maria"}):
        assert (await api.post(f"/v1/candidates/{CANDIDATE}/notes", json=note)).is_success
    resume = f"Ada Byron\n\nEDUCATION\nBSc, {word('school')} University, 2012 - 2016\n".encode()
    assert (await api.post(f"/v1/candidates/{CANDIDATE}/files", files={"file": (f"{word('file')}.txt", resume)})).is_success
    sent = list(events())
    answer = await api.post("/v1/events", json=sent)
    assert answer.json()["stored"] == len(sent), answer.text
    afters = [item["after"] for item in answer.json()["items"]]
    assert (await api.post("/v1/analytics/wait", json={"after": afters, "wait": 10})).is_success
    await _deal_with_the_queue_item(api)
    return sent


async def _imported(api: httpx.AsyncClient) -> list[str]:
    """Import a table and a resume of the candidate; returns the references under which they are known."""
    table = (
        f"id,name,e-mail,city\n{word('candidate')},{word('table-name')},{word('table-mail')}@example.org,{word('table-city')}\n"
        f"{word('candidate')},shifted,{word('refused')}\n"
    )
    resume = (
        f"Ada Byron\n{word('resume-mail')}@example.org\nhttps://example.org/{word('resume-link')}\n\n"
        f"EXPERIENCE\nEngineer, {word('resume-company')} Ltd, 2018 - Present\n"
    )
    references: list[str] = []
    for content in (table, resume):
        taken = await api.post("/v1/imports", files={"file": ("people", content.encode())}, data={"source": "ats"})
        assert taken.status_code == 202, taken.text
        place = taken.headers["Location"]

        async def shown(place: str = place) -> dict[str, Any]:
            body: dict[str, Any] = (await api.get(place)).json()
            return body

        await eventually(shown, lambda one: one["status"] == "done")
        made = (await api.get(f"{place}/rows?result=created")).json()["items"]
        for row in made:
            references += (await api.get(f"/v1/candidates/{row['candidate_id']}")).json()["references"]
    assert len(references) == 2
    return [reference for reference in references if reference != CANDIDATE]


async def _deal_with_the_queue_item(api: httpx.AsyncClient) -> None:
    """Claim and dismiss it. It may leave and come again while the queue takes in the hard no that was set and lifted."""
    claim = {"recruiter": "maria", "limit": 1, "position": POSITION}

    async def dismissed() -> bool:
        for item in (await api.post("/v1/queue/claims", json=claim)).json()["items"]:
            body = {"lease": item["lease"], "reason": word("dismissal")}
            return (await api.post(f"/v1/queue/{item['id']}/dismissal", json=body)).is_success
        return False

    await eventually(dismissed)


async def test_it_is_kept_and_shown_to_those_who_may_see_it(api: httpx.AsyncClient, posted: list[dict[str, Any]]) -> None:
    candidate = (await api.get(f"/v1/candidates/{CANDIDATE}")).text
    timeline = (await api.get(f"/v1/timelines/{CANDIDATE}")).text

    assert word("insight") in (await api.get(f"/v1/candidates/{CANDIDATE}/insights")).text
    notes = (await api.get(f"/v1/candidates/{CANDIDATE}/notes")).text
    assert (word("note") in notes, word("hidden-note") in notes) == (True, False)
    for field in ("name", "mail", "link", "city", "company", "title", "reference"):
        assert word(field) in candidate
    for field in ("evidence", "decided_by", "message", "stage-name", "wanted_role", "fact-city", "about", "event-0"):
        assert word(field) in timeline


async def test_no_byte_of_it_is_on_any_topic(stack: Stack, posted: list[dict[str, Any]]) -> None:
    expected = {event_id("ats", one["id"]) for one in posted}

    async def arrived() -> list[ConsumerRecord]:
        records = await everything(stack)
        headers = [dict(record.headers) for record in records]
        ids = {one["ce_id"].decode() for one in headers if "ce_id" in one}
        keys = {record.key for record in records}
        snapshots = {str(candidate_id(CANDIDATE)).encode(), str(position_id(POSITION)).encode()}
        dismissed = any(one.get("ce_type") == b"rekindle.queue_item.dismissed" for one in headers)
        return records if {str(one) for one in expected} <= ids and snapshots <= keys and dismissed else []

    records = await eventually(arrived, seconds=60, every=0.5)

    found = {
        (record.topic, record.offset, bytes_of(record))
        for record in records
        if any(one in bytes_of(record).replace(OPEN, b"") for one in MARKS)
    }
    assert found == set()
    assert any(b"acme" in bytes_of(record) for record in records), "what may travel is found by the same scan"


MARKS = [*personal(WORD), *personal(PHONE[1:]), *personal(PHONE[3:])]
OPEN = word("position-city").encode()
"""The place of a position concerns nobody: it travels, so that it brings back who declined for the place."""


def logged(stack: Stack) -> dict[str, bytes]:
    """What every part wrote so far, in lower case, by file."""
    return {str(path): path.read_bytes().lower() for path in stack.folder.logs.rglob("*") if path.is_file()}


async def test_no_byte_of_it_is_in_any_log(stack: Stack, api: httpx.AsyncClient, posted: list[dict[str, Any]]) -> None:
    for service in ("candidates", "engagement", "analytics", "connectors", "gateway"):
        sessions = connect(stack.env[f"{service.upper()}_DATABASE_URL"], pool_size=1)
        try:
            await _be_slow_and_fail(sessions)
        finally:
            await sessions.close()
    await _force_an_unexpected_error(stack, api)

    async def written() -> bool:
        everything = b"".join(logged(stack).values())
        return b"pg_sleep" in everything and b"unexpected error" in everything

    await eventually(written)
    pages = {"/metrics": (await api.get("/metrics")).content.lower()}
    assert {name for name, said in (logged(stack) | pages).items() if any(mark in said for mark in MARKS)} == set()


async def _be_slow_and_fail(sessions: Sessions) -> None:
    """A statement that is logged for its length, and one that fails over what it was given."""
    async with sessions.begin() as session:
        await session.execute(text("SELECT pg_sleep(1.1), CAST(:word AS text)"), {"word": word("slow")})
    with pytest.raises(DBAPIError):
        async with sessions.begin() as session:
            await session.execute(text("SELECT CAST(CAST(:word AS text) AS uuid)"), {"word": word("wrong")})


async def _force_an_unexpected_error(stack: Stack, api: httpx.AsyncClient) -> None:
    """Take a table away from the service while a person is described."""
    sessions = connect(stack.env["CANDIDATES_DATABASE_URL"], pool_size=1)
    try:
        async with sessions.begin() as session:
            await session.execute(text("ALTER TABLE candidate_history RENAME TO history_that_is_away"))
        try:
            answer = await api.patch(f"/v1/candidates/{CANDIDATE}", json={"name": word("unexpected"), "emails": []})
        finally:
            async with sessions.begin() as session:
                await session.execute(text("ALTER TABLE history_that_is_away RENAME TO candidate_history"))
    finally:
        await sessions.close()
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert WORD not in answer.text


OF_THE_POSITION = ("position-city", "requirements", "needs", "downsides")
"""How the words begin that are not the person's."""


async def rows(stack: Stack, service: str) -> list[str]:
    """Every row of every table of a service, as text in lower case."""
    sessions = connect(stack.env[f"{service.upper()}_DATABASE_URL"], pool_size=1)
    try:
        async with sessions.begin() as session:
            tables = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
            found = [await session.scalars(text(f'SELECT row_to_json(t)::text FROM "{table}" AS t')) for table in tables.all()]
            return [row.lower() for of_table in found for row in of_table.all()]
    finally:
        await sessions.close()


def of_the_person(row: str) -> set[str]:
    """What is found of the person: every word of theirs, and the telephone number."""
    words = {said.partition('"')[0] for said in row.split(f"{WORD}-")[1:]}
    return {said for said in words if not said.startswith(OF_THE_POSITION)} | {PHONE for _ in [1] if PHONE[3:] in row}


SERVICES = ("candidates", "engagement", "analytics", "connectors")


async def test_a_copy_for_the_person_holds_all_that_any_database_does(
    stack: Stack, api: httpx.AsyncClient, posted: list[dict[str, Any]]
) -> None:
    held = {said for service in SERVICES for row in await rows(stack, service) for said in of_the_person(row)}

    copy = await api.get(f"/v1/exports/{CANDIDATE}")
    page = await api.get(f"/v1/exports/gem:{word('reference')}", headers={"Accept": "text/html"})

    assert len(held) > 15
    assert held - of_the_person(copy.text.lower()) == set()
    words = {found[0] for said in held if (found := re.match(r"[\w@.+-]+", said))}
    assert {one for one in words if one not in page.text.lower()} == set()
    assert page.headers["content-type"].startswith("text/html")
    assert set(copy.json()["services"]) == set(SERVICES)
    assert (await api.get("/v1/exports/ats:nobody")).status_code == 404


def files_kept(stack: Stack) -> list[bytes]:
    """The files of people in which a word of this person's is found."""
    found = [path.read_bytes().lower() for path in stack.folder.files.rglob("*") if path.is_file()]
    return [one for one in found if any(mark in one for mark in MARKS)]


async def test_no_database_and_no_file_holds_a_byte_of_it_once_an_erasure_is_done(
    stack: Stack, api: httpx.AsyncClient, posted: list[dict[str, Any]]
) -> None:
    before = {service: {said for row in await rows(stack, service) for said in of_the_person(row)} for service in SERVICES}
    assert len(before["candidates"]) > 5
    assert len(before["engagement"]) > 5
    assert len(files_kept(stack)) == 2, "the resume that was imported, and the one that was sent"

    erasure = await api.post("/v1/erasures", json={"candidate": CANDIDATE})

    async def shown() -> dict[str, Any]:
        body: dict[str, Any] = (await api.get(erasure.headers["Location"])).json()
        return body

    done = await eventually(shown, lambda one: one["status"] == "done")
    assert {one["service"]: one["status"] for one in done["services"]} == dict.fromkeys(
        (one["service"] for one in erasure.json()["services"]), "done"
    )
    left = {service: {said for row in await rows(stack, service) for said in of_the_person(row)} for service in SERVICES}
    assert left == {service: set() for service in SERVICES}
    assert files_kept(stack) == []
    assert (await api.get(f"/v1/exports/{CANDIDATE}")).status_code == 410


async def test_what_the_vendor_s_own_bodies_say_of_people_is_on_no_topic(
    stack: Stack, api: httpx.AsyncClient, shared_data: Path
) -> None:
    said: set[str] = set()
    for path in sorted((shared_data / "greenhouse" / "webhooks").glob("*/*.json")):
        body = path.read_bytes()
        said |= set(_personal_texts(json.loads(body)))
        signature = "sha256 " + hmac.new(stack.greenhouse_secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"Signature": signature, "Content-Type": "application/json"}
        answer = await api.post("/v1/connectors/greenhouse", content=body, headers=headers)
        assert answer.status_code == 200, path
    assert len(said) > 20

    async def waiting() -> list[Any]:
        page = (await api.get("/v1/connectors/greenhouse/deliveries", params={"limit": 200})).json()
        return [one for one in page["items"] if one["status"] == "queued"]

    await eventually(waiting, lambda items: not items, seconds=60)
    records = await everything(stack)

    assert any(b"greenhouse" in bytes_of(record) for record in records)
    assert {text for text in said for record in records if text.lower().encode() in bytes_of(record)} == set()


def _personal_texts(value: Any, name: str = "") -> Iterator[str]:
    """Names, addresses, numbers and notes in a vendor's body; short ones are left out, for they are found anywhere."""
    if isinstance(value, dict):
        for inner, one in value.items():
            yield from _personal_texts(one, name if inner == "value" else inner)
    elif isinstance(value, list):
        for one in value:
            yield from _personal_texts(one, name)
    elif isinstance(value, str) and len(value) > 5 and name in _PERSONAL:
        yield value


_PERSONAL = {
    "first_name", "last_name", "email", "email_addresses", "phone_numbers", "addresses", "website_addresses",
    "social_media_addresses",
    "company", "notes", "body", "url",
}  # fmt: skip

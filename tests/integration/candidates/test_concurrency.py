"""Changes at the same time: nothing is lost, nothing blocks, and what is stored is what follows from what was told."""

import asyncio
import random
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from httpx import Response
from sqlalchemy import text

from services.candidates.consumers.learner import Learner
from services.candidates.domain.content import CANDIDATE
from services.candidates.domain.links import Link, person_map
from services.candidates.domain.registers import join, read_heads, values_of
from services.candidates.storage.candidates import SHARE_MAP
from shared.db.engine import Sessions
from shared.events import Event, PursuitApplied, PursuitContacted, PursuitHired
from shared.events.vocabulary import Channel
from shared.ids import candidate_id, position_id
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.outgoing import published
from tests.waiting import eventually

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def some_events(choose: random.Random, names: list[str]) -> list[Event]:
    """Facts of some people, as engagement publishes them."""
    position = position_id("gem:9")
    kinds = [PursuitApplied(position=position), PursuitHired(position=position), PursuitContacted(channel=Channel.EMAIL)]
    return [
        Event.of(
            choose.choice(kinds),
            id=uuid4(),
            source="ats",
            subject=candidate_id(name),
            sequence=1,
            time=BEGIN + timedelta(hours=choose.randrange(1000)),
        )
        for name in choose.choices(names, k=5)
    ]


async def check_what_is_stored(sessions: Sessions) -> None:
    """Who is whose person follows from the links; versions have no gaps; the last event says what is stored."""
    async with sessions.begin() as session:
        rows = (await session.execute(text("SELECT id, person_id, heads, version, record, erased_at FROM candidates"))).all()
        ends = (await session.execute(text("SELECT record, named FROM candidate_links"))).all()
    people: dict[UUID, UUID] = {row.id: row.person_id for row in rows}
    links = {Link(row.record, row.named) for row in ends}
    records = {row.id for row in rows if row.record is not None}
    erased = {row.id for row in rows if row.erased_at is not None}
    assert people == person_map(people.keys(), links)
    assert records <= {stream for stream, person in people.items() if stream == person}
    assert not erased & records
    for row in rows:
        if row.record is not None:
            sent = join(*(read_heads(other.heads) for other in rows if other.person_id == row.id))
            assert {**row.record, "references": []} == {**CANDIDATE.nest(values_of(sent)), "references": []}
    versions: dict[UUID, list[int]] = {}
    newest = {}
    for stream, version, kind, data in await published(sessions):
        versions.setdefault(UUID(stream), []).append(version)
        newest[UUID(stream)] = (kind, data)
    assert versions == {row.id: list(range(1, row.version + 1)) for row in rows if row.version}
    for known, (kind, data) in newest.items():
        assert (kind == "rekindle.candidate.erased") == (known in erased)
        assert known in erased or UUID(data["person_id"]) == people[known]


@pytest.mark.parametrize("seed", [11, 12, 13])
async def test_everything_at_once_ends_in_what_was_told(ats: Caller, candidates: Sessions, seed: int) -> None:
    names = [f"s:{number}" for number in range(10)]
    choose = random.Random(seed)

    async def learn() -> int:
        async with candidates.begin() as session:
            await Learner(12)(session, some_events(choose, names))
        return 200

    async def status(response: Awaitable[Response]) -> int:
        return (await response).status_code

    def change(number: int) -> Awaitable[int]:
        record, other = choose.sample(names, 2)
        if number in {60, 120}:
            return status(ats.ask("POST", "/v1/erasures", json={"candidate": record}))
        kinds = (
            learn,
            lambda: status(ats.unlink(record, other)),
            lambda: status(ats.patch(record, references=[other])),
            lambda: status(ats.patch(record, company=f"Company {number}")),
        )
        return kinds[number % 4]()

    statuses = await asyncio.gather(*(change(number) for number in range(160)))

    assert set(statuses) <= {200, 201, 202, 404, 410}
    await check_what_is_stored(candidates)


async def test_patches_of_one_record_at_once_all_count(ats: Caller, candidates: Sessions) -> None:
    sent = {"name": "Ada", "title": "Lead", "company": "Analytical", "time_zone": "Europe/Berlin"}

    await asyncio.gather(*(ats.patched("gem:1", **{field: value}) for field, value in sent.items()))

    body = await ats.read("gem:1")
    assert {field: body[field] for field in sent} == sent
    assert body["after"].endswith(":4")
    await check_what_is_stored(candidates)


async def test_two_who_link_each_other_at_once_become_one_person(ats: Caller, candidates: Sessions) -> None:
    await asyncio.gather(
        *(ats.patched(f"a:{number}", references=[f"b:{number}"]) for number in range(10)),
        *(ats.patched(f"b:{number}", references=[f"a:{number}"]) for number in range(10)),
    )

    for number in range(10):
        one, other = await ats.read(f"a:{number}"), await ats.read(f"b:{number}")
        assert one["id"] == other["id"] == min(str(candidate_id(f"a:{number}")), str(candidate_id(f"b:{number}")))
    await check_what_is_stored(candidates)


async def test_of_two_changes_of_the_same_version_one_is_stale(ats: Caller) -> None:
    created = await ats.patch("gem:1", name="Ada")
    record, tag = created.json()["id"], created.headers["ETag"]

    responses = await asyncio.gather(*(ats.patch(record, name=name, if_match=tag) for name in ("Eve", "Joan")))

    assert sorted(response.status_code for response in responses) == [200, 412]


async def test_only_a_change_of_who_is_who_waits_for_those_who_apply_facts(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1", references=["gem:2"])
    async with candidates.begin() as session:
        await session.execute(text(SHARE_MAP))

        await ats.patched("gem:1", name="Ada", references=["gem:2"])
        await ats.patched("gem:3", name="Joan")
        linking = asyncio.create_task(ats.patched("gem:1", references=["gem:3"]))
        await eventually(lambda: _waiting(candidates))

    assert (await linking)["references"] == ["gem:1", "gem:2", "gem:3"]


async def _waiting(sessions: Sessions) -> int:
    async with sessions.begin() as session:
        locks = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return int(await session.scalar(locks) or 0)

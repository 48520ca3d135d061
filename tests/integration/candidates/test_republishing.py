"""What is repeated for those who lost it: the newest event of each record, exactly as it was."""

from uuid import UUID

from sqlalchemy import text

from services.candidates.use_cases.holdings import CandidatesHoldings
from services.candidates.use_cases.republish import republish
from shared.db.engine import Sessions
from shared.events import Topic
from shared.ids import candidate_id, position_id, shard_of
from tests.integration.candidates.conftest import Caller

FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)


async def appended(sessions: Sessions) -> list[tuple[UUID, str, UUID, int, bytes, int]]:
    async with sessions.begin() as session:
        rows = await session.execute(text("SELECT event_id, type, subject, sequence, value, counts FROM outbox ORDER BY id"))
        return [(row.event_id, row.type, row.subject, row.sequence, bytes(row.value), row.counts) for row in rows]


async def some_records(ats: Caller) -> None:
    for number in range(5):
        await ats.patched(f"gem:{number}", name=f"Name {number}")
    await ats.patched("gem:0", name="Changed", references=["gem:1"])
    await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:4"})
    await ats.patched("gem:7", thing="positions", title="Lead")


async def test_the_newest_event_of_each_record_is_published_again(ats: Caller, candidates: Sessions) -> None:
    await some_records(ats)
    before = await appended(candidates)
    newest = {event[2]: event for event in before}
    counts: list[int] = []

    people = await republish(candidates, Topic.CANDIDATES, shards=12, chunk=2, progress=counts.append)
    jobs = await republish(candidates, Topic.POSITIONS, shards=12)

    repeated = (await appended(candidates))[len(before) :]
    assert (people, jobs, counts) == (5, 1, [2, 4, 5])
    assert {event[2]: event[:5] for event in repeated} == {stream: event[:5] for stream, event in newest.items()}
    assert {event[5] for event in repeated} == {0}


async def test_holdings_tell_the_versions_of_a_shard(ats: Caller, candidates: Sessions) -> None:
    await some_records(ats)
    holdings = CandidatesHoldings(12)

    async with candidates.begin() as session:
        heads = [await holdings.heads(session, Topic.CANDIDATES, shard, FIRST, LAST) for shard in range(12)]
        jobs = [await holdings.heads(session, Topic.POSITIONS, shard, FIRST, LAST) for shard in range(12)]

    assert all(shard_of(stream, 12) == shard for shard, found in enumerate(heads) for stream in found)
    together = {stream: version for found in heads for stream, version in found.items()}
    assert together == {
        candidate_id("gem:0"): 2,
        candidate_id("gem:1"): 2,
        candidate_id("gem:2"): 1,
        candidate_id("gem:3"): 1,
        candidate_id("gem:4"): 2,
    }
    assert {stream for found in jobs for stream in found} == {position_id("gem:7")}


async def test_holdings_give_only_what_is_newer(ats: Caller, candidates: Sessions) -> None:
    await some_records(ats)
    holdings, stream = CandidatesHoldings(12), candidate_id("gem:0")

    async with candidates.begin() as session:
        newer = await holdings.events_after(session, Topic.CANDIDATES, stream, 1, 10)
        nothing = await holdings.events_after(session, Topic.CANDIDATES, stream, 2, 10)

    assert [(event.subject, event.sequence) for event in newer] == [(stream, 2)]
    assert list(nothing) == []

"""The log gives the bus again what it was given before, and tells what it holds."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.republish import EngagementHoldings, republish
from shared.db.engine import Sessions
from shared.events import Topic
from shared.ids import candidate_id, event_id, shard_of
from tests.integration.engagement.posting import Ats, event, retraction
from tests.integration.engagement.records import Records

ADA = candidate_id("ats:ada")
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)


async def outbox(engagement: Sessions) -> list[tuple[Any, ...]]:
    async with engagement.begin() as session:
        rows = await session.execute(
            text("SELECT subject, sequence, event_id, type, source, time, value, shard, counts FROM outbox ORDER BY id")
        )
        return [(*row[:6], orjson.loads(bytes(row.value)), row.shard, row.counts) for row in rows]


async def empty_outbox(engagement: Sessions) -> None:
    async with engagement.begin() as session:
        await session.execute(text("DELETE FROM outbox"))


async def test_everything_is_published_again_as_repeats(ats: Ats, engagement: Sessions) -> None:
    await ats.post([event(of=f"ats:{n % 5}", message="private", words=n) for n in range(30)], status=207)
    await ats.post(event("pursuit.declined", reason="role_fit", facts={"role": "poet"}), status=201)
    await ats.post(retraction("ats:ada", id="never"), status=201)
    first = await outbox(engagement)
    await empty_outbox(engagement)

    assert await republish(engagement, Topic.ENGAGEMENT, shards=12) == 32
    again = await outbox(engagement)
    assert sorted(row[:-1] for row in again) == sorted(row[:-1] for row in first)
    assert {row[-1] for row in first} == {1}
    assert {row[-1] for row in again} == {0}
    assert [row[1] for row in again if row[0] == ADA] == [1, 2]


async def test_a_stub_goes_out_as_its_own_retraction(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> None:
    await ats.post(event(id="gone"), status=201)
    await Records(engagement, settings).erase(ADA)
    await empty_outbox(engagement)
    await republish(engagement, Topic.ENGAGEMENT, shards=12)

    ((subject, sequence, identity, kind, _, _, value, _, _),) = await outbox(engagement)
    assert (subject, sequence, identity) == (ADA, 1, event_id("ats", "gone"))
    assert (kind, value) == ("rekindle.event.retracted", {"event": str(identity), "whole": False})


async def test_holdings_tell_heads_and_what_follows(ats: Ats, engagement: Sessions) -> None:
    await ats.post([event(of=f"ats:{n}") for n in range(20)] + [event(), event(), event()], status=207)
    holdings = EngagementHoldings(12)
    async with engagement.begin() as session:
        heads: dict[UUID, int] = {}
        for shard in range(12):
            found = await holdings.heads(session, Topic.ENGAGEMENT, shard, FIRST, LAST)
            assert all(shard_of(stream, 12) == shard for stream in found)
            heads |= found
        following = await holdings.events_after(session, Topic.ENGAGEMENT, ADA, 1, 10)

    assert len(heads) == 21
    assert heads[ADA] == 3
    assert [one.sequence for one in following] == [2, 3]

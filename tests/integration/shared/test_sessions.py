"""A transaction: statements of SQLAlchemy and of the driver are parts of the same, and it waits for the disk where it must."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions, connect, notify_after_commit, savepoint
from shared.inbox.replies import reply_after_commit
from tests.integration.shared.commit_proxy import CommitProxy, commit_proxy
from tests.unit.analytics.histories import History

_INSERT = "INSERT INTO erasures (id, streams, requested_by, erased_at, publish_again_at) VALUES (gen_random_uuid(), '{}', "


@pytest.fixture
async def proxy(candidates: Sessions) -> AsyncIterator[CommitProxy]:
    """A proxy in front of the candidates database, which is empty."""
    async with commit_proxy(candidates.engine.url.render_as_string(hide_password=False)) as proxy:
        yield proxy


@pytest.fixture
async def behind(proxy: CommitProxy) -> AsyncIterator[Sessions]:
    """Sessions of one connection, which goes through the proxy."""
    sessions = connect(proxy.url, pool_size=1)
    yield sessions
    await sessions.close()


async def _stored(sessions: Sessions) -> list[str]:
    rows = await sessions.fetch_alone("SELECT requested_by FROM erasures ORDER BY requested_by")
    return [name for (name,) in rows]


async def _store_both(sessions: Sessions, *, and_fail: bool = False) -> None:
    async with sessions.begin() as session:
        await session.execute(text(f"{_INSERT} :name, now(), now())"), {"name": "sqlalchemy"})
        await (await driver(session)).execute(f"{_INSERT} $1, now(), now())", "driver")
        assert len((await session.execute(text("SELECT 1 FROM erasures"))).all()) == 2
        if and_fail:
            raise ZeroDivisionError


async def test_both_kinds_of_statements_are_one_transaction(behind: Sessions) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await _store_both(behind, and_fail=True)
    assert await _stored(behind) == []

    await _store_both(behind)

    assert await _stored(behind) == ["driver", "sqlalchemy"]


async def test_a_part_that_fails_is_undone_alone(behind: Sessions) -> None:
    async with behind.begin() as session:
        for name in ("one", None, "three"):
            try:
                async with savepoint(session):
                    await session.execute(text(f"{_INSERT} :name, now(), now())"), {"name": f"before {name}"})
                    await session.execute(text(f"{_INSERT} :name, now(), now())"), {"name": name})
            except DBAPIError:
                assert name is None

    assert await _stored(behind) == ["before one", "before three", "one", "three"]


async def _commit(sessions: Sessions, *, notifies: bool = False, replies: bool = False, waits: bool = False) -> str:
    async with sessions.begin(waits_for_disk=waits) as session:
        await session.execute(text(f"{_INSERT} 'me', now(), now())"))
        if notifies:
            notify_after_commit(session)
        if replies:
            reply_after_commit(session, [History().fact("contacted")])
        return str(await session.scalar(text("SHOW synchronous_commit")))


async def test_a_transaction_waits_for_the_disk_unless_it_need_not(behind: Sessions) -> None:
    assert await _commit(behind, waits=True) == "on"
    assert await _commit(behind) == "off"
    assert await _commit(behind, waits=True) == "on"


@pytest.mark.parametrize("told", [{"notifies": True}, {"replies": True}])
async def test_a_commit_that_others_are_told_of_waits_in_any_case(
    behind: Sessions, proxy: CommitProxy, candidates: Sessions, told: dict[str, bool]
) -> None:
    proxy.lose_answer_to("SET LOCAL synchronous_commit = on;COMMIT")

    await _commit(behind)
    assert proxy.lost == 0
    with pytest.raises(ConnectionError):
        await _commit(behind, **told)

    assert proxy.lost == 1
    assert len(await _stored(candidates)) == 2

"""The acknowledgement of a commit is lost: nobody is told what is not known."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from shared.db.asyncpg_connection import Write, write_together
from shared.db.engine import CommitUnknownError, Sessions, connect, is_transient
from tests.integration.shared.commit_proxy import CommitProxy, commit_proxy

_INSERT = """
    INSERT INTO erasures (id, streams, requested_by, erased_at, publish_again_at)
    VALUES (gen_random_uuid(), '{}', $1, now(), now())
    """


@pytest.fixture
async def proxy(candidates: Sessions) -> AsyncIterator[CommitProxy]:
    """A proxy in front of the candidates database, which is empty."""
    async with commit_proxy(candidates.engine.url.render_as_string(hide_password=False)) as proxy:
        yield proxy


@pytest.fixture
async def behind(proxy: CommitProxy) -> AsyncIterator[Sessions]:
    """Sessions whose connections go through the proxy."""
    sessions = connect(proxy.url, pool_size=2)
    yield sessions
    await sessions.close()


async def _stored(candidates: Sessions) -> int:
    async with candidates.begin() as session:
        return int(await session.scalar(text("SELECT count(*) FROM erasures")) or 0)


async def _insert(sessions: Sessions, *, note: bool = True) -> None:
    async with sessions.begin_raw() as transaction:
        written = await write_together(transaction.connection, [Write(_INSERT, ("me",))])
        transaction.id = written if note else None


async def test_a_transaction_that_was_committed_counts_as_done(
    candidates: Sessions, behind: Sessions, proxy: CommitProxy
) -> None:
    proxy.lose_answer_to()

    await _insert(behind)

    assert (proxy.lost, await _stored(candidates)) == (1, 1)


async def _insert_and_be_cut_off(sessions: Sessions, others: Sessions) -> None:
    async with sessions.begin_raw() as transaction:
        transaction.id = await write_together(transaction.connection, [Write(_INSERT, ("me",))])
        backend = await transaction.connection.fetchval("SELECT pg_backend_pid()")
        async with others.begin() as session:
            await session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})


async def test_a_transaction_that_never_ended_is_a_fault_that_may_pass(candidates: Sessions, behind: Sessions) -> None:
    # How the driver says it depends on whether it was sending when it noticed.
    with pytest.raises(Exception, match=r"closed|cannot switch to state") as fault:
        await _insert_and_be_cut_off(behind, candidates)

    assert is_transient(fault.value)
    assert not isinstance(fault.value, CommitUnknownError)
    assert await _stored(candidates) == 0
    await _insert(behind)
    assert await _stored(candidates) == 1


async def test_without_anybody_to_ask_it_is_not_known(candidates: Sessions, behind: Sessions, proxy: CommitProxy) -> None:
    proxy.lose_answer_to()

    with pytest.raises(CommitUnknownError):
        await _insert(behind, note=False)

    assert await _stored(candidates) == 1


async def test_a_session_whose_commit_is_not_acknowledged_says_so(
    candidates: Sessions, behind: Sessions, proxy: CommitProxy
) -> None:
    proxy.lose_answer_to()

    with pytest.raises(CommitUnknownError) as fault:
        async with behind.begin() as session:
            await session.execute(text(_INSERT.replace("$1", ":name")), {"name": "me"})

    assert is_transient(fault.value)
    assert await _stored(candidates) == 1


async def _insert_and_fail(sessions: Sessions) -> None:
    async with sessions.begin_raw() as transaction:
        await write_together(transaction.connection, [Write(_INSERT, ("me",))])
        raise ZeroDivisionError


async def test_a_block_that_raises_leaves_nothing_and_the_connection_usable(candidates: Sessions, behind: Sessions) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await _insert_and_fail(behind)
    await _insert(behind)

    assert await _stored(candidates) == 1

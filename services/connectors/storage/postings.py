"""What is to be posted for a delivery, and what the API answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, bindparam, case, null, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.connectors.storage.tables import postings


class PostingKind(StrEnum):
    """Where a posting goes."""

    CANDIDATE = "candidate"
    CLEARING = "clearing"
    """A candidate's fields that are cleared, history and all."""
    POSITION = "position"
    FACT = "fact"
    ERASURE = "erasure"


class State(StrEnum):
    """The status of a posting."""

    QUEUED = "queued"
    POSTED = "posted"
    REFUSED = "refused"
    ERASED = "erased"
    """Its person was erased, so that there is nothing to post."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One request, or one event of a batch."""

    name: str
    kind: PostingKind
    target: str
    content: Mapping[str, Any] | None
    state: State = State.QUEUED
    answer: str | None = None
    after: str | None = None


async def add(session: AsyncSession, body_hash: str, new: Sequence[Posting]) -> None:
    """Queue what is new; what is there already stays as it is."""
    if not new:
        return
    rows = [
        {"body_hash": body_hash, "name": item.name, "kind": item.kind, "target": item.target, "content": item.content}
        for item in new
    ]
    await session.execute(insert(postings).on_conflict_do_nothing(), rows)


async def of_delivery(session: AsyncSession, body_hash: str) -> Sequence[Posting]:
    """All postings of a delivery, in the order in which they are posted."""
    rows = await session.execute(select(postings).where(postings.c.body_hash == body_hash).order_by(postings.c.place))
    return [
        Posting(
            name=row.name,
            kind=PostingKind(row.kind),
            target=row.target,
            content=row.content,
            state=State(row.status),
            answer=row.answer,
            after=row.after,
        )
        for row in rows
    ]


_RECORD = (
    update(postings)
    .where(postings.c.body_hash == bindparam("of_body"), postings.c.name == bindparam("of_name"))
    .values(
        status=bindparam("new_status"),
        answer=bindparam("new_answer"),
        after=bindparam("new_after"),
        content=case((bindparam("is_over", type_=Boolean), null()), else_=postings.c.content),
    )
)


async def record(session: AsyncSession, body_hash: str, answered: Sequence[Posting]) -> None:
    """Keep what the API answered; what says something of a person is dropped once it needs no posting any more."""
    if not answered:
        return
    rows = [
        {
            "of_body": body_hash,
            "of_name": item.name,
            "new_status": item.state,
            "new_answer": item.answer,
            "new_after": item.after,
            "is_over": item.kind is PostingKind.CANDIDATE and item.state is not State.QUEUED,
        }
        for item in answered
    ]
    await (await session.connection()).execute(_RECORD, rows)

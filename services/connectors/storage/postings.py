"""What is to be posted for a delivery, and what the API answered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from shared.db.asyncpg_connection import Driver, Write


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

    @property
    def is_over(self) -> bool:
        """Whether its content is dropped: it is about a person, and nothing more is to be posted of it."""
        return self.kind in {PostingKind.CANDIDATE, PostingKind.CLEARING} and self.state is not State.QUEUED


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a delivery whose postings were answered, while it was leased until ``lease``."""

    body_hash: str
    lease: datetime
    status: str
    reason: str | None
    next_attempt_at: datetime | None
    answered: Sequence[Posting]


def adding(body_hash: str, new: Sequence[Posting]) -> list[Write]:
    """Queue what is new, in order; what is there already stays as it is."""
    if not new:
        return []
    sql = """
        INSERT INTO greenhouse_postings (body_hash, name, kind, target, content)
        SELECT $1::text, name, kind, target, content
        FROM unnest($2::text[], $3::text[], $4::text[], $5::jsonb[]) WITH ORDINALITY AS new (name, kind, target, content, place)
        ORDER BY place ON CONFLICT DO NOTHING
        """
    columns = (
        [item.name for item in new],
        [item.kind.value for item in new],
        [item.target for item in new],
        [orjson.dumps(item.content).decode() for item in new],
    )
    return [Write(sql, (body_hash, *columns))]


async def of_deliveries(connection: Driver, hashes: Sequence[str]) -> dict[str, list[Posting]]:
    """All postings of some deliveries, by body, in the order in which they are posted."""
    found: dict[str, list[Posting]] = defaultdict(list)
    for row in await connection.fetch(
        "SELECT body_hash, name, kind, target, content, status, answer, after FROM greenhouse_postings"
        " WHERE body_hash = ANY($1::text[]) ORDER BY body_hash, place",
        list(hashes),
    ):
        body_hash, name, kind, target, content, status, answer, after = row
        found[body_hash].append(Posting(name, PostingKind(kind), target, content, State(status), answer, after))
    return found


_RECORD = """
    WITH answered AS (
        UPDATE greenhouse_postings AS posting SET status = new.status, answer = new.answer, after = new.after,
            content = CASE WHEN new.is_over THEN NULL ELSE posting.content END
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[])
            AS new (body_hash, name, status, answer, after, is_over)
        WHERE (posting.body_hash, posting.name) = (new.body_hash, new.name)
    )
    UPDATE greenhouse_deliveries AS delivery SET status = new.status, reason = new.reason, next_attempt_at = new.next_attempt_at
    FROM unnest($7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::timestamptz[])
        AS new (body_hash, status, reason, next_attempt_at, lease)
    WHERE delivery.body_hash = new.body_hash AND delivery.next_attempt_at = new.lease
    RETURNING delivery.body_hash
    """


async def record(connection: Driver, results: Sequence[Result]) -> list[str]:
    """Keep what the API answered, and what became of the deliveries; returns those whose lease had ended or been renewed.

    What says something of a person is dropped once it needs no posting any more.
    """
    answered = [(one.body_hash, item) for one in results for item in one.answered]
    rows = await connection.fetch(
        _RECORD,
        [body_hash for body_hash, _ in answered],
        [item.name for _, item in answered],
        [item.state.value for _, item in answered],
        [item.answer for _, item in answered],
        [item.after for _, item in answered],
        [item.is_over for _, item in answered],
        [one.body_hash for one in results],
        [str(one.status) for one in results],
        [one.reason for one in results],
        [one.next_attempt_at for one in results],
        [one.lease for one in results],
    )
    kept = {row[0] for row in rows}
    return [one.body_hash for one in results if one.body_hash not in kept]

"""Links between streams, as sources stated them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from services.candidates.domain.links import Link
from shared.db.asyncpg_connection import Driver, Write


async def among(connection: Driver, streams: Collection[UUID]) -> set[Link]:
    """The links at these streams."""
    rows = await connection.fetch(
        "SELECT record, named FROM candidate_links WHERE record = ANY($1::uuid[]) OR named = ANY($1::uuid[])", list(streams)
    )
    return {Link(record, named) for record, named in rows}


def adding(links: Mapping[Link, str], *, linked_by: str, now: datetime) -> list[Write]:
    """Remember links, each with the source that states it; one that is known keeps who stated it first."""
    sql = """
        INSERT INTO candidate_links (record, named, source, linked_by, linked_at)
        SELECT *, $4::text, $5::timestamptz FROM unnest($1::uuid[], $2::uuid[], $3::text[]) ON CONFLICT DO NOTHING
        """
    values = ([link.record for link in links], [link.named for link in links], list(links.values()))
    return [Write(sql, (*values, linked_by, now))] if links else []


def removing(links: Iterable[Link]) -> list[Write]:
    """Forget links."""
    ends = list(links)
    sql = """
        DELETE FROM candidate_links USING unnest($1::uuid[], $2::uuid[]) AS undone (record, named)
        WHERE (candidate_links.record, candidate_links.named) = (undone.record, undone.named)
        """
    return [Write(sql, ([link.record for link in ends], [link.named for link in ends]))] if ends else []

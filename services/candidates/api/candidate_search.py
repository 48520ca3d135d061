"""A page of the people whom words find."""

import re
from collections.abc import Collection
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query

from services.candidates.api.candidate_bodies import matches_shown, shown
from services.candidates.domain.contact import contact_keys, email_key, read_email, read_phone
from services.candidates.storage.search import Filters, How
from services.candidates.use_cases.search_candidates import Place, search_candidates
from shared.db.engine import Sessions
from shared.web.pagination import decode_cursor, encode_cursor

_CONTACT = re.compile(r"\S+@\S+|[+\d][\d\s()/.-]{4,}")

Words = Annotated[
    str | None,
    Query(
        max_length=200,
        description="Words of the name, of titles and companies, present and past, of skills, the city, insights and notes; "
        '"a phrase", or, -word. The best match comes first. Where nothing matches, the last word may begin one, and then names '
        "are found that are spelled alike. An e-mail address or telephone finds who has it, with contact_details:read.",
        examples=["engineer", '"backend engineer" -java'],
    ),
]


def contact_asked_for(words: str, country: str | None) -> tuple[str, ...]:
    """What a contact detail is compared by, where the words are one: an e-mail address or a telephone."""
    text = words.strip()
    if not _CONTACT.fullmatch(text):
        return ()
    try:
        if "@" in text:
            return (email_key(read_email(text)),)
        return tuple(contact_keys([], [read_phone(text)], country))
    except ValueError:
        return ()


async def search_page(
    sessions: Sessions,
    q: str,
    filters: Filters,
    hidden: Collection[str],
    *,
    reader: str | None,
    facets: bool,
    limit: int,
    cursor: str | None,
) -> dict[str, Any]:
    """Those whom words find, the best match first."""
    purpose = f"candidates {q!r} {filters}"
    after = decode_cursor(purpose, cursor, _ranked_place) if cursor is not None else None
    found = await search_candidates(sessions, q, filters, reader=reader, facets=facets, after=after, limit=limit)
    items = [shown(view, hidden=hidden) | {"matched": matches_shown(found.matches[view.id])} for view in found.items]
    return {
        "items": items,
        "next_cursor": encode_cursor(purpose, [found.last[0], found.last[1], str(found.last[2])]) if found.last else None,
        "total": found.total,
        "total_is_capped": found.is_capped,
        "found_by": found.how,
        **({} if found.facets is None else {"facets": found.facets}),
    }


def _ranked_place(how: str, rank: float, person: str) -> Place:
    if how not in {"words", "beginnings", "names"}:
        raise ValueError("is no way to find people")
    return cast("How", how), rank, UUID(person)

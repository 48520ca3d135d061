"""Which version of the numbers an answer shows: how far the projector has come, so that an unchanged one costs no counting."""

import hashlib

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.projector import GROUP
from services.analytics.storage import heads


async def entity_tag(session: AsyncSession, asked: str) -> str:
    """The strong entity tag of an answer, in a transaction that sees one state of the database, as the answer's numbers do.

    ``asked`` is everything else that the answer depends on.
    """
    applied = await heads.applied(session, GROUP)
    return '"' + hashlib.sha256(f"{asked}\n{applied}".encode()).hexdigest()[:32] + '"'

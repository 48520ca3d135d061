"""Which version of the numbers an answer shows: how far the projector has come, so that an unchanged one costs no counting."""

import hashlib

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.projector import GROUP
from services.analytics.storage import heads


async def entity_tag(session: AsyncSession, asked: str) -> str:
    """The strong entity tag of an answer. Call it first in a transaction: all that it reads then is of this version.

    ``asked`` is everything else that the answer depends on.
    """
    await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    applied = sorted((await heads.next_offsets(session, GROUP)).items())
    return '"' + hashlib.sha256(f"{asked}\n{applied}".encode()).hexdigest()[:32] + '"'

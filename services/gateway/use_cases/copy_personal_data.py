"""Ask every service what it holds of a person, with the token of whoever asks."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx

from services.gateway.domain.personal_copy import HELD_BY, PersonalCopy, Rows
from shared.errors import Gone, NotFound, Unavailable
from shared.naming import Name

FIRST, *OTHERS = HELD_BY


class CandidateErased(Gone):
    """The person was erased: nothing of theirs is kept."""

    code = "candidate_erased"
    title = "The candidate was erased"


class NothingHeld(NotFound):
    """No service holds anything of the person."""

    code = "candidate_unknown"
    title = "There is no such candidate"


async def copy_personal_data(api: httpx.AsyncClient, name: Name, *, authorization: str, now: datetime) -> PersonalCopy:
    """All that every service holds of the person. Raises CandidateErased, NothingHeld, and Unavailable unless all answer.

    The first service says under which ids and references the person is known; the others are asked for all of them.
    """
    references = [] if name.reference is None else [str(name.reference)]
    known = await _ask(api, FIRST, {"candidate_id": [str(name.id)], "reference": references}, authorization)
    ids, references = known["candidate_ids"], known["references"]
    asked = {"candidate_id": ids, "reference": references}
    answers = await asyncio.gather(*(_ask(api, service, asked, authorization) for service in OTHERS))
    services: dict[str, Rows] = {FIRST: known["rows"]}
    services |= {service: answer["rows"] for service, answer in zip(OTHERS, answers, strict=True)}
    copy = PersonalCopy([UUID(one) for one in ids], references, now, services)
    if copy.is_empty:
        raise NothingHeld(f"Nothing is held of a candidate {name}.")
    return copy


async def _ask(api: httpx.AsyncClient, service: str, asked: Mapping[str, Sequence[str]], authorization: str) -> Mapping[str, Any]:
    try:
        answer = await api.get(f"/v1/{service}/personal-data", params=asked, headers={"Authorization": authorization})
    except httpx.HTTPError as error:
        raise Unavailable(f"{service} does not answer. Nothing is shown unless all services are asked: try again.") from error
    if answer.status_code == 410:
        raise CandidateErased(str(answer.json()["detail"]))
    if not answer.is_success:
        raise Unavailable(f"{service} answered {answer.status_code}. Nothing is shown unless all services answer: try again.")
    found: Mapping[str, Any] = answer.json()
    return found

"""Ask every service what it holds of a person, with the token of whoever asks."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import orjson

from services.gateway.domain.personal_copy import HELD_BY, PersonalCopy, Rows
from shared.errors import Gone, NotFound, Unavailable
from shared.naming import Name
from shared.web.personal_data import MOST_IDS

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

    The first service says under which ids the person is known; the others are asked for all of them.
    """
    known = await _ask(api, FIRST, [str(name.id)], authorization)
    ids = known["candidate_ids"]
    answers = await asyncio.gather(*(_ask_for_all(api, service, ids, authorization) for service in OTHERS))
    services: dict[str, Rows] = {FIRST: known["rows"], **dict(zip(OTHERS, answers, strict=True))}
    references = [one["reference"] for one in services[FIRST].get("candidates", []) if one["reference"] is not None]
    copy = PersonalCopy([UUID(one) for one in ids], sorted(references), now, services)
    if copy.is_empty:
        raise NothingHeld(f"Nothing is held of a candidate {name}.")
    return copy


async def _ask_for_all(api: httpx.AsyncClient, service: str, ids: Sequence[str], authorization: str) -> Rows:
    """The rows of a service, each once: one that names two ids may come twice."""
    rows: dict[str, dict[bytes, Mapping[str, Any]]] = {}
    for begin in range(0, len(ids), MOST_IDS):
        answer = await _ask(api, service, ids[begin : begin + MOST_IDS], authorization)
        for table, found in answer["rows"].items():
            rows.setdefault(table, {}).update({orjson.dumps(row): row for row in found})
    return {table: list(found.values()) for table, found in rows.items()}


async def _ask(api: httpx.AsyncClient, service: str, ids: Sequence[str], authorization: str) -> Mapping[str, Any]:
    try:
        answer = await api.get(
            f"/v1/{service}/personal-data", params={"candidate_id": ids}, headers={"Authorization": authorization}
        )
    except httpx.HTTPError as error:
        raise Unavailable(f"{service} does not answer. Nothing is shown unless all services are asked: try again.") from error
    if answer.status_code == 410:
        raise CandidateErased(str(answer.json()["detail"]))
    if not answer.is_success:
        raise Unavailable(f"{service} answered {answer.status_code}. Nothing is shown unless all services answer: try again.")
    found: Mapping[str, Any] = answer.json()
    return found

"""Post what a delivery makes to Rekindle's public API.

Posting again is harmless: events have stable ids, and a PATCH says as of when.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.connectors.rekindle_api import MOST_EVENTS, Answer, ApiOutcome, RekindleApi
from services.connectors.storage import deliveries, postings
from services.connectors.storage.deliveries import Delivery, DeliveryStatus
from services.connectors.storage.postings import Posting, PostingKind, State
from shared.db.engine import Sessions

MOST_CORRECTIONS = 5
"""How often a record's PATCH is posted again without the fields that the API found wrong."""

_STATE_OF = {
    ApiOutcome.DONE: State.POSTED,
    ApiOutcome.REFUSED: State.REFUSED,
    ApiOutcome.ERASED: State.ERASED,
    ApiOutcome.LATER: State.QUEUED,
}


async def post_delivery(sessions: Sessions, api: RekindleApi, body_hash: str, *, now: datetime, attempts: int = 0) -> None:
    """Post what is queued and keep the results; what was put off is due again after a pause that doubles."""
    async with sessions.begin() as session:
        queued = [item for item in await postings.of_delivery(session, body_hash) if item.state is State.QUEUED]
    answered = await _post(api, body_hash, queued)
    async with sessions.begin() as session:
        await postings.record(session, body_hash, answered)
        delivery = await deliveries.get(session, body_hash)
        if delivery is None:
            return
        every = await postings.of_delivery(session, body_hash)
        status, reason = _became(delivery, every)
        again = now + _pause(attempts) if any(item.state is State.QUEUED for item in every) else None
        await deliveries.set_values(session, body_hash, status=status, reason=reason, next_attempt_at=again)


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=min(2 ** min(attempts, 9), 300))


def _became(delivery: Delivery, every: Sequence[Posting]) -> tuple[DeliveryStatus, str | None]:
    """The delivery's status and reason after its postings were answered."""
    if delivery.status in {DeliveryStatus.WAITING, DeliveryStatus.NOT_MAPPED} or not every:
        return delivery.status, delivery.reason
    if put_off := [item for item in every if item.state is State.QUEUED]:
        return DeliveryStatus.QUEUED, put_off[0].answer or delivery.reason
    if refused := [item for item in every if item.state is State.REFUSED]:
        return DeliveryStatus.FAILED, "; ".join(f"{item.name}: {item.answer}" for item in refused)
    of_person = [item for item in every if item.kind is not PostingKind.POSITION]
    if of_person and all(item.state is State.ERASED for item in of_person):
        return DeliveryStatus.NOT_MAPPED, "the candidate is erased"
    left_out = [item.answer for item in every if item.answer and item.state is State.POSTED]
    return DeliveryStatus.APPLIED, "; ".join(filter(None, [_reason_of_translation(delivery), *left_out])) or None


def _reason_of_translation(delivery: Delivery) -> str | None:
    """The reason that the translation gave; one of an earlier attempt is over."""
    return delivery.reason if delivery.reason and "mapping" in delivery.reason else None


async def _post(api: RekindleApi, body_hash: str, queued: Sequence[Posting]) -> Sequence[Posting]:
    """Records first, side by side, then facts, erasures last."""
    records = [item for item in queued if item.kind in {PostingKind.POSITION, PostingKind.CANDIDATE, PostingKind.CLEARING}]
    answered = list(await asyncio.gather(*(_patch(api, item) for item in records)))
    facts = [item for item in queued if item.kind is PostingKind.FACT]
    for first in range(0, len(facts), MOST_EVENTS):
        part = facts[first : first + MOST_EVENTS]
        answers = await api.post_events([item.content or {} for item in part])
        answered += [_answered(item, answer) for item, answer in zip(part, answers, strict=True)]
    for item in queued:
        if item.kind is PostingKind.ERASURE:
            answered.append(_answered(item, await _erase(api, item, f"greenhouse-{body_hash}")))
    return answered


async def _erase(api: RekindleApi, item: Posting, key: str) -> Answer:
    survivor = (item.content or {}).get("part_from")
    if survivor is not None:
        parted = await api.part(survivor, item.target)
        if parted.outcome is ApiOutcome.LATER:
            return parted
    return await api.erase(item.target, key)


def _answered(item: Posting, answer: Answer, note: str | None = None) -> Posting:
    detail = None if answer.outcome is ApiOutcome.DONE else answer.detail
    return replace(item, state=_STATE_OF[answer.outcome], answer=detail or note, after=answer.after)


async def _patch(api: RekindleApi, item: Posting) -> Posting:
    """PATCH a record. A field that the API refuses, such as a telephone number that is none, is left out and named."""
    content = item.content or {}
    patches = {PostingKind.POSITION: api.patch_position, PostingKind.CLEARING: api.clear_fields}
    patch = patches.get(item.kind, api.patch_candidate)
    left_out: list[str] = []
    answer = await patch(item.target, content)
    for _ in range(MOST_CORRECTIONS):
        if answer.outcome is not ApiOutcome.REFUSED or not answer.wrong_fields:
            break
        corrected = without(content, answer.wrong_fields)
        if corrected == content or not corrected.keys() - {"observed_at"}:
            break
        left_out.append(answer.detail or "")
        content = corrected
        answer = await patch(item.target, content)
    return _answered(item, answer, f"left out: {'; '.join(left_out)}" if left_out else None)


def without(content: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """The content without these fields: ``emails[1]`` is one item of a list, anything else a whole top-level field."""
    corrected = dict(content)
    indexes: dict[str, set[int]] = {}
    for path in fields:
        name, index = re.fullmatch(r"(\w*)(?:\[(\d+)\])?.*", path, re.DOTALL).groups()  # type: ignore[union-attr]  # it matches any text
        if index is not None and isinstance(content.get(name), list):
            indexes.setdefault(name, set()).add(int(index))
        else:
            corrected.pop(name, None)
    for name, wrong in indexes.items():
        kept = [value for number, value in enumerate(content[name]) if number not in wrong]
        corrected[name] = kept
        if not kept:
            del corrected[name]
    return corrected

"""Post what deliveries make to Rekindle's public API, of several together.

Posting again is harmless: events have stable ids, and a PATCH says as of when.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from services.connectors.rekindle_api import MOST_CANDIDATES, MOST_EVENTS, Answer, ApiOutcome, RekindleApi
from services.connectors.storage import deliveries, postings
from services.connectors.storage.deliveries import DeliveryStatus
from services.connectors.storage.postings import Posting, PostingKind, Result, State
from services.connectors.use_cases.posted import LeasedDelivery
from shared.db.engine import Sessions

_STATE_OF = {
    ApiOutcome.DONE: State.POSTED,
    ApiOutcome.REFUSED: State.REFUSED,
    ApiOutcome.ERASED: State.ERASED,
    ApiOutcome.LATER: State.QUEUED,
}

Item = tuple[str, Posting]
"""A posting with the hash of its body."""


async def post_deliveries(
    sessions: Sessions, api: RekindleApi, leased: Sequence[LeasedDelivery], *, now: datetime
) -> list[LeasedDelivery]:
    """Post what is queued and keep the results; what was put off is due again after a pause that doubles.

    Returns the deliveries as they are then.
    """
    leased = await _read(sessions, leased)
    queued = [(one.body_hash, item) for one in leased for item in one.postings or () if item.state is State.QUEUED]
    answered = {(body_hash, item.name): item for body_hash, item in await _post(api, queued)}
    posted = [_settled(one, answered) for one in leased]
    results = [
        Result(
            one.body_hash,
            one.lease,
            one.status,
            one.reason,
            now + _pause(one.attempts) if _is_put_off(one) else None,
            [answer for item in one.postings or () if (answer := answered.get((one.body_hash, item.name))) is not None],
        )
        for one in posted
        if one.lease is not None
    ]
    async with sessions.alone() as connection:
        changed = await postings.record(connection, results)
    for body_hash in changed:
        await _settle_again(sessions, body_hash)
    return posted


async def _read(sessions: Sessions, leased: Sequence[LeasedDelivery]) -> list[LeasedDelivery]:
    """The deliveries with their postings."""
    unread = [one.body_hash for one in leased if one.postings is None]
    if not unread:
        return list(leased)
    async with sessions.alone() as connection:
        every = await postings.of_deliveries(connection, unread)
        found = {one.body_hash: one for one in await deliveries.find_all(connection, unread)}
    read: list[LeasedDelivery] = []
    for one in leased:
        if one.postings is not None:
            read.append(one)
        elif (now := found.get(one.body_hash)) is not None:
            read.append(replace(one, status=now.status, reason=now.reason, postings=every.get(one.body_hash, [])))
    return read


async def _settle_again(sessions: Sessions, body_hash: str) -> None:
    """Bring a delivery up to date that changed while it was posted, such as one that waited no longer."""
    async with sessions.begin_raw() as transaction:
        delivery = await deliveries.find(transaction.connection, body_hash, locking="FOR UPDATE")
        if delivery is None:
            return
        every = (await postings.of_deliveries(transaction.connection, [body_hash])).get(body_hash, [])
        status, reason = _became(delivery.status, delivery.reason, every)
        again = delivery.next_attempt_at if any(item.state is State.QUEUED for item in every) else None
        await deliveries.change(transaction.connection, body_hash, status=status, reason=reason, next_attempt_at=again)


def _settled(one: LeasedDelivery, answered: Mapping[tuple[str, str], Posting]) -> LeasedDelivery:
    every = [answered.get((one.body_hash, item.name), item) for item in one.postings or ()]
    status, reason = _became(one.status, one.reason, every)
    return replace(one, status=status, reason=reason, postings=every)


def _is_put_off(one: LeasedDelivery) -> bool:
    return any(item.state is State.QUEUED for item in one.postings or ())


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=min(2 ** min(attempts, 9), 300))


def _became(status: DeliveryStatus, reason: str | None, every: Sequence[Posting]) -> tuple[DeliveryStatus, str | None]:
    """A delivery's status and reason after its postings were answered."""
    if status in {DeliveryStatus.WAITING, DeliveryStatus.NOT_MAPPED} or not every:
        return status, reason
    if put_off := [item for item in every if item.state is State.QUEUED]:
        return DeliveryStatus.QUEUED, put_off[0].answer or reason
    if refused := [item for item in every if item.state is State.REFUSED]:
        return DeliveryStatus.FAILED, "; ".join(f"{item.name}: {item.answer}" for item in refused)
    of_person = [item for item in every if item.kind is not PostingKind.POSITION]
    if of_person and all(item.state is State.ERASED for item in of_person):
        return DeliveryStatus.NOT_MAPPED, "the candidate is erased"
    left_out = [item.answer for item in every if item.answer and item.state is State.POSTED]
    of_translation = reason if reason and "mapping" in reason else None  # one of an earlier attempt is over
    return DeliveryStatus.APPLIED, "; ".join(filter(None, [of_translation, *left_out])) or None


async def _post(api: RekindleApi, queued: Sequence[Item]) -> list[Item]:
    """All that is queued, side by side, for nothing depends on the order; erasures last."""
    of_kind: dict[PostingKind, list[Item]] = defaultdict(list)
    for item in queued:
        of_kind[item[1].kind].append(item)
    parts = await asyncio.gather(
        _positions(api, of_kind[PostingKind.POSITION]),
        _candidates(api, of_kind[PostingKind.CANDIDATE]),
        *(_clearing(api, item) for item in of_kind[PostingKind.CLEARING]),
        _facts(api, of_kind[PostingKind.FACT]),
    )
    answered = [item for part in parts for item in part]
    for body_hash, erasure in of_kind[PostingKind.ERASURE]:
        answered.append((body_hash, _answered(erasure, await _erase(api, erasure, f"greenhouse-{body_hash}"))))
    return answered


async def _positions(api: RekindleApi, items: Sequence[Item]) -> list[Item]:
    """PATCH positions; what several bodies say alike is said once."""
    alike: dict[tuple[str, bytes], list[Item]] = defaultdict(list)
    for item in items:
        alike[item[1].target, orjson.dumps(item[1].content)].append(item)
    groups = list(alike.values())
    answers = await asyncio.gather(*(api.patch_position(group[0][1].target, group[0][1].content or {}) for group in groups))
    return [
        (body_hash, _answered(item, answer)) for group, answer in zip(groups, answers, strict=True) for body_hash, item in group
    ]


async def _candidates(api: RekindleApi, items: Sequence[Item]) -> list[Item]:
    answered: list[Item] = []
    for first in range(0, len(items), MOST_CANDIDATES):
        part = items[first : first + MOST_CANDIDATES]
        answers = await api.patch_candidates([(item.target, item.content or {}) for _, item in part])
        answered += _zipped(part, answers)
    return answered


async def _clearing(api: RekindleApi, item: Item) -> list[Item]:
    return _zipped([item], [await api.clear_fields(item[1].target, item[1].content or {})])


async def _facts(api: RekindleApi, items: Sequence[Item]) -> list[Item]:
    answered: list[Item] = []
    for first in range(0, len(items), MOST_EVENTS):
        part = items[first : first + MOST_EVENTS]
        answered += _zipped(part, await api.post_events([item.content or {} for _, item in part]))
    return answered


def _zipped(items: Sequence[Item], answers: Sequence[Answer]) -> list[Item]:
    return [(body_hash, _answered(item, answer)) for (body_hash, item), answer in zip(items, answers, strict=True)]


async def _erase(api: RekindleApi, item: Posting, key: str) -> Answer:
    survivor: Any = (item.content or {}).get("part_from")
    if survivor is not None:
        parted = await api.part(survivor, item.target)
        if parted.outcome is ApiOutcome.LATER:
            return parted
    return await api.erase(item.target, key)


def _answered(item: Posting, answer: Answer) -> Posting:
    return replace(item, state=_STATE_OF[answer.outcome], answer=answer.detail, after=answer.after)

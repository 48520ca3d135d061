"""Which item an event is about, and what it is from then on."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.analytics.metrics.coming_back import of_plan, of_queue_event
from services.analytics.metrics.obligations import of_obligation
from services.analytics.metrics.people import of_change
from services.analytics.metrics.policy import of_breach
from services.analytics.metrics.subjects import Gone, Item
from shared.events import CandidateChanged, Event, ReturnPlanChanged
from shared.events.obligations import ObligationEvent
from shared.events.policy_breaches import PolicyBreachEvent
from shared.events.queue import QueueItemEvent


def item_of(event: Event) -> Item | Gone | None:
    """The item as an event says that it is; None for events that are about none."""
    data = event.data
    if isinstance(data, ObligationEvent):
        return of_obligation(data)
    if isinstance(data, PolicyBreachEvent):
        return of_breach(data)
    if isinstance(data, ReturnPlanChanged):
        return of_plan(data)
    if isinstance(data, QueueItemEvent):
        return of_queue_event(data, event.id, event.time)
    return None


class Before(Protocol):
    """What was known of a stream before its snapshots."""

    @property
    def is_known(self) -> bool: ...
    @property
    def market_status(self) -> str | None: ...
    @property
    def updated_at(self) -> datetime | None: ...


def market_changes(snapshots: Iterable[tuple[UUID, CandidateChanged, datetime]], before: Mapping[UUID, Before]) -> Iterator[Item]:
    """The changes of market status that snapshots bring, in their order, each with its id and time.

    A stream that belongs to another person changes with that one. What is older than what was known is known already.
    """
    known = {stream: (one.is_known, one.market_status, one.updated_at) for stream, one in before.items()}
    for event, one, at in snapshots:
        stream = one.candidate_id
        is_known, status, updated_at = known[stream]
        if updated_at is not None and at < updated_at:
            continue
        if is_known and one.market_status != status and one.person_id == stream:
            yield of_change(event, stream, at, status, one.market_status)
        known[stream] = (True, one.market_status, at)

"""What the API would say of events, without asking it: for a replay that is only tried."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from services.engagement.api.event_reading import read_item
from shared.errors import DomainError


class Checker:
    """Reads events as the API does. What depends on what is stored already is not known here."""

    def post(self, events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """An item for each event, in order: accepted, or refused with the fields and rules."""
        return [_checked(event) for event in events]


def _checked(event: dict[str, Any]) -> dict[str, Any]:
    read = read_item(event, now=datetime.now(UTC), specversion_needed=False)
    if isinstance(read, DomainError):
        return {"status": 422, "problem": {"errors": [asdict(one) for one in read.errors]}}
    return {"status": 201, "candidate_id": event["subject"], "after": ""}

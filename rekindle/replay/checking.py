"""What the API would say of events, without asking it: for a replay that is only tried."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from shared.events import FACTS
from shared.events.validation import accept
from shared.web.problem_details import rule_of


class Checker:
    """Checks the data of events as the API does. What depends on what is stored already is not known here."""

    def post(self, events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """An item for each event, in order: accepted, or refused with the fields and rules."""
        return [_checked(event) for event in events]


def _checked(event: dict[str, Any]) -> dict[str, Any]:
    try:
        accept(FACTS, event["type"], event["data"])
    except ValidationError as error:
        wrong = [
            {"field": ".".join(["data", *(str(part) for part in one["loc"])]), "rule": rule_of(one)}
            for one in error.errors(include_url=False, include_input=False)
        ]
        return {"status": 422, "problem": {"errors": wrong}}
    return {"status": 201, "candidate_id": event["subject"], "after": ""}

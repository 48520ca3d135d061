"""Recruiters who work the queue: they claim who is due, write to them, or put the item off."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from rekindle.simulation.people import event

LEASE_SECONDS = 3600
CLAIMED_AT_ONCE = 5


class Api(Protocol):
    """The HTTP API of a running stack."""

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Send a request until it is answered; the body of the answer, which was a success."""

    def post(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Post events; an item for each, in order."""


@dataclass(frozen=True, slots=True)
class Act:
    """What a recruiter did with an item, in the order of doing. ``outcome`` and ``until`` as the API takes them."""

    action: str
    item: dict[str, Any]
    at: datetime
    recruiter: str
    outcome: str | None = None
    until: datetime | None = None


@dataclass(slots=True)
class Desk:
    """The recruiters of one organisation. ``note`` is told of every act."""

    api: Api
    dice: random.Random
    recruiters: int
    note: Callable[[Act], None]

    def work(self, now: datetime) -> list[dict[str, Any]]:
        """Have some recruiters work the queue; returns the events that they post of it, in order."""
        posted: list[dict[str, Any]] = []
        for number in sorted(self.dice.sample(range(self.recruiters), max(1, self.recruiters // 4))):
            recruiter = f"r{number:02}"
            body = {"recruiter": recruiter, "limit": CLAIMED_AT_ONCE, "lease_seconds": LEASE_SECONDS}
            for item in self.api.call("POST", "/v1/queue/claims", body)["items"]:
                self.note(Act("claimed", item, now, recruiter))
                posted += self._finish(item, recruiter, now)
        return posted

    def _finish(self, item: dict[str, Any], recruiter: str, now: datetime) -> list[dict[str, Any]]:
        chance = self.dice.random()
        if chance < 0.05:
            return []
        if chance < 0.2:
            until = now + timedelta(days=self.dice.randrange(7, 90))
            self._do(Act("snoozed", item, now, recruiter, until=until), "snooze", {"until": until.isoformat()})
            return []
        if chance < 0.3:
            self._do(Act("dismissed", item, now, recruiter), "dismissal", {"reason": "no longer in the field"})
            return []
        outcome = self.dice.choice(("contacted", "contacted", "contacted", "wrong_time", "not_reachable", "no_fit"))
        self._do(Act("completed", item, now, recruiter, outcome=outcome), "completion", {"outcome": outcome})
        return [self._contacted(item, recruiter, now)] if outcome == "contacted" else []

    def _do(self, act: Act, path: str, body: dict[str, Any]) -> None:
        self.api.call("POST", f"/v1/queue/{act.item['id']}/{path}", {"lease": act.item["lease"], **body})
        self.note(act)

    def _contacted(self, item: dict[str, Any], recruiter: str, now: datetime) -> dict[str, Any]:
        about = next(({"position": one["position_id"]} for one in item["reasons"] if one["position_id"] is not None), {})
        data = {**about, "channel": "email", "recruiter": recruiter, "words": 80}
        return event("pursuit.contacted", item["references"][0], f"desk-{item['lease']}", now, data)

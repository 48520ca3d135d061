"""Recruiters who claim and finish queue items while parts are killed, and what must hold of whom they were given.

Each person at this desk becomes due once, and a claim lasts longer than any storm. So a person may be given out once, to one
recruiter, whatever answers were lost; at the end everybody was, and the queue holds those whom nobody finished.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from shared.ids import candidate_id
from tests.chaos.story import not_now
from tests.chaos.writers import Answers, Sender, client_of
from tests.waiting import eventually

DESK = "chaos:desk"
LEASE_SECONDS = 86_400
LIMIT = 3


@dataclass(slots=True)
class Desk:
    """What recruiters were answered."""

    people: set[str] = field(default_factory=set)
    """Ids of those who became due."""
    given: Counter[str] = field(default_factory=Counter)
    """How often each was given out."""
    held: dict[str, str] = field(default_factory=dict)
    """Those who were given out and not finished, and to whom."""


@dataclass(slots=True)
class Recruiter:
    """Brings people to the desk, claims from it, and finishes some of what was given."""

    name: str
    url: str
    token: str
    answers: Answers
    desk: Desk
    pause: float = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set."""
        dice = random.Random(self.name)
        async with client_of(self.url, self.token) as client:
            sender = Sender(client, self.answers)
            for number in count():
                if stop.is_set():
                    return
                candidate = f"chaos:{self.name}-c{number}"
                self.desk.people.add(str(candidate_id(candidate)))
                await sender.post(not_now(candidate, DESK, f"{self.name}-{number}"))
                for item in await self._claim(sender, f"{self.name}-{number}"):
                    await self._finish(sender, dice, item)
                await asyncio.sleep(self.pause)

    async def claim_the_rest(self) -> None:
        """Claim until nothing is due any more and everybody at the desk was given out."""
        async with client_of(self.url, self.token) as client:
            sender = Sender(client, self.answers)
            rounds = count()

            async def missing() -> set[str]:
                while await self._claim(sender, f"{self.name}-rest-{next(rounds)}"):
                    pass
                return self.desk.people - self.desk.given.keys()

            await eventually(missing, lambda found: not found, seconds=60, every=0.5)

    async def _claim(self, sender: Sender, key: str) -> list[dict[str, Any]]:
        body = {"recruiter": self.name, "limit": LIMIT, "lease_seconds": LEASE_SECONDS, "position": DESK}
        response = await sender.send("POST", "/v1/queue/claims", body, key=key)
        items: list[dict[str, Any]] = response.json().get("items", [])
        for item in items:
            self.desk.given[item["candidate_id"]] += 1
            self.desk.held[item["candidate_id"]] = self.name
        return items

    async def _finish(self, sender: Sender, dice: random.Random, item: dict[str, Any]) -> None:
        """Complete or dismiss an item, or keep it. The same action with the same lease may be sent again."""
        act, body = dice.choice((
            ("completion", {"outcome": "contacted"}), ("completion", {"outcome": "no_fit"}),
            ("dismissal", {"reason": "moved abroad"}), ("", {}),
        ))  # fmt: skip
        if act:
            await sender.send("POST", f"/v1/queue/{item['id']}/{act}", {"lease": item["lease"], **body})
            del self.desk.held[item["candidate_id"]]

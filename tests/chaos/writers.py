"""Writers that post over HTTP as an ATS does: they try again until they are told, and remember what they were told."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.chaos.story import Told, journey

RETRY_PAUSE = 0.2
GIVE_UP_AFTER = 240.0


@dataclass(slots=True)
class Answers:
    """What the writers were told of each event they posted."""

    accepted: dict[str, Told] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    tries: int = 0
    faults: int = 0
    surprises: list[str] = field(default_factory=list)
    """Answers that no correct run gives."""


@dataclass(slots=True)
class Writer:
    """Posts journeys of its own candidates, some facts late, some twice, some in batches."""

    number: int
    url: str
    token: str
    answers: Answers
    candidates: int = 12
    positions: int = 4
    pause: float = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Write until ``stop`` is set, then finish what was begun."""
        dice = random.Random(self.number)
        limits = httpx.Limits(max_connections=2, max_keepalive_connections=2)
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, timeout=15, limits=limits) as client:
            done: set[tuple[int, int]] = set()
            everything = [(c, p) for c in range(self.candidates) for p in range(self.positions)]
            dice.shuffle(everything)
            for candidate, position in everything:
                if stop.is_set():
                    return
                done.add((candidate, position))
                name = f"w{self.number}-c{candidate}-p{position}"
                facts = journey(dice, f"chaos:w{self.number}-c{candidate}", f"chaos:p{position}", name)
                dice.shuffle(facts)
                await self._tell(client, dice, facts)

    async def _tell(self, client: httpx.AsyncClient, dice: random.Random, facts: Sequence[Told]) -> None:
        middle = dice.randrange(len(facts) + 1)
        if facts[:middle]:
            await self._post(client, [*facts[:middle], *dice.choices(facts[:middle], k=dice.randrange(2))])
        for told in facts[middle:]:
            await self._post(client, told)
        if dice.random() < 0.2:
            await self._post(client, list(facts))
        await asyncio.sleep(self.pause)

    async def _post(self, client: httpx.AsyncClient, what: Told | list[Told]) -> None:
        """Post until it is answered; whatever the answer was lost to, the same is sent again."""
        body: Any = [told.as_json() for told in what] if isinstance(what, list) else what.as_json()
        deadline = asyncio.get_running_loop().time() + GIVE_UP_AFTER
        while True:
            self.answers.tries += 1
            try:
                response = await client.post("/v1/events", json=body)
            except httpx.HTTPError:
                response = None
            if response is not None and response.status_code < 500 and response.status_code != 429:
                break
            self.answers.faults += 1
            assert asyncio.get_running_loop().time() < deadline, f"no answer within {GIVE_UP_AFTER} s"
            await asyncio.sleep(RETRY_PAUSE)
        if isinstance(what, list):
            items = response.json()["items"]
            for told, item in zip(what, items, strict=True):
                self._note(told, int(item["status"]), item)
        else:
            self._note(what, response.status_code, response.json())

    def _note(self, told: Told, status: int, answer: dict[str, Any]) -> None:
        if status not in {200, 201}:
            self.answers.surprises.append(f"{told.id}: {status} {answer}")
            return
        before = self.answers.after.setdefault(told.id, answer["after"])
        if before != answer["after"]:
            self.answers.surprises.append(f"{told.id}: told {before}, later {answer['after']}")
        self.answers.accepted[told.id] = told

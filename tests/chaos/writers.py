"""Writers that post over HTTP as an ATS does: they try again until they are answered, and remember what the answers said."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx

from tests.chaos.story import BEGIN, LEVELS, Fact, journey

AT_A_TIME = 12
"""Candidates of one writer who are pursued side by side."""
POSITIONS = 4
RETRY_PAUSE = 0.2
GIVE_UP_AFTER = 240.0
IN_FLIGHT = "idempotency_key_in_flight"


@dataclass(slots=True)
class Answers:
    """What everybody who wrote was answered."""

    accepted: dict[str, Fact] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    linked: dict[str, str] = field(default_factory=dict)
    """Linked candidates, and the candidate that stands for both."""
    levels: dict[str, dict[datetime, str]] = field(default_factory=lambda: defaultdict(dict))
    """What was said of each candidate's level, and as of when."""
    tries: int = 0
    faults: int = 0
    changes: int = 0
    """Links made and undone, records patched, persons erased."""
    erasures: dict[str, str] = field(default_factory=dict)
    """The erasures that were asked for, by the candidate who was erased."""
    surprises: list[str] = field(default_factory=list)
    """Answers that no correct run gives."""

    def note(self, fact: Fact, status: int, answer: dict[str, Any]) -> None:
        """Remember the answer to a fact."""
        if status not in {200, 201}:
            self.surprises.append(f"{fact.id}: {status} {answer}")
            return
        before = self.after.setdefault(fact.id, answer["after"])
        if before != answer["after"]:
            self.surprises.append(f"{fact.id}: answered {before}, later {answer['after']}")
        self.accepted[fact.id] = fact


@dataclass(slots=True)
class Sender:
    """An HTTP client that sends a request again until it is answered; whatever the answer was lost to."""

    client: httpx.AsyncClient
    answers: Answers

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        allowed: Collection[int] = (200, 201, 207),
        when_repeated: Collection[int] = (),
    ) -> httpx.Response:
        """The answer; a status that is not allowed, or allowed only to a request that was repeated, is a surprise.

        ``key`` is an Idempotency-Key.
        """
        headers = {"Idempotency-Key": key} if key else {}
        deadline = asyncio.get_running_loop().time() + GIVE_UP_AFTER
        while (response := await self._once(method, path, body, headers)) is None:
            self.answers.faults += 1
            allowed = {*allowed, *when_repeated}
            assert asyncio.get_running_loop().time() < deadline, f"no answer to {method} {path} within {GIVE_UP_AFTER} s"
            await asyncio.sleep(RETRY_PAUSE)
        if response.status_code not in allowed:
            self.answers.surprises.append(f"{method} {path}: {response.status_code} {response.text[:300]}")
        return response

    async def _once(self, method: str, path: str, body: Any, headers: dict[str, str]) -> httpx.Response | None:
        self.answers.tries += 1
        try:
            response = await self.client.request(method, path, json=body, headers=headers)
        except httpx.HTTPError:
            return None
        is_in_flight = response.status_code == 409 and response.json().get("code") == IN_FLIGHT
        return None if response.status_code >= 500 or response.status_code == 429 or is_in_flight else response

    async def post(self, what: Fact | list[Fact]) -> None:
        """Post one fact, or a batch."""
        if isinstance(what, Fact):
            response = await self.send("POST", "/v1/events", what.as_json(), allowed=range(200, 500))
            self.answers.note(what, response.status_code, response.json())
            return
        response = await self.send("POST", "/v1/events", [fact.as_json() for fact in what])
        for fact, item in zip(what, response.json()["items"], strict=True):
            self.answers.note(fact, int(item["status"]), item)


def client_of(url: str, token: str) -> httpx.AsyncClient:
    """A client as an ATS has it."""
    limits = httpx.Limits(max_connections=2, max_keepalive_connections=2)
    return httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=15, limits=limits)


@dataclass(slots=True)
class Writer:
    """Posts journeys of its own candidates, some facts late, some twice, some in batches; describes, links and parts them.

    Candidates come in pairs, of which each pursues positions of its own: so links move nothing between funnels.
    """

    number: int
    url: str
    token: str
    answers: Answers
    candidates: int | None = None
    """How many candidates it has; without a number it never runs out of them."""
    pause: float = 0.0
    _said: int = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Write until ``stop`` is set, then finish what was begun."""
        dice = random.Random(self.number)
        async with client_of(self.url, self.token) as client:
            sender = Sender(client, self.answers)
            for candidate, position in self._pursuits(dice):
                if stop.is_set():
                    return
                name = f"w{self.number}-c{candidate}-p{position}"
                facts = journey(dice, self._name(candidate), f"chaos:p{position}", name)
                dice.shuffle(facts)
                await self._tell(sender, dice, facts)
                await self._describe(sender, dice, candidate)
                await self._link_or_part(sender, dice, candidate)
                if dice.random() < 0.3:
                    await self._forget_a_passer_by(sender, len(self.answers.erasures))
                await asyncio.sleep(self.pause)

    def _pursuits(self, dice: random.Random) -> Iterator[tuple[int, int]]:
        """Candidates and the positions that they pursue, in random order among those who come at the same time."""
        for first in count(step=AT_A_TIME):
            last = min(first + AT_A_TIME, self.candidates or first + AT_A_TIME)
            pursuits = [(c, p) for c in range(first, last) for p in range(POSITIONS) if p % 2 == c % 2]
            if not pursuits:
                return
            yield from dice.sample(pursuits, k=len(pursuits))

    def _name(self, candidate: int) -> str:
        return f"chaos:w{self.number}-c{candidate}"

    async def _tell(self, sender: Sender, dice: random.Random, facts: Sequence[Fact]) -> None:
        middle = dice.randrange(len(facts) + 1)
        if facts[:middle]:
            await sender.post([*facts[:middle], *dice.choices(facts[:middle], k=dice.randrange(2))])
        for fact in facts[middle:]:
            await sender.post(fact)
        if dice.random() < 0.2:
            await sender.post(list(facts))

    async def _describe(self, sender: Sender, dice: random.Random, candidate: int) -> None:
        """Say the candidate's level, as of moments that are never the same, in any order."""
        name = self._name(candidate)
        moments = [BEGIN + timedelta(seconds=self._said + number) for number in range(dice.randrange(1, 4))]
        self._said += len(moments)
        for moment in dice.sample(moments, k=len(moments)):
            level = dice.choice(LEVELS)
            body = {"level": level, "observed_at": moment.isoformat()}
            await sender.send("PATCH", f"/v1/candidates/{name}", body)
            self.answers.levels[name][moment] = level
            self.answers.changes += 1

    async def _forget_a_passer_by(self, sender: Sender, number: int) -> None:
        """Erase somebody of whom a record, a second reference and a fact are known, and who pursues nothing."""
        name = f"chaos:w{self.number}-gone{number}"
        await sender.send("PATCH", f"/v1/candidates/{name}", {"level": "lead", "references": [f"{name}-too"]})
        signal = {"source": "chaos", "id": name, "type": "rekindle.candidate.signal_observed", "subject": name}
        await sender.send("POST", "/v1/events", {**signal, "time": BEGIN.isoformat(), "data": {"signal": "new_job"}})
        erased = await sender.send("POST", "/v1/erasures", {"candidate": name}, key=f"erase-{name}", allowed=[200, 202])
        self.answers.erasures[name] = erased.json()["id"]
        self.answers.changes += 1

    async def _link_or_part(self, sender: Sender, dice: random.Random, candidate: int) -> None:
        first, second = self._name(candidate & ~1), self._name(candidate | 1)
        if dice.random() < 0.6:
            return
        if second in self.answers.linked:
            # After an answer that was lost there is nothing left to undo.
            await sender.send("DELETE", f"/v1/candidates/{first}/references/{second}", when_repeated=[404])
            del self.answers.linked[second]
        else:
            await sender.send("PATCH", f"/v1/candidates/{first}", {"references": [second]})
            self.answers.linked[second] = first
        self.answers.changes += 1

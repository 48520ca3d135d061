"""Kills and stalls parts of a running stack at random moments, and counts what it did."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from rekindle.embedded.stack import Stack
from shared.shutdown import pause

CORE = ("gateway", "engagement.relay", "analytics.projector", "engagement.facts", "postgres", "kafka")
"""What every short run must have met."""
LONGER_THAN_A_SESSION = (11.0, 14.0)
"""Seconds of a stall: consumers are thrown out of their group after 10."""


@dataclass(slots=True)
class Monkey:
    """Works on one part at a time, so that each has a chance to come back."""

    stack: Stack
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until ``stop`` is set; every part is killed and stalled once before any comes again, the core first."""
        while not stop.is_set():
            acts = [(act, part) for part in self.stack.parts for act in ("kill", "stall")]
            self.dice.shuffle(acts)
            if not self.done:
                acts.sort(key=lambda one: (one[1] not in CORE, one[0]))
            for act, part in acts:
                if stop.is_set():
                    return
                await self._act(act, part)
                await pause(stop, self.dice.uniform(0.5, 2.5))

    async def _act(self, act: str, part: str) -> None:
        self.done[f"{act} {part}"] += 1
        if act == "kill":
            restarts = await self.stack.kill(part)
            await self.stack.recovered(part, restarts, seconds=120)
            return
        self.stack.pause(part)
        try:
            await asyncio.sleep(self.dice.uniform(*LONGER_THAN_A_SESSION))
        finally:
            self.stack.resume(part)

"""Kills and stalls parts of a running stack at random moments, and counts what it did."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from rekindle.embedded.stack import Stack
from shared.shutdown import pause

CORE = ("gateway", "engagement.relay", "analytics.projector", "engagement.facts", "postgres", "kafka")
"""What every short run must have met."""
HUNG = ("gateway", "engagement.facts", "analytics.projector", "candidates.learner")
"""What a long run stops for good, so that the supervisor has to notice."""
LONGER_THAN_A_SESSION = (11.0, 14.0)
"""Seconds of a stall: consumers are thrown out of their group after 10."""
RECOVERS_WITHIN = 120.0


@dataclass(slots=True)
class Monkey:
    """Works on one part at a time, so that each has a chance to come back."""

    stack: Stack
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)
    doing: str = ""

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until ``stop`` is set, the core was killed and a part stalled.

        Each part is killed and stalled once before any comes again.
        """
        while not self._is_over(stop):
            acts = [(act, part) for part in self.stack.parts for act in ("kill", "stall")]
            acts += [("hang", part) for part in HUNG]
            self.dice.shuffle(acts)
            if not self.done:
                acts.sort(key=lambda one: (one[0] == "hang", one[1] not in CORE, one[0]))
            for act, part in acts:
                if self._is_over(stop):
                    return
                self.doing = f"{act} {part}"
                await self._act(act, part)
                self.done[self.doing] += 1
                self.doing = ""
                await pause(stop, self.dice.uniform(0.5, 2.5))

    def _is_over(self, stop: asyncio.Event) -> bool:
        return (
            stop.is_set()
            and all(self.done[f"kill {part}"] for part in CORE)
            and any(act.startswith("stall") for act in self.done)
        )

    async def _act(self, act: str, part: str) -> None:
        if act == "kill":
            restarts = await self.stack.kill(part)
            await self.stack.recovered(part, restarts, seconds=RECOVERS_WITHIN)
            return
        restarts = self.stack.parts[part].restarts + 1
        self.stack.pause(part)
        if act == "hang":
            await self.stack.recovered(part, restarts, seconds=RECOVERS_WITHIN)
            return
        try:
            await asyncio.sleep(self.dice.uniform(*LONGER_THAN_A_SESSION))
        finally:
            self.stack.resume(part)

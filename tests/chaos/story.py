"""What the writers tell, and an oracle that is independent of Rekindle's own rules.

Each pursuit is one journey that begins once and closes at most once, at its end, within less than the ghosting interval. So what
the numbers must be follows from counting facts, without any fold.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.ids import event_id

SOURCE = "chaos"
LATER = ("interested", "screened", "interviewed", "offered")
REASONS = ("salary", "location", "skills", "timing", "unspecified")
STAGE_OF = {"screened": "screening", "interviewed": "interviewing"}
BEGIN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=20)


@dataclass(frozen=True, slots=True)
class Told:
    """A fact that a writer posts, as CloudEvents JSON."""

    id: str
    candidate: str
    position: str
    type: str
    time: datetime
    data: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The body to post."""
        return {
            "source": SOURCE,
            "id": self.id,
            "type": f"rekindle.pursuit.{self.type}",
            "subject": self.candidate,
            "time": self.time.isoformat().replace("+00:00", "Z"),
            "data": {"position": self.position, **self.data},
        }

    @property
    def bus_id(self) -> str:
        """The id that the event has on the bus."""
        return str(event_id(SOURCE, self.id))


def journey(dice: random.Random, candidate: str, position: str, name: str) -> list[Told]:
    """One pursuit from its first touch to wherever it gets."""
    clock = BEGIN + timedelta(minutes=dice.randrange(24 * 60))
    facts: list[Told] = []

    def tell(kind: str, **data: Any) -> None:
        nonlocal clock
        clock += timedelta(minutes=dice.randrange(30, 600))
        facts.append(Told(f"{name}-{len(facts)}", candidate, position, kind, clock, data))

    if dice.random() < 0.5:
        tell("sourced", via="linkedin")
    for _ in range(dice.randrange(1, 4)):
        tell("contacted", channel=dice.choice(("email", "linkedin", "phone")), recruiter=dice.choice(("maria", "tom")))
    if dice.random() < 0.7:
        tell("responded", words=dice.randrange(200))
        for kind in LATER[: dice.randrange(len(LATER) + 1)]:
            tell(kind)
    ending = dice.random()
    if ending < 0.4:
        tell("declined", reason=dice.choice(REASONS))
    elif ending < 0.6:
        tell("rejected", reason=dice.choice(REASONS), by=dice.choice(("team", "sponsor")))
    elif facts[-1].type == "offered":
        tell("hired")
    return facts


@dataclass(slots=True)
class Expected:
    """What one position's funnel must say."""

    recorded: Counter[str] = field(default_factory=Counter)
    by_touch: Counter[str] = field(default_factory=Counter)
    declines: Counter[str] = field(default_factory=Counter)
    rejections: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    interest: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0


def expected_funnels(accepted: Sequence[Told]) -> dict[str, Expected]:
    """The funnels by position, counted from accepted facts alone."""
    pursuits: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for told in accepted:
        pursuits[told.position, told.candidate].append(told)
    funnels: dict[str, Expected] = defaultdict(Expected)
    for (position, _), facts in pursuits.items():
        facts.sort(key=lambda told: told.time)
        _count(funnels[position], facts)
    return dict(funnels)


def _count(funnel: Expected, facts: Sequence[Told]) -> None:
    kinds = {told.type for told in facts}
    for kind in kinds & {"sourced", "contacted", "responded", "hired", *LATER}:
        funnel.recorded[STAGE_OF.get(kind, kind)] += 1
    answer = next((told for told in facts if told.type in {"responded", "declined"}), None)
    if answer is not None:
        touches = sum(told.type == "contacted" and told.time < answer.time for told in facts)
        funnel.by_touch[str(touches) if touches <= 3 else "later"] += 1
    for told in facts:
        if told.type == "declined":
            funnel.declines[told.data["reason"]] += 1
        if told.type == "rejected":
            funnel.rejections[told.data["reason"]] += 1
    interested = bool(kinds & {*LATER, "hired"})
    funnel.interest["interested" if interested else "uninterested" if "declined" in kinds else "unknown"] += 1
    funnel.outcomes[_outcome(kinds, interested=interested, answered=answer is not None)] += 1
    funnel.unanswered += answer is None


def _outcome(kinds: set[str], *, interested: bool, answered: bool) -> str:
    if kinds & {"declined", "rejected"}:
        return "soft_no"
    if "hired" in kinds:
        return "hired"
    return "in_play" if interested else "open" if answered else "waiting"


def expected_queue(accepted: Sequence[Told]) -> set[str]:
    """The candidates that must have a queue item: a soft no, no later outreach, no hire, not in play elsewhere."""
    people: dict[str, list[Told]] = defaultdict(list)
    for told in accepted:
        people[told.candidate].append(told)
    return {candidate for candidate, facts in people.items() if _waits(facts)}


def _waits(facts: Sequence[Told]) -> bool:
    if any(told.type == "hired" for told in facts):
        return False
    closes = {told.position: told.time for told in facts if told.type in {"declined", "rejected"}}
    in_play = any(told.position not in closes and told.type in LATER for told in facts)
    last_outreach = max((told.time for told in facts if told.type == "contacted"), default=BEGIN)
    return not in_play and any(time >= last_outreach for time in closes.values())

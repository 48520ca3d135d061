"""What the writers post, and an oracle that is independent of Rekindle's own rules.

Each pursuit is one journey that begins once and closes at most once, at its end, within less than the ghosting interval.
Two candidates that are linked never pursue the same position. So what the numbers must be follows from counting,
without any fold.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.ids import event_id

SOURCE = "chaos"
LATER = ("interested", "screened", "interviewed", "offered")
REASONS = ("salary", "location", "skills", "timing", "unspecified")
LEVELS = ("junior", "mid", "senior", "staff")
STAGE_OF = {"screened": "screening", "interviewed": "interviewing"}
BEGIN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=20)


@dataclass(frozen=True, slots=True)
class Fact:
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

    def __str__(self) -> str:
        return f"{self.time:%m-%dT%H:%M} {self.candidate} {self.position} {self.type}"

    @property
    def bus_id(self) -> str:
        """The id that the event has on the bus."""
        return str(event_id(SOURCE, self.id))


def journey(dice: random.Random, candidate: str, position: str, name: str) -> list[Fact]:
    """One pursuit from its first touch to wherever it gets."""
    clock = BEGIN + timedelta(minutes=dice.randrange(24 * 60))
    facts: list[Fact] = []

    def happens(kind: str, **data: Any) -> None:
        nonlocal clock
        clock += timedelta(minutes=dice.randrange(30, 600))
        facts.append(Fact(f"{name}-{len(facts)}", candidate, position, kind, clock, data))

    if dice.random() < 0.5:
        happens("sourced", via="linkedin")
    for _ in range(dice.randrange(1, 4)):
        happens("contacted", channel=dice.choice(("email", "linkedin", "phone")), recruiter=dice.choice(("maria", "tom")))
    if dice.random() < 0.7:
        happens("responded", words=dice.randrange(200))
        for kind in LATER[: dice.randrange(len(LATER) + 1)]:
            happens(kind)
    ending = dice.random()
    if ending < 0.4:
        happens("declined", reason=dice.choice(REASONS))
    elif ending < 0.6:
        happens("rejected", reason=dice.choice(REASONS), by=dice.choice(("team", "sponsor")))
    elif facts[-1].type == "offered":
        happens("hired")
    return facts


def not_now(candidate: str, position: str, name: str) -> list[Fact]:
    """A pursuit that ends with a day to ask again that has come: its person is due in the queue."""
    kinds: tuple[tuple[str, dict[str, Any]], ...] = (
        ("contacted", {"channel": "email", "recruiter": "maria"}),
        ("responded", {"words": 40}),
        ("declined", {"reason": "timing", "facts": {"revisit_on": f"{BEGIN + timedelta(days=2):%Y-%m-%d}"}}),
    )
    return [
        Fact(f"{name}-{number}", candidate, position, kind, BEGIN + timedelta(hours=number), data)
        for number, (kind, data) in enumerate(kinds)
    ]


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


def expected_funnels(accepted: Sequence[Fact]) -> dict[str, Expected]:
    """The funnels by position, counted from accepted facts alone. Who is linked to whom changes nothing."""
    pursuits: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in accepted:
        pursuits[fact.position, fact.candidate].append(fact)
    funnels: dict[str, Expected] = defaultdict(Expected)
    for (position, _), facts in pursuits.items():
        facts.sort(key=lambda fact: fact.time)
        _count(funnels[position], facts)
    return dict(funnels)


def _count(funnel: Expected, facts: Sequence[Fact]) -> None:
    kinds = {fact.type for fact in facts}
    for kind in kinds & {"sourced", "contacted", "responded", "hired", *LATER}:
        funnel.recorded[STAGE_OF.get(kind, kind)] += 1
    answer = next((fact for fact in facts if fact.type in {"responded", "declined"}), None)
    if answer is not None:
        touches = sum(fact.type == "contacted" and fact.time < answer.time for fact in facts)
        funnel.by_touch[str(touches) if touches <= 3 else "later"] += 1
    for fact in facts:
        if fact.type == "declined":
            funnel.declines[fact.data["reason"]] += 1
        if fact.type == "rejected":
            funnel.rejections[fact.data["reason"]] += 1
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


def persons(accepted: Sequence[Fact], linked: Mapping[str, str]) -> dict[str, list[Fact]]:
    """The facts of each person. ``linked`` has the candidate that stands for a linked one."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in accepted:
        found[linked.get(fact.candidate, fact.candidate)].append(fact)
    return found


def expected_queue(accepted: Sequence[Fact], linked: Mapping[str, str]) -> set[str]:
    """The persons that must have a queue item: no hire, and something owed, or a soft no that brings them back."""
    return {
        person
        for person, facts in persons(accepted, linked).items()
        if all(fact.type != "hired" for fact in facts) and (_is_owed(facts) or _waits(facts))
    }


def _is_owed(facts: Sequence[Fact]) -> bool:
    """Whether a reply, or feedback that nobody gives in the story, is owed: all of it is overdue, for it lies weeks back."""
    answered = {fact.position for fact in facts if fact.type == "responded"}
    contacted = max((fact.time for fact in facts if fact.type == "contacted"), default=BEGIN)
    return any(
        fact.type == "interviewed"
        or (fact.type == "rejected" and fact.position in answered)
        or (fact.type == "responded" and fact.time >= contacted)
        for fact in facts
    )


def _waits(facts: Sequence[Fact]) -> bool:
    """Whether there is a soft no that no later outreach ends, and the person is not in play elsewhere."""
    closes = [fact for fact in facts if fact.type in {"declined", "rejected"}]
    closed = {fact.position for fact in closes}
    if not closes or any(fact.type in LATER and fact.position not in closed for fact in facts):
        return False
    if not all(_has_no_date(close) for close in closes):
        return True  # none of these reasons is due within the days of the story, so no outreach ends one
    # Only a position brings these back, or a reply, later than the last no, that nobody has answered.
    answered = max(fact.time for fact in facts if fact.type == "contacted" or fact in closes)
    return any(fact.type == "responded" and fact.time > answered for fact in facts)


def _has_no_date(close: Fact) -> bool:
    """Whether a sponsor rejected the person and nobody knows why."""
    return close.data["reason"] == "unspecified" and close.data.get("by") == "sponsor"


def expected_levels(levels: Mapping[str, Mapping[datetime, str]], linked: Mapping[str, str]) -> dict[str, str]:
    """The level of each candidate's person: what was said last, of whichever of the two candidates."""
    found: dict[str, dict[datetime, str]] = defaultdict(dict)
    for candidate, said in levels.items():
        found[linked.get(candidate, candidate)] |= said
    return {candidate: said[max(said)] for candidate in levels if (said := found[linked.get(candidate, candidate)])}

"""What we owe people: the product document's section of that name, for an organisation in UTC without holidays."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from tests.unit.shared.attempts_by_the_text import NaiveAttempt
from tests.year.journal import Fact
from tests.year.person import Person, hard_nos

OPENS, CLOSES = 9, 17


@dataclass(frozen=True)
class Owed:
    """Something that we owe, or owed. ``made_by`` is the fact that made it."""

    kind: str
    made_by: UUID
    position: UUID | None
    due_at: datetime
    status: str


def owed_to(person: Person, now: datetime) -> list[Owed]:
    """Everything that is owed to a person, or was met; nothing after do_not_contact."""
    ends = hard_nos(person).get("do_not_contact")
    found = []
    for kind, fact, due, warn in _made(person):
        met = _met_at(person, kind, fact)
        if ends is not None and (fact.time >= ends or met is None or met > ends):
            continue
        found.append(Owed(kind, fact.id, fact.position, due, _status(met, due, warn, now)))
    return found


def _status(met: datetime | None, due: datetime, warn: datetime | None, now: datetime) -> str:
    if met is not None:
        return "met"
    if now >= due:
        return "overdue"
    return "warned" if warn is not None and now >= warn else "open"


def _made(person: Person) -> Iterator[tuple[str, Fact, datetime, datetime | None]]:
    """What makes us owe something: kind, fact, when it is due, when to warn."""
    for fact in person.valid:
        if fact.name == "applied" or (fact.name == "responded" and not fact.data.get("auto")):
            yield "reply", fact, business_hours_after(fact.time, 24), business_hours_after(fact.time, 12)
        if fact.name == "interviewed" or (fact.name == "rejected" and _is_known(person, fact)):
            yield "feedback", fact, business_hours_after(fact.time, 5 * (CLOSES - OPENS)), None
        if fact.name == "followup_promised":
            yield "promise", fact, datetime.fromisoformat(fact.data["due_at"]), None


def _is_known(person: Person, rejection: Fact) -> bool:
    """Whether who is rejected had applied, or responded, in that attempt."""
    attempts: list[NaiveAttempt] = person.attempts.get(rejection.position, []) if rejection.position else []
    own = next((one for one in attempts if any(two.id == rejection.id for two in one.happened)), None)
    if own is None:
        return False
    responded = [at for stage, at in own.reached().items() if stage == "responded" and at <= rejection.time]
    return not own.is_outbound or bool(responded)


def _met_at(person: Person, kind: str, made: Fact) -> datetime | None:
    """When it was met: by feedback about the position, else by any later contact."""
    if kind == "feedback":
        given = [one.time for one in person.named("feedback_given") if one.position == made.position and one.time >= made.time]
    else:
        given = [one.time for one in person.named("contacted") if one.time > made.time]
    return min(given, default=None)


def business_hours_after(moment: datetime, hours: int) -> datetime:
    """When so many hours between 9 and 17, Monday to Friday, have passed: counted piece by piece, day after day."""
    left = timedelta(hours=hours)
    day = datetime.combine(moment.date(), time(), UTC)
    while True:
        opens, closes = max(moment, day + timedelta(hours=OPENS)), day + timedelta(hours=CLOSES)
        if day.weekday() < 5 and opens < closes:
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        day += timedelta(days=1)

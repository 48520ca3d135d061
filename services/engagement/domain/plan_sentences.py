"""How a return plan reads: what must be met, and when or by what the person comes back. Made when it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.engagement.domain.closes import decisive_reason
from services.engagement.domain.return_plans import PlanRow
from services.engagement.domain.returns import Condition, unmet
from services.engagement.domain.sentences import as_sentence, day_of, listed, places_of, sentence_of
from shared.events.closes import CloseFacts
from shared.events.vocabulary import Reason, Trigger
from shared.fit import amount_of


@dataclass(frozen=True, slots=True)
class PlanWords:
    """A plan in words. ``conditions`` are in the order of the plan's."""

    sentence: str
    conditions: Sequence[str]


def words_of(plan: PlanRow, *, zone: ZoneInfo, now: datetime) -> PlanWords:
    """A plan as it reads at ``now``: days are the organisation's."""
    conditions = [condition_in_words(one.reason, one.facts) for one in plan.conditions]
    parts = [sentence_of(plan.close, zone), _coming(plan, zone, now)]
    left = unmet(plan.conditions, now)
    if len(plan.conditions) > 1 and left:
        parts.append(f"still to be met: {listed([_named(one, zone) for one in left])}")
    return PlanWords(as_sentence("; ".join(parts)), conditions)


def by_position(conditions: Sequence[Condition], *, all_of: bool = False) -> str:
    """Which position brings them back, to follow "once": one that meets any of the conditions, or ``all_of`` them."""
    words = dict.fromkeys(condition_in_words(one.reason, one.facts) for one in conditions)
    return (" and " if all_of else ", or ").join(word for word in words if word)


def _coming(plan: PlanRow, zone: ZoneInfo, now: datetime) -> str:
    position = by_position(plan.conditions, all_of=True)
    wait = f" or once {position}" if position else ""
    if plan.due_at is None:
        return f"comes back on news of them{wait}"
    day = day_of(plan.due_at.astimezone(zone).date())
    if plan.due_at > now:
        return f"comes back on {day}{wait}"
    return f"{_BROUGHT.get(plan.trigger, 'due')} since {day}"


_BROUGHT: dict[Trigger | None, str] = {
    Trigger.REPLY: "brought back by a reply",
    Trigger.SIGNAL: "brought back by news of them",
    Trigger.APPLICATION: "brought back by an application",
}


def _named(condition: Condition, zone: ZoneInfo) -> str:
    name = condition.reason.replace("_", " ")
    return name if condition.due_at is None else f"{name} (by {day_of(condition.due_at.astimezone(zone).date())})"


def condition_in_words(reason: Reason, facts: CloseFacts) -> str:
    """Which position meets a reason, to follow "once"; empty where time and news alone do."""
    match decisive_reason(reason, facts):
        case Reason.SALARY:
            asked = "more" if facts.asked is None else f"{amount_of(facts.asked)} {facts.currency or ''}".strip()
            return f"a position pays {asked}"
        case Reason.AVAILABILITY:
            return "" if facts.available_from is None else f"a position starts on {day_of(facts.available_from)} or later"
        case Reason.LOCATION:
            return f"a position is {_where(facts)}"
        case Reason.SKILLS:
            missing = f" {listed(facts.missing_skills, last=' or ')}" if facts.missing_skills else " what they lacked"
            return f"a position does not need{missing}, or they have learnt it"
        case Reason.ROLE_FIT:
            wanted = " ".join(filter(None, (facts.wanted_level, facts.wanted_role)))
            return f"a position is {wanted}" if wanted else "a position of another level or role opens"
        case Reason.REJECTED_BY_SPONSOR:
            return f"a position of a sponsor other than {facts.sponsor or 'that one'} opens"
        case Reason.PREFERRED_ANOTHER | Reason.POSITION_CLOSED:
            return "a similar position opens"
        case Reason.EXPERIENCE:
            years = "less experience" if facts.years_had is None else f"{amount_of(facts.years_had)} years or less"
            return f"a position asks for {years}"
        case _:
            return ""


def _where(facts: CloseFacts) -> str:
    named = places_of(facts)
    return f"in {named}" if facts.locations else "remote" if facts.remote else "somewhere else"

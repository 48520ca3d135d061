"""When we may come back after a no: the table of the product document, with its defaults. Dates are days in UTC."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from shared.attempts import FoldFact

DAYS = {
    "salary": 180, "availability": 90, "location": 365, "experience": 365, "skills": 180, "role_fit": 180, "timing": 90,
    "accepted_elsewhere": 300, "counter_offer": 300, "no_show": 30, "unspecified": 120,
}  # fmt: skip
WAITING_DAYS = {"rejected_by_sponsor": 14, "preferred_another": 0, "position_closed": 0}
"""No time brings these back; a position does, so long after the close at the earliest."""
GHOSTED_DAYS, LONGEST_DAYS = 60, 3650


def reason_of(close: FoldFact) -> str:
    """Why the attempt ended."""
    if close.name in {"ghosted", "no_show", "position_closed"}:
        return close.name
    reason = str(close.data.get("reason", "unspecified"))
    return "rejected_by_sponsor" if reason == "unspecified" and close.data.get("by") == "sponsor" else reason


@dataclass(frozen=True)
class Condition:
    """One reason of a no: ``due_at`` is the time that meets it, None where only a position does, from ``position_from`` on."""

    reason: str
    facts: Mapping[str, Any]
    due_at: datetime | None
    position_from: datetime


def conditions(close: FoldFact, ghosted_in_a_row: int) -> list[Condition]:
    """What must be met before we come back, the close's own reason first; nothing is due before the close."""
    reason, facts = reason_of(close), close.data.get("facts") or {}
    if reason == "ghosted":
        days = min(GHOSTED_DAYS * 2 ** (ghosted_in_a_row - 1), LONGEST_DAYS)
        return [Condition(reason, facts, close.time + timedelta(days=days), close.time)]
    said = [(reason, facts), *((one["reason"], one.get("facts") or {}) for one in close.data.get("also") or ())]
    return [_condition(why, known, close.time) for why, known in said]


def due_by_time(conditions: Iterable[Condition]) -> datetime | None:
    """When time has met all conditions; None if one is met by a position alone."""
    times = [one.due_at for one in conditions]
    return None if None in times else max(at for at in times if at is not None)


def _condition(reason: str, facts: Mapping[str, Any], closed_at: datetime) -> Condition:
    waiting = WAITING_DAYS.get(decisive(reason, facts))
    if waiting is not None:
        return Condition(reason, facts, None, closed_at + timedelta(days=waiting))
    return Condition(reason, facts, max(_due(reason, facts, closed_at), closed_at), closed_at)


def _due(reason: str, facts: Mapping[str, Any], closed_at: datetime) -> datetime:
    reason = decisive(reason, facts)
    if reason == "availability" and "available_from" in facts:
        return _midnight(facts["available_from"], -14)
    if reason == "timing" and "revisit_on" in facts:
        return _midnight(facts["revisit_on"], 0)
    if reason in {"accepted_elsewhere", "counter_offer"} and "start_on" in facts:
        return _midnight(facts["start_on"], 300)
    if reason == "experience" and facts.get("years_needed", 0) > facts.get("years_had", 99):
        return _years_after(closed_at, facts["years_needed"] - facts["years_had"])
    return closed_at + timedelta(days=DAYS[reason])


def decisive(reason: str, facts: Mapping[str, Any]) -> str:
    """A declined offer is as its own reason."""
    if reason != "offer_declined":
        return reason
    return str(facts["reason"]) if "reason" in facts else "salary" if "asked" in facts else "unspecified"


def _midnight(day: str, later: int) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), UTC) + timedelta(days=later)


def _years_after(moment: datetime, years: int) -> datetime:
    year = moment.year + years
    return moment.replace(year=year, day=min(moment.day, monthrange(year, moment.month)[1]))

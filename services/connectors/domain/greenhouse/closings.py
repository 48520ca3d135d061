"""Closes, hires and their undoing: which facts end a pursuit, and which retract such a fact."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.connectors.domain.greenhouse.body import Application
from services.connectors.domain.greenhouse.knowledge import Knowledge, KnownFact
from services.connectors.domain.greenhouse.mapping import Close, GreenhouseMapping
from shared.events.vocabulary import RejectedBy

SOURCE = "greenhouse"
CLOSES = frozenset(f"pursuit.{close}" for close in Close)
HIRED = "pursuit.hired"


def closing_data(application: Application, mapping: GreenhouseMapping) -> tuple[str, dict[str, Any]]:
    """The type and data of the fact that a rejected application makes."""
    meaning = mapping.closing(application.reason, application.reason_type)
    data: dict[str, Any] = {"reason": str(meaning.code)}
    if meaning.by is not None:
        data["by"] = str(RejectedBy(meaning.by))
    if meaning.code.is_hard_no:
        reason = application.reason
        name = (reason.name or reason.external_id) if reason else None
        data |= {"evidence": f"Greenhouse reason {name}", "decided_by": SOURCE}
    return f"pursuit.{meaning.close}", data


def undone(knowledge: Knowledge, types: frozenset[str], job: str, at: datetime) -> Sequence[KnownFact]:
    """The known facts of these types that an undoing at this time takes back.

    Those before it; where there are none, those without a time of their own, for a delivery may well be late.
    """
    open_closes = [
        fact for fact in knowledge.facts if fact.type in types and fact.job == job and not fact.retracted and not fact.transfer
    ]
    return [fact for fact in open_closes if fact.time <= at] or [fact for fact in open_closes if fact.at_receipt]


def same_close(knowledge: Knowledge, job: str, at: datetime) -> KnownFact | None:
    """The close of this job that is on record for the very same time: the same rejection, received before."""
    return next((fact for fact in undone(knowledge, CLOSES, job, at) if fact.time == at), None)


def withdrawal_by_transfer(knowledge: Knowledge, job: str) -> KnownFact | None:
    """The withdrawal on record that an earlier transfer away from the job made."""
    return next((fact for fact in knowledge.facts if fact.transfer and fact.job == job and not fact.retracted), None)

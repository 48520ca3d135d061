"""What happened with people, one line each, in words. Pure; no name stands in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.engagement.domain.debts import OWED
from services.engagement.domain.sentences import day_of, news_of, sentence_of
from shared.attempts import Close
from shared.events.vocabulary import Channel, Mood, ObligationKind, Reason, Signal, Trigger


class ActivityKind(StrEnum):
    """What kind of news it is."""

    REPLY = "reply"
    DECLINE = "decline"
    BROUGHT_BACK = "brought_back"
    OVERDUE = "overdue"
    HIRE = "hire"
    SIGNAL = "signal"


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened. ``data`` is that of its fact, of the queue's log, or of the obligation.

    ``recruiter`` is who reported it, else who made the last contact before; ``id`` tells it from others of the same moment.
    """

    kind: ActivityKind
    at: datetime
    id: str
    person_id: UUID
    position_id: UUID | None
    recruiter: str | None
    data: Mapping[str, Any]


def words_of(one: Happened, title: str | None, zone: ZoneInfo) -> str:
    """The sentence, with the title of the position where it is known."""
    about = "" if title is None else f" about {title}"
    match one.kind:
        case ActivityKind.REPLY:
            channel = one.data.get("channel")
            by = "" if channel is None else f" {_BY.get(Channel(channel), f'by {channel}')}"
            mood = _MOOD.get(one.data.get("mood", ""), "")
            return f"Answered{by}{about}{mood}."
        case ActivityKind.DECLINE:
            close = Close("declined", Reason(one.data.get("reason", Reason.UNSPECIFIED)), one.at, one.data.get("facts") or {})
            said = sentence_of(close, zone)
            return f"{said[0].upper()}{said[1:]}{'' if title is None else f': {title}'}."
        case ActivityKind.HIRE:
            return f"Was hired{'' if title is None else f': {title}'}."
        case ActivityKind.SIGNAL:
            said = news_of(Signal(one.data["signal"]), one.at, zone)
            return f"{said[0].upper()}{said[1:]}."
        case ActivityKind.BROUGHT_BACK:
            plans = one.data.get("plans") or [{}]
            trigger = plans[0].get("trigger", Trigger.TIME)
            reason = str(plans[0].get("reason", "")).replace("_", " ")
            return f"Back in the queue: {_TRIGGER.get(trigger, 'something changed')}{reason and f' ({reason})'}{about}."
        case ActivityKind.OVERDUE:
            owed = OWED[ObligationKind(one.data["kind"])]
            return f"{owed[0].upper()}{owed[1:]}{about} is overdue since {day_of(one.at.astimezone(zone).date())}."


_BY: Mapping[Channel, str] = {
    Channel.EMAIL: "by e-mail",
    Channel.IN_PERSON: "in person",
    Channel.OTHER: "by another channel",
    Channel.LINKEDIN: "on LinkedIn",
}
_MOOD: Mapping[str, str] = {Mood.POSITIVE: ", in good spirits", Mood.NEGATIVE: ", not pleased"}
_TRIGGER: Mapping[str, str] = {
    Trigger.TIME: "the time has come",
    Trigger.SIGNAL: "there is news of them",
    Trigger.REPLY: "they wrote again",
    Trigger.APPLICATION: "they applied",
    "position_opened": "a position fits them now",
}

"""What is asked about a contact, and the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.events.vocabulary import BROADCASTS, Channel, ContactKind, Purpose


class Code(StrEnum):
    """Why not, the strictest first."""

    ERASED = "erased"
    HIRED = "hired"
    HARD_NO = "hard_no"
    DO_NOT_CONTACT = "do_not_contact"
    NO_CONSENT = "no_consent"
    UNSUBSCRIBED = "unsubscribed"
    CHANNEL_UNUSABLE = "channel_unusable"
    CADENCE = "cadence"
    TEAM_CAP = "team_cap"
    UNANSWERED_LIMIT = "unanswered_limit"
    IN_CONVERSATION = "in_conversation"
    RESERVED = "reserved"
    ANSWER_FIRST = "answer_first"
    QUIET_HOURS = "quiet_hours"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SENDER_LIMIT = "sender_limit"


HOLDS_ANY_PURPOSE = frozenset({Code.ERASED, Code.DO_NOT_CONTACT, Code.CHANNEL_UNUSABLE})
"""What holds back a reply, logistics and a closing letter too; everything else holds back outreach alone."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A planned contact. ``at`` is when; ``is_day``: a day was named and no time of it, which breaks no quiet hours."""

    channel: Channel
    at: datetime
    is_day: bool = False
    recruiter: str | None = None
    purpose: Purpose = Purpose.OUTREACH
    kind: ContactKind = ContactKind.MESSAGE
    position: UUID | None = None
    address: str | None = None

    @property
    def is_touch(self) -> bool:
        """Whether it would be an outreach by message or call."""
        return self.purpose is Purpose.OUTREACH and self.kind not in BROADCASTS


@dataclass(frozen=True, slots=True)
class HeldBack:
    """One reason against it, in words. ``until`` is when the answer changes; None where no time changes it."""

    code: Code
    sentence: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """The slot for a contact with a person, held for somebody until a time."""

    id: UUID
    recruiter: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """``reasons`` are strictest first. ``earliest_allowed_at``: the first moment without one if nothing else happens, or None."""

    reasons: Sequence[HeldBack]
    earliest_allowed_at: datetime | None

    @property
    def is_allowed(self) -> bool:
        return not self.reasons

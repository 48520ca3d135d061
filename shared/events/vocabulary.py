"""The field's words as the events carry them: stages, reasons, channels, levels."""

from enum import StrEnum


class Stage(StrEnum):
    """How far an attempt has come, in order."""

    SOURCED = "sourced"
    CONTACTED = "contacted"
    RESPONDED = "responded"
    INTERESTED = "interested"
    SCREENING = "screening"
    SUBMITTED = "submitted"
    INTERVIEWING = "interviewing"
    OFFERED = "offered"
    HIRED = "hired"

    order: int
    """0 for sourced to 8 for hired."""

    def __init__(self, _: str) -> None:
        self.order = len(type(self).__members__)


class Reason(StrEnum):
    """Why a pursuit ended."""

    CAREER_CHANGE = "career_change"
    FALSIFIED_RECORD = "falsified_record"
    PERMANENTLY_UNAVAILABLE = "permanently_unavailable"
    CONDUCT_VIOLATION = "conduct_violation"
    CLIENT_COMPLAINT = "client_complaint"
    DO_NOT_CONTACT = "do_not_contact"
    SALARY = "salary"
    AVAILABILITY = "availability"
    LOCATION = "location"
    EXPERIENCE = "experience"
    SKILLS = "skills"
    ROLE_FIT = "role_fit"
    TIMING = "timing"
    REJECTED_BY_SPONSOR = "rejected_by_sponsor"
    PREFERRED_ANOTHER = "preferred_another"
    POSITION_CLOSED = "position_closed"
    OFFER_DECLINED = "offer_declined"
    ACCEPTED_ELSEWHERE = "accepted_elsewhere"
    COUNTER_OFFER = "counter_offer"
    GHOSTED = "ghosted"
    NO_SHOW = "no_show"
    UNSPECIFIED = "unspecified"

    @property
    def is_hard_no(self) -> bool:
        """Whether the reason means: never approach again."""
        return self in HARD_NOS


HARD_NOS = frozenset(
    {
        Reason.CAREER_CHANGE,
        Reason.FALSIFIED_RECORD,
        Reason.PERMANENTLY_UNAVAILABLE,
        Reason.CONDUCT_VIOLATION,
        Reason.CLIENT_COMPLAINT,
        Reason.DO_NOT_CONTACT,
    }
)


class Channel(StrEnum):
    """Where a contact took place."""

    EMAIL = "email"
    PHONE = "phone"
    SMS = "sms"
    LINKEDIN = "linkedin"
    WHATSAPP = "whatsapp"
    IN_PERSON = "in_person"
    VIDEO = "video"
    POST = "post"
    OTHER = "other"


class Purpose(StrEnum):
    """What a contact was for; only outreach is a touch."""

    OUTREACH = "outreach"
    REPLY = "reply"
    LOGISTICS = "logistics"
    CLOSING = "closing"


class ContactKind(StrEnum):
    """What form a contact took."""

    MESSAGE = "message"
    CALL = "call"
    NEWSLETTER = "newsletter"
    EVENT_INVITE = "event_invite"


BROADCASTS = frozenset({ContactKind.NEWSLETTER, ContactKind.EVENT_INVITE})
"""Forms that go to many: a contact of one is no touch and begins no attempt."""


class SenderRole(StrEnum):
    """Who contacted the person."""

    RECRUITER = "recruiter"
    HIRING_MANAGER = "hiring_manager"
    EXECUTIVE = "executive"
    PEER = "peer"


class Mood(StrEnum):
    """How a response sounded."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class RejectedBy(StrEnum):
    """Who turned the candidate down."""

    TEAM = "team"
    SPONSOR = "sponsor"


class LiftedBy(StrEnum):
    """Whose decision it was to lift a hard no."""

    CANDIDATE = "candidate"
    TEAM = "team"


class Signal(StrEnum):
    """News of a person."""

    PROMOTED = "promoted"
    NEW_JOB = "new_job"
    PROJECT_ENDED = "project_ended"
    RELOCATED = "relocated"
    ANNIVERSARY = "anniversary"
    PROFILE_UPDATED = "profile_updated"
    LAID_OFF = "laid_off"


class Level(StrEnum):
    """Seniority of a person or a position."""

    INTERN = "intern"
    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"
    LEAD = "lead"
    STAFF = "staff"
    PRINCIPAL = "principal"
    MANAGER = "manager"
    DIRECTOR = "director"
    EXECUTIVE = "executive"


class MarketStatus(StrEnum):
    """How much a person looks for a position."""

    PASSIVE = "passive"
    OPEN = "open"
    ACTIVE = "active"
    UNAVAILABLE = "unavailable"


class Tier(StrEnum):
    """How close we stay to a person."""

    INNER = "inner"
    WARM = "warm"
    POOL = "pool"


class PoolReason(StrEnum):
    """Why somebody entered or left a pool: by its rule, by hand, with a merge, or because the pool was deleted."""

    RULE = "rule"
    HAND = "hand"
    MERGED = "merged"
    DELETED = "deleted"


class PositionStatus(StrEnum):
    """The state of an opening."""

    DRAFT = "draft"
    OPEN = "open"
    ON_HOLD = "on_hold"
    CLOSED = "closed"


class PlanChange(StrEnum):
    """What became of a return plan."""

    APPEARED = "appeared"
    CHANGED = "changed"
    ENDED = "ended"


class Trigger(StrEnum):
    """What brings a person back into the queue."""

    TIME = "time"
    SIGNAL = "signal"
    REPLY = "reply"
    POSITION_OPENED = "position_opened"
    APPLICATION = "application"
    OBLIGATION_OVERDUE = "obligation_overdue"


class Employment(StrEnum):
    """On which terms somebody is employed."""

    PERMANENT = "permanent"
    CONTRACT = "contract"
    TEMPORARY = "temporary"
    INTERNSHIP = "internship"


class QueueOutcome(StrEnum):
    """How a recruiter completed a queue item."""

    CONTACTED = "contacted"
    WRONG_TIME = "wrong_time"
    NOT_REACHABLE = "not_reachable"
    NO_FIT = "no_fit"


class ObligationKind(StrEnum):
    """What we owe a person."""

    REPLY = "reply"
    FEEDBACK = "feedback"
    PROMISE = "promise"

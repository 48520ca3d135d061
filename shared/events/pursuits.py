"""Facts of a pursuit: what happened between the team and a candidate for a position."""

from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from shared.events.base import EventData
from shared.events.closes import CloseFacts, FurtherReason, check_facts
from shared.events.fields import Amount, Code, Currency, Flag, Number, PositionRef, Private, Text, Words
from shared.events.topics import Topic
from shared.events.vocabulary import Channel, ContactKind, Mood, Purpose, Reason, RejectedBy, SenderRole, Stage
from shared.timestamps import Day, Moment


class Fact(EventData):
    """A fact that an ATS may post. ``recruiter``, ``channel`` and ``via`` may stand beside the data of every fact."""

    topic: ClassVar[Topic] = Topic.ENGAGEMENT

    recruiter: Code | None = None
    channel: Channel | None = None
    via: Code | None = None


class PursuitFact(Fact):
    """A fact about one candidate for one position; without a position it is the candidate's."""

    position: PositionRef | None = None


class OfPosition(PursuitFact):
    """A fact that means nothing without its position."""

    position: PositionRef


class PursuitSourced(PursuitFact):
    """The person was found; ``via`` says where."""

    type: ClassVar[str] = "rekindle.pursuit.sourced"


class PursuitApplied(PursuitFact):
    """The person came to us."""

    type: ClassVar[str] = "rekindle.pursuit.applied"


class PursuitContacted(PursuitFact):
    """We wrote to or called the person. Only an outreach by message or call is a touch."""

    type: ClassVar[str] = "rekindle.pursuit.contacted"
    channel: Channel
    purpose: Purpose = Purpose.OUTREACH
    kind: ContactKind = ContactKind.MESSAGE
    sender_role: SenderRole | None = None
    words: Words | None = None
    message: Annotated[str | None, Private()] = Field(None, max_length=500)
    template: Code | None = None


class PursuitResponded(PursuitFact):
    """The person answered. ``auto`` marks an automatic reply, which is no response."""

    type: ClassVar[str] = "rekindle.pursuit.responded"
    words: Words | None = None
    mood: Mood | None = None
    auto: Flag = False


class StageFact(OfPosition):
    """The pursuit reached a stage."""

    at: Moment | None = None
    sponsor: Code | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    start_on: Day | None = None


class PursuitInterested(StageFact):
    """The person wants to hear more."""

    type: ClassVar[str] = "rekindle.pursuit.interested"


class PursuitScreened(StageFact):
    """We checked the person against the requirements."""

    type: ClassVar[str] = "rekindle.pursuit.screened"


class PursuitSubmitted(StageFact):
    """The person was put before the sponsor."""

    type: ClassVar[str] = "rekindle.pursuit.submitted"


class PursuitInterviewScheduled(StageFact):
    """An interview was agreed, for the time ``at``."""

    type: ClassVar[str] = "rekindle.pursuit.interview_scheduled"


class PursuitInterviewCancelled(StageFact):
    """An interview that was agreed, for the time ``at``, will not take place."""

    type: ClassVar[str] = "rekindle.pursuit.interview_cancelled"


class PursuitInterviewed(StageFact):
    """An interview took place."""

    type: ClassVar[str] = "rekindle.pursuit.interviewed"


class PursuitNoShow(StageFact):
    """The person did not come."""

    type: ClassVar[str] = "rekindle.pursuit.no_show"


class PursuitOffered(StageFact):
    """We made an offer."""

    type: ClassVar[str] = "rekindle.pursuit.offered"


class PursuitOfferAccepted(StageFact):
    """The person accepted the offer; ``hired`` says that the contract is made."""

    type: ClassVar[str] = "rekindle.pursuit.offer_accepted"


class PursuitOfferWithdrawn(StageFact):
    """We took the offer back."""

    type: ClassVar[str] = "rekindle.pursuit.offer_withdrawn"


class PursuitHired(StageFact):
    """The person was hired."""

    type: ClassVar[str] = "rekindle.pursuit.hired"


class PursuitStarted(StageFact):
    """The person began to work."""

    type: ClassVar[str] = "rekindle.pursuit.started"


class PursuitLeft(StageFact):
    """The person left the position they were hired for."""

    type: ClassVar[str] = "rekindle.pursuit.left"


class PursuitStageEntered(OfPosition):
    """An ATS moved the pursuit to a stage; ``name`` is what the ATS calls it."""

    type: ClassVar[str] = "rekindle.pursuit.stage_entered"
    stage: Stage
    name: Annotated[str | None, Private()] = Field(None, max_length=500)


class PursuitEvaluated(OfPosition):
    """Somebody evaluated the person, 0 to 100: ``by`` is the evaluator's code, ``stage`` what was evaluated."""

    type: ClassVar[str] = "rekindle.pursuit.evaluated"
    score: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), Number]
    by: Code | None = None
    stage: Stage | None = None


class CloseFact(OfPosition):
    """The pursuit ended. A hard no needs evidence and who decided it. ``also`` holds further reasons, which must be met too."""

    reason: Reason = Reason.UNSPECIFIED
    facts: CloseFacts = CloseFacts()
    also: list[FurtherReason] | None = Field(None, max_length=10)
    evidence: Annotated[Text | None, Private()] = None
    decided_by: Annotated[Text | None, Private()] = None
    by: RejectedBy | None = None

    @field_validator("facts")
    @classmethod
    def _fit_the_reason(cls, facts: CloseFacts, known: ValidationInfo) -> CloseFacts:
        reason = known.data.get("reason")
        return facts if reason is None else check_facts(reason, facts)


class PursuitDeclined(CloseFact):
    """The candidate said no."""

    type: ClassVar[str] = "rekindle.pursuit.declined"


class PursuitRejected(CloseFact):
    """We, or the sponsor, said no."""

    type: ClassVar[str] = "rekindle.pursuit.rejected"


class PursuitWithdrawn(CloseFact):
    """The pursuit was taken back."""

    type: ClassVar[str] = "rekindle.pursuit.withdrawn"


class PursuitGhosted(OfPosition):
    """No answer came. ``by_clock`` marks that Rekindle's clock put the time on record; it decides nothing itself."""

    type: ClassVar[str] = "rekindle.pursuit.ghosted"
    by_clock: Flag = False


class PursuitPositionClosed(OfPosition):
    """The position closed under the pursuit. ``by_clock`` as for ghosted: the position's own closing time decides."""

    type: ClassVar[str] = "rekindle.pursuit.position_closed"
    by_clock: Flag = False


class PursuitFeedbackGiven(OfPosition):
    """We gave the person feedback on how they did."""

    type: ClassVar[str] = "rekindle.pursuit.feedback_given"
    words: Words | None = None

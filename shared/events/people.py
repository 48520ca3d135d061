"""Facts of a candidate, and the retraction of any fact."""

from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from shared.events.fields import Code, Flag, Number, PositionRef, Private, Text
from shared.events.pursuits import Fact
from shared.events.vocabulary import HARD_NOS, Channel, LiftedBy, Reason, Signal
from shared.ids import event_id
from shared.timestamps import Day, Moment


class HardNoFact(Fact):
    """A decision about approaching a person at all; it needs a reason, evidence and a name."""

    reason: Reason
    evidence: Annotated[Text | None, Private()] = None
    decided_by: Annotated[Text | None, Private()] = None

    @field_validator("reason")
    @classmethod
    def _is_hard(cls, reason: Reason) -> Reason:
        if not reason.is_hard_no:
            raise ValueError(f"must be a hard no ({', '.join(sorted(HARD_NOS))}), not {reason}")
        return reason


class CandidateHardNoSet(HardNoFact):
    """Never approach this person again."""

    type: ClassVar[str] = "rekindle.candidate.hard_no_set"


class CandidateHardNoLifted(HardNoFact):
    """The hard no of this reason ends. Only the candidate lifts do_not_contact."""

    type: ClassVar[str] = "rekindle.candidate.hard_no_lifted"
    by: LiftedBy | None = None


class ChannelFact(Fact):
    """Something about one channel to the person, or about one ``address`` of it."""

    channel: Channel
    address: Annotated[Text | None, Private()] = Field(None, max_length=500)


class CandidateUnsubscribed(ChannelFact):
    """The person wants nothing more by this channel."""

    type: ClassVar[str] = "rekindle.candidate.unsubscribed"


class CandidateResubscribed(ChannelFact):
    """The person accepts this channel again."""

    type: ClassVar[str] = "rekindle.candidate.resubscribed"


class CandidateBounced(ChannelFact):
    """A message by this channel could not be delivered."""

    type: ClassVar[str] = "rekindle.candidate.bounced"


class CandidateComplained(ChannelFact):
    """The person complained about a message by this channel."""

    type: ClassVar[str] = "rekindle.candidate.complained"


class CandidateCadenceChosen(Fact):
    """How often, and where, the person accepts to hear from us."""

    type: ClassVar[str] = "rekindle.candidate.cadence_chosen"
    every_days: Annotated[int, Field(ge=1, le=3660), Number]
    channels: list[Channel] | None = None

    @field_validator("channels")
    @classmethod
    def _once_each(cls, channels: list[Channel] | None) -> list[Channel] | None:
        """However often they are named: an event must not outgrow what the broker takes, or it would hold up all others."""
        return None if channels is None else list(dict.fromkeys(channels))


class ConsentFact(Fact):
    """A lawful basis to keep and use the person's record."""

    basis: Code
    expires_on: Day | None = None


class CandidateConsentGiven(ConsentFact):
    """The person agreed, or another basis was recorded."""

    type: ClassVar[str] = "rekindle.candidate.consent_given"


class CandidateConsentWithdrawn(ConsentFact):
    """The basis no longer holds."""

    type: ClassVar[str] = "rekindle.candidate.consent_withdrawn"


class CandidateSignalObserved(Fact):
    """News of the person."""

    type: ClassVar[str] = "rekindle.candidate.signal_observed"
    signal: Signal


class CandidateFollowupPromised(Fact):
    """We promised the person to come back by a time."""

    type: ClassVar[str] = "rekindle.candidate.followup_promised"
    due_at: Moment
    about: Annotated[str | None, Private()] = Field(None, max_length=2000)


class CandidateRatedUs(Fact):
    """How the person rates us, 0 to 10."""

    type: ClassVar[str] = "rekindle.candidate.rated_us"
    score: Annotated[int, Field(ge=0, le=10), Number]


class EventRetracted(Fact):
    """What never happened or was undone. Each retraction looks at all facts; one that names a retraction does nothing.

    Named in one of three ways: by the ``source`` and ``id`` it was sent with, which travel as the event's bus id alone; by
    ``event_type`` (sent as ``type``), with ``position`` where such facts have one: the latest such fact at or before this
    event's time, and the run of the same type before it; or by ``position`` with ``whole``: all of the pursuit up to then.
    """

    type: ClassVar[str] = "rekindle.event.retracted"
    event_type: str | None = Field(None, validation_alias="type", serialization_alias="type")
    position: PositionRef | None = None
    whole: Flag = False
    source: Annotated[str | None, Private()] = None
    id: Annotated[str | None, Private()] = None
    event: UUID | None = None

    @model_validator(mode="after")
    def _names_facts_in_one_way(self) -> Self:
        by_name = self.source is not None or self.id is not None
        if by_name and (self.source is None or self.id is None):
            raise _refused("source" if self.source is None else "id", "is required: source and id name an event together")
        by_name = by_name or self.event is not None
        if self.event_type is None and not by_name and not self.whole:
            raise _refused("type", "is required, unless source and id name a fact or whole takes back a position's pursuit")
        if self.event_type is not None and by_name:
            raise _refused("type", "must not be given where source and id say which fact is retracted")
        if self.whole and (by_name or self.event_type is not None):
            raise _refused("whole", "must not be given where source and id, or type, say which fact is retracted")
        if self.whole and self.position is None:
            raise _refused("position", "is required where whole is true: it says which pursuit is retracted")
        if self.event_type == EventRetracted.type:
            raise _refused("type", "must not be a retraction: it cannot be retracted")
        if self.event is None and self.source is not None and self.id is not None:
            object.__setattr__(self, "event", event_id(self.source, self.id))
        return self


def _refused(field: str, rule: str) -> ValidationError:
    error = PydanticCustomError("value_error", "{rule}", {"rule": rule})
    return ValidationError.from_exception_data("EventRetracted", [InitErrorDetails(type=error, loc=(field,), input=None)])

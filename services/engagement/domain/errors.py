"""What engagement refuses, each with its stable code."""

from uuid import UUID

from shared.errors import Conflict, Gone, Invalid, NotFound


class EventConflict(Conflict):
    """The pair of source and id names another event already."""

    code = "event_conflict"
    title = "Another event has this source and id"

    @classmethod
    def between(cls, source: str, external_id: str) -> "EventConflict":
        """The conflict about one pair."""
        return cls(
            f"The event {external_id!r} of {source} was sent before with other content. A changed fact needs an id of its own; "
            "a wrong one is taken back with rekindle.event.retracted."
        )


class CandidateErased(Gone):
    """Nothing is stored about this candidate any more."""

    code = "candidate_erased"
    title = "The candidate was erased"

    @classmethod
    def of_stream(cls, candidate: UUID) -> "CandidateErased":
        """The refusal for one candidate."""
        return cls(f"The candidate {candidate} was erased; nothing about them is stored or shown.")


class CandidateUnknown(NotFound):
    """Neither an event nor a record of this candidate has arrived."""

    code = "candidate_unknown"
    title = "No such candidate is known here"


class ReservationUnknown(NotFound):
    """No contact is held under this id."""

    code = "reservation_unknown"
    title = "There is no such reservation"


class LinkUnknown(NotFound):
    """The link was not made here, or was changed on its way."""

    code = "unsubscribe_link_unknown"
    title = "This link was not made here"


class ObligationUnknown(NotFound):
    """Nothing is owed, or was, under this id."""

    code = "obligation_unknown"
    title = "There is no such obligation"


class ObligationSettled(Conflict):
    """The obligation was met, or waived by other words."""

    code = "obligation_settled"
    title = "The obligation is settled"


class CircleTooLarge(Invalid):
    """So many people are in the inner circle that to fold what is known of all would take too long."""

    code = "too_costly"
    title = "The question would cost too much"


class PursuitUnknown(NotFound):
    """There is no such pursuit: no event is about this person and position."""

    code = "pursuit_unknown"
    title = "There is no such pursuit"


class PositionUnknown(NotFound):
    """No record of this position has arrived."""

    code = "position_unknown"
    title = "No such position is known here"


class InvalidEvent(Invalid):
    """The posted event breaks rules; each is listed."""

    code = "invalid_event"
    title = "The event breaks a rule"


class BatchTooLong(Invalid):
    """More events than one request may carry, or none."""

    code = "batch_size"
    title = "A batch holds 1 to 1,000 events"

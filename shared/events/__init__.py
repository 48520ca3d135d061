"""Every event type, once. Documents, schemas and the HTTP API's vocabulary are made from ``EVENTS``.

To add a type: its class in one of these modules and its line in ``EVENTS``, one ``append`` where it happens, the snapshot.
"""

from shared.events.base import EventData
from shared.events.control import RecordsMissed, RelayReported, ShardCounted
from shared.events.people import (
    CandidateBounced,
    CandidateCadenceChosen,
    CandidateComplained,
    CandidateConsentGiven,
    CandidateConsentWithdrawn,
    CandidateFollowupPromised,
    CandidateHardNoLifted,
    CandidateHardNoSet,
    CandidateRatedUs,
    CandidateResubscribed,
    CandidateSignalObserved,
    CandidateUnsubscribed,
    EventRetracted,
)
from shared.events.pursuits import (
    Fact,
    PursuitApplied,
    PursuitContacted,
    PursuitDeclined,
    PursuitFeedbackGiven,
    PursuitGhosted,
    PursuitHired,
    PursuitInterested,
    PursuitInterviewed,
    PursuitInterviewScheduled,
    PursuitLeft,
    PursuitNoShow,
    PursuitOffered,
    PursuitPositionClosed,
    PursuitRejected,
    PursuitResponded,
    PursuitScreened,
    PursuitSourced,
    PursuitStageEntered,
    PursuitStarted,
    PursuitSubmitted,
    PursuitWithdrawn,
)
from shared.events.queue import (
    QueueItemClaimed,
    QueueItemCompleted,
    QueueItemDismissed,
    QueueItemFellDue,
    QueueItemSnoozed,
)
from shared.events.record import Event, UndecodableRecordError, decode
from shared.events.snapshots import CandidateChanged, CandidateErased, PositionChanged
from shared.events.topics import Topic

EVENTS: list[type[EventData]] = [
    PursuitSourced,
    PursuitApplied,
    PursuitContacted,
    PursuitResponded,
    PursuitInterested,
    PursuitScreened,
    PursuitSubmitted,
    PursuitInterviewScheduled,
    PursuitInterviewed,
    PursuitNoShow,
    PursuitOffered,
    PursuitHired,
    PursuitStarted,
    PursuitLeft,
    PursuitStageEntered,
    PursuitDeclined,
    PursuitRejected,
    PursuitWithdrawn,
    PursuitGhosted,
    PursuitPositionClosed,
    PursuitFeedbackGiven,
    EventRetracted,
    CandidateHardNoSet,
    CandidateHardNoLifted,
    CandidateUnsubscribed,
    CandidateResubscribed,
    CandidateBounced,
    CandidateComplained,
    CandidateCadenceChosen,
    CandidateConsentGiven,
    CandidateConsentWithdrawn,
    CandidateSignalObserved,
    CandidateFollowupPromised,
    CandidateRatedUs,
    CandidateChanged,
    CandidateErased,
    PositionChanged,
    QueueItemFellDue,
    QueueItemClaimed,
    QueueItemCompleted,
    QueueItemSnoozed,
    QueueItemDismissed,
    ShardCounted,
    RecordsMissed,
    RelayReported,
]

BY_TYPE: dict[str, type[EventData]] = {kind.type: kind for kind in EVENTS}

FACTS: dict[str, type[Fact]] = {kind.type: kind for kind in EVENTS if issubclass(kind, Fact)}
"""The types that may be posted to ``/v1/events``."""

__all__ = ["BY_TYPE", "EVENTS", "FACTS", "Event", "EventData", "Fact", "Topic", "UndecodableRecordError", "decode"]
__all__ += [kind.__name__ for kind in EVENTS]

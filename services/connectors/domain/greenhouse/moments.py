"""When did it happen? A table by action, of which the first time that is there counts."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.connectors.domain.greenhouse.body import Body
from services.connectors.domain.greenhouse.values import NOTHING, Tree, branch, moment

APPLIED = ("application.applied_at", "application.created_at")
_LATELY = ("application.last_activity_at",)

TIMES_OF_ACTION: dict[str, tuple[str, ...]] = {
    "new_candidate_application": (*APPLIED, *_LATELY),
    "new_prospect_application": (*APPLIED, *_LATELY),
    "reject_candidate": ("application.rejected_at", *_LATELY),
    "hire_candidate": ("offer.resolved_at", "application.hired_at", *_LATELY),
    "offer_created": ("offer.sent_on", "offer.sent_at", "offer.created_at"),
    "offer_approved": ("offer.sent_on", "offer.sent_at", "offer.created_at"),
    "offer_updated": ("offer.sent_on", "offer.sent_at", "offer.created_at"),
    "update_candidate": ("person.updated_at", "person.last_activity"),
    "job_created": ("job.updated_at",),
    "job_updated": ("job.updated_at",),
    "job_approved": ("job.updated_at",),
}
"""Where an action's time stands; any other action's is the application's last activity."""

SENT = ("offer.sent_on", "offer.sent_at")
RESOLVED = ("offer.resolved_at",)


class Clock:
    """The times of one body: read in the organisation's zone, never later than the first receipt."""

    def __init__(self, body: Body, received_at: datetime, zone: ZoneInfo) -> None:
        self._trees: dict[str, Tree] = {
            "application": body.application.tree if body.application else NOTHING,
            "offer": body.offer.tree if body.offer else NOTHING,
            "person": body.person.tree if body.person else NOTHING,
            "job": branch(body.payload, "job"),
        }
        self._action = body.action
        self._received_at = received_at
        self._zone = zone

    def at(self, *places: str) -> datetime | None:
        """The first of these times that is there."""
        for place in places:
            thing, _, name = place.partition(".")
            if found := moment(self._trees[thing].get(name), self._zone, self._received_at):
                return found
        return None

    @property
    def has_own_time(self) -> bool:
        """Whether the body itself says when its facts happened."""
        return self.at(*TIMES_OF_ACTION.get(self._action, _LATELY)) is not None

    @property
    def happened_at(self) -> datetime:
        """The time of the body's facts: the table's, else the first receipt."""
        return self.at(*TIMES_OF_ACTION.get(self._action, _LATELY)) or self._received_at

    @property
    def observed_at(self) -> datetime:
        """As of when the body describes people and openings: the last activity it knows of, else as for its facts."""
        return self.at(*_LATELY) or self.happened_at

"""The organisation's rules about contacts; the defaults are product.md's."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from zoneinfo import ZoneInfo

from shared.timestamps import UTC_ZONE


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPolicy:
    """``zone`` is the organisation's: the person's where theirs is not known. Hours are those of a clock on the wall."""

    team_cap: int = 1
    """So many unsolicited touches a person within ``team_cap_for``, over all recruiters."""
    team_cap_for: timedelta = timedelta(days=7)
    unanswered_limit: int = 3
    """After so many touches of a pursuit without an answer comes quiet."""
    unanswered_quiet: timedelta = timedelta(days=60)
    conversation: timedelta = timedelta(days=14)
    """So long after an answer the person is in conversation with whom they answered."""
    quiet_from: int = 20
    quiet_until: int = 8
    requires_consent: bool = False
    """Whether somebody without any word on a lawful basis may not be contacted."""
    daily_limit: int | None = None
    """Outreach a day of one recruiter, where the directory names none."""
    zone: ZoneInfo = UTC_ZONE


@dataclass(frozen=True, slots=True)
class ContactPolicies:
    """The rules over time: each with the moment since when it is valid, oldest first; the first was valid before it too."""

    history: tuple[tuple[datetime, ContactPolicy], ...]

    @property
    def latest(self) -> ContactPolicy:
        """The policy that is valid now."""
        return self.history[-1][1]

    def at(self, moment: datetime) -> ContactPolicy:
        """The policy that was valid at a moment."""
        following = bisect_right(self.history, moment, key=itemgetter(0))
        return self.history[max(following - 1, 0)][1]


def always(policy: ContactPolicy) -> ContactPolicies:
    """The same rules at all times."""
    return ContactPolicies(((datetime.min.replace(tzinfo=UTC), policy),))


ALWAYS_THE_DEFAULTS = always(ContactPolicy())

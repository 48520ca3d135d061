"""The organisation's rules about contacts; the defaults are product.md's."""

from dataclasses import dataclass
from datetime import timedelta
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

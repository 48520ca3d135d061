"""Settings of engagement, read from the environment."""

from datetime import timedelta
from functools import cached_property
from pathlib import Path

from pydantic import Field

from services.engagement.contact_settings import ContactSettings
from services.engagement.domain.contact import ContactPolicy
from services.engagement.domain.derive import Policy
from services.engagement.obligation_settings import ObligationSettings
from services.engagement.return_rules import return_policy
from shared.rate_table import rates_of
from shared.settings import SharedSettings


class EngagementSettings(SharedSettings):
    """The shared settings and engagement's own."""

    database_url: str = Field(
        "postgresql+asyncpg://engagement@127.0.0.1:5432/engagement", validation_alias="ENGAGEMENT_DATABASE_URL"
    )
    pool_size: int = Field(5, ge=1, le=200, validation_alias="ENGAGEMENT_POOL_SIZE")
    """Connections that one process may hold."""
    ghost_after_days: int = Field(30, ge=1, le=3650, validation_alias="REKINDLE_GHOST_AFTER_DAYS")
    """After how many days without an answer an attempt counts as ghosted; analytics reads the same variable."""
    idle_after_days: int = Field(90, ge=1, le=3650, validation_alias="ENGAGEMENT_IDLE_AFTER_DAYS")
    """After how many days without anything an attempt holds its person back from the queue no longer."""
    clock_seconds: float = Field(1.0, gt=0, le=3600, validation_alias="ENGAGEMENT_CLOCK_SECONDS")
    """How often the clock looks for what is due."""
    first_message_words: int = Field(120, ge=10, le=2000, validation_alias="ENGAGEMENT_FIRST_MESSAGE_WORDS")
    """The most words that a first message should have; more are a finding of its review."""
    reservation_minutes: int = Field(15, ge=1, le=1440, validation_alias="ENGAGEMENT_RESERVATION_MINUTES")
    """How long a contact check with ``reserve`` holds the next contact."""

    inner_cap: int = Field(25, ge=1, le=10_000, validation_alias="ENGAGEMENT_INNER_CAP")
    """How many people of the inner circle a recruiter can keep in personal contact."""
    personal_word_days: int = Field(60, ge=1, le=3650, validation_alias="ENGAGEMENT_PERSONAL_WORD_DAYS")
    """After how many days without a personal word one is owed to a person of the inner circle."""

    obligations: ObligationSettings = Field(default_factory=ObligationSettings)
    contacts: ContactSettings = Field(default_factory=ContactSettings)
    returns: Path | None = Field(None, validation_alias="ENGAGEMENT_RETURNS")
    """The file with the intervals of the return plans; default: ``returns.toml`` beside this module."""

    @property
    def ghost_after(self) -> timedelta:
        return timedelta(days=self.ghost_after_days)

    @property
    def idle_after(self) -> timedelta:
        return timedelta(days=self.idle_after_days)

    @property
    def word_within(self) -> timedelta:
        return timedelta(days=self.personal_word_days)

    @property
    def reservation_for(self) -> timedelta:
        return timedelta(minutes=self.reservation_minutes)

    @cached_property
    def contact_policy(self) -> ContactPolicy:
        """The rules about contacts; see ``contact_settings`` for their variables."""
        return self.contacts.policy(self.zone)

    @cached_property
    def policy(self) -> Policy:
        """What persons are derived by. Raises RuleFileError, with the line and rule of each fault."""
        owed = self.obligations.policy(self.zone, self.country)
        returns = return_policy(self.returns, self.zone)
        return Policy(returns, self.ghost_after, self.idle_after, rates_of(self.rates), owed)

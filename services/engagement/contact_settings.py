"""The rules about contacts, read from the environment: ``ENGAGEMENT_CONTACT_TEAM_CAP=2`` and so on."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.engagement.domain.contact.policy import ContactPolicy


class ContactSettings(BaseSettings):
    """Numbers and days; the defaults are product.md's."""

    model_config = SettingsConfigDict(env_prefix="ENGAGEMENT_CONTACT_", env_ignore_empty=True, extra="ignore")

    team_cap: int = Field(1, ge=1, le=1000)
    team_cap_days: int = Field(7, ge=1, le=3660)
    unanswered_limit: int = Field(3, ge=1, le=1000)
    unanswered_quiet_days: int = Field(60, ge=1, le=3660)
    conversation_days: int = Field(14, ge=0, le=3660)
    quiet_from: int = Field(20, ge=1, le=24)
    quiet_until: int = Field(8, ge=0, le=23)
    requires_consent: bool = False
    daily_limit: int | None = Field(None, ge=1, le=10_000)

    def policy(self, zone: ZoneInfo) -> ContactPolicy:
        """The policy with these rules, in the organisation's zone."""
        return ContactPolicy(
            team_cap=self.team_cap,
            team_cap_for=timedelta(days=self.team_cap_days),
            unanswered_limit=self.unanswered_limit,
            unanswered_quiet=timedelta(days=self.unanswered_quiet_days),
            conversation=timedelta(days=self.conversation_days),
            quiet_from=self.quiet_from,
            quiet_until=self.quiet_until,
            requires_consent=self.requires_consent,
            daily_limit=self.daily_limit,
            zone=zone,
        )

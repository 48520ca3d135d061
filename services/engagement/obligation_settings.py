"""How long we may take for what we owe, from the environment: ``ENGAGEMENT_OBLIGATION_REPLY_HOURS=16`` and so on."""

from datetime import timedelta
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.engagement.domain.business_time import BusinessTime
from services.engagement.domain.obligations import ObligationPolicy


class ObligationSettings(BaseSettings):
    """Business hours and days, and when a business day begins and ends; the defaults are the product's."""

    model_config = SettingsConfigDict(env_prefix="ENGAGEMENT_OBLIGATION_", env_ignore_empty=True, extra="ignore")

    reply_hours: int = Field(24, ge=1, le=1000)
    reply_warn_hours: int = Field(12, ge=1, le=1000)
    feedback_days: int = Field(5, ge=1, le=250)
    day_begins: int = Field(9, ge=0, le=23)
    day_ends: int = Field(17, ge=1, le=24)

    @model_validator(mode="after")
    def _day_has_hours(self) -> Self:
        if self.day_ends <= self.day_begins:
            raise ValueError("ENGAGEMENT_OBLIGATION_DAY_ENDS must be later than ENGAGEMENT_OBLIGATION_DAY_BEGINS")
        return self

    def policy(self, zone: ZoneInfo, country: str | None) -> ObligationPolicy:
        """The policy with these times, by the business hours of the organisation's zone and country."""
        return ObligationPolicy(
            business=BusinessTime(zone, country, self.day_begins, self.day_ends),
            reply_after=timedelta(hours=self.reply_hours),
            warn_after=timedelta(hours=self.reply_warn_hours),
            feedback_days=self.feedback_days,
        )

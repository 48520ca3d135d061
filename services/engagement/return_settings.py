"""The intervals of the return plans, read from the environment: ``ENGAGEMENT_RETURN_SALARY_DAYS=120`` and so on."""

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.engagement.domain.return_policy import ReturnPolicy

Days = Annotated[int, Field(ge=0, le=36_500)]


class ReturnSettings(BaseSettings):
    """Days to wait before we come back, by reason; the defaults are product.md's."""

    model_config = SettingsConfigDict(env_prefix="ENGAGEMENT_RETURN_", env_ignore_empty=True, extra="ignore")

    salary_days: Days = 180
    availability_ahead_days: Days = 14
    availability_days: Days = 90
    location_days: Days = 365
    experience_days: Days = 365
    skills_days: Days = 180
    role_fit_days: Days = 180
    timing_days: Days = 90
    rejected_by_sponsor_days: Days = 14
    preferred_another_days: Days = 0
    position_closed_days: Days = 0
    accepted_elsewhere_days: Days = 300
    counter_offer_days: Days = 300
    ghosted_days: Days = 60
    ghosted_at_most_days: Days = 3650
    no_show_days: Days = 30
    unspecified_days: Days = 120
    wrong_time_days: Days = 90
    not_reachable_days: Days = 30

    def policy(self, zone: ZoneInfo) -> ReturnPolicy:
        """The policy with these intervals, in the organisation's zone."""
        waits = {name.removesuffix("_days"): timedelta(days=days) for name, days in self.model_dump().items()}
        return ReturnPolicy(zone=zone, **waits)

"""The intervals of the return plans, from a TOML file: ``returns.toml`` beside this module, or what ENGAGEMENT_RETURNS names."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from services.engagement.domain.return_policy import ReturnPolicy
from shared.rule_file import read_rules

Days = Annotated[int, Field(ge=0, le=36_500)]

SHIPPED = Path(__file__).with_name("returns.toml")


class ReturnRules(BaseModel):
    """Days to wait before we come back, by reason; the defaults are product.md's, and those of ``returns.toml``."""

    model_config = ConfigDict(extra="forbid", strict=True, validate_default=True)

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

    @field_validator("ghosted_at_most_days")
    @classmethod
    def _no_less_than_once(cls, at_most: int, known: ValidationInfo) -> int:
        once = known.data.get("ghosted_days")
        if once is not None and at_most < once:
            raise ValueError(f"must not be less than ghosted_days, which is {once}")
        return at_most

    def policy(self, zone: ZoneInfo) -> ReturnPolicy:
        """The policy with these intervals, in the organisation's zone."""
        waits = {name.removesuffix("_days"): timedelta(days=days) for name, days in self.model_dump().items()}
        return ReturnPolicy(zone=zone, **waits)


def return_policy(file: Path | None, zone: ZoneInfo) -> ReturnPolicy:
    """The policy that a file states, or the one that comes with the release. Raises RuleFileError."""
    return read_rules(ReturnRules, file or SHIPPED).policy(zone)

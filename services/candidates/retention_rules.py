"""How long people are kept, from a TOML file: ``retention.toml`` beside this module, or what CANDIDATES_RETENTION names."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from services.candidates.domain.retention import Occasion, RetentionPolicy, Rule, State
from shared.events.fields import Country
from shared.ids import SOURCE
from shared.rule_file import read_rules

Days = Annotated[int, Field(ge=0, le=3_650)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Source = Annotated[str, StringConstraints(pattern=f"^(?:{SOURCE.pattern})$")]
MOST_RULES = 100

SHIPPED = Path(__file__).with_name("retention.toml")


class RetentionRule(BaseModel):
    """One rule."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name
    months: Annotated[int, Field(ge=1, le=1_200)]
    states: list[State] = []
    countries: list[Country] = []
    sources: list[Source] = []
    since: Annotated[list[Occasion], Field(min_length=1)] = ["record", "response"]


class RetentionRules(BaseModel):
    """All rules, and the time to warn and to answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    warn_days: Days = 60
    answer_days: Days = 30
    rules: Annotated[list[RetentionRule], Field(max_length=MOST_RULES)]

    @field_validator("rules")
    @classmethod
    def _of_different_names(cls, rules: list[RetentionRule]) -> list[RetentionRule]:
        names = [rule.name for rule in rules]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"must not have two of one name: {', '.join(twice)}")
        return rules

    def policy(self) -> RetentionPolicy:
        """The rules as they are applied."""
        rules = (
            Rule(
                *(one.name, one.months, frozenset(one.states), frozenset(one.countries), frozenset(one.sources)),
                since=tuple(dict.fromkeys(one.since)),
            )
            for one in self.rules
        )
        return RetentionPolicy(timedelta(days=self.warn_days), timedelta(days=self.answer_days), tuple(rules))


def retention_policy(file: Path | None) -> RetentionPolicy:
    """The rules that a file states, or those that come with the release. Raises RuleFileError."""
    return read_rules(RetentionRules, file or SHIPPED).policy()

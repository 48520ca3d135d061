"""What a source states of a record, and what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, Self, TypeVar

from services.candidates.domain.content import Shape
from services.candidates.domain.errors import VersionMissing, VersionStale
from services.candidates.domain.registers import Observation
from services.candidates.domain.versions import Condition
from shared.errors import FieldError, Invalid
from shared.naming import Name

View = TypeVar("View")


@dataclass(frozen=True, slots=True)
class RecordChange:
    """``fields`` are a merge patch of known fields, as JSON values; ``references`` further ones of the same candidate.

    ``condition`` is what the caller demands of the version that is changed; None where versions do not matter.
    ``skips_invalid``: fields that break a rule are left out, and the rest is stored. ``forgets_cleared``: what the source stated
    of the fields that are cleared leaves the history too. ``phone_region``: the country of phone numbers without a country's
    code, where the person's is not known.
    """

    name: Name
    fields: Mapping[str, Any]
    observed_at: datetime
    references: tuple[Name, ...] = ()
    condition: Condition | None = None
    skips_invalid: bool = False
    forgets_cleared: bool = False
    phone_region: str | None = None

    def without(self, wrong: Sequence[FieldError]) -> Self:
        """The change without the fields that break a rule. Raises Invalid unless such fields are to be skipped."""
        if not self.skips_invalid:
            raise Invalid("; ".join(f"{one.field} {one.rule}" for one in wrong), errors=wrong)
        broken = {one.field.partition(".")[0] for one in wrong}
        return replace(self, fields={name: value for name, value in self.fields.items() if name not in broken})

    def source(self, stated_by: str) -> str:
        """Whose statement it is: the reference's source; by id, the token's holder."""
        return self.name.reference.source if self.name.reference is not None else stated_by

    def observations(self, shape: Shape, stated_by: str) -> list[Observation]:
        """What is stated of each leaf."""
        source = self.source(stated_by)
        return [
            Observation(field, value, source, self.observed_at, forgets=self.forgets_cleared and value is None)
            for field, value in shape.flatten(self.fields).items()
        ]

    def demand_version(self, tag: str | None) -> None:
        """Raise VersionMissing or VersionStale unless a record with this tag may be changed; None where there is none yet."""
        if self.condition is None:
            return
        if self.name.reference is None and self.condition.if_match is None:
            raise VersionMissing("A change by id must carry If-Match with the ETag that was read.")
        if tag is not None and self.condition.if_match is None and not self.condition.allows_change(tag):
            raise VersionStale(f"There is a record already, at version {tag}, which If-None-Match rules out.")
        if not self.condition.allows_change(tag):
            raise VersionStale(f"The record is at version {tag or 'none, for there is no record'}; read it again.")


@dataclass(frozen=True, slots=True)
class Changed(Generic[View]):
    """The record after a change."""

    view: View
    is_new: bool
    """Whether there was none before."""
    ignored: Sequence[str] = ()
    """Fields that were stored, in the history, and are not the record's value: what counts is newer."""
    refused: Sequence[FieldError] = ()
    """What broke a rule and was skipped."""

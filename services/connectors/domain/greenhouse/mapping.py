"""What the sender's names mean: stages, rejection reasons, sources and recruiters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from services.connectors.domain.greenhouse.body import Named
from services.connectors.domain.greenhouse.values import code, plain
from shared.events.vocabulary import Reason, RejectedBy, Stage

Meaning = TypeVar("Meaning")


class Close(StrEnum):
    """How an application ended."""

    REJECTED = "rejected"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ReasonMeaning:
    """A rejection reason's code; ``close`` and ``by`` only where the name says more than its type."""

    code: Reason
    close: Close | None = None
    by: RejectedBy | None = None


@dataclass(frozen=True, slots=True)
class Names(Generic[Meaning]):
    """Names with a meaning: by id, by name, by words that stand in the name; the first of these that fits counts."""

    ids: Mapping[str, Meaning] = field(default_factory=dict)
    names: Mapping[str, Meaning] = field(default_factory=dict)
    """Keys as ``plain`` writes them."""
    words: tuple[tuple[str, Meaning], ...] = ()
    """In order; each as ``plain`` writes it."""

    def find(self, thing: Named, *, with_words: bool = True) -> Meaning | None:
        """What the thing means, or None."""
        if thing.external_id is not None and thing.external_id in self.ids:
            return self.ids[thing.external_id]
        if thing.name is None:
            return None
        name = plain(thing.name)
        if name in self.names:
            return self.names[name]
        if not with_words:
            return None
        return next((meaning for words, meaning in self.words if f" {words} " in f" {name} "), None)


@dataclass(frozen=True, slots=True)
class ClosingMeaning:
    """What a rejection means: the close, its code, who turned the candidate down, whether the reason was known."""

    close: Close
    code: Reason
    by: RejectedBy | None
    known: bool


@dataclass(frozen=True, slots=True)
class GreenhouseMapping:
    """The mapping file, read."""

    stages: Names[Stage]
    stages_of_jobs: Mapping[str, Names[Stage]]
    reasons: Names[ReasonMeaning]
    reason_types: Mapping[str, Close]
    sources: Names[str]
    recruiters: Mapping[str, str]

    def stage(self, stage: Named, job: str) -> Stage | None:
        """The stage of ours: what the job says, else what holds for all jobs; None where neither knows it."""
        own = self.stages_of_jobs.get(job)
        return (own.find(stage) if own else None) or self.stages.find(stage)

    def closing(self, reason: Named | None, kind: Named | None) -> ClosingMeaning:
        """What a rejection with this reason of this type means.

        The name decides where the file gives it a close, else the type; a type that is none of the known is a
        rejection by the team.
        """
        meaning = self.reasons.find(reason) if reason else None
        by_type = self.reason_types.get(plain(kind.name)) if kind and kind.name else None
        close = (meaning.close if meaning else None) or by_type or Close.REJECTED
        by = None
        if close is Close.REJECTED:
            by = (meaning.by if meaning else None) or RejectedBy.TEAM
        return ClosingMeaning(
            close=close,
            code=meaning.code if meaning else Reason.UNSPECIFIED,
            by=by,
            known=meaning is not None or reason is None,
        )

    def via(self, source: Named | None) -> str | None:
        """Where the person was found, as a code: the file's, else the source's own name written as one."""
        if source is None:
            return None
        return self.sources.find(source) or (code(source.name) if source.name else None)

    def recruiter(self, user: str | None) -> str | None:
        """The recruiter's code: the file's, else ``greenhouse:<user id>``. Never a name or an address."""
        if user is None:
            return None
        return self.recruiters.get(user) or (f"greenhouse:{user}" if user.isalnum() and len(user) <= 80 else None)

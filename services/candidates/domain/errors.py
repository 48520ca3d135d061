"""The errors that callers of candidates get."""

from typing import Self
from uuid import UUID

from shared.errors import Conflict, Gone, Invalid, NotFound, PreconditionFailed, PreconditionRequired


class CandidateUnknown(NotFound):
    """No record of that name."""

    code = "candidate_unknown"
    title = "There is no such candidate"

    @classmethod
    def named(cls, name: str) -> Self:
        return cls(f"There is no candidate {name}. Only a reference, <source>:<external_id>, creates a record.")


class PositionUnknown(NotFound):
    """No record of that name."""

    code = "position_unknown"
    title = "There is no such position"

    @classmethod
    def named(cls, name: str) -> Self:
        return cls(f"There is no position {name}. Only a reference, <source>:<external_id>, creates a record.")


class CandidateErased(Gone):
    """The person was erased: nothing of theirs is kept, and nothing more is taken."""

    code = "candidate_erased"
    title = "The candidate was erased"

    @classmethod
    def of_id(cls, candidate_id: UUID) -> Self:
        return cls(f"The candidate {candidate_id} was erased; nothing more is stored of this person.")


class NotLinked(NotFound):
    """The reference is not one of the person's."""

    code = "reference_not_linked"
    title = "The reference is not linked to this candidate"


class ErasureUnknown(NotFound):
    """No erasure of that id."""

    code = "erasure_unknown"
    title = "There is no such erasure"


class InsightUnknown(NotFound):
    """The person has no insight of that id."""

    code = "insight_unknown"
    title = "There is no such insight of this candidate"


class InsightSuperseded(Conflict):
    """Another insight has superseded it already."""

    code = "insight_superseded"
    title = "The insight was superseded"


class TooManyInsights(Conflict):
    """The person has as many insights as are kept."""

    code = "too_many_insights"
    title = "The candidate has too many insights"


class ReferralUnknown(NotFound):
    """No referral of that id."""

    code = "referral_unknown"
    title = "There is no such referral"


class ReferralCircle(Invalid):
    """Whoever is named has named the referrer, or is the referrer."""

    code = "referral_circle"
    title = "People cannot name each other in a circle"


class NoteUnknown(NotFound):
    """The person has no note of that id that the caller may see."""

    code = "note_unknown"
    title = "There is no such note of this candidate"


class NoteSuperseded(Conflict):
    """Another note has superseded it already."""

    code = "note_superseded"
    title = "The note was superseded"


class TooManyNotes(Conflict):
    """The person has as many notes as are kept."""

    code = "too_many_notes"
    title = "The candidate has too many notes"


class FileUnknown(NotFound):
    """The person has no file of that id, or it was removed."""

    code = "file_unknown"
    title = "There is no such file of this candidate"


class FileMissing(NotFound):
    """The store has lost the bytes of a file."""

    code = "file_missing"
    title = "The bytes of the file are not in the store"


class TooManyFiles(Conflict):
    """The person has as many files as are kept."""

    code = "too_many_files"
    title = "The candidate has too many files"


class ActionUnknown(NotFound):
    """No action of that id."""

    code = "cleansing_action_unknown"
    title = "There is no such action"


class DuplicateUnknown(NotFound):
    """No suspected pair of that id."""

    code = "duplicate_unknown"
    title = "There is no such pair of suspected duplicates"

    @classmethod
    def of_id(cls, pair: UUID) -> Self:
        return cls(
            f"There is no pair {pair}: the two were never suspected, or one of them has changed, was merged, or was erased."
        )


class MergeNotExact(Conflict):
    """The two would be one person, but not so that one step parts them again."""

    code = "merge_not_exact"
    title = "The merge could not be undone exactly"


class PoolUnknown(NotFound):
    """No pool of that id."""

    code = "pool_unknown"
    title = "There is no such pool"

    @classmethod
    def of_id(cls, pool: UUID) -> Self:
        return cls(f"There is no pool {pool}.")


class NotVetted(Conflict):
    """The pool is of vetted people only."""

    code = "candidate_not_vetted"
    title = "The candidate is not vetted"


class ImportUnknown(NotFound):
    """No import of that id."""

    code = "import_unknown"
    title = "There is no such import"


class ImportFinished(Conflict):
    """What is to be done with the import is not possible in its status."""

    code = "import_status"
    title = "The import's status does not allow this"


class NotWaitedFor(Invalid):
    """A service confirms an erasure that does not wait for it."""

    code = "erasure_service_unknown"
    title = "The erasure does not wait for this service"


class VersionStale(PreconditionFailed):
    """The record has another version than the caller read."""

    code = "version_stale"


class VersionMissing(PreconditionRequired):
    """By id, the caller must say which version it changes."""

    code = "version_missing"

"""What a person's resumes say of work, schools and languages, taken together.

Each part of it comes from one resume, and goes with that. What several say in the same words is what the newest of them says.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.candidates.domain.files import KeptFile

_ALIKE: Mapping[str, tuple[str, ...]] = {
    "positions": ("company", "title", "from"),
    "schools": ("school", "degree"),
    "languages": ("language",),
}
"""By which members two entries of a part are the same."""


def background_of(resume: Mapping[str, Any]) -> dict[str, Any]:
    """What a resume says that is no field of a record, with where each stands."""
    return {part: resume[part] for part in _ALIKE}


def background_of_person(files: Sequence[KeptFile]) -> dict[str, list[dict[str, Any]]]:
    """What files say, the newest of them first: of work and schools what has not ended comes first, then what began last."""
    found = {part: _together(files, part, members) for part, members in _ALIKE.items()}
    for part in ("positions", "schools"):
        found[part].sort(key=lambda one: (one["is_open"], one["to"] or one["from"] or "", one["from"] or ""), reverse=True)
    return found


def _together(files: Sequence[KeptFile], part: str, members: Sequence[str]) -> list[dict[str, Any]]:
    once: dict[tuple[str, ...], dict[str, Any]] = {}
    for file in files:
        said_by = {"file_id": file.id, "source": file.source, "received_at": file.received_at}
        for entry in (file.background or {}).get(part, []):
            once.setdefault(tuple((entry[name] or "").casefold() for name in members), {**entry, **said_by})
    return list(once.values())

"""Notes on a person: who may see one, and whom it mentions.

A recruiter is a code, and there is no register of them: a mention of a code that nobody has reaches nobody.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.errors import Invalid
from shared.events.fields import code_or_none

LONGEST_NOTE = 20_000
"""Characters."""
MOST_NAMED = 50
"""Recruiters to whom a note is visible, or whom it mentions, and files that it has."""
_MENTION = re.compile(r"(?<![\w@.:/+-])@(\w[\w.:/+-]{0,99})")


@dataclass(frozen=True, slots=True)
class Note:
    """A dated text on a person. Times are UTC."""

    id: UUID
    candidate_id: UUID
    text: str
    author: str
    """Who wrote it: the recruiter's code, else the token's name."""
    observed_at: datetime
    recorded_at: datetime
    supersedes: UUID | None
    visible_to: list[str] | None
    """The recruiters who may see it, its author too; None: everyone."""
    mentions: list[str]
    files: list[UUID]

    def is_visible_to(self, recruiter: str | None) -> bool:
        """Whether a recruiter may see it; None: somebody who is no recruiter."""
        return self.visible_to is None or recruiter in self.visible_to


def mentions_in(text: str) -> list[str]:
    """The recruiters whom a text mentions, @code, each once. An e-mail address is no mention."""
    found = (code_or_none(one.rstrip(".:/+-")) for one in _MENTION.findall(text))
    return sorted({one for one in found if one is not None})


def demand_admissible(note: Note, superseded: Note | None) -> None:
    """Raise Invalid for a note that mentions whom it hides from, or hides what others could see."""
    if len(note.mentions) > MOST_NAMED:
        raise Invalid.of("text", f"must not mention more than {MOST_NAMED} recruiters")
    if hidden := [one for one in note.mentions if not note.is_visible_to(one)]:
        raise Invalid.of("text", f"mentions who may not see the note: {', '.join(hidden[:5])}")
    before: Sequence[str | None] = [] if superseded is None else (superseded.visible_to or [None])
    if not all(note.is_visible_to(one) for one in before):
        raise Invalid.of("visible_to", "must hold all to whom the note is visible that this one supersedes")

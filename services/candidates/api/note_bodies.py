"""Bodies of notes on a person."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.candidates.domain.notes import LONGEST_NOTE, MOST_NAMED, Note
from services.candidates.use_cases.remarks import RemarkView
from shared.events.fields import Code
from shared.ids import spelled
from shared.timestamps import Moment

NoteText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NOTE), AfterValidator(spelled)
]
_TEXT = Field(
    description="The note. @maria mentions the recruiter with that code. There is no register of codes: any may be mentioned.",
    examples=["Met her at the meetup; @maria, please call in May."],
)
_VISIBLE_TO = Field(
    description="Who may see it: everyone who reads candidates, the author alone, or these recruiters and the author. Who asks"
    " with a token that acts as a recruiter is that recruiter.",
    examples=["everyone"],
)
_FILES = Field(max_length=MOST_NAMED, description="Files of this candidate that belong to it.", examples=[[]])
_SUPERSEDES = Field(description="The note that this one replaces; it stays in the list of all.", examples=[None])


class NewNote(BaseModel):
    """A note on a person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[NoteText, _TEXT]
    visible_to: Annotated[
        Literal["everyone", "author"] | Annotated[list[Code], Field(min_length=1, max_length=MOST_NAMED)], _VISIBLE_TO
    ] = "everyone"
    files: Annotated[list[UUID], _FILES] = []
    observed_at: Annotated[Moment | None, Field(description="When this was so; default: now. Ahead of now counts as now.")] = None
    recruiter: Annotated[
        Code | None, Field(description="Who writes it; default: whom the token acts as, else its name.", examples=["maria"])
    ] = None
    supersedes: Annotated[UUID | None, _SUPERSEDES] = None


class RecordedNote(BaseModel):
    """A dated note on a person. It is never changed: a later one supersedes it."""

    id: Annotated[UUID, Field(description="Of the note.", examples=["7f3d1b60-58a1-4f4e-8f5d-0f3c2c1f7d55"])]
    candidate_id: Annotated[
        UUID,
        Field(
            description="Whose it is: it stays with this id when people part.", examples=["5b0f5f0e-6f6e-5c57-8f5e-3e4f0a4e9c11"]
        ),
    ]
    text: Annotated[str, _TEXT]
    visible_to: Annotated[Literal["everyone"] | list[str], _VISIBLE_TO]
    mentions: Annotated[list[str], Field(description="The recruiters whom the text mentions.", examples=[["maria"]])]
    files: Annotated[list[UUID], _FILES]
    author: Annotated[str, Field(description="The recruiter who wrote it, else the token.", examples=["tom"])]
    observed_at: Annotated[datetime, Field(description="When this was so.")]
    recorded_at: Annotated[datetime, Field(description="When it was recorded.")]
    supersedes: Annotated[UUID | None, _SUPERSEDES]
    superseded_by: Annotated[UUID | None, Field(description="What replaced it; null while it counts.", examples=[None])]


class NotePage(BaseModel):
    """A page of notes, the newest first."""

    items: Annotated[list[RecordedNote], Field(description="Notes that the caller may see.")]
    next_cursor: Annotated[str | None, Field(description="As cursor: the next page; null on the last.", examples=[None])]


def note_shown(view: RemarkView[Note]) -> dict[str, Any]:
    """A note as JSON values."""
    one = view.remark
    return {
        "id": one.id,
        "candidate_id": one.candidate_id,
        "text": one.text,
        "visible_to": "everyone" if one.visible_to is None else one.visible_to,
        "mentions": one.mentions,
        "files": one.files,
        "author": one.author,
        "observed_at": one.observed_at,
        "recorded_at": one.recorded_at,
        "supersedes": one.supersedes,
        "superseded_by": view.superseded_by,
    }

"""/v1/relationships/inner-circle: who keeps whom in personal contact, and to whom a word is owed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.domain.inner_circle import keepers
from services.engagement.use_cases.read_inner_circle import list_owed_words, read_inner_circle
from shared import clock
from shared.events.fields import Code
from shared.ids import candidate_id
from shared.security.auth import Principal, requires
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.routing import StrictRoute
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/relationships/inner-circle", tags=["relationships"], route_class=StrictRoute)

Reader = Annotated[Principal, requires("engagement:read")]


class OwedWord(BaseModel):
    """A person of the inner circle with whom nobody had a personal word for too long."""

    candidate_id: UUID = Field(description="the person's", examples=[str(candidate_id("demo:ada"))])
    references: list[str]
    recruiter: str | None = Field(description="who had the last word with them; null where nobody is known", examples=["maria"])
    last_word_at: datetime | None = Field(description="when that was, in UTC; null: never", examples=["2026-01-05T09:15:00Z"])
    days: int | None = Field(description="whole days since then", examples=[92])


class OwedWordPage(BaseModel):
    """People to whom a personal word is owed; who has waited longest first."""

    within_days: int = Field(description="after so many days without a word one is owed: a setting", examples=[60])
    items: list[OwedWord]
    next_cursor: str | None


class InnerKeeper(BaseModel):
    """How many people of the inner circle a recruiter keeps."""

    recruiter: str | None = Field(
        description="who had the last word with them; null: those with whom nobody had", examples=["maria"]
    )
    people: int = Field(description="how many they keep", examples=[31])
    owed: int = Field(description="to how many of them a word is owed", examples=[6])
    over: int = Field(description="how many more than the cap; 0: they can keep them all", examples=[6])


class InnerCircle(BaseModel):
    """The inner circle by recruiter."""

    cap: int = Field(description="how many people a recruiter can keep in personal contact: a setting", examples=[25])
    people: int = Field(description="how many are in the circle", examples=[58])
    is_over: bool = Field(description="whether any recruiter has more than the cap", examples=[True])
    recruiters: list[InnerKeeper] = Field(description="who keeps most first; those whom nobody keeps come last")


@router.get("")
async def read_inner_circle_by_recruiter(
    sessions: SessionsDep, settings: SettingsDep, _: Reader, _waited: WaitedDep
) -> InnerCircle:
    """How many people of tier inner each recruiter keeps, and who has more than the cap.

    The cap warns and refuses nothing: people come into the circle by what happened, which is never refused, and by records.
    A circle of more than 5,000 people is not counted (`too_costly`).
    """
    now = clock.now()
    circle = await read_inner_circle(sessions, now=now, settings=settings)
    found = keepers(circle, now, settings.word_within)
    shown = [
        InnerKeeper(recruiter=one.recruiter, people=one.people, owed=one.owed, over=one.over(settings.inner_cap)) for one in found
    ]
    return InnerCircle(cap=settings.inner_cap, people=len(circle), is_over=any(one.over > 0 for one in shown), recruiters=shown)


@router.get("/owed-words")
async def list_personal_words(
    sessions: SessionsDep,
    settings: SettingsDep,
    _: Reader,
    _waited: WaitedDep,
    recruiter: Annotated[Code | None, Query(description="who had the last word with them")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> OwedWordPage:
    """To whom of tier inner a personal word is owed, because nobody wrote or called for so long; the longest first.

    A newsletter or an invitation is no word. Whom we employ, and against whom a hard no holds, are not listed; whether
    somebody may be contacted now says `POST /v1/contact-checks`. A circle of more than 5,000 people is not listed (`too_costly`).
    """
    purpose = f"owed words {recruiter}"
    after = None
    if cursor is not None:
        after = decode_cursor(purpose, cursor, lambda at, person: (datetime.fromisoformat(at), UUID(person)))
    now = clock.now()
    page = await list_owed_words(sessions, recruiter=recruiter, after=after, limit=limit, now=now, settings=settings)
    items = [
        OwedWord(
            candidate_id=one.person_id,
            references=page.references.get(one.person_id, []),
            recruiter=one.recruiter,
            last_word_at=one.last_word_at,
            days=None if one.last_word_at is None else (now - one.last_word_at).days,
        )
        for one in page.items
    ]
    following = None if page.following is None else [page.following[0].isoformat(), str(page.following[1])]
    return OwedWordPage(
        within_days=settings.personal_word_days,
        items=items,
        next_cursor=None if following is None else encode_cursor(purpose, following),
    )

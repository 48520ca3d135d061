"""/v1/candidates/{candidate}/background: what a person's resumes say of the past, each with where it stands."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.candidates.api.candidates import MOVED, Reader
from services.candidates.api.dependencies import CandidateName, redirect
from services.candidates.api.resume_bodies import ResumeLanguage, ResumePosition, ResumeSchool
from services.candidates.domain.background import background_of_person
from services.candidates.use_cases import keep_files
from services.candidates.use_cases.views import Redirected
from shared.naming import read_name
from shared.web.dependencies import SessionsDep
from shared.web.routing import StrictRoute

router = APIRouter(prefix="/v1/candidates", tags=["candidates"], route_class=StrictRoute)


class _OfFile(BaseModel):
    file_id: Annotated[UUID, Field(description="The resume that says it.", examples=["1d4c6f1e-0b0f-4c53-9a51-0f6f4f1f7f10"])]
    source: Annotated[str, Field(description="Where that came from, as a code.", examples=["upload"])]
    received_at: Annotated[datetime, Field(description="When that was sent.")]


class PastPosition(_OfFile, ResumePosition):
    """A place of work that a resume names."""


class PastSchool(_OfFile, ResumeSchool):
    """A school that a resume names."""


class SpokenLanguage(_OfFile, ResumeLanguage):
    """A language that a resume names."""


class Background(BaseModel):
    """What a person's resumes say of work, schools and languages; what several say is what the newest of them says."""

    candidate_id: Annotated[UUID, Field(description="Of the person.", examples=["5b0f5f0e-6f6e-5c57-8f5e-3e4f0a4e9c11"])]
    positions: Annotated[list[PastPosition], Field(description="Places of work, the latest first.")]
    schools: Annotated[list[PastSchool], Field(description="Schools, the latest first.")]
    languages: Annotated[list[SpokenLanguage], Field(description="Languages.")]


@router.get("/{candidate}/background", response_model=Background, responses=MOVED)
async def get_background(candidate: CandidateName, request: Request, _: Reader, sessions: SessionsDep) -> Any:
    """Where a person has worked and learned, and which languages they speak, as the resumes say that are kept of them."""
    found = await keep_files.list_files(sessions, read_name("candidate", candidate))
    if isinstance(found, Redirected):
        return redirect(request, found)
    return {"candidate_id": found.person_id, **background_of_person(found.files)}

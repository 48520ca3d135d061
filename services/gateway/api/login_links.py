"""/v1/login-links: links with which people log in to the dashboard."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Body, status
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.api.dependencies import DeskDep
from services.gateway.domain.roles import Person, Role
from services.gateway.use_cases import log_in
from shared.errors import Invalid
from shared.events.fields import Code
from shared.security.auth import requires
from shared.security.token_issuer import Scope
from shared.web.routing import StrictRoute

router = APIRouter(prefix="/v1/login-links", tags=["login links"], route_class=StrictRoute, dependencies=[requires(Scope.ADMIN)])


class LoginLinkCreate(BaseModel):
    """Whom a link lets in."""

    model_config = ConfigDict(extra="forbid")

    role: Annotated[
        Role,
        Field(
            description="recruiter works the queue under a code of their own, lead reads, admin may do everything.",
            examples=["recruiter"],
        ),
    ]
    recruiter: Code | None = Field(
        None, description="The code under which all they do is done; a recruiter needs one.", examples=["maria"]
    )
    expires_in_minutes: float = Field(60, gt=0, le=10_080, description="How long the link works, in minutes.", examples=[60])


class LoginLink(BaseModel):
    """A link that logs in, once. This is the only answer that holds it."""

    url: str = Field(description="To be opened in a browser.", examples=["http://127.0.0.1:8080/login#q0vT3n"])
    role: Role = Field(description="Whom it lets in.", examples=["recruiter"])
    recruiter: str | None = Field(description="The code under which they act.", examples=["maria"])
    expires_at: datetime = Field(description="Until when it works (UTC).", examples=["2026-03-02T10:15:00Z"])


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_login_link(
    desk: DeskDep,
    body: Annotated[LoginLinkCreate, Body(openapi_examples={"maria": {"value": {"role": "recruiter", "recruiter": "maria"}}})],
) -> LoginLink:
    """Make a link that logs somebody in to the dashboard, once."""
    if body.role.needs_recruiter and body.recruiter is None:
        raise Invalid.of("recruiter", "is required for the role recruiter")
    person = Person(body.role, body.recruiter, datetime.now(UTC) + timedelta(minutes=body.expires_in_minutes))
    code = await log_in.make_link(desk.sessions, person)
    # Behind the #, so that it is in no log of a server.
    url = f"{desk.settings.public_url.rstrip('/')}/login#{code}"
    return LoginLink(url=url, role=person.role, recruiter=person.recruiter, expires_at=person.expires_at)

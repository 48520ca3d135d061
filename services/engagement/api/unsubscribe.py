"""/v1/unsubscribe: links by which a candidate ends a channel with one click, as RFC 8058 says; only POST acts.

The pages hold no script and name nobody: whoever holds the link learns no more than the channel that stands in it.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.domain.errors import CandidateErased
from services.engagement.domain.unsubscribe_links import Link
from services.engagement.use_cases.unsubscribe import look_at_link, make_link, unsubscribe
from shared.clock import now
from shared.events.fields import CandidateRef
from shared.events.vocabulary import Channel
from shared.security.auth import Principal, requires
from shared.web.routing import OpenRoute, StrictRoute

links = APIRouter(prefix="/v1/unsubscribe-links", tags=["unsubscribe"], route_class=StrictRoute)
router = APIRouter(prefix="/v1/unsubscribe", tags=["unsubscribe"], route_class=OpenRoute)

ONE_CLICK = "List-Unsubscribe=One-Click"

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title></head>
<body><main><h1>{title}</h1><p>{text}</p>{form}</main></body>
</html>
"""
_FORM = (
    """<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Unsubscribe</button></form>"""
)
_GONE: dict[int | str, dict[str, Any]] = {
    410: {"description": "The record was erased; a page that says so.", "content": {"text/html": {}}},
}

LinkText = Annotated[
    str,
    Path(
        max_length=500,
        description="The signed part of the link, for a person and a channel.",
        examples=["WyI3ZjZmMmYwNDdkNmQ1ZjNlOWE1NThmMmQ5YTQwYTAwMSIsImVtYWlsIl0.k3Jm"],
    ),
]


class UnsubscribeLinkCreate(BaseModel):
    """For whom, and which channel it ends."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"candidate": "demo:ada", "channel": "email"}]})

    candidate: CandidateRef
    channel: Channel = Channel.EMAIL


class UnsubscribeLink(BaseModel):
    """A link, and the two headers of an e-mail by which mail programs show it as a button. It never expires."""

    candidate_id: UUID
    channel: Channel
    url: str = Field(
        description="where a person, or their mail program, unsubscribes",
        examples=["https://rekindle.example.org/v1/unsubscribe/WyI3ZjZmMmYwNCIsImVtYWlsIl0.k3Jm"],
    )
    headers: dict[str, str] = Field(
        description="to be set, and signed by DKIM, on the message",
        examples=[
            {
                "List-Unsubscribe": "<https://rekindle.example.org/v1/unsubscribe/WyI3ZjZmMmYwNCIsImVtYWlsIl0.k3Jm>",
                "List-Unsubscribe-Post": ONE_CLICK,
            }
        ],
    )


@links.post("")
async def create_unsubscribe_link(
    body: UnsubscribeLinkCreate,
    sessions: SessionsDep,
    settings: SettingsDep,
    _: Annotated[Principal, requires("engagement:write")],
) -> UnsubscribeLink:
    """The link of a person and a channel, the same whenever it is asked for. 410 for an erased person."""
    link = Link(body.candidate, body.channel)
    url = f"{settings.public_url.rstrip('/')}/v1/unsubscribe/{await make_link(sessions, link)}"
    headers = {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": ONE_CLICK}
    return UnsubscribeLink(candidate_id=link.candidate, channel=link.channel, url=url, headers=headers)


@router.get("/{link}", response_class=HTMLResponse, responses=_GONE)
async def show_unsubscribe_page(link: LinkText, sessions: SessionsDep) -> HTMLResponse:
    """A page with a button. Changes nothing. 404 for a link that was not made here."""
    try:
        found = await look_at_link(sessions, link)
    except CandidateErased:
        return _erased()
    text = f"Press the button, and nobody of this team writes to you {_by(found.channel)} any more."
    return _page("Unsubscribe", text, _FORM)


@router.post("/{link}", response_class=HTMLResponse, responses=_GONE)
async def unsubscribe_by_link(link: LinkText, sessions: SessionsDep, settings: SettingsDep) -> HTMLResponse:
    """End the channel for the person. Again changes nothing. 404 for a link that was not made here.

    A mail program sends the form ``List-Unsubscribe=One-Click``; the body is not read.
    """
    try:
        found = await unsubscribe(sessions, link, now=now(), settings=settings)
    except CandidateErased:
        return _erased()
    return _page("You are unsubscribed", f"Nobody of this team writes to you {_by(found.channel)} any more.")


def _erased() -> HTMLResponse:
    return _page(
        "Nothing to unsubscribe", "The record that this link was made for was erased. Nothing of it is kept.", status=410
    )


def _page(title: str, text: str, form: str = "", *, status: int = 200) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(title=title, text=text, form=form), status, headers=_HEADERS)


def _by(channel: Channel) -> str:
    named = {Channel.EMAIL: "by e-mail", Channel.PHONE: "by phone", Channel.IN_PERSON: "in person", Channel.OTHER: "this way"}
    return named.get(channel, f"by {channel.value}")

"""Log in to the dashboard: a link with a one-time code becomes a session, and a session ends."""

import secrets
from datetime import datetime, timedelta

from services.gateway.domain.roles import Person
from services.gateway.storage import dashboard_sessions
from shared.db.engine import Sessions
from shared.security.auth import Unauthenticated

SESSION_LASTS = timedelta(hours=12)


async def make_link(sessions: Sessions, person: Person) -> str:
    """The one-time code of a new link, which lets a person in until they expire."""
    code = secrets.token_urlsafe(24)
    async with sessions.begin() as session:
        await dashboard_sessions.add_link(session, code, person)
    return code


async def log_in(sessions: Sessions, code: str, *, now: datetime) -> tuple[str, Person]:
    """The key of a new session and whose it is. Raises Unauthenticated for a code that was used, is over, or is unknown."""
    async with sessions.begin() as session:
        await dashboard_sessions.clear_expired(session, now)
        invited = await dashboard_sessions.use_link(session, code)
        if invited is None:
            raise Unauthenticated("This link was used or is over. `rekindle login-link` makes another.")
    return await begin_session(sessions, invited, now=now)


async def begin_session(sessions: Sessions, invited: Person, *, now: datetime) -> tuple[str, Person]:
    """The key of a new session for somebody who proved who they are."""
    key = secrets.token_urlsafe(32)
    person = Person(invited.role, invited.recruiter, now + SESSION_LASTS)
    async with sessions.begin() as session:
        await dashboard_sessions.add(session, key, person)
    return key, person


async def log_out(sessions: Sessions, key: str) -> None:
    """End a session. Ending it again changes nothing."""
    async with sessions.begin() as session:
        await dashboard_sessions.end(session, key)

"""Keeping which rules about contacts were valid when: breaches go by those of the contact's time."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.contact_settings import ContactSettings
from services.engagement.domain.contact import ContactPolicies
from services.engagement.domain.contact.policy import always
from services.engagement.settings import EngagementSettings
from services.engagement.storage import policy_breaches
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions


async def remember_rules(sessions: Sessions, settings: EngagementSettings, *, now: datetime) -> bool:
    """Put the rules of this start on record, where they are others than before; whether they are."""
    rules = settings.contacts.model_dump_json()

    async def work(session: AsyncSession) -> bool:
        return await policy_breaches.remember_rules(session, rules, now)

    return await transact(sessions, work)


def policies_of(rules: str | None, settings: EngagementSettings) -> ContactPolicies:
    """The rules over time: those on record, as a JSON array of ``[since, rules]``, else those of the settings."""
    if rules is None:
        return always(settings.contact_policy)
    return _read(rules, settings.time_zone)


@lru_cache(maxsize=8)
def _read(rules: str, zone: str) -> ContactPolicies:
    history = [(since, ContactSettings.model_validate(values)) for since, values in orjson.loads(rules)]
    return ContactPolicies(tuple((datetime.fromisoformat(since), one.policy(ZoneInfo(zone))) for since, one in history))

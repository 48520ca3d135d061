"""Record what moves a person; list it, and what is not known yet."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.candidates.domain.errors import InsightSuperseded, InsightUnknown, TooManyInsights
from services.candidates.domain.insights import Insight, Kind, OpenQuestion, open_questions
from services.candidates.storage.insights import INSIGHTS
from services.candidates.use_cases.read_candidates import read_person
from services.candidates.use_cases.remarks import Refusals, RemarkView, page_of, record_remark
from services.candidates.use_cases.views import Page, Redirected
from shared.db.engine import Sessions
from shared.naming import Name

_REFUSALS = Refusals("insight", InsightUnknown, InsightSuperseded, TooManyInsights)


@dataclass(frozen=True, slots=True)
class InsightPage(Page):
    """A page of a person's insights, each as RemarkView; ``questions`` are all that are open."""

    questions: list[OpenQuestion]


async def record_insight(sessions: Sessions, name: Name, insight: Insight) -> RemarkView[Insight] | Redirected:
    """Add an insight to the stream of a name. Raises as ``record_remark``."""
    return await record_remark(sessions, name, insight, INSIGHTS, _REFUSALS)


async def list_insights(
    sessions: Sessions,
    name: Name,
    *,
    kind: Kind | None,
    with_superseded: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
    now: datetime,
) -> InsightPage | Redirected:
    """The person's insights, the newest first, after a place, and what to ask next. Raises CandidateUnknown, CandidateErased."""
    async with sessions.alone() as connection:
        person = await read_person(connection, name)
        if isinstance(person, Redirected):
            return person
        known = await INSIGHTS.of_streams(connection, [stream.id for stream in person])
    found, last = page_of(
        known, lambda one: kind is None or one.kind == kind, with_superseded=with_superseded, after=after, limit=limit
    )
    return InsightPage(found, last, open_questions(person[0].record or {}, known, now))

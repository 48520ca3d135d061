"""Record what moves a person; list it, and what is not known yet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.candidates.domain.errors import InsightSuperseded, InsightUnknown, TooManyInsights
from services.candidates.domain.insights import Insight, Kind, OpenQuestion, open_questions, successors
from services.candidates.storage import candidates, insights
from services.candidates.use_cases.read_candidates import person_among, read_person
from services.candidates.use_cases.views import Page, Redirected
from shared.db.asyncpg_connection import write_together
from shared.db.engine import Sessions
from shared.naming import Name

MOST = 1_000
"""Insights of a person, superseded ones too."""


@dataclass(frozen=True, slots=True)
class InsightView:
    """An insight, and what superseded it; None where nothing did."""

    insight: Insight
    superseded_by: UUID | None


@dataclass(frozen=True, slots=True)
class InsightPage(Page):
    """A page of a person's insights, each as InsightView; ``questions`` are all that are open."""

    questions: list[OpenQuestion]


async def record_insight(sessions: Sessions, name: Name, insight: Insight) -> InsightView | Redirected:
    """Add an insight to the stream of a name; one that is stored under its id already is answered as it is.

    Raises CandidateUnknown, CandidateErased, InsightUnknown where it supersedes none of the person's, InsightSuperseded where
    another one did so before, TooManyInsights.
    """
    async with sessions.begin_raw(candidates.SHARE_MAP) as transaction:
        connection = transaction.connection
        person = person_among((await candidates.lock_people(connection, {name.id})).values(), name)
        if isinstance(person, Redirected):
            return person
        known = await insights.of_streams(connection, [stream.id for stream in person])
        superseded = successors(known)
        if before := next((one for one in known if one.id == insight.id), None):
            return InsightView(before, superseded.get(before.id))
        _demand_order(known, insight, superseded)
        await write_together(connection, [insights.adding(insight)])
        transaction.id = await write_together(connection, candidates.saving_past([person[0].id]))
    return InsightView(insight, None)


def _demand_order(known: Collection[Insight], insight: Insight, superseded: Mapping[UUID, UUID]) -> None:
    """Raise unless the person may have this insight as well."""
    before = insight.supersedes
    if before is not None and before not in {one.id for one in known}:
        raise InsightUnknown(f"supersedes names no insight of this candidate: {before}.")
    if before is not None and (by := superseded.get(before)) is not None:
        raise InsightSuperseded(
            f"The insight {before} was superseded by {by}. Supersede that one.", extra={"superseded_by": str(by)}
        )
    if len(known) >= MOST:
        raise TooManyInsights(f"The candidate has {len(known):,} insights, and no more are kept.")


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
        known = await insights.of_streams(connection, [stream.id for stream in person])
    superseded = successors(known)
    found = [
        InsightView(one, superseded.get(one.id))
        for one in known
        if (kind is None or one.kind == kind)
        and (with_superseded or one.id not in superseded)
        and (after is None or one.place() < after)
    ]
    last = found[limit - 1].insight if len(found) > limit else None
    place = None if last is None else [last.observed_at.isoformat(), str(last.id)]
    return InsightPage(found[:limit], place, open_questions(person[0].record or {}, known, now))

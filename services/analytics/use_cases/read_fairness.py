"""Read the pass-through rates of groups of people, by an attribute that the team records."""

from datetime import UTC, datetime

from services.analytics.dimensions import Dimension, Of
from services.analytics.domain.fairness import Cell, pass_through
from services.analytics.domain.questions import Question
from services.analytics.metrics import Sums
from services.analytics.metrics.stages import FROM_PREVIOUS
from services.analytics.storage import column_feed, numbers
from services.analytics.storage.selection import attempts
from services.analytics.use_cases.costs import bounded
from shared.db.engine import Sessions


async def read_fairness(sessions: Sessions, attribute: str, question: Question, *, minimum: int, zone: str) -> list[Cell]:
    """The rates by the values of an attribute, whose name is letters, digits, ``_``, ``-`` and dots. Raises TooCostly."""
    dimension = Dimension(name="attribute", question="", of=Of.PERSON, column=f"attributes->>'{attribute}'")
    asked = Question(
        view=question.view,
        since=question.since,
        before=question.before,
        position=question.position,
        filters=question.filters,
        group_by=(dimension,),
    )
    async with sessions.begin() as session:
        await column_feed.see_one_state(session)
        async with bounded(session):
            groups = await numbers.read_sums(
                session,
                asked,
                FROM_PREVIOUS.adds_up.prefixes,
                attempts(asked),
                judged=datetime.max.replace(tzinfo=UTC),
                zone=zone,
            )
    return pass_through({key[0]: Sums(group.sums) for key, group in groups.items()}, minimum=minimum)

"""What people said of us, read from the facts themselves as attempts are read."""

from collections.abc import Collection
from typing import Any

from services.analytics.domain.questions import Question
from shared.attempts import RETRACTION

NOTHING = "CAST(NULL AS text) AS via, CAST(NULL AS text) AS origin, CAST(NULL AS text) AS sender_role"
"""The dimensions that only attempts have."""

# As shared.attempts.retractions says of facts without a position: by the fact's id, or the latest of the type up to a time.
_STATED = f"""(
    WITH said AS (
        SELECT facts.event_id, coalesce(links.person, facts.stream) AS person, facts.type, facts.time, facts.data
        FROM facts LEFT JOIN links ON links.stream = facts.stream WHERE facts.type IN ({{types}}) {{past}}
    ), retractions AS (
        SELECT coalesce(links.person, facts.stream) AS person, facts.time, facts.data
        FROM facts LEFT JOIN links ON links.stream = facts.stream
        WHERE facts.type = '{RETRACTION}' AND facts.position_id IS NULL {{past}}
    )
    SELECT said.event_id AS id, said.person, CAST(NULL AS uuid) AS position_id, 1 AS number, CAST(NULL AS text) AS recruiter,
        said.data->>'channel' AS channel, {NOTHING}, said.time AS cohort_at,
        ARRAY[CASE said.type WHEN 'rekindle.candidate.rated_us' THEN 'rating.' || (said.data->>'score')
            ELSE 'lost_channels.' || split_part(said.type, '.', 3) END] AS measures,
        ARRAY[CAST(extract(epoch FROM said.time) * 1000000 AS bigint)] AS ats, ARRAY[0] AS seconds
    FROM said WHERE NOT EXISTS (
        SELECT FROM retractions WHERE retractions.person = said.person AND (
            retractions.data->>'event' = CAST(said.event_id AS text) OR (
                retractions.data->>'type' = said.type AND retractions.time >= said.time AND NOT EXISTS (
                    SELECT FROM said AS later WHERE later.person = said.person AND later.type = said.type
                        AND (later.time, later.event_id) > (said.time, said.event_id) AND later.time <= retractions.time
                )
            )
        )
    )
)"""  # noqa: S608 - constants


def stated(question: Question, types: Collection[str]) -> tuple[str, dict[str, Any]]:
    """A query for the statements of these types that the question's time knows, and its values."""
    past, named = known_then(question)
    return _STATED.format(types=", ".join(f"'{one}'" for one in sorted(types)), past=past), named


def known_then(question: Question) -> tuple[str, dict[str, Any]]:
    """The condition that facts had happened, and had been received, by the times that a question looks from, and its values."""
    columns = {"until": "facts.time", "as_of": "coalesce(facts.received_at, facts.time)"}
    given = {f"then_{name}": moment for name in columns if (moment := getattr(question, name)) is not None}
    return "".join(f" AND {columns[name.removeprefix('then_')]} <= :{name}" for name in given), given

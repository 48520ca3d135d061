"""Each attempt says from when on, and until when, its row holds, so that a look back folds again only what it must."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MICROS = "CAST(extract(epoch FROM {}) * 1000000 AS bigint)"

STATEMENTS = (
    """
    ALTER TABLE attempts ADD COLUMN first_at bigint NOT NULL DEFAULT 0, ADD COLUMN last_at bigint NOT NULL DEFAULT 0,
        ADD COLUMN first_received_at bigint NOT NULL DEFAULT 0, ADD COLUMN last_received_at bigint NOT NULL DEFAULT 0,
        ADD COLUMN changes_at bigint
    """,
    "COMMENT ON COLUMN attempts.first_at IS 'when the first fact of the pursuit happened; microseconds since 1970, as all here'",
    "COMMENT ON COLUMN attempts.last_at IS 'when the last of what the row says happened'",
    "COMMENT ON COLUMN attempts.first_received_at IS 'when the first fact of the pursuit was received'",
    "COMMENT ON COLUMN attempts.last_received_at IS 'when the last was'",
    "COMMENT ON COLUMN attempts.changes_at IS 'when time alone changes the pursuit; null where it does not'",
    # What was folded before does not say when time changes it: it is folded again in each look back, until it is rebuilt.
    f"""
    UPDATE attempts SET first_at = least(known.first_at, {_MICROS.format("cohort_at")}),
        last_at = greatest(known.last_at, (SELECT max(at) FROM unnest(ats) AS at)),
        first_received_at = known.first_received_at, last_received_at = known.last_received_at,
        changes_at = CASE WHEN measures && '{{outcomes.open,outcomes.waiting,outcomes.in_play}}' THEN known.first_at END
    FROM (
        SELECT found.person, found.position_id, {_MICROS.format("min(time)")} AS first_at,
            {_MICROS.format("greatest(max(time), max(retracted_at))")} AS last_at,
            {_MICROS.format("min(received_at)")} AS first_received_at,
            {_MICROS.format("greatest(max(received_at), max(retraction_received_at))")} AS last_received_at
        FROM (
            SELECT coalesce(links.person, facts.stream) AS person, facts.position_id, facts.time,
                coalesce(facts.received_at, facts.time) AS received_at
            FROM facts LEFT JOIN links ON links.stream = facts.stream WHERE facts.position_id IS NOT NULL
        ) AS found LEFT JOIN (
            SELECT coalesce(links.person, facts.stream) AS person, max(facts.time) AS retracted_at,
                max(coalesce(facts.received_at, facts.time)) AS retraction_received_at
            FROM facts LEFT JOIN links ON links.stream = facts.stream
            WHERE facts.position_id IS NULL AND facts.type = 'rekindle.event.retracted' GROUP BY 1
        ) AS retractions ON retractions.person = found.person
        GROUP BY 1, 2
    ) AS known WHERE known.person = attempts.person AND known.position_id = attempts.position_id
    """,  # noqa: S608 - a constant
    """
    CREATE TABLE pursuits_without_attempts (
        person uuid NOT NULL,
        position_id uuid NOT NULL,
        PRIMARY KEY (person, position_id)
    )
    """,
    "COMMENT ON TABLE pursuits_without_attempts IS 'those whose facts made no attempt at some time: a look back folds them'",
    """
    INSERT INTO pursuits_without_attempts
    SELECT DISTINCT coalesce(links.person, facts.stream), facts.position_id
    FROM facts LEFT JOIN links ON links.stream = facts.stream
    WHERE facts.position_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM attempts
        WHERE attempts.person = coalesce(links.person, facts.stream) AND attempts.position_id = facts.position_id
    )
    """,
    """
    ALTER TABLE attempts ALTER COLUMN first_at DROP DEFAULT, ALTER COLUMN last_at DROP DEFAULT,
        ALTER COLUMN first_received_at DROP DEFAULT, ALTER COLUMN last_received_at DROP DEFAULT
    """,
)


def upgrade() -> None:
    """Change the tables."""
    for statement in STATEMENTS:
        op.execute(statement)

"""Repetitions are known of the head alone; evidence keeps the data that decides; columns say what they hold."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE candidate_history RENAME COLUMN told_by TO stated_by",
    "ALTER TABLE position_history RENAME COLUMN told_by TO stated_by",
    "ALTER TABLE candidate_evidence ADD COLUMN data jsonb NOT NULL DEFAULT '{}'",
    """
    UPDATE candidate_evidence SET data = jsonb_strip_nulls(jsonb_build_object(
        'position', position_id, 'event', retracts,
        CASE type
            WHEN 'rekindle.event.retracted' THEN 'type'
            WHEN 'rekindle.pursuit.responded' THEN 'mood'
            WHEN 'rekindle.candidate.signal_observed' THEN 'signal'
            ELSE 'reason'
        END, detail))
    """,
    "ALTER TABLE candidate_evidence ALTER COLUMN data DROP DEFAULT",
    "ALTER TABLE candidate_evidence DROP COLUMN position_id, DROP COLUMN detail, DROP COLUMN retracts",
)

# A head that was repeated says since when: the observed_at of its entry in the history.
SINCE = """
    UPDATE {things} AS thing SET heads = thing.heads || repeated.heads
    FROM (
        SELECT thing.id, jsonb_object_agg(head.key, head.value || jsonb_build_object('since', entry.observed_at)) AS heads
        FROM {things} AS thing
        CROSS JOIN LATERAL jsonb_each(thing.heads) AS head
        JOIN {thing}_history AS entry ON entry.record_id = thing.id AND entry.field = head.key
            AND entry.source = head.value ->> 'source' AND entry.value = head.value -> 'value'
            AND entry.confirmed_at = CAST(head.value ->> 'observed_at' AS timestamptz) AND entry.observed_at < entry.confirmed_at
        GROUP BY thing.id
    ) AS repeated
    WHERE repeated.id = thing.id
    """


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for things, thing in (("candidates", "candidate"), ("positions", "position")):
        op.execute(SINCE.format(things=things, thing=thing))

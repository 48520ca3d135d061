"""A dead letter is kept once and may be discarded; the relay reads the outbox in the order of its ids alone."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE dead_letters ADD COLUMN discarded_at timestamptz, ADD COLUMN discard_reason text",
    """
    UPDATE dead_letters SET left_hole = every.left_hole, replayed_at = every.replayed_at
    FROM (
        SELECT min(id) AS id, bool_or(left_hole) AS left_hole, min(replayed_at) AS replayed_at FROM dead_letters
        GROUP BY group_name, topic, partition, record_id HAVING count(*) > 1
    ) AS every WHERE dead_letters.id = every.id
    """,
    """
    DELETE FROM dead_letters USING dead_letters AS first
    WHERE dead_letters.group_name = first.group_name AND dead_letters.topic = first.topic
        AND dead_letters.partition = first.partition AND dead_letters.record_id = first.record_id AND dead_letters.id > first.id
    """,
    "ALTER TABLE dead_letters ADD UNIQUE (group_name, topic, partition, record_id)",
    "ALTER TABLE dead_letters DROP CONSTRAINT dead_letters_group_name_topic_partition_record_offset_recor_key",
    "DROP INDEX outbox_by_shard",
)


def upgrade() -> None:
    """Change the tables."""
    for statement in STATEMENTS:
        op.execute(statement)

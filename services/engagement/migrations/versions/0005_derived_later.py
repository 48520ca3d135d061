"""An event's key holds its sequence instead of its first answer; people to derive; tokens of requests in the queue log."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE event_keys ADD COLUMN sequence bigint",
    "UPDATE event_keys SET sequence = log.sequence FROM log WHERE log.event_id = event_keys.event_id",
    "ALTER TABLE event_keys ALTER COLUMN sequence SET NOT NULL",
    "ALTER TABLE event_keys DROP COLUMN answer",
    "CREATE TABLE stale_people (person_id uuid PRIMARY KEY)",
    "COMMENT ON TABLE stale_people IS 'people whose streams changed; the clock derives them'",
    # The group engagement.facts takes the place of engagement.queue; it begins at the beginning and derives everybody.
    "DELETE FROM inbox_offsets WHERE group_name = 'engagement.queue'",
    "DELETE FROM inbox_heads WHERE group_name = 'engagement.queue'",
    "DELETE FROM inbox_parked WHERE group_name = 'engagement.queue'",
    "ALTER TABLE queue_log ADD COLUMN request uuid",
    "COMMENT ON COLUMN queue_log.request IS 'token of the request that wrote the line, by which a second run finds it'",
    "CREATE INDEX queue_log_by_request ON queue_log (request) WHERE request IS NOT NULL",
    "CREATE INDEX queue_log_by_lease ON queue_log (lease) WHERE lease IS NOT NULL",
)


def upgrade() -> None:
    """Change the tables."""
    for statement in STATEMENTS:
        op.execute(statement)

"""What decides about contacts beside the facts: records of people, reservations, recruiters, and how much each has sent."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE relationships ADD COLUMN country text, ADD COLUMN time_zone text, ADD COLUMN channels text[]",
    "COMMENT ON COLUMN relationships.channels IS 'channels that the record has an address for; null where no record came'",
    """
    CREATE TABLE contact_reservations (
        id uuid PRIMARY KEY,
        candidate_id uuid NOT NULL,
        recruiter text,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    "COMMENT ON TABLE contact_reservations IS 'the next contact with a person, held for somebody until it is reported'",
    "CREATE INDEX contact_reservations_of ON contact_reservations (candidate_id)",
    "CREATE INDEX contact_reservations_by_end ON contact_reservations (expires_at)",
    """
    CREATE TABLE recruiters (
        code text PRIMARY KEY,
        name text NOT NULL,
        role text,
        time_zone text,
        daily_limit integer
    )
    """,
    """
    CREATE INDEX log_contacts_by_recruiter ON log ((data->>'recruiter'), time)
    WHERE type = 'rekindle.pursuit.contacted' AND data->>'recruiter' IS NOT NULL
    """,
    # The group begins at the beginning of the compacted topics, so that what is new here is known of every record.
    "DELETE FROM inbox_offsets WHERE group_name = 'engagement.records'",
    "DELETE FROM inbox_heads WHERE group_name = 'engagement.records'",
    "DELETE FROM inbox_parked WHERE group_name = 'engagement.records'",
)


def upgrade() -> None:
    """Create the tables and the index."""
    for statement in STATEMENTS:
        op.execute(statement)

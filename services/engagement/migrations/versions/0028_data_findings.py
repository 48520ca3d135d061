"""What somebody should look at in people's data: derived, one row a person and kind.

Whoever is there already is derived by the clock, as after every change of the rules.
"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE data_findings (
        person_id uuid,
        kind text,
        since timestamptz NOT NULL,
        position_id uuid,
        PRIMARY KEY (person_id, kind)
    ) WITH (fillfactor = 80)
    """,
    "COMMENT ON TABLE data_findings IS 'bounced, no_shows, hard_nos, soft_nos_without_facts, contradictions'",
    "CREATE INDEX data_findings_listed ON data_findings (kind, person_id)",
)


def upgrade() -> None:
    """Create the table."""
    for statement in STATEMENTS:
        op.execute(statement)

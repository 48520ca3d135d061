"""What happened since a time is read by an index for each kind of news."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE INDEX log_news ON log (time) WHERE type IN ('rekindle.pursuit.responded', 'rekindle.pursuit.declined',
        'rekindle.pursuit.hired', 'rekindle.candidate.signal_observed')
    """,
    "CREATE INDEX queue_log_fell_due ON queue_log (at) WHERE action = 'fell_due'",
)


def upgrade() -> None:
    """Create the indexes."""
    for statement in STATEMENTS:
        op.execute(statement)

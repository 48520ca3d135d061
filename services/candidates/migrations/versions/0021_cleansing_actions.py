"""What was done at once with people of a cleansing list, so that it can be undone."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE cleansing_actions (
        id uuid PRIMARY KEY,
        action text NOT NULL,
        list text,
        made_by text NOT NULL,
        made_at timestamptz NOT NULL,
        until timestamptz,
        undone_at timestamptz
    )
    """,
    """
    CREATE TABLE cleansing_people (
        candidate_id uuid NOT NULL,
        action_id uuid NOT NULL,
        PRIMARY KEY (candidate_id, action_id)
    )
    """,
    "CREATE INDEX cleansing_people_of_action ON cleansing_people (action_id)",
)


def upgrade() -> None:
    """Add the tables."""
    for statement in STATEMENTS:
        op.execute(statement)

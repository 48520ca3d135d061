"""Which import stated what a later one said again: undoing the first leaves it to the second."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE import_rows ADD COLUMN repeats uuid",
    "COMMENT ON COLUMN import_rows.repeats IS 'the import that stated what the row says again, so that it changed nothing'",
    "ALTER TABLE imported_contents ADD COLUMN stated_in uuid",
    "COMMENT ON COLUMN imported_contents.stated_in IS 'the import under whose name histories hold it; null: import_id'",
)


def upgrade() -> None:
    """Add the columns."""
    for statement in STATEMENTS:
        op.execute(statement)

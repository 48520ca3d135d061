"""Contacts that broke a rule, and which rules were valid when."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE policy_breaches (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        candidate_id uuid NOT NULL,
        code text NOT NULL,
        made_by uuid NOT NULL,
        made_at timestamptz NOT NULL,
        channel text NOT NULL,
        recruiter text,
        position_id uuid,
        why text NOT NULL
    ) WITH (fillfactor = 80)
    """,
    "COMMENT ON COLUMN policy_breaches.candidate_id IS 'the stream of the contact'",
    "CREATE INDEX policy_breaches_of_stream ON policy_breaches (candidate_id)",
    "CREATE INDEX policy_breaches_by_person ON policy_breaches (person_id, made_at, id)",
    "CREATE INDEX policy_breaches_by_time ON policy_breaches (made_at, id)",
    "CREATE INDEX policy_breaches_by_recruiter ON policy_breaches (recruiter, made_at, id)",
    "CREATE TABLE contact_rules (since timestamptz PRIMARY KEY, rules jsonb NOT NULL)",
    "COMMENT ON TABLE contact_rules IS 'the rules about contacts since each start that changed them'",
    # The clock derives them: breaches follow from the facts.
    "INSERT INTO stale_people SELECT DISTINCT person_id FROM relationships WHERE sequence > 0 ON CONFLICT DO NOTHING",
)


def upgrade() -> None:
    """Create the tables and their indexes."""
    for statement in STATEMENTS:
        op.execute(statement)

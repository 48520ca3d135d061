"""Conditions of soft nos, typed; states of open positions; what of a person's record decides; searches that are to be made."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE positions ADD COLUMN states jsonb NOT NULL DEFAULT '[]'",
    "COMMENT ON COLUMN positions.states IS 'states since it was opened, each with the time it began; empty where it is not open'",
    """
    UPDATE positions SET states = jsonb_build_array(jsonb_build_object(
        'at', coalesce(snapshot #>> '{spans,-1,opened_at}', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
        'state', snapshot - '{position_id,reference,spans,employment,ends_on}'::text[]))
    WHERE snapshot ->> 'status' = 'open'
    """,
    "CREATE INDEX positions_open ON positions (position_id) WHERE states <> '[]'",
    "CREATE INDEX positions_by_skill ON positions USING gin ((snapshot -> 'skills'))",
    "CREATE TABLE openings_version (id boolean PRIMARY KEY CHECK (id), version uuid NOT NULL)",
    "COMMENT ON TABLE openings_version IS 'one row, whose version changes with anything that decides about an open position'",
    "INSERT INTO openings_version VALUES (true, gen_random_uuid())",
    "CREATE TABLE position_searches (position_id uuid PRIMARY KEY, token uuid NOT NULL)",
    "COMMENT ON TABLE position_searches IS 'positions that changed: the clock derives whom they may bring back'",
    "ALTER TABLE relationships ADD COLUMN level text, ADD COLUMN years_experience double precision, ADD COLUMN skills text[]",
    """
    CREATE TABLE return_conditions (
        person_id uuid NOT NULL,
        position_id uuid NOT NULL,
        closed_at timestamptz NOT NULL,
        number smallint NOT NULL,
        kind text NOT NULL,
        level smallint NOT NULL,
        amount double precision,
        currency text,
        remote boolean,
        countries text[],
        cities text[],
        career_from timestamptz,
        skills text[],
        wanted_level smallint,
        role_words text[],
        sponsor text,
        available_from date,
        PRIMARY KEY (person_id, position_id, closed_at, number)
    ) WITH (fillfactor = 80)
    """,
    "COMMENT ON TABLE return_conditions IS 'reasons of live soft nos that a position may meet, with the columns of their kind'",
    "COMMENT ON COLUMN return_conditions.level IS 'that a position must be near: 0 intern to 9 executive, -1 not known'",
    "COMMENT ON COLUMN return_conditions.career_from IS 'from when years of experience count'",
    "CREATE INDEX return_conditions_salary ON return_conditions (currency, level, amount) WHERE kind = 'salary'",
    """
    CREATE INDEX return_conditions_remote ON return_conditions (level)
    WHERE kind = 'location' AND remote IS DISTINCT FROM false
    """,
    "CREATE INDEX return_conditions_countries ON return_conditions USING gin (countries) WHERE kind = 'location'",
    "CREATE INDEX return_conditions_cities ON return_conditions USING gin (cities) WHERE kind = 'location'",
    "CREATE INDEX return_conditions_experience ON return_conditions (level, career_from) WHERE kind = 'experience'",
    "CREATE INDEX return_conditions_skills ON return_conditions (level) WHERE kind = 'skills'",
    "CREATE INDEX return_conditions_missing ON return_conditions USING gin (skills) WHERE kind = 'skills'",
    "CREATE INDEX return_conditions_wanted ON return_conditions (wanted_level) WHERE kind = 'role_fit'",
    "CREATE INDEX return_conditions_role ON return_conditions USING gin (role_words) WHERE kind = 'role_fit'",
    "CREATE INDEX return_conditions_sponsor ON return_conditions (level, sponsor) WHERE kind = 'rejected_by_sponsor'",
    "CREATE INDEX return_conditions_start ON return_conditions (level, available_from) WHERE kind = 'availability'",
    "CREATE INDEX return_conditions_of_position ON return_conditions (position_id)",
    # Conditions follow from the facts, and the group begins at the beginning of the compacted topics: so all is known of all.
    "INSERT INTO stale_people SELECT DISTINCT person_id FROM pursuits WHERE attempt > 0 ON CONFLICT DO NOTHING",
    "DELETE FROM inbox_offsets WHERE group_name = 'engagement.records'",
    "DELETE FROM inbox_heads WHERE group_name = 'engagement.records'",
    "DELETE FROM inbox_parked WHERE group_name = 'engagement.records'",
)


def upgrade() -> None:
    """Create the tables and the indexes."""
    for statement in STATEMENTS:
        op.execute(statement)

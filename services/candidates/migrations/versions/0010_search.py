"""People are found by words: names, titles and companies, present and past, skills and places, whatever their accents."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE EXTENSION IF NOT EXISTS unaccent",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE TEXT SEARCH CONFIGURATION candidate_words (COPY = simple)",
    """
    ALTER TEXT SEARCH CONFIGURATION candidate_words
        ALTER MAPPING FOR asciiword, word, numword, asciihword, hword, numhword, hword_asciipart, hword_part, hword_numpart
        WITH unaccent, simple
    """,
    """
    CREATE FUNCTION folded(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN lower(unaccent('unaccent'::regdictionary, value))
    """,
    """
    CREATE FUNCTION searchable_words(record jsonb, past text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN setweight(to_tsvector('candidate_words'::regconfig, coalesce(record ->> 'name', '')), 'A')
        || setweight(to_tsvector('candidate_words'::regconfig, concat_ws(E'\\n', record ->> 'title', record ->> 'company')), 'B')
        || setweight(to_tsvector('candidate_words'::regconfig, coalesce(record -> 'skills', '[]')), 'C')
        || setweight(to_tsvector('candidate_words'::regconfig, concat_ws(E'\\n', record #>> '{location,city}', past)), 'D')
    """,
    """
    ALTER TABLE candidates
        ADD COLUMN past text,
        ADD COLUMN folded_name text GENERATED ALWAYS AS (folded(record ->> 'name')) STORED
    """,
    "COMMENT ON COLUMN candidates.past IS 'titles and companies that the history of the person holds, a line each'",
    """
    UPDATE candidates SET past = (
        SELECT string_agg(DISTINCT value #>> '{}', E'\\n') FROM candidate_history
        WHERE field IN ('title', 'company') AND value <> 'null'
            AND record_id IN (SELECT id FROM candidates AS member WHERE member.person_id = candidates.id))
    WHERE record IS NOT NULL
    """,
    """
    CREATE FUNCTION filter_words(level text, country text, market_status text, tier text, skills text[]) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_to_tsvector(array_remove(
        ARRAY['level:' || level, 'country:' || country, 'market_status:' || market_status, 'tier:' || tier]
            || ARRAY(SELECT 'skill:' || skill FROM unnest(skills) AS skill), NULL))
    """,
    """
    ALTER TABLE candidates ADD COLUMN words tsvector GENERATED ALWAYS AS (
        searchable_words(record, past) || filter_words(level, country, market_status, tier, skills)) STORED
    """,
    "COMMENT ON COLUMN candidates.words IS 'the words of the person, and what filters ask for, as name:value'",
    "CREATE INDEX candidates_by_words ON candidates USING gin (words) WHERE record IS NOT NULL",
    "CREATE INDEX candidates_by_name ON candidates USING gin (folded_name gin_trgm_ops) WHERE record IS NOT NULL",
)


def upgrade() -> None:
    """Add the words, and those of the people who are there."""
    for statement in STATEMENTS:
        op.execute(statement)

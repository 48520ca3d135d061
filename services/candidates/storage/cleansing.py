"""People whose records are to be cleansed: who is out of date, cannot be reached, or lacks what people are found by."""

from shared.web.cleansing import PeopleList

STALE_AFTER_DAYS = 365
"""After so long without a change or a contact a record is stale; analytics counts the same as ``stale_records``."""

REFERENCES = "ARRAY(SELECT jsonb_array_elements_text(record -> 'references') FROM candidates WHERE id = candidate_id)"

_HEARD_OF = "greatest((member.learned ->> 'last_contact_at')::timestamptz, (member.learned ->> 'last_response_at')::timestamptz)"

LISTS = {
    "stale": PeopleList(
        title=f"Nobody changed the record, or was in contact with the person, for {STALE_AFTER_DAYS} days",
        cost="People move on: what is offered to them fits who they were. Silence ends the right to keep them.",
        people=f"""
            SELECT id AS candidate_id, ARRAY['stale'] AS why, changed_at AS since, NULL::uuid AS position_id FROM candidates
            WHERE record IS NOT NULL AND changed_at < $1::timestamptz - interval '{STALE_AFTER_DAYS} days' AND NOT EXISTS (
                SELECT FROM candidates AS member WHERE member.person_id = candidates.id
                    AND {_HEARD_OF} >= $1::timestamptz - interval '{STALE_AFTER_DAYS} days')
            """,  # noqa: S608 - constants
        reasons={"stale": "Nothing was stated of them, and nobody was in contact with them, for a year."},
    ),
    "unreachable": PeopleList(
        title="No e-mail address, telephone or profile",
        cost="Nobody can offer them anything, and nobody can ask them whether they may be kept.",
        people="""
            SELECT id AS candidate_id, ARRAY['unreachable'] AS why, NULL::timestamptz AS since, NULL::uuid AS position_id
            FROM candidates WHERE record IS NOT NULL
                AND record -> 'emails' = '[]' AND record -> 'phones' = '[]' AND record -> 'links' = '[]'
            """,
        reasons={"unreachable": "No e-mail address, telephone or link of a profile is known."},
    ),
    "incomplete": PeopleList(
        title="No skills, or no level",
        cost="No search by skill and no opening finds them: whether they fit cannot be known.",
        people="""
            SELECT id AS candidate_id, array_remove(ARRAY[
                CASE WHEN skills = '{}' THEN 'skills' END, CASE WHEN level IS NULL THEN 'level' END], NULL) AS why,
                NULL::timestamptz AS since, NULL::uuid AS position_id
            FROM candidates WHERE record IS NOT NULL AND (skills = '{}' OR level IS NULL)
            """,
        reasons={"skills": "No skill is known.", "level": "Their level is not known."},
    ),
}
"""By name. Each is found by an index of its own."""

"""People whose records are to be cleansed: who is out of date, cannot be reached, or lacks what people are found by."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.db.asyncpg_connection import Driver, Write, inserting
from shared.web.cleansing import PeopleList

Action = Literal["to_pool", "set_aside"]
"""to_pool: their tier becomes pool; set_aside: they leave the list until a day."""

STALE_AFTER_DAYS = 365
"""After so long without a change or a contact a record is stale; analytics counts the same as ``stale_records``."""

REFERENCES = "ARRAY(SELECT jsonb_array_elements_text(record -> 'references') FROM candidates WHERE id = candidate_id)"

_HEARD_OF = "greatest((member.learned ->> 'last_contact_at')::timestamptz, (member.learned ->> 'last_response_at')::timestamptz)"


def _but_aside(name: str) -> str:
    """The condition that a person was not set aside in a list."""
    return f"""NOT EXISTS (
        SELECT FROM cleansing_people AS own JOIN cleansing_actions AS done ON done.id = own.action_id
        WHERE own.candidate_id = candidates.id AND done.list = '{name}' AND done.undone_at IS NULL
            AND done.until > $1::timestamptz)
        """


LISTS = {
    "stale": PeopleList(
        title=f"Nobody changed the record, or was in contact with the person, for {STALE_AFTER_DAYS} days",
        cost="People move on: what is offered to them fits who they were. Silence ends the right to keep them.",
        people=f"""
            SELECT id AS candidate_id, ARRAY['stale'] AS why, changed_at AS since, NULL::uuid AS position_id FROM candidates
            WHERE record IS NOT NULL AND changed_at < $1::timestamptz - interval '{STALE_AFTER_DAYS} days' AND NOT EXISTS (
                SELECT FROM candidates AS member WHERE member.person_id = candidates.id
                    AND {_HEARD_OF} >= $1::timestamptz - interval '{STALE_AFTER_DAYS} days') AND {_but_aside("stale")}
            """,  # noqa: S608 - constants
        reasons={"stale": "Nothing was stated of them, and nobody was in contact with them, for a year."},
    ),
    "unreachable": PeopleList(
        title="No e-mail address, telephone or profile",
        cost="Nobody can offer them anything, and nobody can ask them whether they may be kept.",
        people=f"""
            SELECT id AS candidate_id, ARRAY['unreachable'] AS why, NULL::timestamptz AS since, NULL::uuid AS position_id
            FROM candidates WHERE record IS NOT NULL
                AND record -> 'emails' = '[]' AND record -> 'phones' = '[]' AND record -> 'links' = '[]'
                AND {_but_aside("unreachable")}
            """,  # noqa: S608 - constants
        reasons={"unreachable": "No e-mail address, telephone or link of a profile is known."},
    ),
    "incomplete": PeopleList(
        title="No skills, or no level",
        cost="No search by skill and no opening finds them: whether they fit cannot be known.",
        people=f"""
            SELECT id AS candidate_id, array_remove(ARRAY[
                CASE WHEN skills = '{{}}' THEN 'skills' END, CASE WHEN level IS NULL THEN 'level' END], NULL) AS why,
                NULL::timestamptz AS since, NULL::uuid AS position_id
            FROM candidates WHERE record IS NOT NULL AND (skills = '{{}}' OR level IS NULL) AND {_but_aside("incomplete")}
            """,  # noqa: S608 - constants
        reasons={"skills": "No skill is known.", "level": "Their level is not known."},
    ),
}
"""By name. Each is found by an index of its own."""


@dataclass(frozen=True, slots=True)
class CleansingAction:
    """What was done with people at once, by whom and when. ``until``: how long they are set aside."""

    id: UUID
    action: Action
    list: str | None
    made_by: str
    made_at: datetime
    until: datetime | None = None
    undone_at: datetime | None = None

    @property
    def states_as(self) -> str:
        """The name under which histories hold what it stated."""
        return f"cleansing {self.id} by {self.made_by}"


_ACTION = (
    ("id", "uuid"), ("action", "text"), ("list", "text"), ("made_by", "text"), ("made_at", "timestamptz"),
    ("until", "timestamptz"), ("undone_at", "timestamptz"),
)  # fmt: skip
_CHANGED = "candidates.tier IS DISTINCT FROM 'pool'"
"""Who is changed by becoming of the pool."""


async def people_of(connection: Driver, name: str, action: Action, now: datetime, limit: int) -> list[UUID]:
    """The first people of a list whom an action would change, in the order of their ids."""
    query = f"""
        SELECT candidates.id FROM ({LISTS[name].people}) AS listed JOIN candidates ON candidates.id = listed.candidate_id
        WHERE $1::timestamptz IS NOT NULL AND {"true" if action == "set_aside" else _CHANGED} ORDER BY candidates.id LIMIT $2
        """  # noqa: S608 - constants
    return [row[0] for row in await connection.fetch(query, now, limit)]


async def changed_among(connection: Driver, people: Collection[UUID], action: Action) -> list[UUID]:
    """Those of some people whom an action would change, in the order of their ids; each as the person they are."""
    query = f"""
        SELECT DISTINCT candidates.id FROM candidates JOIN candidates AS named ON named.person_id = candidates.id
        WHERE named.id = ANY($1::uuid[]) AND candidates.record IS NOT NULL
            AND {"true" if action == "set_aside" else _CHANGED} ORDER BY 1
        """  # noqa: S608 - constants
    return [row[0] for row in await connection.fetch(query, list(people))]


def adding(action: CleansingAction, people: Sequence[UUID]) -> list[Write]:
    """Store an action, and whom it concerns."""
    own = inserting("cleansing_actions", _ACTION, [tuple(getattr(action, name) for name, _ in _ACTION)])
    columns = (("candidate_id", "uuid"), ("action_id", "uuid"))
    return [own, inserting("cleansing_people", columns, [(one, action.id) for one in people])] if people else [own]


async def find(connection: Driver, action: UUID) -> tuple[CleansingAction, list[UUID]] | None:
    """An action, and whom it concerns of those who are not erased; None where there is none."""
    names = ", ".join(name for name, _ in _ACTION)
    rows = await connection.fetch(f"SELECT {names} FROM cleansing_actions WHERE id = $1", action)  # noqa: S608 - constants
    people = await connection.fetch("SELECT candidate_id FROM cleansing_people WHERE action_id = $1 ORDER BY 1", action)
    return next(((CleansingAction(*row), [one[0] for one in people]) for row in rows), None)


async def end(connection: Driver, action: UUID, now: datetime) -> None:
    """Note that an action was undone; again, the first time stays."""
    await connection.execute("UPDATE cleansing_actions SET undone_at = coalesce(undone_at, $2) WHERE id = $1", action, now)


def forgetting(streams: Collection[UUID]) -> Write:
    """Forget what was done with these."""
    return Write("DELETE FROM cleansing_people WHERE candidate_id = ANY($1::uuid[])", (list(streams),))

"""Whether PostgreSQL keeps the plan of a statement or plans it each time; for sessions of one connection."""

from shared.db.engine import Sessions

PLANNED_AT_FIRST = 5
"""So often PostgreSQL plans a statement before it thinks of keeping a plan."""


async def planned_and_kept(sessions: Sessions, part: str) -> tuple[int, int]:
    """How often the statements that hold ``part`` were planned for their values, and how often a kept plan was used."""
    ((planned, kept),) = await sessions.fetch_alone(
        "SELECT sum(custom_plans)::integer, sum(generic_plans)::integer FROM pg_prepared_statements WHERE statement LIKE $1",
        f"%{part}%",
    )
    return planned, kept

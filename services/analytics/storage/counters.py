"""Counters: the sums of the contributions of each position's attempts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.profiles import Profile
from services.analytics.metrics import Sum
from services.analytics.storage.contributions import COUNTED_AS, contributions
from services.analytics.storage.unnest import columns, unnest
from shared.db.asyncpg_connection import Write

_ADD = f"""
    INSERT INTO {{table}} AS counters (position_id, measure, count, seconds)
    SELECT * FROM {unnest("uuid", "text", "bigint", "bigint")}
    ON CONFLICT (position_id, measure) DO UPDATE SET count = counters.count + excluded.count,
        seconds = counters.seconds + excluded.seconds
"""  # noqa: S608 - constants of this service

Change = Mapping[tuple[UUID, str], tuple[int, int]]
"""By position and measure: what is added to the count and to the seconds."""


def add(change: Change, *, table: str = "counters") -> Write:
    """Adds to the counters, in the order of their keys so that two who add never deadlock. ``table`` is one of ours."""
    ordered = sorted(change.items(), key=lambda item: (item[0][0].int, item[0][1]))
    rows = [(position, measure, count, seconds) for (position, measure), (count, seconds) in ordered]
    return Write(_ADD.format(table=table), columns(rows, 4))


async def of_position(session: AsyncSession, position: UUID) -> dict[str, Sum]:
    """The sums of a position by measure."""
    rows = await session.execute(
        text("SELECT measure, count, seconds FROM counters WHERE position_id = :position AND count <> 0"),
        {"position": position},
    )
    return {measure: Sum(count, seconds) for measure, count, seconds in rows}


_FROM_ATTEMPTS = f"""
    SELECT attempts.position_id, {COUNTED_AS} AS measure, count(*) AS count, sum(one.seconds) AS seconds
    FROM {{attempts}} AS attempts {contributions("attempts")} GROUP BY 1, 2
"""  # noqa: S608 - constants of this service


async def make(session: AsyncSession, table: str, attempts: str) -> None:
    """Fill an empty table of counters from a table of attempts, both ours, however long that takes."""
    await session.execute(text("SET LOCAL statement_timeout = 0"))
    summed = _FROM_ATTEMPTS.format(attempts=attempts)
    await session.execute(text(f"INSERT INTO {table} (position_id, measure, count, seconds) {summed}"))


async def unequal(session: AsyncSession, table: str) -> int:
    """How many counters are not as in another table of counters, one of ours."""
    await session.execute(text("SET LOCAL statement_timeout = 0"))
    found = await session.scalar(
        text(
            f"""
            SELECT count(*) FROM (SELECT * FROM counters WHERE count <> 0 OR seconds <> 0) AS kept
            FULL JOIN (SELECT * FROM {table} WHERE count <> 0 OR seconds <> 0) AS made USING (position_id, measure)
            WHERE kept.count IS DISTINCT FROM made.count OR kept.seconds IS DISTINCT FROM made.seconds
            """  # noqa: S608 - a constant of this service
        )
    )
    return int(found or 0)


async def differences(session: AsyncSession) -> int:
    """How many counters are not the sum of what the attempts say. Looks at every attempt, however long that takes."""
    await session.execute(text("SET LOCAL statement_timeout = 0"))
    found = await session.scalar(
        text(
            f"""
            SELECT count(*) FROM (SELECT * FROM counters WHERE count <> 0 OR seconds <> 0) AS kept
            FULL JOIN ({_FROM_ATTEMPTS.format(attempts="attempts")}) AS made USING (position_id, measure)
            WHERE kept.count IS DISTINCT FROM made.count OR kept.seconds IS DISTINCT FROM made.seconds
            """  # noqa: S608 - a constant of this module
        )
    )
    return int(found or 0)


Additions = Iterable[tuple[UUID, Profile, list[int]]]
"""Attempts as counters see them: the position, the profile and the seconds."""


def difference(old: Additions, new: Additions) -> dict[tuple[UUID, str], tuple[int, int]]:
    """New minus old."""
    plus, minus = _sums(new), _sums(old)
    change: dict[tuple[UUID, str], tuple[int, int]] = {}
    for position in plus.keys() | minus.keys():
        counts, seconds = plus.get(position) or (Counter(), Counter())
        before, seconds_before = minus.get(position) or (Counter(), Counter())
        for measure in counts.keys() | before.keys():
            added, lasted = counts[measure] - before[measure], seconds[measure] - seconds_before[measure]
            if added or lasted:
                change[position, measure] = (added, lasted)
    return change


def _sums(additions: Additions) -> dict[UUID, tuple[Counter[str], Counter[str]]]:
    """Counts and seconds by position and measure."""
    sums: dict[UUID, tuple[Counter[str], Counter[str]]] = {}
    for position, profile, lasting in additions:
        found = sums.get(position)
        if found is None:
            found = sums[position] = (Counter(), Counter())
        measures = profile.counted(lasting)
        found[0].update(measures)
        for measure, seconds in zip(measures, lasting, strict=False):  # those that last come first
            found[1][measure] += seconds
    return sums

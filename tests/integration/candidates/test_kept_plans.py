"""A changed record is not planned anew: that costs more than to store it."""

from datetime import UTC, datetime

from services.candidates.domain.versions import Condition
from services.candidates.settings import CandidatesSettings
from services.candidates.use_cases.change_candidates import change_candidate
from services.candidates.use_cases.changes import RecordChange
from shared.db.engine import Sessions, connect
from shared.naming import read_name
from tests.integration.plans import PLANNED_AT_FIRST, planned_and_kept

TIMES = 12


async def test_the_plans_of_a_single_change_are_kept(candidates: Sessions, settings: CandidatesSettings) -> None:
    one_connection = connect(settings.database_url, pool_size=1)
    now = datetime.now(UTC)
    try:
        for number in range(TIMES):
            name = read_name("candidate", f"ats:{number}")
            change = RecordChange(name, {"name": "Ada", "title": "Engineer", "level": "senior"}, now, (), Condition(None, None))
            await change_candidate(one_connection, change, stated_by="ats", shards=12, now=now)
        made = await planned_and_kept(one_connection, "WITH made AS")
        written = await planned_and_kept(one_connection, "WITH write_0 AS")
    finally:
        await one_connection.close()

    assert made == written == (PLANNED_AT_FIRST, TIMES - PLANNED_AT_FIRST)

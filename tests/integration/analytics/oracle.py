"""Every metric once more, slowly and apart from the service: DuckDB's SQL over attempts that are made by the text.

Nothing of ``services.analytics`` is used, and of ``shared.attempts`` only the form of a fact.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import duckdb

from shared.attempts import FoldFact, fact_of
from shared.events import CandidateChanged, Event, PositionChanged, ReturnPlanChanged, Topic
from shared.events.vocabulary import Stage
from shared.skills import skill_keys
from tests.unit.shared.attempts_by_the_text import STRONG, NaiveAttempt, attempts_of, not_retracted

# For each metric: attempt, key, time, upper side, lower side, hours. Counts add up the upper side.
PARTS: dict[str, str] = {
    "reached": "SELECT a, stage, reached_at, 1, 0, NULL FROM stages WHERE reached_at IS NOT NULL",
    "recorded": "SELECT a, stage, recorded_at, 1, 0, NULL FROM stages WHERE recorded_at IS NOT NULL",
    "from_previous": """
        SELECT a, stage, reached_at, 1, 1, NULL FROM stages WHERE reached_at IS NOT NULL
        UNION ALL
        SELECT missed.a, missed.stage, before.reached_at, 0, 1, NULL FROM stages AS missed JOIN attempts USING (a)
        ASOF JOIN (
            SELECT * FROM stages JOIN attempts USING (a)
            WHERE stage <> 'submitted' AND NOT (reached_at IS NULL AND origin = 'inbound' AND stage IN ('contacted', 'responded'))
        ) AS before ON before.a = missed.a AND before.nth < missed.nth
        WHERE missed.reached_at IS NULL AND before.reached_at IS NOT NULL
            AND NOT (attempts.origin = 'inbound' AND missed.stage IN ('contacted', 'responded'))
    """,
    "responded_by_touch": """
        SELECT a, CASE WHEN by_touch > 3 THEN 'later' ELSE by_touch::text END, response_at, 1, 0, NULL FROM attempts
        WHERE response_at IS NOT NULL
    """,
    "outcomes": "SELECT a, outcome, outcome_at, 1, 0, NULL FROM attempts",
    "hire_rate": "SELECT a, NULL, outcome_at, (outcome = 'hired')::int, 1, NULL FROM attempts",
    "interest": "SELECT a, interest, interest_at, 1, 0, NULL FROM attempts",
    "interest_rate": """
        SELECT a, NULL, interest_at, (interest = 'interested')::int, 1, NULL FROM attempts WHERE interest <> 'unknown'
    """,
    "unanswered": "SELECT a, NULL, last_contact_at, 1, 0, NULL FROM attempts WHERE unanswered",
    "declines": "SELECT a, reason, closed_at, 1, 0, NULL FROM attempts WHERE closed_as = 'declined'",
    "rejections": "SELECT a, reason, closed_at, 1, 0, NULL FROM attempts WHERE closed_as = 'rejected'",
    "other_closes": "SELECT a, closed_as, closed_at, 1, 0, NULL FROM attempts WHERE closed_as NOT IN ('declined', 'rejected')",
    "touches_per_reply": """
        SELECT a, NULL, touched_at, 1, 0, NULL FROM touches
        UNION ALL SELECT a, NULL, response_at, 0, 1, NULL FROM attempts WHERE response_at IS NOT NULL
    """,
    "talk_to_listen": """
        SELECT a, NULL, written_at, CASE WHEN theirs THEN 0 ELSE words END, CASE WHEN theirs THEN words ELSE 0 END, NULL
        FROM messages JOIN attempts USING (a) WHERE response_at IS NOT NULL
    """,
    "contact_pressure": """
        SELECT people.a, CASE WHEN touches > 3 THEN 'more' ELSE touches::text END, last, 1, 0, NULL FROM (
            SELECT person, count(*) AS touches, max(touched_at) AS last FROM touches JOIN attempts USING (a)
            WHERE touched_at > $now::timestamptz - INTERVAL 30 DAY AND touched_at <= $now::timestamptz GROUP BY person
        ) JOIN others AS people USING (person) WHERE people.channel IS NULL
    """,
    "pool_yield": """
        SELECT others.a, came.stage, people.described_at, (
            SELECT count(*) > 0 FROM stages JOIN attempts USING (a)
            WHERE attempts.person = people.person AND stages.stage = came.stage AND reached_at IS NOT NULL
        )::int, 1, NULL
        FROM people JOIN others USING (person)
        CROSS JOIN (VALUES ('contacted'), ('responded'), ('interested'), ('hired')) AS came (stage)
        WHERE others.channel IS NULL AND people.belongs
    """,
    "known_hires": """
        SELECT a, NULL, outcome_at, (known.since <= outcome_at - INTERVAL 180 DAY)::int, 1, NULL
        FROM attempts JOIN known USING (person) WHERE outcome = 'hired'
    """,
    "soft_nos_unplanned": """
        SELECT a, NULL, outcome_at, 1, 0, NULL FROM attempts WHERE outcome = 'soft_no'
            AND (person, position, number) IN (SELECT person, position, max(number) FROM attempts GROUP BY ALL)
            AND (person, position, number) NOT IN (SELECT person, position, number FROM plans)
    """,
    "pool_burn": """
        SELECT a, NULL, closed_at, 1, 0, NULL FROM attempts WHERE outcome = 'hard_no' OR closed_as = 'ghosted'
        UNION ALL SELECT a, NULL, unsubscribed_at, 1, 0, NULL FROM others WHERE channel IS NOT NULL
        UNION ALL SELECT a, NULL, reached_at, 0, 1, NULL FROM stages WHERE stage = 'interested' AND reached_at IS NOT NULL
    """,
    "returned": "SELECT a, NULL, began_at, 1, 0, NULL FROM attempts WHERE number > 1",
    "hired_on_return": "SELECT a, NULL, hired_at, 1, 0, NULL FROM attempts WHERE number > 1 AND outcome = 'hired'",
    "started": "SELECT a, NULL, started_at, 1, 0, NULL FROM attempts WHERE started_at IS NOT NULL",
    "left_early": """
        SELECT a, NULL, started_at, 0, 1, NULL FROM attempts WHERE started_at IS NOT NULL
        UNION ALL SELECT a, NULL, left_at, 1, 0, NULL FROM attempts WHERE left_at - started_at < INTERVAL 180 DAY
    """,
    "contradictions": "SELECT a, NULL, hired_at, 1, 0, NULL FROM attempts WHERE hired_at IS NOT NULL AND strongly_closed",
}
_DURATIONS = """
    SELECT a, stage, recorded_at, 0, 1, greatest(0, trunc(epoch(recorded_at) - epoch(recorded_before))) / 3600 FROM (
        SELECT *, lag(recorded_at) OVER (PARTITION BY a ORDER BY nth) AS recorded_before FROM stages WHERE reached_at IS NOT NULL
    ) WHERE recorded_at IS NOT NULL AND recorded_before IS NOT NULL
"""
PARTS |= {"median_hours": _DURATIONS, "p90_hours": _DURATIONS}
RATIOS = {"from_previous", "hire_rate", "interest_rate", "touches_per_reply", "pool_burn", "left_early"}
RATIOS |= {"talk_to_listen", "pool_yield", "known_hires"}
QUANTILES = {"median_hours": 0.5, "p90_hours": 0.9}

COLUMNS = {
    "position": "attempts.position", "recruiter": "recruiter", "sender_role": "sender_role", "via": "via", "origin": "origin",
    "channel": "channel", "attempt": "attempts.number", "sponsor": "sponsor", "skill": "skill", "level": "level",
    "location": "country", "tier": "tier", "market_status": "market_status",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A question, in the API's words; times in UTC."""

    metric: str
    view: str = "cohort"
    since: datetime | None = None
    before: datetime | None = None
    group_by: tuple[str, ...] = ()
    filters: tuple[tuple[str, list[str]], ...] = ()
    """By the names of dimensions: the values of which one must be had."""
    period: str = "month"
    until: datetime | None = None
    as_of: datetime | None = None


Answer = dict[tuple[str | None, ...], tuple[float | None, int]]
"""By group and key of the metric: value and sample size, without what is nothing."""


class Oracle:
    """Attempts of some events, as they are at a time, in DuckDB."""

    def __init__(self, events: Sequence[Event], now: datetime, zone: str) -> None:
        self.zone, self.now = zone, now
        self.db = duckdb.connect(":memory:")
        self.db.execute("SET TimeZone = 'UTC'")
        self._make_tables()
        self._fill(events, now)

    def ask(self, asked: Asked) -> Answer:
        """The rows of a metric; those that rest on nothing are left out."""
        at = "coalesce(cohort_at, parts.moment)" if asked.view == "cohort" else "parts.moment"
        keys = [self._key(name, asked, at) for name in asked.group_by]
        where, values = ["true"], {**dict[str, Any](asked.filters)}
        for name in values:
            either = "list_has_any(skills, ${0})" if name == "skill" else "list_contains(${0}, {1}::text)"
            where.append(either.format(name, COLUMNS[name]))
        for name, compare, moment in (("since", ">=", asked.since), ("before", "<", asked.before)):
            if moment is not None:
                where.append(f"{at} {compare} ${name}::timestamptz")
                values[name] = moment.isoformat()
        if "$now" in PARTS[asked.metric]:
            hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
            values["now"] = min(self.now, hour).isoformat()
        value, n = "sum(up)", "sum(up)"
        if asked.metric in RATIOS:
            value, n = "sum(up) / nullif(sum(down), 0)", "sum(down)"
        elif asked.metric in QUANTILES:
            value, n = f"quantile_cont(hours, {QUANTILES[asked.metric]})", "count(*)"
        skilled = " LEFT JOIN (SELECT person, unnest(skills) AS skill FROM people) AS skilled ON skilled.person = attempts.person"
        query = f"""
            SELECT {"".join(f"{key}, " for key in keys)} parts.key, {value}, {n}
            FROM ({PARTS[asked.metric]}) AS parts (a, key, moment, up, down, hours) JOIN counted AS attempts USING (a)
            LEFT JOIN people ON people.person = attempts.person LEFT JOIN positions ON positions.position = attempts.position
            {skilled if "skill" in asked.group_by else ""}
            WHERE {" AND ".join(where)} GROUP BY ALL
        """
        rows = self.db.execute(query, values).fetchall()
        return {tuple(None if one is None else str(one) for one in row[:-2]): (row[-2], int(row[-1])) for row in rows if row[-1]}

    def _key(self, name: str, asked: Asked, at: str) -> str:
        if name == "period":
            return f"strftime(date_trunc('{asked.period}', timezone('{self.zone}', {at})), '%Y-%m-%d')"
        return COLUMNS[name]

    def _make_tables(self) -> None:
        self.db.execute(
            """
            CREATE TABLE attempts (
                a int, person uuid, position uuid, number int, began_at timestamptz, cohort_at timestamptz, origin text,
                recruiter text, via text, channel text, sender_role text, outcome text, outcome_at timestamptz, interest text,
                interest_at timestamptz, unanswered bool, last_contact_at timestamptz, closed_as text, reason text,
                closed_at timestamptz, response_at timestamptz, by_touch int, hired_at timestamptz, started_at timestamptz,
                left_at timestamptz, strongly_closed bool
            );
            CREATE TABLE stages (a int, nth int, stage text, reached_at timestamptz, recorded_at timestamptz);
            CREATE TABLE touches (a int, touched_at timestamptz);
            CREATE TABLE messages (a int, written_at timestamptz, words int, theirs bool);
            CREATE TABLE people (
                person uuid, level text, country text, tier text, market_status text, skills text[], described_at timestamptz,
                belongs bool
            );
            CREATE TABLE positions (position uuid, sponsor text);
            CREATE TABLE plans (person uuid, position uuid, number int);
            CREATE TABLE known (person uuid, since timestamptz);
            CREATE TABLE others (a int, person uuid, channel text, unsubscribed_at timestamptz);
            CREATE VIEW counted AS SELECT * FROM attempts UNION ALL BY NAME SELECT * EXCLUDE (unsubscribed_at) FROM others;
            """
        )

    def _fill(self, events: Sequence[Event], now: datetime) -> None:
        person_of: dict[UUID | None, UUID] = {}
        people: dict[UUID, CandidateChanged] = {}
        positions: dict[UUID, PositionChanged] = {}
        described_at: dict[UUID, datetime] = {}
        for event in events:
            if isinstance(event.data, CandidateChanged):
                person_of[event.data.candidate_id] = event.data.person_id
                people[event.data.candidate_id] = event.data
                described_at[event.data.candidate_id] = event.time
            elif isinstance(event.data, PositionChanged):
                positions[event.data.position_id] = event.data
        facts = [one for one in events if one.data.topic is Topic.ENGAGEMENT]
        number = 0
        rows: dict[str, list[tuple[Any, ...]]] = {"attempts": [], "stages": [], "touches": [], "messages": []}
        for (person, position), mine in sorted(_by_pursuit(facts, person_of).items()):
            closings = positions[position].closings if position in positions else ()
            left = not_retracted(mine)
            closed = [closing for closing in closings if closing <= max([now, *(one.time for one in left)])]
            for nth, attempt in enumerate(attempts_of(left, closed, max([now, *(one.time for one in left)])), 1):
                number += 1
                rows["attempts"].append((number, person, position, nth, *_attempt(attempt)))
                reached, recorded = attempt.reached(), attempt.recorded()
                rows["stages"] += [(number, place, one, reached.get(one), recorded.get(one)) for place, one in enumerate(Stage)]
                rows["touches"] += [(number, attempt.happened[place].time) for place in attempt.touches()]
                rows["messages"] += [
                    (number, one.time, one.data["words"], one.name == "responded")
                    for one in attempt.happened
                    if one.name in {"contacted", "responded"} and "words" in one.data and not one.data.get("auto")
                    and one.data.get("kind") not in {"newsletter", "invitation"}
                ]  # fmt: skip
        described = [
            (
                who, one.level, one.country, one.tier, one.market_status, skill_keys(one.skills), described_at[who],
                person_of[who] == who,
            )
            for who, one in people.items()
        ]  # fmt: skip
        since: dict[UUID, datetime] = {}
        for one in facts:
            assert one.subject is not None
            person = person_of.get(one.subject, one.subject)
            since[person] = min(one.time, since.get(person, one.time))
        everybody = {*since, *(who for who in people if person_of[who] == who)}
        gone = {(person_of.get(one.subject, one.subject), str(one.raw.get("event"))) for one in facts}
        lost = [
            (-number, who, one.raw["channel"], one.time)
            for number, one in enumerate(facts, len(everybody) + 1)
            if one.type.endswith(".unsubscribed") and ((who := person_of.get(one.subject, one.subject)), str(one.id)) not in gone
        ]
        self._insert("others", [*((-number, who, None, None) for number, who in enumerate(sorted(everybody), 1)), *lost])
        self._insert("known", since.items())
        plans = [one.data for one in events if isinstance(one.data, ReturnPlanChanged)]
        self._insert(
            "plans", {(person_of.get(one.candidate_id, one.candidate_id), one.position_id, one.attempt) for one in plans}
        )
        self._insert("people", described)
        self._insert("positions", [(where, one.sponsor) for where, one in positions.items()])
        for table, found in rows.items():
            self._insert(table, found)

    def _insert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        found = [[_plain(one) for one in row] for row in rows]
        if not found:
            return
        marks = ", ".join("(" + ", ".join("?" * len(row)) + ")" for row in found)
        self.db.execute(f"INSERT INTO {table} VALUES {marks}", [one for row in found for one in row])


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID | Stage) else value


def _by_pursuit(facts: Sequence[Event], person_of: Mapping[UUID | None, UUID]) -> dict[tuple[UUID, UUID], list[FoldFact]]:
    """The facts of each pursuit, with the retractions of its person that may name one of them."""
    made = [(person_of.get(one.subject, one.subject), one, fact_of(one.id, one.type, one.time, one.raw)) for one in facts]
    found: dict[tuple[UUID, UUID], list[FoldFact]] = {}
    for person, event, fact in made:
        if fact.position is not None and "event" not in event.raw:
            assert person is not None
            found.setdefault((person, fact.position), []).append(fact)
    for person, event, fact in made:
        if "event" in event.raw:
            for (of, _), mine in found.items():
                if of == person:
                    mine.append(fact)
    return found


def _attempt(attempt: NaiveAttempt) -> tuple[Any, ...]:
    """The columns of an attempt after its number."""
    happened, close, reached = attempt.happened, attempt.close(), attempt.reached()
    touches = [happened[place].time for place in attempt.touches()]
    began_at = happened[0].time
    cohort_at = touches[0] if touches else began_at
    contact_at = touches[-1] if touches else reached.get(Stage.CONTACTED)
    outcome, interest, response = attempt.outcome(), attempt.interest(), attempt.response()
    closed_at = None if close is None else close.time
    hired_at = attempt.recorded().get(Stage.HIRED)
    times = {
        "hired": reached.get(Stage.HIRED),
        "in_play": reached.get(Stage.INTERESTED),
        "waiting": contact_at,
        "open": cohort_at,
    }
    interested = {"interested": reached.get(Stage.INTERESTED), "uninterested": closed_at, "unknown": cohort_at}
    ends = [(place, happened[place].time, "hired") for place in attempt.hires()]
    ends += [(place, one.time, "left") for place, one in enumerate(happened) if one.name == "left"]
    last = max(ends, default=None)
    return (
        began_at, cohort_at, "outbound" if attempt.is_outbound else "inbound", attempt.of_first_touch("recruiter"),
        next((one.data["via"] for one in happened if one.data.get("via") is not None), None), attempt.of_first_touch("channel"),
        attempt.of_first_touch("sender_role"), outcome, closed_at or times[outcome], interest, interested[interest],
        attempt.is_unanswered(), contact_at, None if close is None else close.name,
        None if close is None else close.data.get("reason") or "unspecified", closed_at,
        None if response is None else happened[response].time,
        None if response is None else sum(place < response for place in attempt.touches()), hired_at,
        next((one.time for one in happened if one.name == "started"), None),
        last[1] if last is not None and last[2] == "left" else None, any(one.name in STRONG for one in happened),
    )  # fmt: skip

"""Which attempts a question is about, as SQL: the tables, the conditions, the keys of the groups."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from services.analytics.dimensions import BY_NAME, PERIOD, Dimension, Of
from services.analytics.domain.micros import micros
from services.analytics.domain.questions import Question, View
from services.analytics.storage.contributions import contributions, measures

AS_OF = "attempts_as_of"
"""Attempts as they were at an earlier time; exists for one transaction."""
AS_OF_PROFILES = "profiles_as_of"
"""The profiles of those."""

_AS_THEY_WERE = f"""(
    SELECT * FROM attempts WHERE NOT EXISTS (
        SELECT FROM unsettled WHERE unsettled.person = attempts.person AND unsettled.position_id = attempts.position_id
    ) UNION ALL SELECT * FROM {AS_OF}
)"""  # noqa: S608 - a constant

_PROFILES = f"(SELECT * FROM profiles UNION SELECT * FROM {AS_OF_PROFILES})"  # noqa: S608 - a constant

_TABLES = {Of.ATTEMPT: "counted", Of.PERSON: "people", Of.POSITION: "positions"}
"""By whose a dimension is, the name that its table has in the queries; ``counted`` is attempts or counters."""
_JOINS = {
    Of.PERSON: " LEFT JOIN people ON people.person = counted.person",
    Of.POSITION: " LEFT JOIN positions ON positions.position_id = counted.position_id",
}


class Source(NamedTuple):
    """Rows that are read as attempts are: a table or a query, the values that it needs, and whether what lies ahead counts."""

    sql: str
    named: dict[str, Any]
    by: datetime | None = None
    """Contributions after this time are not counted yet."""
    contributions: str = "CROSS JOIN LATERAL unnest(counted.measures, counted.ats, counted.seconds) AS one (measure, at, seconds)"
    """The join of the rows, ``counted``, that gives their contributions, ``one``."""
    measures: str = "CROSS JOIN LATERAL unnest(counted.measures) AS one (measure)"
    """What a question by cohort needs: it takes a third of the time."""
    profiles: str = ""
    """Where the profiles of attempts are."""


@dataclass(slots=True)
class Selection:
    """Parts of a query over ``counted``, which is the attempts or the counters: joins, conditions, keys, and named values."""

    joins: str = ""
    conditions: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    named: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, question: Question, *, zone: str = "UTC", grouped: bool = True, at: str = "counted.cohort_at") -> "Selection":
        """The question's filters and, unless not ``grouped``, its groups. ``at`` is the time by which periods are told apart."""
        found = cls()
        dimensions = {BY_NAME[name] for name in question.filters} | set(question.group_by if grouped else ())
        found.joins = "".join(join for of, join in _JOINS.items() if any(one.of is of for one in dimensions))
        if question.position is not None:
            found.where("counted.position_id = :only", only=question.position)
        for name, values in question.filters.items():
            found.filter(BY_NAME[name], values)
        for dimension in question.group_by if grouped else ():
            found.group(dimension, question, zone, at)
        return found

    def where(self, condition: str, **named: Any) -> None:
        """Add a condition and its values."""
        self.conditions.append(condition)
        self.named |= named

    def filter(self, dimension: Dimension, values: Sequence[str]) -> None:
        """Take in only what has one of these values."""
        some = f"some_{dimension.name}"
        compare = f"{_column(dimension)} && :{some}" if dimension.holds_list else f"{_column(dimension)} = ANY(:{some})"
        self.where(compare, **{some: list(map(dimension.stored, values))})

    def group(self, dimension: Dimension, question: Question, zone: str, at: str) -> None:
        """Tell groups apart by this dimension."""
        if dimension is PERIOD:
            self.named["zone"] = zone
            self.keys.append(f"to_char(date_trunc('{question.period}', {at} AT TIME ZONE :zone), 'YYYY-MM-DD')")
        elif dimension.holds_list:
            item = f"item_{dimension.name}"
            self.joins += f" LEFT JOIN LATERAL unnest({_column(dimension)}) AS {item} (value) ON true"
            self.keys.append(f"{item}.value")
        else:
            self.keys.append(f"CAST({_column(dimension)} AS text)")

    def within_cohorts(self, since: datetime | None, before: datetime | None) -> None:
        """Take in only attempts whose cohort lies in the span."""
        if since is not None:
            self.where("counted.cohort_at >= :since", since=since)
        if before is not None:
            self.where("counted.cohort_at < :before", before=before)

    def within_activity(self, since: datetime | None, before: datetime | None) -> None:
        """Take in only contributions, ``one``, whose own time lies in the span."""
        if since is not None:
            self.where("one.at >= :since", since=micros(since))
        if before is not None:
            self.where("one.at < :before", before=micros(before))

    def not_ahead(self, source: Source) -> None:
        """Take in only contributions whose time has come, where others are known, too."""
        if source.by is not None:
            self.where("one.at <= :not_ahead", not_ahead=micros(source.by))

    @property
    def condition(self) -> str:
        """All conditions as one."""
        return " AND ".join(["true", *self.conditions])

    @property
    def key(self) -> str:
        """The keys as one array of texts, in which null is what is not known."""
        return f"ARRAY[{', '.join(self.keys)}]::text[]"


def of_contributions(question: Question, zone: str) -> Selection:
    """The selection of the contributions, ``one``, of the attempts that the question is about, by its view and span."""
    if question.view is View.COHORT:
        found = Selection.of(question, zone=zone)
        found.within_cohorts(question.since, question.before)
    else:
        found = Selection.of(question, zone=zone, at="to_timestamp(one.at / 1000000.0)")
        found.within_activity(question.since, question.before)
    return found


def attempts(question: Question) -> Source:
    """The attempts that the question is about: those of now, or as ``storage.as_of`` has made them."""
    sql, kept = ("attempts", "profiles") if question.moment is None else (_AS_THEY_WERE, _PROFILES)
    return Source(sql, {}, None, contributions("counted", kept), measures("counted", kept), kept)


def _column(dimension: Dimension) -> str:
    return f"{_TABLES[dimension.of]}.{dimension.column}"

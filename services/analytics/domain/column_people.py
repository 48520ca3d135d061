"""What the columns of everybody say that depends on the time: which records are stale."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from services.analytics.domain import column_sums
from services.analytics.domain.columns import Columns
from services.analytics.domain.groups import Counted, Group, Groups
from services.analytics.domain.micros import micros
from services.analytics.domain.questions import Question, View
from services.analytics.metrics import Sum
from services.analytics.metrics.people import RECORDS, STALE_AFTER_DAYS, STALE_RECORDS

_EVER = datetime.max.replace(tzinfo=UTC)


def stale(columns: Columns, question: Question, *, by: datetime, zone: str) -> Groups:
    """The records and the stale ones by group; time has passed up to ``by``.

    Of the stale and the fresh the fewer are counted; the others are what is left.
    """
    bound = by - timedelta(days=STALE_AFTER_DAYS)
    question = replace(question, limit=len(columns) + 1)
    groups = column_sums.sums(columns, question, (RECORDS,), judged=_EVER, zone=zone)
    changed = columns.cohort_at.all
    are_few = 2 * np.count_nonzero(changed < micros(bound)) < len(changed)
    part = replace(
        question,
        view=View.COHORT,
        since=question.since if are_few else max(question.since or bound, bound),
        before=min(question.before or bound, bound) if are_few else question.before,
    )
    some = column_sums.sums(columns, part, (RECORDS,), judged=_EVER, zone=zone)
    for key, group in groups.items():
        counted = _records(some[key]) if key in some else 0
        if many := counted if are_few else _records(group) - counted:
            group.sums[STALE_RECORDS] = Sum(many)
            if question.view is View.ACTIVITY:
                group.counted = Counted(group.counted.all + many, group.counted.mature + many)
    return groups


def _records(group: Group) -> int:
    return group.sums.get(RECORDS, Sum(0)).attempts

"""What numbers are read from, and which answers the caller has already: what every operation that reads numbers needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends

from services.analytics.api.dependencies import ColumnsDep, PeopleDep, SessionsDep, SettingsDep
from services.analytics.api.known_tags import KnownTagsDep, is_known
from services.analytics.domain.questions import Question
from services.analytics.metrics import Metric
from services.analytics.metrics.subjects import OF_PEOPLE
from services.analytics.use_cases.read_funnel import Funnels, read_funnel
from services.analytics.use_cases.read_metric import Numbers, read_metric


@dataclass(frozen=True, slots=True)
class Reading:
    """Where numbers come from, and the entity tags that the caller has."""

    sessions: SessionsDep
    columns: ColumnsDep
    people: PeopleDep
    settings: SettingsDep
    known: KnownTagsDep

    def has(self, tag: str) -> bool:
        """Whether the caller has what has this tag."""
        return is_known(tag, self.known)

    async def funnels(self, question: Question, now: datetime, has: Callable[[str], bool]) -> Funnels:
        """The funnels that answer a question, unless the caller ``has`` those of the tag."""
        return await read_funnel(
            self.sessions,
            self.columns,
            question,
            now=now,
            ghost_after=self.settings.ghost_after,
            zone=self.settings.time_zone,
            most_cells=self.settings.most_cells,
            is_known=has if self.known else None,
        )

    async def metric(
        self, metric: Metric, question: Question, now: datetime, has: Callable[[str], bool] | None = None
    ) -> Numbers:
        """The rows of a metric, unless the caller ``has`` those of the tag; None for whoever has none."""
        return await read_metric(
            self.sessions,
            self.people if metric.of in OF_PEOPLE else self.columns,
            metric,
            question,
            now=now,
            ghost_after=self.settings.ghost_after,
            zone=self.settings.time_zone,
            most_cells=self.settings.most_cells,
            is_known=has if self.known else None,
        )


ReadingDep = Annotated[Reading, Depends()]

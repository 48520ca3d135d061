"""Settings of analytics, read from the environment."""

from datetime import timedelta

from pydantic import Field

from shared.settings import SharedSettings


class AnalyticsSettings(SharedSettings):
    """The shared settings and analytics' own."""

    database_url: str = Field(
        "postgresql+asyncpg://analytics@127.0.0.1:5432/analytics", validation_alias="ANALYTICS_DATABASE_URL"
    )
    pool_size: int = Field(5, ge=1, le=200, validation_alias="ANALYTICS_POOL_SIZE")
    """Connections that one process may hold."""
    columns_mb: int = Field(1024, ge=0, le=65536, validation_alias="ANALYTICS_COLUMNS_MB")
    """Memory that the copy of the attempts, and that of everybody, may each take in one process; with more, SQL answers.

    About 110 MB a million facts, and 150 MB a million people."""
    most_cells: int = Field(2_000_000, ge=1000, validation_alias="ANALYTICS_MOST_CELLS")
    """A question whose answer would hold more numbers is refused before anything is counted."""
    fairness_minimum: int = Field(10, ge=2, le=1000, validation_alias="ANALYTICS_FAIRNESS_MINIMUM")
    """Rates of fewer people are not shown by what the team records to look at fairness."""
    ghost_after_days: int = Field(30, ge=1, le=3650, validation_alias="REKINDLE_GHOST_AFTER_DAYS")
    """After how many days without an answer an attempt counts as ghosted; engagement reads the same variable."""

    @property
    def ghost_after(self) -> timedelta:
        return timedelta(days=self.ghost_after_days)

"""Settings of candidates, read from the environment."""

from pydantic import Field

from shared.settings import SharedSettings


class CandidatesSettings(SharedSettings):
    """The shared settings and candidates' own."""

    database_url: str = Field(
        "postgresql+asyncpg://candidates@127.0.0.1:5432/candidates", validation_alias="CANDIDATES_DATABASE_URL"
    )
    pool_size: int = Field(5, ge=1, le=200, validation_alias="CANDIDATES_POOL_SIZE")
    """Connections that one process may hold."""

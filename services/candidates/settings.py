"""Settings of candidates, read from the environment."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_settings import NoDecode

from services.candidates.domain.retention import RetentionPolicy
from services.candidates.retention_rules import retention_policy
from shared.isolated import Isolation
from shared.settings import SharedSettings

ServiceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]


def _listed(given: object) -> object:
    """The parts of a text with commas, each once."""
    return tuple(dict.fromkeys(part.strip() for part in given.split(","))) if isinstance(given, str) else given


class CandidatesSettings(SharedSettings):
    """The shared settings and candidates' own."""

    database_url: str = Field(
        "postgresql+asyncpg://candidates@127.0.0.1:5432/candidates", validation_alias="CANDIDATES_DATABASE_URL"
    )
    pool_size: int = Field(5, ge=1, le=200, validation_alias="CANDIDATES_POOL_SIZE")
    """Connections that one process may hold."""
    erasure_services: Annotated[tuple[ServiceName, ...], NoDecode, BeforeValidator(_listed)] = Field(
        ("engagement", "analytics", "connectors"), validation_alias="CANDIDATES_ERASURE_SERVICES"
    )
    """Who must confirm an erasure before it is done, with commas. What is not on the bus confirms over HTTP."""
    attribute_keys: str = Field(
        "", pattern=r"^([a-z][a-z0-9_]{0,49}(,[a-z][a-z0-9_]{0,49})*)?$", validation_alias="CANDIDATES_ATTRIBUTES"
    )
    """The keys that a candidate's ``attributes`` may have, with commas between them."""
    phone_region: str | None = Field(None, pattern="^[A-Z]{2}$", validation_alias="CANDIDATES_PHONE_REGION")
    """The country (ISO 3166-1 alpha-2) of phone numbers without a country's code, where the person's is not known."""

    retention: Path | None = Field(None, validation_alias="CANDIDATES_RETENTION")
    """The file that says how long people are kept; default: ``retention.toml`` beside this module."""
    retention_erases: bool = Field(False, validation_alias="CANDIDATES_RETENTION_ERASES")
    """Whether the clock erases people whose time is over and who were asked; else somebody has to ask for it."""

    import_max_rows: int = Field(1_000_000, ge=1, validation_alias="CANDIDATES_IMPORT_MAX_ROWS")
    """Rows that a file may have."""
    import_max_columns: int = Field(500, ge=1, validation_alias="CANDIDATES_IMPORT_MAX_COLUMNS")
    """Columns that a file may have."""
    import_dry_run_rows: int = Field(5_000, ge=1, validation_alias="CANDIDATES_IMPORT_DRY_RUN_ROWS")
    """Rows that a dry run tries."""
    import_keep_days: int = Field(90, ge=1, le=3650, validation_alias="CANDIDATES_IMPORT_KEEP_DAYS")
    """Days after its end for which an import can be undone, and what came of each of its rows is kept."""

    files_url: str = Field(
        "file:///var/lib/rekindle/files",
        pattern=r"^(file:///.+|s3://[^/?#]+(/[^?#]*)?)$",
        validation_alias="CANDIDATES_FILES_URL",
    )
    """Where files of people are kept: ``file:///folder``, or ``s3://bucket/prefix`` with the usual AWS_* variables."""
    resume_max_pages: int = Field(50, ge=1, validation_alias="CANDIDATES_RESUME_MAX_PAGES")
    """Pages that a resume may have."""
    resume_max_files: int = Field(500, ge=1, validation_alias="CANDIDATES_RESUME_MAX_FILES")
    """Resumes that an archive may hold."""
    import_read_seconds: int = Field(60, ge=1, validation_alias="CANDIDATES_IMPORT_READ_SECONDS")
    """Seconds of the processor that reading a spreadsheet, a document or a PDF may take, in a process of its own."""
    import_read_memory_mib: int = Field(1024, ge=128, validation_alias="CANDIDATES_IMPORT_READ_MEMORY_MIB")
    """Memory that this process may take, and what such a file may unpack to."""

    @property
    def retention_policy(self) -> RetentionPolicy:
        """How long people are kept. Raises RuleFileError."""
        return retention_policy(self.retention)

    @property
    def import_keeps(self) -> timedelta:
        """How long after its end an import can be undone, and its rows are kept."""
        return timedelta(days=self.import_keep_days)

    @property
    def isolation(self) -> Isolation:
        """The limits of a process that reads a file."""
        return Isolation(self.import_read_seconds, self.import_read_memory_mib)

    @property
    def attributes(self) -> frozenset[str]:
        """The keys that a candidate's ``attributes`` may have."""
        return frozenset(filter(None, self.attribute_keys.split(",")))

"""What time it is for the rules about people: the system's time, or the one that a simulation says.

``REKINDLE_CLOCK_FILE`` names a file that holds a moment in RFC 3339. While it holds one, that is now, for every process alike;
while it is missing or empty, and where the variable is not set, the system's time is. Tokens, leaders, retries and lags always
go by the system's time.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

VARIABLE = "REKINDLE_CLOCK_FILE"


def now() -> datetime:
    """The time, in UTC. Raises ValueError where the file holds something that is no moment."""
    file = os.environ.get(VARIABLE)
    said = _said(Path(file)) if file else ""
    return datetime.fromisoformat(said).astimezone(UTC) if said else datetime.now(UTC)


def _said(file: Path) -> str:
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        return ""


def simulate(file: Path, moment: datetime | None) -> None:
    """Say what time it is to all who read the file, at once; None gives the system's time back."""
    fresh = file.with_name(f".{file.name}.fresh")
    fresh.write_text("" if moment is None else moment.isoformat())
    fresh.replace(file)

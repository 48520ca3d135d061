"""The files of rules that an organisation names are read before anything starts: one with an error stops the start at once."""

from collections.abc import Callable, Mapping
from pathlib import Path

from rekindle.embedded.failures import CannotStart
from shared.rule_file import RuleFileError
from shared.timestamps import UTC_ZONE


def check(environment: Mapping[str, str]) -> None:
    """Read every file that the environment names. Raises CannotStart, whose detail has file, line, key and rule of each fault."""
    for variable, read in _READERS.items():
        if named := environment.get(variable):
            _read(variable, read, Path(named))


def _read(variable: str, read: Callable[[Path], object], file: Path) -> None:
    try:
        read(file)
    except RuleFileError as fault:
        raise CannotStart(f"The file that {variable} names holds no valid rules.", detail=str(fault)) from fault


def _returns(file: Path) -> object:
    from services.engagement.return_rules import return_policy

    return return_policy(file, UTC_ZONE)


def _rates(file: Path) -> object:
    from shared.rate_table import rates_of

    return rates_of(file)


def _retention(file: Path) -> object:
    from services.candidates.retention_rules import retention_policy

    return retention_policy(file)


_READERS = {"CANDIDATES_RETENTION": _retention, "ENGAGEMENT_RETURNS": _returns, "REKINDLE_RATES": _rates}

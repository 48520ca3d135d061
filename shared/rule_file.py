"""Rules that an organisation keeps in a TOML file: read strictly, every fault named with its line and its rule."""

import re
import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Rules = TypeVar("Rules", bound=BaseModel)

MOST_BYTES = 1_000_000


class RuleFileError(ValueError):
    """The file holds no valid rules. The message has a line for each fault: file, line, key and rule."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))


def read_rules(model: type[Rules], file: Path) -> Rules:
    """The rules in a file, as the model reads them. Raises RuleFileError."""
    try:
        source = file.read_bytes()
    except OSError as problem:
        raise RuleFileError([f"{file}: cannot be read: {problem.strerror}"]) from problem
    if len(source) > MOST_BYTES:
        raise RuleFileError([f"{file}: holds {len(source):,} bytes; {MOST_BYTES:,} are allowed"])
    try:
        text = source.decode()
    except UnicodeDecodeError as problem:
        line = 1 + source.count(b"\n", 0, problem.start)
        raise RuleFileError([f"{file}:{line}: is not UTF-8"]) from problem
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as problem:
        named = re.search(r"at line (\d+)", str(problem))
        line = int(named[1]) if named else max(1, len(text.splitlines()))
        raise RuleFileError([f"{file}:{line}: is not TOML: {problem}"]) from problem
    except ValidationError as problem:
        found = [(_place(fault), _rule(model, fault)) for fault in problem.errors()]
        faults = sorted((_line(text, place), ".".join(map(str, place)), rule) for place, rule in found)
        raise RuleFileError([f"{file}:{line}: {key}: {rule}" for line, key, rule in faults]) from problem


def _place(fault: ErrorDetails) -> tuple[int | str, ...]:
    """The keys down to the fault; where a key itself is wrong, that is the last."""
    return tuple(part for part in fault["loc"] if part != "[key]")


def _rule(model: type[BaseModel], fault: ErrorDetails) -> str:
    if fault["type"] == "extra_forbidden":
        return f"is no key here; the keys are {', '.join(model.model_fields)}"
    return fault["msg"].removeprefix("Value error, ").replace("Input should be", "must be")


def _line(text: str, where: tuple[int | str, ...]) -> int:
    """The line of a key, counted from 1: in the table that the keys before it name. Of a key that is missing, the table's."""
    lines = text.splitlines()
    at = 0
    for before, part in zip((None, *where), where, strict=False):
        headers = rf"""\s*\[\[\s*["']?{re.escape(str(before))}["']?\s*\]\]"""
        key = rf"""\s*\[*\s*["']?{re.escape(str(part))}["']?\s*[=\].]"""
        if isinstance(part, int):  # the table of that number, or an item of a list, which stands where its key does
            tables = [number for number, line in enumerate(lines) if re.match(headers, line)]
            at = tables[part] if part < len(tables) else at
        else:
            at = next((number for number, line in enumerate(lines) if number >= at and re.match(key, line)), at)
    return at + 1

"""The mapping file: TOML that names stages, rejection reasons, sources and recruiters.

A wrong file is an error at start that names every wrong key and the rule it breaks.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from services.connectors.domain.greenhouse.mapping import Close, GreenhouseMapping, Meaning, Names, ReasonMeaning
from services.connectors.domain.greenhouse.values import plain
from shared.events.vocabulary import Reason, RejectedBy, Stage

Read = Callable[[object], Meaning]
_Choice = TypeVar("_Choice", bound=StrEnum)
_CODE = re.compile(r"\w[\w.:/+-]{0,99}")


class MappingFileError(ValueError):
    """The file is no valid mapping. The message has a line for each wrong key."""

    def __init__(self, name: str, problems: list[str]) -> None:
        super().__init__("\n".join(f"{name}: {problem}" for problem in problems))


def read_mapping(source: bytes, name: str) -> GreenhouseMapping:
    """Read the file's content; ``name`` stands in the messages. Raises MappingFileError."""
    try:
        tree = tomllib.loads(source.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise MappingFileError(name, [f"not TOML: {problem}"]) from problem
    reader = _Reader()
    mapping = reader.mapping(tree)
    if reader.problems:
        raise MappingFileError(name, reader.problems)
    return mapping


class _Reader:
    """Reads a tree and collects what is wrong with it."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def mapping(self, tree: Mapping[str, Any]) -> GreenhouseMapping:
        self.known_keys("", tree, "stages", "reasons", "sources", "recruiters")
        stages = self.table("stages", tree)
        reasons = self.table("reasons", tree)
        sources = self.table("sources", tree)
        self.known_keys("stages", stages, "ids", "names", "words", "jobs")
        self.known_keys("reasons", reasons, "ids", "names", "words", "types")
        self.known_keys("sources", sources, "ids", "names", "words")
        jobs = self.table("jobs", stages, "stages")
        return GreenhouseMapping(
            stages=self.names("stages", stages, _stage),
            stages_of_jobs={job: self.names(f"stages.jobs.{job}", self.table(job, jobs, "stages.jobs"), _stage) for job in jobs},
            reasons=self.names("reasons", reasons, _reason),
            reason_types=dict(self.entries("reasons.types", self.table("types", reasons, "reasons"), _close, plain)),
            sources=self.names("sources", sources, _code),
            recruiters=dict(self.entries("recruiters", self.table("recruiters", tree), _code, str)),
        )

    def names(self, path: str, tree: Mapping[str, Any], read: Read[Meaning]) -> Names[Meaning]:
        return Names(
            ids=dict(self.entries(f"{path}.ids", self.table("ids", tree, path), read, str)),
            names=dict(self.entries(f"{path}.names", self.table("names", tree, path), read, plain)),
            words=tuple(self.entries(f"{path}.words", self.table("words", tree, path), read, plain)),
        )

    def table(self, key: str, tree: Mapping[str, Any], path: str = "") -> Mapping[str, Any]:
        found = tree.get(key, {})
        if isinstance(found, dict):
            return found
        self.problems.append(f"{f'{path}.{key}' if path else key}: must be a table")
        return {}

    def known_keys(self, path: str, tree: Mapping[str, Any], *known: str) -> None:
        for key in tree.keys() - set(known):
            self.problems.append(f"{f'{path}.{key}' if path else key}: is no key here; the keys are {', '.join(known)}")

    def entries(
        self, path: str, tree: Mapping[str, Any], read: Read[Meaning], key_as: Callable[[str], str]
    ) -> Iterator[tuple[str, Meaning]]:
        seen: dict[str, str] = {}
        for key, value in tree.items():
            if not key_as(key):
                self.problems.append(f'{path}."{key}": must have a letter or a digit')
                continue
            if (first := seen.setdefault(key_as(key), key)) != key:
                self.problems.append(f'{path}."{key}": is the same name as "{first}"')
            try:
                yield key_as(key), read(value)
            except ValueError as problem:
                self.problems.append(f'{path}."{key}": {problem}')


def _choice(kind: type[_Choice], value: object, what: str) -> _Choice:
    if isinstance(value, str) and value in list(kind):
        return kind(value)
    raise ValueError(f"{value!r} is no {what}; choose one of {', '.join(kind)}")


def _stage(value: object) -> Stage:
    return _choice(Stage, value, "stage")


def _close(value: object) -> Close:
    return _choice(Close, value, "close")


def _reason(value: object) -> ReasonMeaning:
    if not isinstance(value, dict):
        return ReasonMeaning(_choice(Reason, value, "reason"))
    if unknown := value.keys() - {"code", "close", "by"}:
        raise ValueError(f"{', '.join(sorted(unknown))}: is no key here; the keys are code, close, by")
    return ReasonMeaning(
        code=_choice(Reason, value.get("code"), "reason"),
        close=_choice(Close, value["close"], "close") if "close" in value else None,
        by=_choice(RejectedBy, value["by"], "decider") if "by" in value else None,
    )


def _code(value: object) -> str:
    if isinstance(value, str) and _CODE.fullmatch(value):
        return value
    raise ValueError("must be a code: 1 to 100 letters, digits or any of . : / + - _ without spaces")

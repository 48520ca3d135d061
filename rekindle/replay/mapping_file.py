"""The mapping file: TOML that says what the columns and activities of a log mean.

A wrong file is refused before anything is posted, with a line for each wrong key and the rule it breaks.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from rekindle.replay.cells import Reader, mapped, reader_of, slug
from rekindle.replay.mapping import LogMapping, Meaning, plain
from shared.events import FACTS
from shared.events.validation import accept
from shared.ids import SOURCE, MalformedReferenceError, position_id
from shared.web.problem_details import rule_of

PREFIX = "rekindle."
ANY_POSITION = "mapping:position"


class MappingFileError(Exception):
    """The file is no mapping. The message has a line for each wrong key."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))


def read_mapping(path: Path) -> LogMapping:
    """Read a mapping file. Raises MappingFileError."""
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise MappingFileError(path, [f"cannot be read: {error.strerror or error}"]) from error
    except ValueError as error:
        raise MappingFileError(path, [f"is not TOML: {error}"]) from error
    reader = _Reader()
    mapping = reader.mapping(tree)
    if reader.problems:
        raise MappingFileError(path, reader.problems)
    return mapping


class _Reader:
    """Reads a tree and collects what is wrong with it."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def mapping(self, tree: Mapping[str, Any]) -> LogMapping:
        self._known("", tree, "source", "ignore", "columns", "position", "activities", "file")
        columns, position, file = (self._table(tree, name) for name in ("columns", "position", "file"))
        self._known("columns.", columns, "id", "time", "case", "activity")
        self._known("position.", position, "reference", "column")
        self._known("file.", file, "delimiter", "time_zone", "time_format")
        self._one_position(position)
        delimiter = self._text("file.", file, "delimiter", ",")
        if len(delimiter) != 1:
            self.problems.append("file.delimiter: must be one character")
        ignored = self._texts("", tree, "ignore")
        activities = dict(self._activities(self._table(tree, "activities"), has_position=bool(position)))
        for name in sorted({plain(name) for name in ignored} & activities.keys()):
            self.problems.append(f'ignore: "{name}" is in [activities] too')
        return LogMapping(
            source=self._source(tree),
            id_columns=tuple(self._texts("columns.", columns, "id", required=True)),
            time_column=self._text("columns.", columns, "time"),
            case_column=self._text("columns.", columns, "case"),
            activity_column=self._text("columns.", columns, "activity"),
            position=position.get("reference"),
            position_column=position.get("column"),
            activities=activities,
            ignored=frozenset(plain(name) for name in ignored),
            time_zone=self._zone(file),
            time_format=self._text("file.", file, "time_format", "") or None,
            delimiter=delimiter,
        )

    def _source(self, tree: Mapping[str, Any]) -> str:
        source = self._text("", tree, "source")
        if source and (not SOURCE.fullmatch(source) or source == "rekindle"):
            self.problems.append(
                "source: must be 1 to 50 of a-z, 0-9, '.', '_', '-', beginning with a letter or digit, and not rekindle"
            )
        return source

    def _one_position(self, position: Mapping[str, Any]) -> None:
        if len(position) > 1:
            self.problems.append("position: takes `reference` or `column`, not both")
        if "column" in position:
            self._text("position.", position, "column")
        if reference := "reference" in position and self._text("position.", position, "reference"):
            try:
                position_id(reference)
            except MalformedReferenceError as error:
                self.problems.append(f"position.reference: {error}")

    def _zone(self, file: Mapping[str, Any]) -> ZoneInfo | None:
        name = self._text("file.", file, "time_zone", "")
        try:
            return ZoneInfo(name) if name else None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.problems.append(f"file.time_zone: {name!r} is no time zone, such as Europe/Berlin")
            return None

    def _activities(self, tree: Mapping[str, Any], *, has_position: bool) -> Iterator[tuple[str, Meaning]]:
        if not tree:
            self.problems.append("activities: names none, so nothing would be posted")
        seen: dict[str, str] = {}
        for activity, table in tree.items():
            key = f'activities."{activity}".'
            if (first := seen.setdefault(plain(activity), activity)) != activity:
                self.problems.append(f'{key[:-1]}: is the same name as "{first}"')
            if not isinstance(table, dict):
                self.problems.append(f"{key[:-1]}: must be a table with a type")
                continue
            self._known(key, table, "type", "data", "columns")
            type_name = self._text(key, table, "type")
            type_name = type_name if type_name.startswith(PREFIX) else f"{PREFIX}{type_name}"
            columns = self._table(table, "columns", key)
            names: dict[str, str] = {}
            readers: dict[str, Reader] = {}
            for name in columns:
                names[name], coded = self._column(f"{key}columns.", columns, name)
                if type_name in FACTS:
                    readers[name] = coded or reader_of(type_name, name)
            meaning = Meaning(type_name, self._table(table, "data", key), names, readers)
            self._fits(key, meaning, has_position=has_position)
            yield plain(activity), meaning

    def _column(self, path: str, columns: Mapping[str, Any], name: str) -> tuple[str, Reader | None]:
        """A field's column, and how codes are made of its cells where the file says so."""
        spec = columns[name]
        if not isinstance(spec, dict):
            return self._text(path, columns, name), None
        path = f"{path}{name}."
        self._known(path, spec, "column", "slug", "map")
        if not isinstance(spec.get("slug", False), bool):
            self.problems.append(f"{path}slug: must be true or false")
        table = self._table(spec, "map", path)
        codes = {cell: self._text(f"{path}map.", table, cell) for cell in table}
        otherwise = slug if spec.get("slug") is True else None
        return self._text(path, spec, "column"), mapped(codes, otherwise) if codes else otherwise

    def _fits(self, key: str, meaning: Meaning, *, has_position: bool) -> None:
        """Hold the constant part of the data against the type, as the API will; what columns give is seen when it comes."""
        if meaning.type not in FACTS:
            self.problems.append(f"{key}type: {meaning.type} is none of {', '.join(FACTS)}")
            return
        known = {field.alias or name for name, field in FACTS[meaning.type].model_fields.items()}
        given = {name.partition(".")[0] for name in meaning.columns}
        self.problems += [f"{key}columns.{name}: {meaning.type} has no such field" for name in sorted(given - known)]
        try:
            accept(FACTS, meaning.type, {**({"position": ANY_POSITION} if has_position else {}), **meaning.data})
        except ValidationError as error:
            for one in error.errors(include_url=False, include_input=False):
                name = ".".join(str(part) for part in one["loc"])
                if name not in meaning.columns:
                    self.problems.append(f"{key}data{'.' if name else ''}{name}: {rule_of(one)}")

    def _known(self, path: str, tree: Mapping[str, Any], *known: str) -> None:
        for name in tree.keys() - set(known):
            self.problems.append(f"{path}{name}: is no key here; the keys are {', '.join(known)}")

    def _table(self, tree: Mapping[str, Any], name: str, path: str = "") -> Mapping[str, Any]:
        found = tree.get(name, {})
        if isinstance(found, dict):
            return found
        self.problems.append(f"{path}{name}: must be a table")
        return {}

    def _text(self, path: str, tree: Mapping[str, Any], name: str, default: str | None = None) -> str:
        found = tree.get(name, default)
        if isinstance(found, str) and (found or default == ""):
            return found
        self.problems.append(f"{path}{name}: " + ("is missing" if found is None else "must be text that is not empty"))
        return ""

    def _texts(self, path: str, tree: Mapping[str, Any], name: str, *, required: bool = False) -> list[str]:
        """A text, or a list of them."""
        found = tree.get(name, [])
        texts = [found] if isinstance(found, str) else found
        if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
            self.problems.append(f"{path}{name}: must be a text or a list of texts, none empty")
            return []
        if required and not texts:
            self.problems.append(f"{path}{name}: is missing")
        return texts

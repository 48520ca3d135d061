"""Bodies of /v1/imports, and rows as items of a batch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.candidates.api.bodies import read_patch
from services.candidates.api.candidate_bodies import CandidateBatchItem
from services.candidates.api.dependencies import observed_or_now
from services.candidates.api.resume_bodies import ReadResume
from services.candidates.domain.imports.rows import Format, Meaning, RowError
from services.candidates.settings import CandidatesSettings
from services.candidates.storage.import_rows import StoredRow
from services.candidates.storage.imports import Import
from services.candidates.use_cases.changes import RecordChange
from services.candidates.use_cases.imported_rows import ReadRow
from services.candidates.use_cases.stage_import import Preview
from shared.errors import DomainError, FieldError
from shared.naming import read_name
from shared.timestamps import written

Status = Literal["running", "paused", "done", "failed", "undoing", "undone"]
Result = Literal["created", "updated", "unchanged", "refused", "erased"]


class ImportMapping(BaseModel):
    """What the columns of a file mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: Annotated[
        dict[str, str],
        Field(
            description="The field that a column fills, by the column's name: external_id, name, first_name, last_name, emails, "
            "phones, links, time_zone, location.country, location.city, company, title, level, years_experience, skills, "
            "market_status, salary.amount, salary.currency, tier, observed_at, attributes.<key>. Other columns are not read.",
            examples=[{"E-Mail": "emails", "Name": "name"}],
        ),
    ]
    empty: Annotated[
        Literal["keep", "clear"],
        Field(description="What an empty cell does: nothing, or it clears the field.", examples=["keep"]),
    ] = "keep"

    def meaning(self) -> Meaning:
        return Meaning(dict(self.columns), self.empty == "clear")


class ImportFormat(BaseModel):
    """How a file was read: found by what it holds."""

    kind: Annotated[
        str,
        Field(
            description="The format: csv, xlsx, json, json resume, fresh resume, text resume, docx resume, pdf resume, "
            "zip of resumes.",
            examples=["csv"],
        ),
    ]
    encoding: Annotated[str | None, Field(description="Of text.", examples=["utf-8"])]
    delimiter: Annotated[str | None, Field(description="What stands between cells.", examples=[";"])]
    header_line: Annotated[int | None, Field(description="The line that names the columns.", examples=[1])]
    sheet: Annotated[
        str | None, Field(description="Of a spreadsheet: the sheet that was read, the first with data.", examples=["Pool"])
    ] = None
    sheets_left: Annotated[
        list[str], Field(description="Its other sheets with data, which were not read.", examples=[["Archive"]])
    ] = []


class ImportRowError(BaseModel):
    """A rule that a row breaks."""

    column: Annotated[str | None, Field(description="The column that breaks it; null where the row does.", examples=["E-Mail"])]
    field: Annotated[str | None, Field(description="The field that the column fills.", examples=["emails[0]"])]
    rule: Annotated[str, Field(description="The rule.", examples=["must be an e-mail address"])]


class ImportCounts(BaseModel):
    """Rows by what came of them."""

    created: Annotated[int, Field(description="Rows that made a person known.", examples=[120])]
    updated: Annotated[int, Field(description="Rows that said something new of a person.", examples=[3])]
    unchanged: Annotated[int, Field(description="Rows that said what was known.", examples=[7])]
    refused: Annotated[int, Field(description="Rows that broke a rule, and changed nothing.", examples=[1])]


class ImportOperation(ImportCounts):
    """An import, and how far it is."""

    id: UUID
    status: Annotated[Status, Field(description="What happens with it.", examples=["done"])]
    source: Annotated[str, Field(description="The source of what it states.", examples=["import"])]
    format: Annotated[ImportFormat, Field(description="How the file was read.")]
    columns: Annotated[list[str], Field(description="The columns of the file.", examples=[["Name", "E-Mail"]])]
    mapping: Annotated[ImportMapping, Field(description="What its columns mean.")]
    rows: Annotated[int, Field(description="Rows of the file, those included that are none.", examples=[131])]
    done: Annotated[int, Field(description="Rows that have a result.", examples=[131])]
    created_at: datetime
    finished_at: Annotated[datetime | None, Field(description="When the last row was done; null before.")]


class RefusedLine(BaseModel):
    """A line that would be refused, or of which something would be left out."""

    line: Annotated[int, Field(description="The line in the file, counted from 1.", examples=[7])]
    errors: list[ImportRowError]


class ImportPreview(ImportCounts):
    """What would come of a file."""

    dry_run: Annotated[Literal[True], Field(description="Nothing was stored.", examples=[True])]
    source: Annotated[str, Field(description="The source of what it states.", examples=["import"])]
    format: Annotated[ImportFormat, Field(description="How the file was read.")]
    columns: Annotated[list[str], Field(description="The columns of the file.", examples=[["Name", "E-Mail"]])]
    mapping: Annotated[ImportMapping, Field(description="What its columns mean.")]
    is_complete: Annotated[bool, Field(description="Whether all rows were tried; of a long file the first ones are.")]
    errors: Annotated[list[RefusedLine], Field(description="The first lines that break a rule.")]
    resumes: Annotated[list[ReadResume], Field(description="What the first resumes state, with how sure that is and where.")]


class ImportPage(BaseModel):
    """Imports, the newest first."""

    items: list[ImportOperation]
    next_cursor: str | None


class ImportRow(BaseModel):
    """What came of a row. Of a row that an erased person was named by, only that is left."""

    number: Annotated[int, Field(description="The row's place among the rows, counted from 1.", examples=[6])]
    line: Annotated[int, Field(description="The line in the file, counted from 1.", examples=[7])]
    result: Annotated[Result | None, Field(description="What came of it; null before it is done.", examples=["refused"])]
    candidate_id: UUID | None
    errors: list[ImportRowError]


class ImportRowPage(BaseModel):
    """Rows of an import, in order."""

    items: list[ImportRow]
    next_cursor: str | None


def row_reader(settings: CandidatesSettings) -> ReadRow:
    """Reads what a row states as an item of a batch is read."""

    def read(
        content: Mapping[str, Any], now: datetime, skip_invalid: bool
    ) -> tuple[RecordChange, list[FieldError]] | DomainError:
        try:
            patch, refused = read_patch(CandidateBatchItem, content, skip_invalid=skip_invalid, attributes=settings.attributes)
            name = read_name("candidate", patch.candidate)
        except DomainError as error:
            return error
        observed_at = observed_or_now(patch.observed_at, now)
        fields = patch.fields()
        change = RecordChange(name, fields, observed_at, skips_invalid=skip_invalid, phone_region=settings.phone_region)
        return change, refused

    return read


def _how_read(form: Format, columns: Sequence[str], meaning: Meaning) -> dict[str, Any]:
    return {
        "format": {
            "kind": form.kind,
            "encoding": form.encoding,
            "delimiter": form.delimiter,
            "header_line": form.header_line,
            "sheet": form.sheet,
            "sheets_left": [*form.sheets_left],
        },
        "columns": list(columns),
        "mapping": {"columns": dict(meaning.columns), "empty": "clear" if meaning.clears_empty else "keep"},
    }


def import_shown(one: Import) -> dict[str, Any]:
    """An import as JSON values."""
    return {
        "id": str(one.id),
        "status": one.status,
        "source": one.source,
        **_how_read(one.format, one.columns, one.meaning),
        "rows": one.rows,
        "done": one.done,
        "created": one.created,
        "updated": one.updated,
        "unchanged": one.unchanged,
        "refused": one.refused,
        "created_at": written(one.created_at),
        "finished_at": written(one.finished_at),
    }


def preview_shown(preview: Preview, source: str, form: Format, columns: Sequence[str], meaning: Meaning) -> dict[str, Any]:
    """What would come of a file as JSON values."""
    return {
        "dry_run": True,
        "source": source,
        **_how_read(form, columns, meaning),
        **{name: preview.counts[name] for name in ("created", "updated", "unchanged", "refused")},
        "is_complete": preview.is_complete,
        "errors": [{"line": line, "errors": errors_shown(errors)} for line, errors in preview.refused],
        "resumes": [{"line": line, **resume} for line, resume in preview.resumes],
    }


def row_shown(row: StoredRow) -> dict[str, Any]:
    """A row's result as JSON values."""
    return {
        "number": row.number,
        "line": row.line,
        "result": row.result,
        "candidate_id": None if row.candidate_id is None else str(row.candidate_id),
        "errors": errors_shown(row.errors),
    }


def errors_shown(errors: Sequence[RowError]) -> list[dict[str, Any]]:
    """Errors of a row as JSON values."""
    return [{"column": one.column, "field": one.field, "rule": one.rule} for one in errors]

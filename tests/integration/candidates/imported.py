"""Importing files in tests: sending one, and working it off at once."""

from dataclasses import dataclass
from typing import Any

import httpx

from services.candidates.api.import_bodies import row_reader
from services.candidates.settings import CandidatesSettings
from services.candidates.use_cases.run_imports import ImportRunner
from shared.db.engine import Sessions
from tests.integration.candidates.conftest import Caller


@dataclass(frozen=True)
class Importer:
    """Who imports files, and works them off."""

    ats: Caller
    sessions: Sessions
    settings: CandidatesSettings

    @property
    def runner(self) -> ImportRunner:
        return ImportRunner(self.sessions, row_reader(self.settings), self.settings.partitions, self.settings.import_keeps)

    async def send(self, content: str | bytes, *, key: str | None = None, **fields: str) -> httpx.Response:
        """POST a file."""
        raw = content.encode() if isinstance(content, str) else content
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.ats.ask("POST", "/v1/imports", headers, files={"file": ("people.csv", raw)}, data=fields)

    async def work(self) -> None:
        """Work off what is to be worked off."""
        runner = self.runner
        while await runner.work_once():
            pass

    async def imported(self, content: str | bytes, **fields: str) -> dict[str, Any]:
        """Import a file, which must be taken; the import once it is done."""
        answer = await self.send(content, **fields)
        assert answer.status_code == 202, answer.text
        await self.work()
        return await self.read(answer.json()["id"])

    async def read(self, one: str) -> dict[str, Any]:
        """GET an import."""
        answer = await self.ats.ask("GET", f"/v1/imports/{one}")
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def rows(self, one: str) -> list[dict[str, Any]]:
        """All rows of an import."""
        return await self.ats.all_of(f"/v1/imports/{one}/rows?limit=3")

    async def people(self) -> list[dict[str, Any]]:
        """Everybody who is known."""
        return await self.ats.all_of("/v1/candidates?limit=50")

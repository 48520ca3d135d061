"""Migrations are frozen: they hold their own statements, form one line, and a released one never changes."""

import ast
import hashlib
import sys
from pathlib import Path

import pytest

from rekindle.runtime.registry import SERVICES
from shared.db import migrations

ROOT = Path(__file__).parents[3]
RELEASED = Path(__file__).with_name("released_migrations.txt")
"""As `sha256sum` writes it; a release adds its revisions."""
FILES = sorted(ROOT.glob("services/*/migrations/versions/*.py"))


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_a_migration_imports_nothing_that_may_change(file: Path) -> None:
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(file.read_text()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported <= {"alembic", "sqlalchemy", "phonenumbers", *sys.stdlib_module_names}


@pytest.mark.parametrize("service", [service.name for service in SERVICES])
def test_revisions_follow_each_other_and_are_named_as_their_files(service: str) -> None:
    files = sorted((ROOT / "services" / service / "migrations" / "versions").glob("*.py"))
    numbers = [f"{number:04}" for number in range(1, len(files) + 1)]

    assert [file.name.partition("_")[0] for file in files] == numbers
    walked = migrations._scripts(f"services.{service}").walk_revisions(head="heads")
    assert [(script.revision, script.down_revision) for script in walked] == list(
        reversed(list(zip(numbers, [None, *numbers], strict=False)))
    )


def test_a_released_migration_never_changes() -> None:
    recorded = [line.split() for line in RELEASED.read_text().splitlines()]

    assert [[hashlib.sha256((ROOT / name).read_bytes()).hexdigest(), name] for _, name in recorded] == recorded

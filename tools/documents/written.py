"""Which documents there are, where they lie, and how they are written."""

import json
from pathlib import Path
from typing import Any

from services.gateway.behaviour import behaviour, facts_of_reasons
from shared.events import EVENTS, Topic
from tools.documents import asyncapi, metrics, schemas, services

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "docs"
ASYNCAPI = Path("asyncapi.json")
BEHAVIOUR = Path("api.md")
METRICS = Path("metrics.md")
OPENAPI = Path("openapi")
EVENTS_FOLDER = Path("events")


def contents() -> dict[Path, str]:
    """Every document by its path below `docs`, as the code has it now."""
    made: dict[Path, str] = {ASYNCAPI: _json(asyncapi.document()), BEHAVIOUR: behaviour().removeprefix("#") + "\n"}
    made[METRICS] = metrics.page()
    for name, document in services.documents().items():
        made[OPENAPI / f"{name}.json"] = _json(document)
    for kind in EVENTS:
        made[EVENTS_FOLDER / f"{kind.type}.schema.json"] = _json(schemas.published(kind))
    made[EVENTS_FOLDER / "README.md"] = _list_of_events()
    return made


def _json(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _list_of_events() -> str:
    lines = [
        "# Every event type",
        "",
        "Made by `make documents` from `shared/events`; each type has its JSON Schema beside this file. How they travel is in",
        "[asyncapi.json](../asyncapi.json). Only what may be seen on the bus is listed.",
    ]
    for topic in Topic:
        lines += ["", f"## {topic.value}", "", "| type | says | fields (bold: always there) |", "|---|---|---|"]
        for kind in asyncapi.messages_of(topic):
            schema = schemas.bus_schema(kind)
            always = set(schema.get("required", []))
            fields = ", ".join(f"**{name}**" if name in always else name for name in schema.get("properties", {}))
            summary = str(schema.get("description", "")).partition("\n")[0]
            lines.append(f"| [{kind.type}]({kind.type}.schema.json) | {summary} | {fields} |")
    return "\n".join([*lines, *_facts_of_reasons()]) + "\n"


def _facts_of_reasons() -> list[str]:
    """The part that says which facts each reason of a close takes."""
    lines = [
        "",
        "## Why a pursuit ended",
        "",
        "The `reason` of `declined`, `rejected` and `withdrawn`, and the `facts` that each takes, all optional. A hard no",
        "takes none and needs `evidence` and `decided_by`. `also` holds further soft reasons, each with its own facts. Fields",
        "in italics stay with engagement and are not on the bus.",
        "",
    ]
    return [*lines, *facts_of_reasons()]


def generated(folder: Path) -> set[Path]:
    """The files below `docs` that are ours to write, as paths relative to it."""
    found = {path for name in (OPENAPI, EVENTS_FOLDER) for path in (folder / name).rglob("*") if path.is_file()}
    found |= {folder / path for path in (ASYNCAPI, BEHAVIOUR, METRICS) if (folder / path).exists()}
    return {path.relative_to(folder) for path in found}


def write(folder: Path) -> list[Path]:
    """Write all documents and remove those of what is no more; returns the paths that changed."""
    changed: list[Path] = []
    made = contents()
    for path in sorted(generated(folder) - made.keys()):
        (folder / path).unlink()
        changed.append(path)
    for path, text in made.items():
        target = folder / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def out_of_date(folder: Path) -> list[str]:
    """What is not as the code has it now, a sentence each."""
    made = contents()
    problems = [f"docs/{path} belongs to nothing that exists" for path in sorted(generated(folder) - made.keys())]
    for path, text in made.items():
        target = folder / path
        if not target.exists():
            problems.append(f"docs/{path} is missing")
        elif target.read_text(encoding="utf-8") != text:
            problems.append(f"docs/{path} is out of date")
    return problems

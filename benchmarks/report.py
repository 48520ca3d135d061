"""The table and the JSON of a run."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.figures import Failure, Figure


def print_table(figures: Sequence[Figure], failures: Sequence[Failure]) -> None:
    """Print a line for each figure and each failure, and the notes and errors below."""
    table = Table(title="Rekindle: ratios of two things measured in turn in the same run")
    for heading in ("figure", "minimum", "median", "maximum", "aim", "reached", "ours / theirs (median)"):
        table.add_column(heading, overflow="fold")
    for figure in figures:
        ours, theirs = (median(side) for side in zip(*figure.rounds, strict=True))
        table.add_row(
            figure.name,
            *(f"{value:.3g}" for value in (min(figure.ratios), figure.median, max(figure.ratios))),
            f"{'≤' if figure.at_most else '≥'} {figure.aim:g}" + (f", reach {figure.reach:.3g}" if figure.reach else ""),
            "yes" if figure.is_reached else "no",
            f"{ours:,.4g} {figure.units[0]} / {theirs:,.4g} {figure.units[1]}",
        )
    for failure in failures:
        table.add_row(failure.name, *["FAILED"] * 3, "", "no", "")
    console = Console(width=None if Console().is_terminal else 150)
    console.print(table)
    for figure in figures:
        console.print(f"{figure.name}: {figure.what}", markup=False, highlight=False)
        for note in figure.notes:
            console.print(f"  {note}", markup=False, highlight=False)
    for failure in failures:
        console.print(f"FAILED {failure.name}: {failure.error}", markup=False, highlight=False)


def write_json(figures: Sequence[Figure], failures: Sequence[Failure], file: Path, asked: dict[str, Any]) -> None:
    """Write everything that was measured, and what could not be."""
    document = {
        "measured_at": datetime.now(UTC),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "asked": asked,
        "figures": [figure.as_json() for figure in figures],
        "failed": [{"name": failure.name, "error": failure.error} for failure in failures],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))

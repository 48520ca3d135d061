"""The lines of an export as they come: whole ones alone are written, so that what broke off goes on behind the last."""

import csv
import json


class Lines:
    """Lines of CSV, the first of which has the names, or of JSON."""

    def __init__(self, *, are_csv: bool) -> None:
        self._are_csv = are_csv
        self._names: list[str] = []
        self._rest = b""
        self._last = b""
        self._skips_names = False
        self.rows = 0
        """How many whole rows have come."""

    def take(self, some: bytes) -> bytes:
        """The whole lines that are there by now and were not before."""
        lines = (self._rest + some).splitlines(keepends=True)
        self._rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        if lines and self._are_csv and (not self._names or self._skips_names):
            names = _cells(lines[0])
            lines = lines[self._skips_names :]
            self._skips_names = False
            first = not self._names
            self._names = names
            self._count(lines[1:] if first else lines)
        else:
            self._count(lines)
        return b"".join(lines)

    def begin_again(self) -> None:
        """What comes next is another answer, behind the last row of this one."""
        self._rest = b""
        self._skips_names = bool(self._names)

    @property
    def behind(self) -> str | None:
        """The ids of the last row, as the API takes them; None where none has come."""
        if not self.rows:
            return None
        row = dict(zip(self._names, _cells(self._last), strict=True)) if self._are_csv else json.loads(self._last)
        ids = ("person_id", "item_id") if row["item_id"] else ("person_id", "position_id", "attempt")
        return ",".join(str(row[name]) for name in ids)

    def _count(self, lines: list[bytes]) -> None:
        self.rows += len(lines)
        self._last = lines[-1] if lines else self._last


def _cells(line: bytes) -> list[str]:
    return next(csv.reader([line.decode()]))

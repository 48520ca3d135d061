"""The processor time of a stack's processes, as the operating system counts it."""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK")


class PartRestarted(RuntimeError):
    """A part of the stack was started again while it was measured: what its former process used is not known."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the parts of a stack have used until a moment."""

    at: float
    """Of the monotonic clock."""
    seconds: Mapping[str, float]
    """Processor time by part, each with its children, the supervisor included."""
    pids: Mapping[str, int]

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> "Reading":
        """Read the parts that the supervisor has written down."""
        pids = {name: part["pid"] for name, part in state["parts"].items()}
        children = child_processes()
        seconds = {name: sum(processor_seconds(pid) for pid in tree(root, children)) for name, root in pids.items()}
        # Its children are the parts; those that ended since it was started are its own, and none ends while it is measured.
        seconds["supervisor"] = processor_seconds(state["supervisor"])
        return cls(time.monotonic(), seconds, pids)

    def since(self, before: "Reading") -> "Used":
        """What was used between two readings. Raises PartRestarted."""
        if changed := [name for name, pid in self.pids.items() if before.pids.get(name) != pid]:
            raise PartRestarted(f"started again while it was measured: {', '.join(changed)}")
        return Used(self.at - before.at, {name: used - before.seconds[name] for name, used in self.seconds.items()})


@dataclass(frozen=True, slots=True)
class Used:
    """Processor time in seconds, by part, and the seconds within which it was used."""

    elapsed: float
    seconds: Mapping[str, float]

    @property
    def cores(self) -> dict[str, float]:
        """Cores in use, by part."""
        return {name: used / self.elapsed for name, used in self.seconds.items()}

    def beyond(self, idle_cores: float, things: int) -> dict[str, float]:
        """Milliseconds for each of so many things, by part; what an idle stack takes is a part with a negative cost."""
        cost = {name: used * 1000 / things for name, used in self.seconds.items()}
        return cost | {"idle": -idle_cores * self.elapsed * 1000 / things}


def processor_seconds(pid: int) -> float:
    """Seconds that a process and those of its children that have ended have run, in user and system mode; 0 when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS


def child_processes() -> dict[int, list[int]]:
    """The children of each process of the machine that has some."""
    found: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        found.setdefault(int(fields[1]), []).append(int(status.parent.name))
    return found


def tree(root: int, children: Mapping[int, list[int]]) -> Iterator[int]:
    """A process and all that descend from it."""
    yield root
    for child in children.get(root, ()):
        yield from tree(child, children)

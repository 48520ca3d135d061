"""One page of Prometheus metrics from several processes."""

import re
from collections.abc import Iterable, Mapping

_PROCESS = re.compile(r'^process="[^"]*",?')


def merge(pages: Mapping[str, str]) -> str:
    """Merge the metrics pages of processes; every sample gets the process's name as a label, once.

    Samples of one family have to stand together, so pages cannot simply follow each other.
    """
    heads: dict[str, list[str]] = {}
    samples: dict[str, list[str]] = {}
    for process, page in pages.items():
        family = ""
        for line in page.splitlines():
            if line.startswith("#"):
                words = line.split(" ", 3)
                family = words[2]
                known = heads.setdefault(family, [])
                if not any(head.split(" ", 3)[:3] == words[:3] for head in known):
                    known.append(line)
            elif line:
                samples.setdefault(family, []).append(_labelled(line, process))
    return "\n".join(_lines(heads, samples)) + "\n"


def _lines(heads: Mapping[str, list[str]], samples: Mapping[str, list[str]]) -> Iterable[str]:
    for family, lines in heads.items():
        if family in samples:
            yield from lines
            yield from samples[family]


def _labelled(line: str, process: str) -> str:
    name, brace, rest = line.partition("{")
    if brace and " " not in name:
        # A page that was merged already carries the label; the name by which the process is known here takes its place.
        rest = _PROCESS.sub("", rest)
        return f'{name}{{process="{process}"{"" if rest.startswith("}") else ","}{rest}'
    name, _, value = line.partition(" ")
    return f'{name}{{process="{process}"}} {value}'

"""The long chaos run: ``python -m tests.chaos --duration SECONDS``.

Says every ten seconds how far it has come, and prints its figures as a table and as JSON.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from tests.chaos.storm import storm


def main() -> int:
    """Run a storm; the exit status is 0 when everything added up."""
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:6.1f} s] {text}", file=sys.stderr, flush=True)

    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--duration", type=float, default=600, metavar="SECONDS", help="how long parts are killed")
    parser.add_argument("--seed", type=int, default=2026, help="what the dice begin with")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rekindle-chaos-", ignore_cleanup_errors=True) as folder:
        figures = asyncio.run(storm(Path(folder), seconds=asked.duration, seed=asked.seed, pause=1.0, say=say))
    print(f"{'duration':<28}{figures.seconds:>10.0f} s")
    print(f"{'events accepted':<28}{figures.accepted:>10}")
    print(f"{'records and links changed':<28}{figures.changes:>10}")
    print(f"{'queue items claimed':<28}{figures.claimed:>10}")
    print(f"{'requests sent':<28}{figures.tries:>10}")
    print(f"{'requests without an answer':<28}{figures.faults:>10}")
    print(f"{'everything added up after':<28}{figures.settled_after:>10.1f} s")
    for act, count in sorted(figures.acts.items()):
        print(f"{act:<28}{count:>10}")
    print(json.dumps(asdict(figures)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

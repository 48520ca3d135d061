"""The worked changes of CONTRIBUTING apply to the code as it is."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CHANGES = re.findall(r"```diff\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)


@pytest.mark.skipif(shutil.which("git") is None, reason="git, which applies the changes, is not installed")
@pytest.mark.parametrize("change", CHANGES, ids=[change.splitlines()[0].rpartition("/")[2] for change in CHANGES])
def test_a_worked_change_applies(change: str) -> None:
    outcome = subprocess.run(
        ["git", "apply", "--recount", "--check"], input=change, text=True, capture_output=True, cwd=ROOT, check=False
    )

    assert outcome.returncode == 0, outcome.stderr

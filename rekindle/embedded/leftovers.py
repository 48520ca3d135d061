"""End what a stack left running that was ended without being able to stop its parts."""

import signal
from typing import TYPE_CHECKING

from rekindle.embedded.folder import DataFolder
from rekindle.embedded.supervisor import Say

if TYPE_CHECKING:
    import psutil

GRACE_SECONDS = 10.0


def end(folder: DataFolder, say: Say) -> None:
    """Stop the processes of the folder's last stack that still run. The caller holds the folder."""
    left = folder.left_behind()
    if not left:
        return
    import psutil

    found = []
    for name, part in left.get("parts", {}).items():
        try:
            process = psutil.Process(int(part["pid"]))
            # Another program may have got the number since.
            if process.create_time() <= float(left["written_at"]) and _is_ours(process, folder):
                say(f"ending {name}, which the last stack left running")
                process.send_signal(signal.SIGINT if name == "postgres" else signal.SIGTERM)
                found.append(process)
        except psutil.Error:
            continue
    _, alive = psutil.wait_procs(found, timeout=GRACE_SECONDS)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=GRACE_SECONDS)
    folder.run.unlink(missing_ok=True)


def _is_ours(process: "psutil.Process", folder: DataFolder) -> bool:
    command = " ".join(process.cmdline())
    return str(folder.path) in command or "rekindle.runtime.serve" in command or "rekindle.runtime.worker" in command

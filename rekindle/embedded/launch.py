"""Become another program that dies with its parent and, where asked, is not root.

Run as a script, with the standard library alone, between the supervisor and each program that it starts:
`launch.py --parent PID --signal N [--user NAME --reach PATH ...] -- PROGRAM ARGUMENT ...`

PostgreSQL refuses to run as root. It then runs as NAME; where NAME could not enter a folder on the way to a PATH, it
keeps the one capability that lets it, so that nobody's folders have to be opened to everybody.
"""

import argparse
import ctypes
import os
import pwd
import signal
import stat
import sys
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
CAPABILITY_VERSION_3 = 0x20080522


def prctl(*arguments: int) -> bool:
    """Call prctl(2); false where it does not exist or refuses."""
    try:
        call = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return False
    return bool(call(*(ctypes.c_ulong(value) for value in (*arguments, *[0] * (5 - len(arguments))))) == 0)


def die_with(parent: int, number: int) -> None:
    """Get this signal when the parent is gone, also if it went before we asked."""
    prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        sys.exit(128 + number)


def may_enter(user: pwd.struct_passwd, path: Path) -> bool:
    """Whether a user may reach a path, by the permissions of the folders above it."""
    for folder in path.resolve().parents:
        status = folder.stat()
        mine = status.st_uid == user.pw_uid and status.st_mode & stat.S_IXUSR
        group = status.st_gid == user.pw_gid and status.st_mode & stat.S_IXGRP
        if not (mine or group or status.st_mode & stat.S_IXOTH):
            return False
    return True


def keep_capability() -> None:
    """Hold on to the weakest capability that lets a program enter any folder."""
    libc = ctypes.CDLL(None)
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        bit = 1 << capability
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        wanted = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
        if libc.capset(header, wanted) == 0 and prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability):
            return


def become(name: str, paths: list[Path]) -> None:
    """Go on as another user who can still reach the paths."""
    user = pwd.getpwnam(name)
    confined = not all(may_enter(user, path) for path in paths)
    if confined:
        prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    if confined:
        keep_capability()


def main() -> None:
    """Replace this process by the program."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--signal", type=int, default=signal.SIGTERM)
    parser.add_argument("--user")
    parser.add_argument("--reach", type=Path, action="append", default=[])
    parser.add_argument("program", nargs="+")
    asked = parser.parse_args()
    if asked.user:
        become(asked.user, asked.reach)
    die_with(asked.parent, asked.signal)
    os.execv(asked.program[0], asked.program)


if __name__ == "__main__":
    main()

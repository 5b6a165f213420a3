"""Finds a user that a program which refuses to run as root, or as a user without a name, can run as."""

import os
import pwd
import sys
from pathlib import Path

from fairhaven.core.launch import Identity, Launch
from fairhaven.core.processes import run, safe_environment


async def unprivileged_identity() -> Identity | None:
    """`None` when the present user will do.

    Otherwise the present user shown to the program under a named number of another (a user namespace: no
    file changes its owner, no user is added); where the system forbids that, root becomes `nobody`.
    """
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return None
    mapped = _named_identity()
    if sys.platform == "linux" and await _can_run_as(mapped):
        return mapped
    return nobody() if os.geteuid() == 0 else None


def nobody() -> Identity:
    """The system's user without rights."""
    entry = pwd.getpwnam("nobody")
    return Identity(entry.pw_uid, entry.pw_gid)


def _named_identity() -> Identity:
    """Some user that has a name: programs look it up, it need not be ours. Not `nobody`: files of users
    outside the namespace appear as nobody's."""
    entry = next(entry for entry in pwd.getpwall() if entry.pw_uid not in (0, 65534))
    return Identity(entry.pw_uid, entry.pw_gid, mapped=True)


async def _can_run_as(identity: Identity) -> bool:
    command = Launch(identity=identity).command(["/bin/sh", "-c", "exit 0"])
    return (await run(command, cwd=Path("/"), env=safe_environment(), time_limit=5)).ok


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True

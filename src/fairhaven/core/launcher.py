"""A script, not a module: prepares the process it runs in, then becomes the program it was given.

It needs only the standard library and is started as `python -I -S launcher.py [key=value …] -- program …`,
so that what must happen between fork and exec (rlimits, another user, a signal at the parent's death)
never runs inside a threaded parent. `launch.py` writes its command line. With `guard=FD` it stays as a
guard instead: it runs the program, ends it with everything it started when FD reaches end of file (which
is what happens when the parent dies, however it dies), and ends as the program ended.
"""

import ctypes
import os
import resource
import select
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWUSER = 0x10000000
FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
CANNOT_START = 126
# Everything is imported above, first: after a change of user our own files may be out of reach.


def main(arguments: list[str]) -> None:
    split = arguments.index("--")
    options = dict(argument.split("=", 1) for argument in arguments[:split])
    argv = arguments[split + 1 :]
    if "guard" in options:
        _guard(int(options["guard"]), lambda parent: _become(argv, options, parent))
    else:
        _become(argv, options, int(options["parent"]) if "parent" in options else None)


def _become(argv: list[str], options: dict[str, str], parent: int | None) -> None:
    for name, value in _with_prefix(options, "set."):
        os.environ[name] = value
    try:
        for name, value in _with_prefix(options, "limit."):
            _limit(name, int(value))
        _change_identity(options)
        # Last: the kernel forgets the signal when a process changes its user.
        _die_with(parent, int(options.get("death", signal.SIGKILL)))
        os.execvpe(argv[0], argv, os.environ)  # noqa: S606 - this is the launcher's whole purpose
    except OSError as error:
        print(f"cannot start {argv[0]}: {error}", file=sys.stderr, flush=True)
        os._exit(CANNOT_START)


def _with_prefix(options: dict[str, str], prefix: str) -> list[tuple[str, str]]:
    return [(key.removeprefix(prefix), value) for key, value in options.items() if key.startswith(prefix)]


def _limit(name: str, value: int) -> None:
    which = getattr(resource, f"RLIMIT_{name}", None)
    if which is None:
        return
    _, hard = resource.getrlimit(which)
    wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (wanted, wanted))


def _change_identity(options: dict[str, str]) -> None:
    if "map" in options:
        _map_identity(*(int(part) for part in options["map"].split(":")))
    if "user" in options:
        uid, gid = (int(part) for part in options["user"].split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)


def _map_identity(uid: int, gid: int) -> None:
    """Enter a user namespace where the present user appears as `uid`, without any privilege outside."""
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    _libc("unshare", CLONE_NEWUSER)
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {outer_uid} 1"),
        ("gid_map", f"{gid} {outer_gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123 - pathlib costs 10 ms here
            file.write(line)


def _die_with(parent: int | None, death_signal: int) -> None:
    """Ask the kernel for `death_signal` when the thread that started us ends (Linux only)."""
    if parent is None or sys.platform != "linux":
        return
    _libc("prctl", PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os._exit(CANNOT_START)


def _libc(function: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    call: Any = getattr(libc, function)
    if call(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}: {os.strerror(code)}")


def _guard(pipe: int, start: Callable[[int], None]) -> None:
    os.set_inheritable(pipe, False)
    if sys.platform == "linux":
        _libc("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signals, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    guard = os.getpid()
    program = os.fork()
    if program == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        start(guard)
    _stand_guard(pipe, signals, program)


def _stand_guard(pipe: int, signals: int, program: int) -> None:
    for number in FORWARDED:
        signal.signal(number, lambda received, _: _send(program, received))
    while True:
        readable, _, _ = select.select([pipe, signals], [], [])
        if signals in readable:
            os.read(signals, 512)
        status = _reap(program)
        if status is not None:
            _end_all(program)
            _end_like(status)
        if pipe in readable and not os.read(pipe, 1):
            _end_all(program)
            os._exit(128 + signal.SIGKILL)


def _send(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _reap(program: int) -> int | None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        if pid == program:
            return status
        if pid == 0:
            return None


def _end_all(program: int) -> None:
    """Kill the program's group, then whatever of its descendants has come to us, until none is left."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(program, signal.SIGKILL)
    while True:
        for pid in _children():
            _send(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> list[int]:
    path = f"/proc/self/task/{os.getpid()}/children"
    try:
        with open(path) as file:  # noqa: PTH123 - pathlib costs 10 ms here
            return [int(pid) for pid in file.read().split()]
    except FileNotFoundError:
        return []


def _end_like(status: int) -> None:
    code = os.waitstatus_to_exitcode(status)
    if code < 0 and -code not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(-code, signal.SIG_DFL)
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main(sys.argv[1:])

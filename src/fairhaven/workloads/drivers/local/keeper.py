"""A script, not a module: keeps one run of the local engine, apart from the platform that started it.

`python -I -S keeper.py FOLDER` returns when the run has started, and leaves behind a process of its own
session (the keeper) that starts what `FOLDER/run.json` says, writes its output to log segments of bounded
size, ends it when told so, and notes how it ended. It needs only the standard library.

What the program is given is read from the standard input and written down nowhere: its environment, and
secrets as files. Values of secrets are masked in the output before it is written.

The keeper holds a lock on `FOLDER/lock` for as long as it lives, and the kernel lets go of it however the
keeper dies: who cannot take the lock knows that the keeper lives, whatever became of process numbers.
It reads `FOLDER/control`, a named pipe: a line `stop` written there ends the run; so does SIGTERM.
If the keeper itself is killed, the kernel ends what it started.
"""

import fcntl
import json
import os
import resource
import select
import signal
import sys
import time
from contextlib import suppress
from typing import Any

PR_SET_CHILD_SUBREAPER = 36
GUARD = 9  # the descriptor by which a guard process learns that the keeper died
CANNOT_START = 126
SHORTEST_MASKED = 8  # characters; shorter ones would tear gaps into everything
CLOSED_IN_BY = ("bwrap",)  # processes around the program that must not be asked to end: they would not wait


def main(folder: str) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    given = json.loads(_all_of(0))
    inner, outer = os.pipe()
    if os.fork():
        os.close(outer)
        _leave(_all_of(inner))
    os.close(inner)
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir(folder)
    _close_all_but(outer)
    _detach()
    _keep(outer, given)


def _leave(message: bytes) -> None:
    """End the first process once the keeper said how it went."""
    if message == b"ok":
        os._exit(0)
    print(message.decode(errors="replace") or "the keeper ended at once", file=sys.stderr, flush=True)
    os._exit(1)


def _close_all_but(kept: int) -> None:
    """Let go of whatever the platform left open: its sockets must not live on in here."""
    os.closerange(3, kept)
    os.closerange(kept + 1, min(os.sysconf("SC_OPEN_MAX"), 65536))


def _detach() -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    notes = os.open("keeper.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(nothing, 0)
    os.dup2(notes, 1)
    os.dup2(notes, 2)
    os.close(nothing)
    os.close(notes)


def _keep(caller: int, given: dict[str, Any]) -> None:
    if not _lock():
        _tell(caller, b"ok")  # another keeper lives, and has it in hand
        return
    run = _read("run.json")
    if _read("started.json").get("generation", 0) >= run["generation"]:
        _tell(caller, b"ok")  # it was started once; that is enough
        return
    try:
        life = _Life(run, given)
    except OSError as error:
        _tell(caller, str(error).encode())
        return
    _tell(caller, b"ok")
    code = life.watch()
    _remove_files(run)
    _write("ended.json", {"generation": run["generation"], "exit_code": code, "ended_at": time.time()})


class _Life:
    """One run from its start to its end."""

    def __init__(self, run: dict[str, Any], given: dict[str, Any]) -> None:
        self._grace: float = run["grace"]
        self._log = _Log(run["log_segment"], run["log_segments"])
        self._mask = _Mask(given["secrets"])
        self._guarded: bool = run["guarded"]
        self._asked_at: float | None = None
        self._told = False
        self._code: int | None = None
        if sys.platform == "linux":
            _libc("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._signals = self._catch_signals()
        self._control = _control()
        _write_files(run, given["files"])
        _write("started.json", {"generation": run["generation"], "started_at": time.time()})
        self._program, self._output = _start(run, given)

    def watch(self) -> int:
        """Wait for the end; returns the exit code, 128 + n after signal n."""
        while self._code is None:
            ready, _, _ = select.select(self._sources(), [], [], self._patience())
            if self._output in ready:
                self._copy()
            if self._control in ready and b"stop" in os.read(self._control, 4096):
                self._ask_to_end()
            if self._signals in ready and signal.SIGTERM in os.read(self._signals, 512):
                self._ask_to_end()
            self._reap()
            self._press()
        _end_all()
        while self._output >= 0 and select.select([self._output], [], [], 1.0)[0]:
            self._copy()
        self._log.write(self._mask.rest())
        return self._code

    def _sources(self) -> list[int]:
        return [each for each in (self._output, self._control, self._signals) if each >= 0]

    def _patience(self) -> float | None:
        return None if self._asked_at is None else 0.05

    def _ask_to_end(self) -> None:
        self._asked_at = self._asked_at or time.monotonic()

    def _press(self) -> None:
        """After being asked: SIGTERM to the program itself, SIGKILL to everything when its time is over."""
        if self._asked_at is None or self._code is not None:
            return
        if not self._told:
            self._told = _terminate(self._program, self._guarded)
        if time.monotonic() - self._asked_at > self._grace:
            _signal(self._program, signal.SIGKILL)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == self._program:
                code = os.waitstatus_to_exitcode(status)
                self._code = code if code >= 0 else 128 - code
            if pid == 0:
                return

    def _copy(self) -> None:
        data = os.read(self._output, 65536)
        if data:
            self._log.write(self._mask.of(data))
        else:
            os.close(self._output)
            self._output = -1

    def _catch_signals(self) -> int:
        inner, outer = os.pipe()
        os.set_blocking(outer, False)
        signal.set_wakeup_fd(outer, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: None)
        return inner


class _Mask:
    """Takes secrets out of a stream, also where one is cut in two by how it arrives.

    A secret of several lines is looked for line by line: that is how programs show them.
    """

    def __init__(self, secrets: list[str]) -> None:
        lines = {line.strip() for secret in secrets for line in secret.encode().splitlines()}
        self._secrets = sorted(
            (line for line in lines if len(line) >= SHORTEST_MASKED), key=len, reverse=True
        )
        self._held = b""

    def of(self, data: bytes) -> bytes:
        """What may be written now; the beginning of what could become a secret is held back."""
        if not self._secrets:
            return data
        data = self._masked(self._held + data)
        begin = min(_begin_of(secret, data) for secret in self._secrets)
        self._held = data[begin:]
        return data[:begin]

    def rest(self) -> bytes:
        """What was held back, when nothing follows any more."""
        held, self._held = self._held, b""
        return held

    def _masked(self, data: bytes) -> bytes:
        for secret in self._secrets:
            data = data.replace(secret, b"***")
        return data


def _begin_of(secret: bytes, data: bytes) -> int:
    """Where a secret may begin at the end of the data, to go on in what comes; else the data's length."""
    at = data.find(secret[0], max(0, len(data) - len(secret) + 1))
    while at >= 0 and not secret.startswith(data[at:]):
        at = data.find(secret[0], at + 1)
    return at if at >= 0 else len(data)


class _Log:
    """Output in files `log/<offset of its first byte>`; the oldest are deleted when there are too many."""

    def __init__(self, segment: int, segments: int) -> None:
        os.makedirs("log", mode=0o700, exist_ok=True)  # noqa: PTH103 - pathlib costs 10 ms here
        self._segment, self._segments = segment, segments
        starts = self._starts()
        self._begin = starts[-1] if starts else 0
        self._file = self._open()
        self._size = os.fstat(self._file).st_size

    def write(self, data: bytes) -> None:
        if self._size >= self._segment:
            self._turn()
        _write_all(self._file, data)
        self._size += len(data)

    def _turn(self) -> None:
        os.close(self._file)
        self._begin, self._size = self._begin + self._size, 0
        self._file = self._open()
        for start in self._starts()[: -self._segments]:
            os.unlink(f"log/{start:020d}")  # noqa: PTH108 - pathlib costs 10 ms here

    def _open(self) -> int:
        return os.open(
            f"log/{self._begin:020d}", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
        )

    def _starts(self) -> list[int]:
        return sorted(int(name) for name in os.listdir("log"))  # noqa: PTH208


def _start(run: dict[str, Any], given: dict[str, Any]) -> tuple[int, int]:
    """Start the program; returns its process and where its output comes from."""
    output, its_output = os.pipe()
    guard, ours = os.pipe()  # never written to: `guard` ends when we do
    pid = os.fork()
    if pid == 0:
        _become(run, given, its_output, guard)
    os.close(its_output)
    os.close(guard)
    os.set_inheritable(ours, False)
    return pid, output


def _become(run: dict[str, Any], given: dict[str, Any], output: int, guard: int) -> None:
    argv: list[str] = run["argv"]
    try:
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        os.setpgid(0, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.dup2(guard, GUARD)
        os.set_inheritable(GUARD, run["guarded"])
        os.closerange(3, GUARD)
        os.closerange(GUARD + 1, 1024)
        for name, descriptor in run["descriptors"].items():
            _hand_over(given["files"][name], descriptor)
        os.chdir(run["cwd"])
        os.execvpe(argv[0], argv, given["environment"])  # noqa: S606 - this is the keeper's whole purpose
    except OSError as error:
        print(f"cannot start {argv[0]}: {error}", file=sys.stderr, flush=True)
        os._exit(CANNOT_START)


def _hand_over(text: str, descriptor: int) -> None:
    """Let what we become read a text from a descriptor; it is in memory only."""
    memory = os.memfd_create("secret")
    _write_all(memory, text.encode())
    os.lseek(memory, 0, os.SEEK_SET)
    os.dup2(memory, descriptor)
    os.close(memory)


def _write_files(run: dict[str, Any], files: dict[str, str]) -> None:
    """Where nothing closes the program in, secret files lie in its folder while it lives."""
    if folder := run["files_in"]:
        os.mkdir(folder, 0o700)  # noqa: PTH102 - pathlib costs 10 ms here
        for name, text in files.items():
            file = os.open(f"{folder}/{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            _write_all(file, text.encode())
            os.close(file)


def _remove_files(run: dict[str, Any]) -> None:
    if folder := run["files_in"]:
        with suppress(OSError):
            for name in os.listdir(folder):  # noqa: PTH208
                os.unlink(f"{folder}/{name}")  # noqa: PTH108
            os.rmdir(folder)  # noqa: PTH106


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _terminate(child: int, guarded: bool) -> bool:
    """Ask the program itself to end, inside what closes it in; whether it could be asked."""
    program = _inside(child, guarded)
    if program is not None:
        _signal(program, signal.SIGTERM)
    return program is not None


def _inside(child: int, guarded: bool) -> int | None:
    """The program inside guard and sandbox; None while it is not there yet."""
    pid, around = child, guarded
    while around or _name(pid) in CLOSED_IN_BY:
        inner = _children(pid)
        if inner is None:
            return child  # this system does not tell; a guard passes the signal on
        if not inner:
            return None
        pid, around = inner[0], False
    return pid


def _name(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/comm") as file:  # noqa: PTH123 - pathlib costs 10 ms here
            return file.read().strip()
    except OSError:
        return ""


def _children(pid: int) -> list[int] | None:
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:  # noqa: PTH123 - pathlib costs 10 ms here
            return [int(each) for each in file.read().split()]
    except OSError:
        return [] if sys.platform == "linux" else None


def _end_all() -> None:
    """Kill what is left of the program's descendants, which have come to us, until none is left."""
    while True:
        for pid in _children(os.getpid()) or []:
            _signal(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _lock() -> bool:
    """Take the lock for life. Somebody who only looks holds it for an instant: try for a second."""
    file = os.open("lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for _ in range(20):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        else:
            return True
    return False


def _control() -> int:
    with suppress(FileExistsError):
        os.mkfifo("control", 0o600)
    return os.open("control", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)


def _tell(caller: int, message: bytes) -> None:
    os.write(caller, message)
    os.close(caller)


def _all_of(descriptor: int) -> bytes:
    said = b""
    while data := os.read(descriptor, 4096):
        said += data
    return said


def _read(name: str) -> dict[str, Any]:
    try:
        with open(name) as file:  # noqa: PTH123 - pathlib costs 10 ms here
            found: dict[str, Any] = json.load(file)
    except FileNotFoundError:
        return {}
    return found


def _write(name: str, content: dict[str, Any]) -> None:
    """Write a file whole or not at all, and so that it survives the machine's end."""
    file = os.open(f".{name}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(file, json.dumps(content).encode())
    os.fsync(file)
    os.close(file)
    os.replace(f".{name}.new", name)  # noqa: PTH105 - pathlib costs 10 ms here
    folder = os.open(".", os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _libc(function: str, *arguments: int) -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    call: Any = getattr(libc, function)
    if call(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}: {os.strerror(code)}")


if __name__ == "__main__":
    main(sys.argv[1])

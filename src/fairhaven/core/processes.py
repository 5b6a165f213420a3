"""Runs a program to its end: no shell, a stated environment, bounded time and output, nothing left behind.

Each program runs under a small guard process that ends it, and everything it started, when its time is
over, when the caller is cancelled, or when this process dies.
"""

import asyncio
import os
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL
from typing import BinaryIO

from fairhaven.core.launch import Launch, Limits

LOG_LIMIT = 20 * 1024 * 1024
TAIL_LIMIT = 16 * 1024
SAFE = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")
NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
NETWORK_PREFIXES = ("PIP_", "UV_", "NPM_CONFIG_", "NODE_EXTRA_CA_CERTS", "GIT_SSL_")


@dataclass(frozen=True)
class Completed:
    """How a program ended.

    Attributes:
        exit_code: minus the signal's number when a signal ended it.
        seconds: wall time.
        output_tail: the last 16 kB of output and errors, in the order they came.
        timed_out: it was ended because its time was over.
        truncated: the log file holds only the first part of the output.
    """

    exit_code: int
    seconds: float
    output_tail: str
    timed_out: bool = False
    truncated: bool = False

    @property
    def ok(self) -> bool:
        return self.exit_code == 0 and not self.timed_out


async def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    time_limit: float | None,
    log: Path | None = None,
    stdin: bytes | None = None,
    limits: Limits | None = None,
    log_limit: int = LOG_LIMIT,
) -> Completed:
    """Run a program and wait for its end.

    Args:
        env: its whole environment; start from `safe_environment()`.
        time_limit: seconds; then it is ended with everything it started.
        log: output and errors are appended here as they come, `log_limit` bytes at most.
        stdin: what it reads; nothing otherwise.

    Raises:
        FileNotFoundError: `cwd` does not exist. A missing program is exit code 126 with a message.
    """
    began = time.monotonic()
    inner, outer = os.pipe()
    try:
        process = await _start(argv, cwd, env, Launch(guard=inner, limits=limits), stdin is not None)
    except BaseException:
        os.close(outer)
        raise
    finally:
        os.close(inner)
    output = _Output(log, log_limit)
    timed_out = False
    try:
        async with asyncio.timeout(time_limit):
            await _converse(process, stdin, output)
    except TimeoutError:
        timed_out = True
    finally:
        os.close(outer)  # the guard ends whatever is left
        await _gone(process)
        output.close()
    code = process.returncode if process.returncode is not None else -SIGKILL
    seconds = time.monotonic() - began
    return Completed(-SIGKILL if timed_out else code, seconds, output.tail(), timed_out, output.truncated)


def safe_environment(*, network: bool = False) -> dict[str, str]:
    """What may be passed on of our own environment: where programs are, language, time zone, certificates.

    With `network`, also proxies, certificates and package indexes (pip, uv, npm), and nothing else.
    """
    return {name: value for name, value in os.environ.items() if _is_safe(name, network)}


def _is_safe(name: str, network: bool) -> bool:
    if name in SAFE:
        return True
    upper = name.upper()
    return network and (upper in NETWORK or upper.startswith(NETWORK_PREFIXES))


async def _start(
    argv: Sequence[str], cwd: Path, env: Mapping[str, str], launch: Launch, feeds: bool
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *launch.command(argv),
        cwd=cwd,
        env=dict(env),
        stdin=asyncio.subprocess.PIPE if feeds else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        pass_fds=() if launch.guard is None else (launch.guard,),
    )


async def _converse(process: asyncio.subprocess.Process, stdin: bytes | None, output: "_Output") -> None:
    await asyncio.gather(_feed(process, stdin), _collect(process, output))
    await process.wait()


async def _feed(process: asyncio.subprocess.Process, stdin: bytes | None) -> None:
    if process.stdin is None or stdin is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):  # it need not read all of it
        process.stdin.write(stdin)
        await process.stdin.drain()
    process.stdin.close()


async def _collect(process: asyncio.subprocess.Process, output: "_Output") -> None:
    if process.stdout is not None:
        while chunk := await process.stdout.read(65536):
            output.write(chunk)


async def _gone(process: asyncio.subprocess.Process) -> None:
    try:
        await asyncio.wait_for(process.wait(), 5)
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, SIGKILL)
        await process.wait()


class _Output:
    """Keeps the end of a stream in memory and its beginning in a file."""

    def __init__(self, log: Path | None, limit: int) -> None:
        self._file: BinaryIO | None = log.open("ab", buffering=0) if log is not None else None
        self._room = limit
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self.truncated = False

    def write(self, chunk: bytes) -> None:
        self._remember(chunk)
        if self._file is None or self.truncated:
            return
        self._file.write(chunk[: self._room])
        self._room -= len(chunk)
        if self._room < 0:
            self.truncated = True
            self._file.write(b"\n[the rest of the output was not kept: it is too long]\n")

    def tail(self) -> str:
        return b"".join(self._tail)[-TAIL_LIMIT:].decode("utf-8", errors="replace")

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _remember(self, chunk: bytes) -> None:
        self._tail.append(chunk)
        self._tail_size += len(chunk)
        while self._tail_size - len(self._tail[0]) >= TAIL_LIMIT:
            self._tail_size -= len(self._tail.popleft())

"""Git as a program that trusts nobody: no prompts, no hooks, no filters, no settings but ours, one protocol.

Every call has a home of its own with the only configuration git may read, bounded time, and a bounded
folder. Git speaks in its plain locale, so that its complaints can be told apart (`complaints`).
"""

import asyncio
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISDIR
from typing import TypeVar

from fairhaven.core import processes
from fairhaven.core.launch import Limits
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import complaints, reaching
from fairhaven.core.sources.addresses import Address
from fairhaven.core.sources.errors import RepositoryTooLarge, SourceProblem, SourceTimedOut
from fairhaven.core.sources.folders import MAX_FILES

Result = TypeVar("Result")

LEAST_VERSION = (2, 37)  # the first with http.curloptResolve
_new_enough: set[str] = set()

_WATCH_EVERY = 0.25  # seconds between two looks at how much a folder holds
_SSH = (
    "ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o ConnectTimeout=10 "
    "-o ServerAliveInterval=10 -o ServerAliveCountMax=2 -o ForwardAgent=no -o ClearAllForwardings=yes"
)
# `safe.directory`: the only program that opens a repository of somebody else is `git upload-pack`, which
# runs nothing out of it; without this line git refuses folders that another user of the machine owns.
_CONFIG = """\
[core]
\thooksPath = /dev/null
\tfsmonitor = false
\tsymlinks = true
\tprotectHFS = true
\tprotectNTFS = true
[safe]
\tdirectory = *
[init]
\tdefaultBranch = main
[gc]
\tauto = 0
[maintenance]
\tauto = false
[advice]
\tdetachedHead = false
[fetch]
\trecurseSubmodules = false
[submodule]
\trecurse = false
[transfer]
\tcredentialsInUrl = die
\tbundleURI = false
[http]
\tfollowRedirects = false
\tlowSpeedLimit = 1000
\tlowSpeedTime = 20
[protocol]
\tversion = 2
"""


@dataclass(frozen=True)
class Git:
    """Git with a home of its own, for one address."""

    home: Path
    address: Address
    max_bytes: int
    deadline: float
    environment: dict[str, str] = field(default_factory=dict)

    async def __call__(self, *arguments: str, log: Path | None = None) -> str:
        """Run one git command and return the end of what it said.

        Raises:
            SourceTimedOut, RepositoryTooLarge, or what `complaints` makes of git's words.
        """
        left = max(self.deadline - asyncio.get_running_loop().time(), 0.1)
        done = await processes.run(
            ["git", *arguments],
            cwd=self.home,
            env=self.environment,
            time_limit=left,
            log=log,
            limits=Limits(file_size=self.max_bytes),
        )
        if done.timed_out:
            raise SourceTimedOut(f"{self.address.host or self.address.text} took longer than allowed.")
        if not done.ok:
            raise complaints.understood(self.address, done.exit_code, done.output_tail, self.max_bytes)
        return done.output_tail


@asynccontextmanager
async def at_home(
    address: Address, guard: Guard, *, max_bytes: int, seconds: float, beside: Path | None = None
) -> AsyncIterator[Git]:
    """Git for one address; what it writes lies in `home` (in `beside` when named) and goes at the end."""
    reach = await reaching.settings_of(address, guard)
    home = Path(tempfile.mkdtemp(prefix=".fairhaven-git-", dir=beside))
    try:
        settings = home / "gitconfig"
        settings.write_text(_CONFIG + reach)
        deadline = asyncio.get_running_loop().time() + seconds
        run = Git(home, address, max_bytes, deadline, _environment(address, home, settings))
        if reach:
            await _check_version(run)
        yield run
    finally:
        await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)


async def _check_version(run: Git) -> None:
    """An older git would not read where it must ask, and ask a name server once more.

    Raises:
        SourceProblem: it is too old.
    """
    program = shutil.which("git") or "git"
    if program not in _new_enough:
        said = await run("version")
        found = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
        if found < LEAST_VERSION:
            wanted = ".".join(map(str, LEAST_VERSION))
            raise SourceProblem(
                f"This machine has {said.strip()}.", fix=f"The operator has to install git {wanted}."
            )
        _new_enough.add(program)


async def watched(work: Awaitable[Result], folders: Sequence[Path], max_bytes: int) -> Result:
    """Do the work while looking how much the folders hold; stop it when that is too much.

    Raises:
        RepositoryTooLarge: they grew beyond `max_bytes`, or `MAX_FILES`.
    """
    doing = asyncio.ensure_future(work)
    try:
        while not doing.done():
            await asyncio.wait({doing}, timeout=_WATCH_EVERY)
            if await asyncio.to_thread(_weight, folders) > max_bytes:
                raise too_large(max_bytes)
        return doing.result()
    finally:
        doing.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await doing


def too_large(max_bytes: int) -> RepositoryTooLarge:
    return RepositoryTooLarge(
        f"It is larger than {max_bytes / (1 << 20):.0f} MiB, or has more than {MAX_FILES} files."
    )


def _weight(folders: Sequence[Path]) -> int:
    """Bytes below the folders; what comes and goes meanwhile does not matter."""
    size = 0
    waiting = list(folders)
    while waiting:
        with suppress(OSError):
            for each in waiting.pop().iterdir():
                status = each.lstat()
                if S_ISDIR(status.st_mode):
                    waiting.append(each)
                size += status.st_size
    return size


def _environment(address: Address, home: Path, settings: Path) -> dict[str, str]:
    return {
        **_without_proxies(processes.safe_environment(network=True)),
        "LC_ALL": "C",
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": str(settings),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": str(address.protocol),
        "GIT_PROTOCOL_FROM_USER": "0",
        "GIT_SSH_COMMAND": _SSH,
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_OPTIONAL_LOCKS": "0",
    }


def _without_proxies(environment: dict[str, str]) -> dict[str, str]:
    """A proxy resolves names by itself: only the one that the settings name for this is used."""
    return {name: value for name, value in environment.items() if not name.upper().endswith("_PROXY")}

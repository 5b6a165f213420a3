"""What the history of a repository says by itself: when it began, who wrote it, and a few of its files.

Only commits are fetched where the server can leave out the rest, and nothing is said of a repository that is
too large for that.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from fairhaven.core.outbound import Guard
from fairhaven.core.sources import git, repository
from fairhaven.core.sources.addresses import Address, Protocol
from fairhaven.core.sources.complaints import WholeOnly
from fairhaven.core.sources.errors import NoMetadata, RepositoryTooLarge, SourceChanged
from fairhaven.core.sources.git import Git
from fairhaven.core.sources.reaching import reached
from fairhaven.core.sources.repository import STRICT, Revision

MAX_BYTES = 64 << 20
SECONDS = 60.0
MOST_PEOPLE = 30
WHOLE = "--depth=2147483647"
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Survey:
    """The first and last commit's times, the names of authors, who wrote most first, and files by name."""

    created: datetime | None = None
    changed: datetime | None = None
    people: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


async def survey(
    source: str,
    revision: Revision,
    *,
    first_of: Sequence[str],
    allow_folders: bool,
    guard: Guard = STRICT,
    max_bytes: int = MAX_BYTES,
) -> Survey:
    """What the history up to a revision says, with the first of some files of the top folder.

    Raises:
        SourceProblem: the source cannot be read.
    """
    address = repository.opened(source, allow_folders=allow_folders)
    if address.protocol is Protocol.ORIGIN:
        return Survey()
    if folder := await repository.plain_folder(address):
        return Survey(files=await asyncio.to_thread(_first, folder, first_of))

    async def look(there: Address) -> Survey:
        async with git.at_home(there, guard, max_bytes=max_bytes, seconds=SECONDS) as run:
            return await git.watched(_surveyed(run, revision, first_of), [run.home], max_bytes)

    try:
        return await reached(address, guard, look)
    except (WholeOnly, SourceChanged, RepositoryTooLarge):
        return Survey()  # not cheap: it stays unknown


async def _surveyed(run: Git, revision: Revision, first_of: Sequence[str]) -> Survey:
    store, files = run.home / "git", run.home / "files"
    at, commit = f"--git-dir={store}", revision.commit
    await asyncio.to_thread(files.mkdir)
    await repository.begin(run, store)
    # All of the history, said as a depth: plain servers, which know no filter, refuse that at once.
    fetch = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", WHOLE, "--filter=tree:0")
    await run(at, *fetch, "origin", commit)
    told = run.home / "log"
    await run(at, "log", "--no-mailmap", "--format=%ct %an", commit, "--", log=told)
    listed = await run(at, "ls-tree", "--name-only", commit, "--", *first_of)
    there = set(listed.splitlines())
    for name in [each for each in first_of if each in there][:1]:
        await run(at, f"--work-tree={files}", "checkout", "--quiet", "--force", commit, "--", name)
    return await asyncio.to_thread(_told, told, files, first_of)


def _told(log: Path, files: Path, first_of: Sequence[str]) -> Survey:
    moments: list[int] = []
    names: Counter[str] = Counter()
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            seconds, _, name = line.rstrip("\n").partition(" ")
            if seconds.isdigit() and len(seconds) < 12:
                moments.append(int(seconds))
            if name.strip() and "@" not in name:
                names[" ".join(name.split())[:80]] += 1
    people = tuple(name for name, _ in names.most_common(MOST_PEOPLE))
    known = sorted(each for each in map(_moment, moments) if each)
    first, last = (known[0], known[-1]) if known else (None, None)
    return Survey(first, last, people, _first(files, first_of))


def _moment(seconds: int) -> datetime | None:
    """When it was; None for clocks that were wrong."""
    found = datetime.fromtimestamp(min(seconds, 1 << 36), UTC)
    return found if _EARLIEST <= found <= datetime.now(UTC) else None


def _first(folder: Path, names: Sequence[str]) -> Mapping[str, bytes]:
    for name in names:
        try:
            return {name: repository.read_here(folder, name)}
        except NoMetadata:
            continue
    return {}

"""What the platform asks of a source: where its branch stands, one file of it, all of it at one commit."""

import asyncio
import os
import re
import shutil
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from fairhaven.core.outbound import Guard
from fairhaven.core.sources import addresses, folders, git, origins
from fairhaven.core.sources.addresses import Address, Protocol
from fairhaven.core.sources.complaints import WholeOnly
from fairhaven.core.sources.errors import (
    BadAddress,
    BranchNotFound,
    FoldersNotAllowed,
    NoMetadata,
    RepositoryNotFound,
    SourceChanged,
)
from fairhaven.core.sources.git import Git
from fairhaven.core.sources.reaching import reached

MAX_BYTES = 1 << 30  # of a repository at one commit, as git packs it and as files
MAX_FILE = 1 << 20  # of one file that is read by itself
LOOK_SECONDS = 25.0
READ_SECONDS = 60.0
CHECKOUT_SECONDS = 900.0
STRICT = Guard()  # public addresses only; `outbound.guard_of(settings)` knows what the operator allows
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?|sha256-[0-9a-f]{64}")
_REF = re.compile(r"^([0-9a-f]{40}|[0-9a-f]{64})\t(\S+)$", re.MULTILINE)
_SYMREF = re.compile(r"^ref: refs/heads/(\S+)\tHEAD$", re.MULTILINE)
_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True)
class Revision:
    """Where a source stands: a commit (or `sha256-…` of what is no repository), and the branch followed.

    `builds` is false for what is described only, so that there is nothing to build.
    """

    commit: str
    branch: str | None
    builds: bool = True


@dataclass(frozen=True)
class Checkout:
    """What a checkout holds, and what it does not: files whose content is in Git LFS, and submodules."""

    files: int
    size: int
    lfs_pointers: tuple[str, ...] = ()
    submodules: tuple[str, ...] = ()


def read(text: str) -> Address:
    """Read an address as people give it: of a repository, a folder, or an item's page in a catalog elsewhere.

    Raises:
        BadAddress: it is none; the detail says why.
    """
    return addresses.read(origins.recognised(text.strip()[: addresses.LONGEST]) or text)


async def head(
    source: str, branch: str | None = None, *, allow_folders: bool, guard: Guard = STRICT
) -> Revision:
    """Say where the branch (or the default branch) of a source stands now.

    Raises:
        SourceProblem: one of its kinds; each says what to do.
    """
    address = opened(source, allow_folders=allow_folders)
    wanted = addresses.read_branch(branch)
    if address.protocol is Protocol.ORIGIN:
        return await _item_head(address, wanted, guard)
    if folder := await plain_folder(address):
        if wanted:
            raise BranchNotFound("A plain folder has no branches.", fix="Leave the branch empty.")
        return Revision(await asyncio.to_thread(folders.revision, folder, max_bytes=MAX_BYTES), None)

    async def look(there: Address) -> str:
        async with git.at_home(there, guard, max_bytes=MAX_BYTES, seconds=LOOK_SECONDS) as run:
            references = [f"refs/heads/{wanted}"] if wanted else ["HEAD"]
            return await run("ls-remote", "--symref", "--", there.text, *references)

    return _revision(address, await reached(address, guard, look), wanted)


async def read_file(
    source: str,
    revision: Revision,
    name: str,
    *,
    allow_folders: bool,
    guard: Guard = STRICT,
    max_bytes: int = MAX_BYTES,
) -> bytes:
    """Read one file of the top folder as it is at a revision, without the rest of the repository if possible.

    Raises:
        NoMetadata: there is no such file, or it is not a plain file of at most `MAX_FILE` bytes.
        SourceProblem: anything else that goes wrong with the source.
    """
    found = await read_files(
        source, revision, name, allow_folders=allow_folders, guard=guard, max_bytes=max_bytes
    )
    return found[name]


async def read_files(
    source: str,
    revision: Revision,
    name: str,
    *,
    first_of: Sequence[str] = (),
    allow_folders: bool,
    guard: Guard = STRICT,
    max_bytes: int = MAX_BYTES,
) -> Mapping[str, bytes]:
    """Read a file as `read_file` does, and with it the first of others that is there and can be read."""
    address = opened(source, allow_folders=allow_folders)
    if address.protocol is Protocol.ORIGIN:
        return {name: await _item_file(address, revision, name, guard)}
    if folder := await plain_folder(address):
        return await asyncio.to_thread(_read_all, folder, name, first_of)

    async def bring(there: Address) -> Mapping[str, bytes]:
        async with git.at_home(there, guard, max_bytes=max_bytes, seconds=READ_SECONDS) as run:
            files = run.home / "files"
            files.mkdir()
            bringing = _bring_files(run, files, revision, name, first_of)
            await git.watched(bringing, [run.home], 2 * max_bytes)
            return _read_all(files, name, first_of)

    return await reached(address, guard, bring)


async def checkout(
    source: str,
    commit: str,
    target: Path,
    *,
    branch: str | None = None,
    allow_folders: bool = True,
    guard: Guard = STRICT,
    max_bytes: int = MAX_BYTES,
    seconds: float = CHECKOUT_SECONDS,
) -> Checkout:
    """Put the files of a commit into `target`, replacing what is there.

    Left out: `.git`, submodules, contents kept in Git LFS. `target` appears whole or not at all. `branch`
    helps with servers that do not give single commits.

    Raises:
        SourceChanged: the source has no such commit any more.
        UnsafeRepository: a link points outside of the repository.
        RepositoryTooLarge: it is larger than `max_bytes`.
        SourceTimedOut: it took longer than `seconds`.
    """
    address = opened(source, allow_folders=allow_folders)
    if not _COMMIT.fullmatch(commit):
        raise SourceChanged(f"`{commit[:70]}` is not a commit.")
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}-{uuid4().hex[:8]}")
    try:
        if address.protocol is Protocol.ORIGIN:
            await origins.written(address, commit, fresh, guard, max_bytes=max_bytes, seconds=seconds)
            await asyncio.to_thread(folders.check_links, fresh)
            made = await asyncio.to_thread(_described, fresh, ())
        elif commit.startswith(folders.PREFIX):
            await _copied(address, commit, fresh, max_bytes)
            made = await asyncio.to_thread(_described, fresh, ())
        else:
            revision = Revision(commit, branch)
            made = await reached(
                address, guard, lambda there: _cloned(there, guard, revision, fresh, max_bytes, seconds)
            )
        await asyncio.to_thread(_replace, fresh, target)
        return made
    finally:
        await asyncio.to_thread(shutil.rmtree, fresh, ignore_errors=True)


def opened(source: str, *, allow_folders: bool) -> Address:
    """The source's address, if this platform may open it.

    Raises:
        BadAddress, FoldersNotAllowed
    """
    address = read(source)
    if addresses.folder_of(address) and not allow_folders:
        raise FoldersNotAllowed()
    return address


async def _item_head(address: Address, branch: str | None, guard: Guard) -> Revision:
    if branch:
        raise BranchNotFound("An item of a catalog has no branches.", fix="Leave the branch empty.")
    origin, place = origins.of(address)
    standing = await origin.head(place, guard)
    return Revision(standing.revision, None, standing.builds)


async def _item_file(address: Address, revision: Revision, name: str, guard: Guard) -> bytes:
    """Its metadata is all that an item gives alone; the rest comes with the whole of it."""
    if name != origins.METADATA_FILE:
        raise _no_file(name)
    origin, place = origins.of(address)
    return await origin.metadata(place, revision.commit, guard)


async def plain_folder(address: Address) -> Path | None:
    """The folder itself when the address is a folder that is not a git repository."""
    folder = addresses.folder_of(address)
    if folder is None or await asyncio.to_thread(_is_repository, folder):
        return None
    return folder


def _is_repository(folder: Path) -> bool:
    try:
        bare = (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()
        return bare or (folder / ".git").exists()
    except OSError as error:
        raise RepositoryNotFound(f"{folder} cannot be opened: {error.strerror}.") from None


def _revision(address: Address, said: str, branch: str | None) -> Revision:
    found = {name: commit for commit, name in _REF.findall(said)}
    if branch:
        if commit := found.get(f"refs/heads/{branch}"):
            return Revision(commit, branch)
        raise BranchNotFound(f"{address.text} has no branch `{branch}`.")
    if commit := found.get("HEAD"):
        symbolic = _SYMREF.search(said)
        return Revision(commit, symbolic[1] if symbolic else None)
    raise RepositoryNotFound(f"{address.text} is empty.", fix="Push a first commit, then try again.")


async def _bring_files(run: Git, files: Path, revision: Revision, name: str, first_of: Sequence[str]) -> None:
    """Fetch the commit without contents where the server can, then the file, and the first of the others."""
    repository = run.home / "git"
    await _fetch(run, repository, revision, "--filter=blob:none")
    at = (f"--git-dir={repository}", f"--work-tree={files}")
    listed = await run(*at, "ls-tree", "--name-only", revision.commit, "--", name, *first_of)
    there = set(listed.splitlines())
    if name not in there:
        raise _no_file(name)
    also = [each for each in first_of if each in there][:1]
    await run(*at, "checkout", "--quiet", "--force", revision.commit, "--", name, *also)


async def _cloned(
    address: Address, guard: Guard, revision: Revision, fresh: Path, max_bytes: int, seconds: float
) -> Checkout:
    async with git.at_home(address, guard, max_bytes=max_bytes, seconds=seconds, beside=fresh.parent) as run:
        repository = run.home / "git"
        work = _fetch(run, repository, revision)
        await git.watched(work, [run.home], 2 * max_bytes)
        submodules = await _check_tree(run, repository, revision.commit, max_bytes)
        await asyncio.to_thread(fresh.mkdir)
        at = (f"--git-dir={repository}", f"--work-tree={fresh}")
        await run(*at, "checkout", "--quiet", "--force", "--detach", revision.commit)
    await asyncio.to_thread(folders.check_links, fresh)
    return await asyncio.to_thread(_described, fresh, submodules)


async def _fetch(run: Git, repository: Path, revision: Revision, *options: str) -> None:
    """Bring one commit into a new repository: alone if the server gives it, else its branch's history."""
    at = f"--git-dir={repository}"
    plain = ("--quiet", "--no-tags", "--no-write-fetch-head")
    await begin(run, repository)
    try:
        await run(at, "fetch", *plain, "--depth=1", *options, "origin", revision.commit)
    except (WholeOnly, SourceChanged):
        # Anew: the first try left a note that objects may be missing, which git would go on asking for.
        await asyncio.to_thread(shutil.rmtree, repository)
        await begin(run, repository)
        wanted = revision.branch or "*"
        await run(at, "fetch", *plain, "origin", f"+refs/heads/{wanted}:refs/remotes/origin/{wanted}")
    kind = await run(at, "cat-file", "-t", f"{revision.commit}^{{commit}}")
    if kind.strip() != "commit":
        raise SourceChanged(f"{run.address.text} has no commit {revision.commit[:10]}.")


async def begin(run: Git, repository: Path) -> None:
    await run("init", "--quiet", "--bare", "--template=", str(repository))
    await run(f"--git-dir={repository}", "remote", "add", "origin", run.address.text)


async def _check_tree(run: Git, repository: Path, commit: str, max_bytes: int) -> tuple[str, ...]:
    """Look at the list of files before one is written: a small pack can unfold into a very large tree."""
    listing = run.home / "tree"
    await run(f"--git-dir={repository}", "ls-tree", "-r", "-l", "-z", "--full-tree", commit, log=listing)
    submodules, files, size = [], 0, 0
    for line in (await asyncio.to_thread(listing.read_bytes)).split(b"\0"):
        about, _, path = line.partition(b"\t")
        words = about.split()
        if len(words) != 4:
            continue
        if words[1] == b"commit":
            submodules.append(path.decode(errors="replace"))
        files, size = files + 1, size + (int(words[3]) if words[3].isdigit() else 0)
    folders.check_size(files, size, max_bytes)
    return tuple(submodules)


async def _copied(address: Address, commit: str, fresh: Path, max_bytes: int) -> None:
    folder = addresses.folder_of(address)
    if folder is None:
        raise BadAddress(f"{address.text} is not a folder.")
    await asyncio.to_thread(folders.copy, folder, commit, fresh, max_bytes=max_bytes)


def _described(root: Path, submodules: tuple[str, ...]) -> Checkout:
    pointers, files, size = [], 0, 0
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            status = path.lstat()
            files, size = files + 1, size + status.st_size
            if stat.S_ISREG(status.st_mode) and status.st_size < 1024 and _is_pointer(path):
                pointers.append(path.relative_to(root).as_posix())
    return Checkout(files, size, tuple(sorted(pointers)), submodules)


def _is_pointer(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_POINTER)) == _POINTER


def _replace(fresh: Path, target: Path) -> None:
    if target.is_symlink() or target.is_file():
        target.unlink()
    elif target.exists():
        shutil.rmtree(target)
    fresh.rename(target)


def _read_all(folder: Path, name: str, first_of: Sequence[str]) -> Mapping[str, bytes]:
    found = {name: read_here(folder, name)}
    for each in first_of:
        with suppress(NoMetadata):  # nobody needs it
            return {**found, each: read_here(folder, each)}
    return found


def read_here(folder: Path, name: str) -> bytes:
    """The content of a plain file; a link is never followed, a pipe never waited for."""
    try:
        descriptor = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise _not_there(folder, name) from None
    except OSError:
        raise _not_plain(name) from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _not_plain(name)
        content = file.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        raise NoMetadata(f"`{name}` is larger than {MAX_FILE >> 20} MiB.", fix="Move long texts elsewhere.")
    if content.startswith(_POINTER):
        raise NoMetadata(f"`{name}` is kept in Git LFS.", fix=f"Take `{name}` out of Git LFS and commit it.")
    return content


def _not_there(folder: Path, name: str) -> NoMetadata | RepositoryNotFound:
    return _no_file(name) if folder.is_dir() else RepositoryNotFound(f"There is no folder {folder}.")


def _no_file(name: str) -> NoMetadata:
    return NoMetadata(f"There is no file `{name}` in its top folder.")


def _not_plain(name: str) -> NoMetadata:
    return NoMetadata(f"`{name}` is a link or a folder, not a file.", fix=f"Put the file itself at `{name}`.")

"""Plain folders as sources: a digest of their files is the revision, a copy of them is the checkout.

Links are kept as links and must stay inside; devices, pipes and sockets are refused; nothing outside is read.
"""

import hashlib
import os
import re
import shutil
import stat
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import translate
from io import FileIO
from pathlib import Path

from fairhaven.core.sources.errors import (
    RepositoryNotFound,
    RepositoryTooLarge,
    SourceChanged,
    UnsafeRepository,
)

MAX_FILES = 50_000
PREFIX = "sha256-"
# What programs leave behind; never a part of a module.
IGNORED = (
    ".git", ".hg", ".svn", ".venv", "venv", "__pycache__", "*.py[co]", ".mypy_cache", ".ruff_cache",
    ".pytest_cache", ".hypothesis", ".tox", ".nox", ".ipynb_checkpoints", ".coverage", "node_modules",
    "*.egg-info", ".DS_Store",
)  # fmt: skip
_IGNORED = re.compile("|".join(translate(pattern) for pattern in IGNORED))
_SETTLED = 2.0  # seconds after which a file's time stamp tells its changes apart
_KEPT = 256

_digests: OrderedDict[str, tuple[str, str]] = OrderedDict()


@dataclass(frozen=True)
class Entry:
    """One file or link below a folder; `target` is where a link points."""

    path: str
    status: os.stat_result
    target: str | None = None

    @property
    def executable(self) -> bool:
        return bool(self.status.st_mode & stat.S_IXUSR)


def revision(folder: Path, *, max_bytes: int) -> str:
    """`sha256-<digest>` of all files: names, contents, executable bits and links.

    Raises:
        RepositoryNotFound: the folder is not there, or may not be read.
        RepositoryTooLarge: it holds more than `max_bytes` or `MAX_FILES`.
        UnsafeRepository: a link points outside, or something is neither file nor folder.
    """
    found = entries(folder, max_bytes=max_bytes)
    stamp = _stamp(found)
    known = _digests.get(str(folder))
    if known and known[0] == stamp:
        return known[1]
    digest = _digest(folder, found)
    if all(time.time() - entry.status.st_mtime > _SETTLED for entry in found):
        _remember(str(folder), stamp, digest)
    return digest


def copy(folder: Path, commit: str, target: Path, *, max_bytes: int) -> None:
    """Copy the folder as it is at `commit` to `target`, a new folder.

    Raises:
        SourceChanged: its files are not those of `commit` any more.
    """
    target.mkdir(parents=True)
    for entry in entries(folder, max_bytes=max_bytes):
        place = target / entry.path
        place.parent.mkdir(parents=True, exist_ok=True)
        if entry.target is not None:
            place.symlink_to(entry.target)
        else:
            _copy_file(folder / entry.path, place, executable=entry.executable)
    if _digest(target, entries(target, max_bytes=max_bytes)) != commit:
        raise SourceChanged("The folder's files are not those of this revision any more.")


def entries(folder: Path, *, max_bytes: int) -> list[Entry]:
    """Every file and link below the folder that counts, in the order of their paths."""
    found, size = [], 0
    try:
        for entry in _walk(folder, folder):
            found.append(entry)
            size += 0 if entry.target is not None else entry.status.st_size
            check_size(len(found), size, max_bytes)
    except (FileNotFoundError, NotADirectoryError):
        raise RepositoryNotFound(f"There is no folder {folder}.") from None
    except PermissionError as error:
        raise RepositoryNotFound(f"{error.filename or folder} may not be read by the platform.") from None
    return sorted(found, key=lambda entry: entry.path)


def check_links(root: Path) -> None:
    """Raise UnsafeRepository when a link below `root` points outside of it, or round in circles."""
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            if path.is_symlink():
                check_link(root, path)


def check_link(root: Path, link: Path) -> None:
    """Raise UnsafeRepository unless the link stays inside `root`."""
    shown = link.relative_to(root)
    try:
        inside = link.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a circle
        inside = False
    if not inside:
        raise UnsafeRepository(
            f"The link `{shown}` points outside of the repository, or to itself.",
            fix=f"Replace `{shown}` by the file itself, or remove it.",
        )


def check_size(files: int, size: int, max_bytes: int) -> None:
    if files > MAX_FILES:
        raise RepositoryTooLarge(f"It holds more than {MAX_FILES} files.")
    if size > max_bytes:
        raise RepositoryTooLarge(f"Its files are larger than {max_bytes / (1 << 20):.0f} MiB together.")


def _walk(root: Path, folder: Path) -> Iterator[Entry]:
    with os.scandir(folder) as found:
        for each in found:
            if _IGNORED.match(each.name):
                continue
            path = Path(each.path)
            if each.is_dir(follow_symlinks=False):
                yield from _walk(root, path)
            else:
                yield _entry(root, path, each.stat(follow_symlinks=False))


def _entry(root: Path, path: Path, status: os.stat_result) -> Entry:
    shown = path.relative_to(root).as_posix()
    if stat.S_ISLNK(status.st_mode):
        check_link(root, path)
        return Entry(shown, status, str(path.readlink()))
    if not stat.S_ISREG(status.st_mode):
        raise UnsafeRepository(f"`{shown}` is neither a file nor a folder.", fix=f"Remove `{shown}`.")
    return Entry(shown, status)


def _digest(folder: Path, found: list[Entry]) -> str:
    whole = hashlib.sha256()
    for entry in found:
        kind = "link" if entry.target is not None else "exec" if entry.executable else "file"
        content = entry.target if entry.target is not None else _file_digest(folder / entry.path)
        whole.update(f"{kind}\0{entry.path}\0{content}\n".encode("utf-8", "surrogateescape"))
    return PREFIX + whole.hexdigest()


def _file_digest(path: Path) -> str:
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_file(source: Path, target: Path, *, executable: bool) -> None:
    with _opened(source) as read, target.open("xb") as write:
        shutil.copyfileobj(read, write)
    target.chmod(0o755 if executable else 0o644)


def _opened(path: Path) -> FileIO:
    # Between the look and the opening somebody may have put a link or a pipe in the file's place.
    return FileIO(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")


def _stamp(found: list[Entry]) -> str:
    """Cheap to make, and different after every change that leaves a trace in sizes and times."""
    stamp = hashlib.sha256()
    for entry in found:
        s = entry.status
        seen = (s.st_mode, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino)
        stamp.update(repr((entry.path, entry.target, *seen)).encode())
    return stamp.hexdigest()


def _remember(folder: str, stamp: str, digest: str) -> None:
    _digests[folder] = (stamp, digest)
    _digests.move_to_end(folder)
    while len(_digests) > _KEPT:
        _digests.popitem(last=False)

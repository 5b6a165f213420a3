"""Deterministic archives: the same content gives the same bytes, whatever the order, times or owners."""

import gzip
import hashlib
import io
import os
import shutil
import stat
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, cast

from fairhaven.core.bundles.errors import BundleBroken, BundleRefused

MAX_BYTES = 8 << 30
MAX_FILES = 100_000
MAX_UNPACKED = MAX_BYTES + (256 << 20)  # with the headers of all files, and the wheel
LEVEL = 1  # weights hardly compress; text does even at the lowest level
IGNORED = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".venv",
        "venv",
        "__pycache__",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
    }
)


def write(target: Path, folder: Path, texts: Mapping[str, str], files: Mapping[str, Path]) -> str:
    """Pack `folder` as `source/`, with further texts and files by their names; return the digest.

    The digest is the SHA-256 (hexadecimal) of the archive before compression: compressors differ.

    Raises:
        BundleRefused: more than 8 GiB or 100,000 files, or something that is no file, folder or inner link.
    """
    digest = hashlib.sha256()
    with gzip.GzipFile(target, "wb", compresslevel=LEVEL, mtime=0) as packed:
        tee = cast(IO[bytes], _Tee(cast(IO[bytes], packed), digest.update))
        with tarfile.open(fileobj=tee, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            for name, text in sorted(texts.items()):
                _add(tar, name, io.BytesIO(text.encode()), len(text.encode()), 0o644)
            for name, path in sorted(files.items()):
                with path.open("rb") as file:
                    _add(tar, name, file, path.stat().st_size, 0o644)
            _add_folder(tar, folder)
    return digest.hexdigest()


def pack(target: Path, folder: Path, top: str) -> None:
    """Pack `folder` as `top/`: the same files give the same bytes.

    Raises:
        BundleRefused: as `write`.
    """
    with (
        gzip.GzipFile(target, "wb", compresslevel=LEVEL, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        _add_folder(tar, folder, top)


def extract(archive: Path, target: Path, digest: str) -> None:
    """Unpack an archive into an existing folder, refusing whatever reaches outside of it.

    Raises:
        BundleBroken: it has another digest, is larger than allowed, or holds dangerous members.
    """
    try:
        _extract(archive, target, digest)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BundleBroken(f"The bundle cannot be unpacked: {error}.") from error


def _extract(archive: Path, target: Path, digest: str) -> None:
    seen = hashlib.sha256()
    with gzip.open(archive, "rb") as packed:
        plain = _Counted(cast(IO[bytes], packed), seen.update)
        with tarfile.open(fileobj=cast(IO[bytes], plain), mode="r|") as tar:
            for count, member in enumerate(tar):
                if count > MAX_FILES:
                    raise BundleBroken("The bundle holds too many files.")
                tar.extract(member, target, filter="data")
        while plain.read(1 << 20):
            continue  # what follows the last member belongs to the digest too
    if seen.hexdigest() != digest:
        raise BundleBroken("The bundle's content is not what its name says.")


def _add_folder(tar: tarfile.TarFile, folder: Path, top: str = "source") -> None:
    total = 0
    for count, path in enumerate(_walk(folder)):
        name = f"{top}/{path.relative_to(folder).as_posix()}"
        found = path.lstat()
        total += found.st_size
        if total > MAX_BYTES or count > MAX_FILES:
            raise BundleRefused(
                f"The repository is larger than {MAX_BYTES >> 30} GiB or {MAX_FILES:,} files.",
                fix="Keep data and weights elsewhere and load them when the module starts.",
            )
        _add_path(tar, name, path, found.st_mode, folder)


def _add_path(tar: tarfile.TarFile, name: str, path: Path, mode: int, root: Path) -> None:
    if stat.S_ISLNK(mode):
        _add_link(tar, name, path, root)
    elif stat.S_ISREG(mode):
        with path.open("rb") as file:
            _add(tar, name, file, os.fstat(file.fileno()).st_size, 0o755 if mode & 0o100 else 0o644)
    elif stat.S_ISDIR(mode):
        info = tarfile.TarInfo(name)
        info.type, info.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(info)
    else:
        raise BundleRefused(
            f"`{path.relative_to(root)}` is neither a file nor a folder.",
            fix="Remove it from the repository.",
        )


def _add_link(tar: tarfile.TarFile, name: str, path: Path, root: Path) -> None:
    goal = str(path.readlink())
    inside = os.path.normpath(path.parent.relative_to(root) / goal)
    if PurePosixPath(goal).is_absolute() or inside.startswith(".."):
        raise BundleRefused(
            f"The link `{path.relative_to(root)}` leads out of the repository.",
            fix="Replace it by what it leads to.",
        )
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = tarfile.SYMTYPE, goal, 0o777
    tar.addfile(info)


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int, mode: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, mode
    tar.addfile(info, content)


def _walk(folder: Path) -> Iterator[Path]:
    """Everything below the folder in one order, without what version control and tools leave there."""
    for path in sorted(folder.iterdir(), key=lambda each: each.name):
        if path.name in IGNORED:
            continue
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)


class _Tee:
    """A stream to write to that lets somebody listen."""

    def __init__(self, target: IO[bytes], listen: object) -> None:
        self._target, self._listen = target, listen

    def write(self, data: bytes) -> int:
        self._listen(data)  # type: ignore[operator]
        return self._target.write(data)


class _Counted:
    """A stream to read from that lets somebody listen, and ends when it grows beyond what is allowed."""

    def __init__(self, source: IO[bytes], listen: object) -> None:
        self._source, self._listen, self._seen = source, listen, 0

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._seen += len(data)
        if self._seen > MAX_UNPACKED:
            raise BundleBroken("The bundle is larger than it may be.")
        self._listen(data)  # type: ignore[operator]
        return data


def remove(folder: Path) -> None:
    """Remove a folder and all below it, also what was made read-only; a missing one is fine."""

    def unlock(function: object, path: str, error: BaseException) -> None:
        if isinstance(error, FileNotFoundError):
            return
        parent = Path(path).parent
        parent.chmod(0o700)
        function(path)  # type: ignore[operator]

    shutil.rmtree(folder, onerror=lambda function, path, info: unlock(function, path, info[1]))

"""Archives of strangers: read bounded, and unpacked nowhere but into the folder that is given.

Zip archives, and tar archives as they are or packed by gzip.
"""

import gzip
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, cast

from fairhaven.core.bundles.archive import MAX_FILES
from fairhaven.core.bundles.errors import BundleRefused

SUFFIXES = (".zip", ".tar.gz", ".tgz", ".tar")
_HEADERS = 64 << 20  # bytes that a tar archive may have beside its files' contents


def unpack(archive: Path, target: Path, *, max_bytes: int) -> None:
    """Unpack into an existing empty folder.

    Raises:
        BundleRefused: it is no archive, larger than allowed, or holds what reaches outside.
    """
    with _told():
        if archive.name.endswith(".zip"):
            _unzip(archive, target, max_bytes)
        else:
            _untar(archive, target, max_bytes)


def find(archive: Path, name: str, *, max_bytes: int, most: int) -> bytes | None:
    """The content of the file of this name, at the top or in the only folder there; at most `most` bytes.

    Raises:
        BundleRefused: as `unpack`.
    """
    with _told():
        if archive.name.endswith(".zip"):
            return _in_zip(archive, name, most)
        return _in_tar(archive, name, max_bytes, most)


def top(folder: Path) -> Path:
    """The folder that holds what was unpacked: archives often have a single folder around all."""
    inner = list(folder.iterdir())
    return inner[0] if len(inner) == 1 and inner[0].is_dir() and not inner[0].is_symlink() else folder


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, EOFError) as error:
        raise BundleRefused(f"The archive cannot be read: {error}.") from None
    except (OSError, NotImplementedError, RuntimeError, UnicodeError) as error:
        raise BundleRefused(f"The archive cannot be unpacked: {error}.") from None


def _unzip(archive: Path, target: Path, max_bytes: int) -> None:
    with zipfile.ZipFile(archive) as opened:
        for info in _members(opened, max_bytes):
            place = target / _safe(info.filename)
            if info.is_dir():
                place.mkdir(parents=True, exist_ok=True)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            # What it says of its size is what is read at most.
            with opened.open(info) as source, place.open("xb") as file:
                shutil.copyfileobj(source, file)
            place.chmod(0o755 if info.external_attr >> 16 & 0o100 else 0o644)


def _members(opened: zipfile.ZipFile, max_bytes: int) -> Iterator[zipfile.ZipInfo]:
    found = opened.infolist()
    if len(found) > MAX_FILES or sum(info.file_size for info in found) > max_bytes:
        raise _too_large(max_bytes)
    for info in found:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise BundleRefused(f"`{info.filename[:100]}` is neither a file nor a folder.")
        yield info


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or not path.parts:
        raise BundleRefused(f"`{name[:100]}` leads out of the archive.")
    return path


def _untar(archive: Path, target: Path, max_bytes: int) -> None:
    total = 0
    with _tar(archive, max_bytes) as tar:
        for count, member in enumerate(tar):
            total += member.size
            if count > MAX_FILES or total > max_bytes:
                raise _too_large(max_bytes)
            tar.extract(member, target, filter="data")


def _in_zip(archive: Path, name: str, most: int) -> bytes | None:
    with zipfile.ZipFile(archive) as opened:
        infos = opened.infolist()[: MAX_FILES + 1]
        wanted = _wanted((info.filename for info in infos), name)
        if wanted is None:
            return None
        info = opened.getinfo(wanted)
        if info.file_size > most:
            raise BundleRefused(f"`{name}` in the archive is larger than {most >> 10} KiB.")
        with opened.open(info) as file:
            return file.read(most + 1)[:most]


def _in_tar(archive: Path, name: str, max_bytes: int, most: int) -> bytes | None:
    held: dict[str, bytes] = {}
    names: list[str] = []
    with _tar(archive, max_bytes) as tar:
        for count, member in enumerate(tar):
            if count > MAX_FILES:
                raise _too_large(max_bytes)
            names.append(member.name + ("/" if member.isdir() else ""))
            parts = PurePosixPath(member.name).parts
            if member.isreg() and parts and parts[-1] == name and len(parts) <= 2 and len(held) < 2:
                file = tar.extractfile(member)
                held[member.name] = file.read(most + 1) if file else b""
    wanted = _wanted(iter(names), name)
    found = held.get(wanted) if wanted else None
    if found is not None and len(found) > most:
        raise BundleRefused(f"`{name}` in the archive is larger than {most >> 10} KiB.")
    return found


def _wanted(names: Iterator[str], name: str) -> str | None:
    """How the file of this name is called there: at the top, else in the only folder there is."""
    all_ = [each for each in names if PurePosixPath(each).parts]
    if name in all_:
        return name
    tops = {PurePosixPath(each).parts[0] for each in all_}
    inside = next((each for each in all_ if PurePosixPath(each).parts[1:] == (name,)), None)
    return inside if len(tops) == 1 else None


@contextmanager
def _tar(archive: Path, max_bytes: int) -> Iterator[tarfile.TarFile]:
    packed = not archive.name.endswith(".tar")
    with gzip.open(archive, "rb") if packed else archive.open("rb") as file:
        bounded = _Bounded(cast(IO[bytes], file), max_bytes + _HEADERS, max_bytes)
        with tarfile.open(fileobj=cast(IO[bytes], bounded), mode="r|") as tar:
            yield tar


class _Bounded:
    """A stream that ends with a refusal when it unfolds beyond what is allowed."""

    def __init__(self, source: IO[bytes], most: int, said: int) -> None:
        self._source, self._left, self._said = source, most, said

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise _too_large(self._said)
        return data


def _too_large(max_bytes: int) -> BundleRefused:
    return BundleRefused(
        f"The archive is larger than {max_bytes / (1 << 20):.0f} MiB or {MAX_FILES:,} files."
    )

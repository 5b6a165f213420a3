"""Which pages and DOIs name a record, where it stands, what it says, and its archive as a module."""

import asyncio
import hashlib
import re
import shutil
from collections import OrderedDict
from pathlib import Path
from tempfile import TemporaryDirectory

from fairhaven.catalog.drivers import asking
from fairhaven.catalog.drivers.zenodo import record, words
from fairhaven.catalog.drivers.zenodo.record import Record, RecordFile
from fairhaven.catalog.metadata import naming
from fairhaven.core import outbound
from fairhaven.core.bundles import BundleRefused, foreign
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import (
    Place,
    RepositoryTooLarge,
    RepositoryUnreachable,
    SourceChanged,
    Standing,
    UnsafeRepository,
)
from fairhaven.core.sources.origins import METADATA_FILE

MIB = 1 << 20
LOOKED_INTO = 256 * MIB  # the largest archive that is brought to see whether it is a module
UNPACKED = 2048 * MIB  # the most that such an archive may unfold to
MOST_ARCHIVES = 3
LONGEST_METADATA = MIB
REMEMBERED = 200
_PAGE = re.compile(r"https?://((?:www\.|sandbox\.)?zenodo\.org)/records?/(\d{1,12})(?:[/?#].*)?")
_DOI = re.compile(
    r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:)?(10\.5281|10\.5072)/zenodo\.(\d{1,12})", re.IGNORECASE
)
_HOMES = {"10.5281": "https://zenodo.org", "10.5072": "https://sandbox.zenodo.org"}


class Zenodo:
    """A record whose archive holds `ai4-metadata.yml` is that module; another is shown only."""

    def __init__(self) -> None:
        # What archives hold, by their checksums: every look asks, and none brings them again.
        self._seen: OrderedDict[str, bytes | None] = OrderedDict()

    def recognise(self, address: str) -> Place | None:
        """The page of a record, or its DOI."""
        text = address.strip()
        if found := _PAGE.fullmatch(text):
            return Place(f"https://{found[1].removeprefix('www.')}", found[2])
        if found := _DOI.fullmatch(text):
            return Place(_HOMES[found[1]], found[2])
        return None

    async def head(self, place: Place, guard: Guard) -> Standing:
        found = await record.read(place, guard)
        archive, _ = await self._archive(found, guard)
        return Standing(found.revision, builds=archive is not None)

    async def metadata(self, place: Place, revision: str, guard: Guard) -> bytes:
        found = await _at(place, revision, guard)
        return await self._told(found, (await self._archive(found, guard))[1], guard)

    async def write(self, place: Place, revision: str, folder: Path, guard: Guard, *, max_bytes: int) -> None:
        found = await _at(place, revision, guard)
        archive, said = await self._archive(found, guard)
        if archive is None:
            raise UnsafeRepository(
                f"This record is shown here, not run: no archive of it holds {METADATA_FILE}.",
                fix="Register the repository that it was made of.",
            )
        if archive.size > max_bytes:
            raise RepositoryTooLarge(f"Its archive is larger than {max_bytes / MIB:.0f} MiB.")
        told = await self._told(found, said, guard)
        with TemporaryDirectory(dir=folder.parent, prefix=".zenodo-") as work:
            packed = Path(work) / _plain(archive.name)
            await _bring(archive, packed, guard)
            await asyncio.to_thread(_unpacked, packed, folder, max_bytes)
        await asyncio.to_thread((folder / METADATA_FILE).write_bytes, told)

    async def _archive(self, found: Record, guard: Guard) -> tuple[RecordFile | None, bytes | None]:
        """The archive that is a module, and its metadata file."""
        for each in [file for file in found.files if _may_hold(file)][:MOST_ARCHIVES]:
            if each.md5 not in self._seen:
                self._seen[each.md5] = await _looked_into(each, guard)
                if len(self._seen) > REMEMBERED:
                    self._seen.popitem(last=False)
            if (held := self._seen[each.md5]) is not None:
                return each, held
        return None, None

    async def _told(self, found: Record, held: bytes | None, guard: Guard) -> bytes:
        """The module's own words with the record's DOI, or those of a file beside it; else the record's."""
        if held is None:
            own = next((each for each in found.files if each.name == METADATA_FILE), None)
            if own is None or own.size > LONGEST_METADATA:
                return await asyncio.to_thread(words.told, found)
            held = await asking.ask(guard, own.url, f"Its {METADATA_FILE}", max_bytes=LONGEST_METADATA)
            if own.md5 and _md5(held) != own.md5:
                raise UnsafeRepository(f"Its {METADATA_FILE} is not what the record says.")
        return await asyncio.to_thread(_with_doi, held, found.doi)


async def _at(place: Place, revision: str, guard: Guard) -> Record:
    found = await record.read(place, guard)
    if found.revision != revision:
        raise SourceChanged("The record is not what it was.")
    return found


def _may_hold(file: RecordFile) -> bool:
    """Whether it is an archive that may be brought: one that can be checked, and is not too large."""
    return file.name.lower().endswith(foreign.SUFFIXES) and bool(file.md5) and file.size <= LOOKED_INTO


async def _looked_into(file: RecordFile, guard: Guard) -> bytes | None:
    """The metadata file in an archive; None: it holds none, or is no archive that we read."""
    with TemporaryDirectory(prefix="zenodo-") as work:
        packed = Path(work) / _plain(file.name)
        await _bring(file, packed, guard)
        limits = {"max_bytes": UNPACKED, "most": LONGEST_METADATA}
        try:
            return await asyncio.to_thread(lambda: foreign.find(packed, METADATA_FILE, **limits))
        except BundleRefused:
            return None


async def _bring(file: RecordFile, target: Path, guard: Guard) -> None:
    """Write the file, and see that it is what the record says."""
    digest, what = hashlib.md5(usedforsecurity=False), f"`{file.name[:100]}` of the record"
    opened = await asyncio.to_thread(target.open, "xb")

    def take(chunk: bytes) -> None:
        digest.update(chunk)
        opened.write(chunk)

    with opened, asking.told(what):
        answer = await outbound.fetch(
            guard, file.url, max_bytes=file.size, seconds=asking.FILE_SECONDS, sink=take
        )
    if answer.status != 200:
        raise RepositoryUnreachable(f"{what} cannot be had: the answer was {answer.status}.")
    if digest.hexdigest() != file.md5:
        raise UnsafeRepository(f"{what} is not what the record says: its MD5 is another.")


def _unpacked(packed: Path, folder: Path, max_bytes: int) -> None:
    """Unpack the archive into the folder, without the one around all, and without what git keeps."""
    inside = packed.parent / "inside"
    inside.mkdir()
    try:
        foreign.unpack(packed, inside, max_bytes=max_bytes)
    except BundleRefused as refused:
        raise UnsafeRepository(refused.detail) from None
    root = foreign.top(inside)
    for each in list(root.iterdir()):
        if each.name != ".git":
            shutil.move(each, folder / each.name)


def _with_doi(held: bytes, doi: str) -> bytes:
    """The file as it is, with the record's DOI where it names none."""
    try:
        text = held.decode()
        return naming.with_doi(text, doi, keep=True).encode() if doi else held
    except (UnicodeDecodeError, naming.CannotName):
        return held


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _plain(name: str) -> str:
    """A name of ours with the archive's suffix, whatever the record calls it."""
    return "archive" + next(each for each in foreign.SUFFIXES if name.lower().endswith(each))

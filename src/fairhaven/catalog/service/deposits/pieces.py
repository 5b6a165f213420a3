"""The files of a deposit: the source as an archive, its metadata file, an RO-Crate, and how to cite it.

The same release gives the same bytes each time, so that a deposit that goes on sends nothing twice.
"""

import asyncio
import hashlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from fairhaven.catalog.exports import cff, ro_crate
from fairhaven.catalog.exports.formats import pretty
from fairhaven.catalog.exports.item import Item
from fairhaven.catalog.ports import Piece
from fairhaven.catalog.service.inspecting import METADATA_FILE
from fairhaven.core import bundles
from fairhaven.core.bundles import archive
from fairhaven.core.platform import Platform


async def prepared(platform: Platform, folder: Path, item: Item, bundle: str) -> Sequence[Piece]:
    """Write the files into an empty folder.

    Raises:
        NotFound, BundleBroken: the release's bundle is not there, or damaged.
    """
    work = folder / "bundle"
    work.mkdir(parents=True)
    source = await bundles.unpack_source(platform, bundle, work)
    return await asyncio.to_thread(_written, folder / "files", source, item)


def _written(files: Path, source: Path, item: Item) -> Sequence[Piece]:
    files.mkdir()
    name = re.sub(r"[^A-Za-z0-9._+-]", "-", f"{item.name}-{item.version}")
    archive.pack(files / f"{name}.tar.gz", source, name)
    if (source / METADATA_FILE).is_file():
        shutil.copyfile(source / METADATA_FILE, files / METADATA_FILE)
    (files / "CITATION.cff").write_text(cff.document(item), encoding="utf-8")
    (files / "ro-crate-metadata.json").write_text(pretty(ro_crate.document(item)), encoding="utf-8")
    return [_piece(path) for path in sorted(files.iterdir())]


def _piece(path: Path) -> Piece:
    with path.open("rb") as file:
        # Not for secrecy: it is the checksum that InvenioRDM gives.
        digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
    return Piece(path.name, path, path.stat().st_size, digest.hexdigest())

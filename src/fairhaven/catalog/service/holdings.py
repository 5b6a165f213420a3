"""What a release holds: looked up once in its bundle, so that robots can have its files and know it.

Only files are offered that the metadata describes without an address of their own, of a release whose licence
is known: authors decide which.
"""

import asyncio
import hashlib
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from fairhaven.catalog.exports.holdings import Holdings, Offered, media_type
from fairhaven.catalog.models import ReleaseRow
from fairhaven.core import bundles
from fairhaven.core.errors import NotFound
from fairhaven.core.platform import Platform

LARGEST = 64 << 20  # bytes of a file that is offered
MOST = 100  # files that are offered
PROJECT = "pyproject.toml"
_PROJECT_BYTES = 256 * 1024
_NAMED = re.compile(
    r"(?i)(readme|licen[cs]e|copying|notice|citation\.cff|codemeta\.json|authors|contributing|changelog|"
    r"changes|requirements|pyproject\.toml|setup\.(py|cfg)|dockerfile|reuse\.toml|sbom)[^/]*|licenses/.+|tests?/.+"
)
_MOST_NAMED = 60
_STATUS = "Development Status :: "


@dataclass(frozen=True)
class Described:
    """A release whose bundle is to be looked at; `files`: path → media type of those that are described."""

    bundle: str
    files: Mapping[str, str | None]


async def to_take(session: AsyncSession, release_id: UUID) -> Described | None:
    """What to look for in a release's bundle; None when that was done, or there is no such release."""
    query = select(ReleaseRow).where(ReleaseRow.id == release_id).options(undefer(ReleaseRow.content))
    row = await session.scalar(query)
    if row is None or row.holdings is not None:
        return None
    said = row.content if row.content.get("license") else {}
    files = said.get("files") or ()
    return Described(row.bundle, {each["path"]: each.get("format") for each in files if not each.get("url")})


async def take(platform: Platform, described: Described) -> Holdings:
    """Look into the bundle, and keep what is offered. Talks to the object store: in no transaction."""

    work = platform.data / "looking"
    work.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=work) as folder:
            source = await bundles.unpack_source(platform, described.bundle, Path(folder))
            paths = await asyncio.to_thread(_paths, source)
            kept = [path for path in paths if path in described.files and _size(source, path) <= LARGEST]
            return Holdings(
                files=[await _kept(platform, source, path, described.files[path]) for path in kept[:MOST]],
                named=[path for path in paths if _NAMED.fullmatch(path)][:_MOST_NAMED],
                **_project(source / PROJECT),
            )
    except NotFound:
        return Holdings()  # what is not there holds nothing


async def write(session: AsyncSession, release_id: UUID, found: Holdings) -> None:
    """Keep what a release holds."""
    row = await session.get(ReleaseRow, release_id)
    if row is not None:
        row.holdings = found.model_dump(mode="json")


def key(sha256: str) -> str:
    """Where the object store keeps a file that is offered."""
    return f"files/{sha256}"


async def _kept(platform: Platform, source: Path, path: str, told: str | None) -> Offered:
    with (source / path).open("rb") as file:
        digest = (await asyncio.to_thread(hashlib.file_digest, file, "sha256")).hexdigest()
    if not await platform.objects.exists(key(digest)):
        await platform.objects.put(key(digest), source / path)
    return Offered(path=path, size=_size(source, path), sha256=digest, type=media_type(path, told))


def _paths(source: Path) -> list[str]:
    """The files of the source, in one order; links are none."""
    found = [Path(folder, name) for folder, _, names in os.walk(source) for name in names]
    return sorted(each.relative_to(source).as_posix() for each in found if not each.is_symlink())


def _size(source: Path, path: str) -> int:
    return (source / path).stat().st_size


def _project(file: Path) -> dict[str, Any]:
    """What the project's file says of itself; one that cannot be read says nothing."""
    try:
        if file.is_symlink() or file.stat().st_size > _PROJECT_BYTES:
            return {}
        project = tomllib.loads(file.read_text("utf-8")).get("project", {})
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return {}
    if not isinstance(project, dict):
        return {}
    status = [each for each in _texts(project, "classifiers") if each.startswith(_STATUS)]
    return {
        "requirements": _texts(project, "dependencies"),
        "license_files": _texts(project, "license-files"),
        "status": status[0].rpartition(" - ")[2] if status else "",
    }


def _texts(project: Mapping[str, Any], name: str) -> list[str]:
    found = project.get(name)
    return [each[:300] for each in found if isinstance(each, str)][:200] if isinstance(found, list) else []

"""Logs of stages: a file while the stage runs, an object of the store from its end on."""

import asyncio
import os
from pathlib import Path
from uuid import UUID

from fairhaven.builds.schemas import LogPart
from fairhaven.core.errors import NotFound
from fairhaven.core.platform import Platform

MOST = 1 << 20


def folder(platform: Platform, build_id: UUID) -> Path:
    """The work folder of a build on this machine."""
    return platform.data / "builds" / str(build_id)


def path(platform: Platform, build_id: UUID, stage: str) -> Path:
    """Where a running stage writes its log."""
    return folder(platform, build_id) / f"{stage}.log"


def key(build_id: UUID, stage: str) -> str:
    """Where the object store keeps the log of an ended stage."""
    return f"builds/{build_id}/{stage}.log"


async def store(platform: Platform, build_id: UUID, stage: str) -> None:
    """Keep the log of a stage that ended where every process can read it."""
    written = path(platform, build_id, stage)
    if written.exists():
        await platform.objects.put(key(build_id, stage), written)


async def delete(platform: Platform, build_id: UUID) -> None:
    async for found in platform.objects.list(f"builds/{build_id}/"):
        await platform.objects.delete(found)


async def read(
    platform: Platform, build_id: UUID, stage: str, *, ended: bool, offset: int, limit: int = MOST
) -> LogPart:
    """Read at most `limit` bytes from `offset` on; one that another machine is writing is still empty."""
    content = await asyncio.to_thread(_from_file, path(platform, build_id, stage), offset, limit)
    if content is None and ended:
        content = await _from_store(platform, key(build_id, stage), offset, limit)
    data = content or b""
    if len(data) == limit or not ended:
        data = _whole_characters(data)
    complete = ended and len(data) < limit
    return LogPart(
        text=data.decode(errors="replace"), offset=offset, next=offset + len(data), complete=complete
    )


def _from_file(written: Path, offset: int, limit: int) -> bytes | None:
    try:
        with written.open("rb") as file:
            file.seek(offset, os.SEEK_SET)
            return file.read(limit)
    except FileNotFoundError:
        return None


async def _from_store(platform: Platform, name: str, offset: int, limit: int) -> bytes:
    try:
        return (await platform.objects.read(name))[offset : offset + limit]
    except NotFound:
        return b""


def _whole_characters(data: bytes) -> bytes:
    """Without the beginning of a UTF-8 character at the end, which the next piece will bring."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte < 0x80:
            return data
        if byte >= 0xC0:
            wanted = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return data[:-back] if back < wanted else data
    return data

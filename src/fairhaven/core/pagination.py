"""Keyset pagination: a cursor names the last row seen, so pages never repeat or skip a row."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from fairhaven.core.errors import BadRequest
from fairhaven.core.schemas import Page

MAX_LIMIT = 200

Row = TypeVar("Row")
Item = TypeVar("Item")


async def page(
    session: AsyncSession,
    query: Select[Row],
    key: InstrumentedAttribute[UUID],
    read: Callable[[Row], Item],
    *,
    limit: int,
    cursor: str | None,
) -> Page[Item]:
    """Run `query` newest first by `key` (a UUIDv7), at most `limit` rows after `cursor`."""
    if cursor:
        query = query.where(key < as_uuid(decode(cursor), 0))
    rows = (await session.scalars(query.order_by(key.desc()).limit(limit + 1))).all()
    more = len(rows) > limit
    last = getattr(rows[limit - 1], key.key) if more else None
    return Page(items=[read(row) for row in rows[:limit]], next=encode([str(last)]) if more else None)


def encode(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def decode(cursor: str) -> list[Any]:
    """Read a cursor.

    Raises:
        BadRequest: it was not made by `encode`.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, UnicodeError):
        values = None
    if not isinstance(values, list) or not values:
        raise _broken()
    return values


def as_uuid(values: Sequence[Any], index: int) -> UUID:
    try:
        return UUID(str(values[index]))
    except (ValueError, IndexError):
        raise _broken() from None


def as_number(values: Sequence[Any], index: int) -> float:
    try:
        value = float(values[index])
    except (ValueError, TypeError, IndexError, OverflowError):
        raise _broken() from None
    if not -1e9 < value < 1e9:
        raise _broken()
    return value


def _broken() -> BadRequest:
    return BadRequest("The cursor is not one of ours.", fix="Start again without `cursor`.")

"""What the catalog keeps of a person: the searches that they saved, and deposits that they asked for."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog.models import DepositRow, SavedSearchRow


async def kept(session: AsyncSession, person_id: UUID) -> Mapping[str, Any]:
    rows = await session.scalars(select(SavedSearchRow).where(SavedSearchRow.person_id == person_id))
    searches = [
        {"name": row.name, "query": row.query, "looked_at": row.looked_at, "since": row.created_at}
        for row in rows
    ]
    asked = await session.scalars(select(DepositRow).where(DepositRow.person_id == person_id))
    deposits = [
        {"deposit": row.id, "release": row.release_id, "depository": row.depository, "since": row.created_at}
        for row in asked
    ]
    return {"searches": searches, "deposits": deposits}


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Forget their searches; modules that they own stay in the catalog, owned by nobody known."""
    await session.execute(delete(SavedSearchRow).where(SavedSearchRow.person_id == person_id))
    mine = update(DepositRow).where(DepositRow.person_id == person_id)
    await session.execute(mine.values(person_id=None))

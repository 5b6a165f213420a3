"""What the audit log keeps of a person: under which name and from which addresses they acted."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.facts import FactRow
from fairhaven.core.marks import ERASED


async def kept(session: AsyncSession, person_id: UUID) -> Mapping[str, Any]:
    """How much there is; `/api/v1/audit/export?who=me` has it line by line."""
    mine = FactRow.actor_id == person_id
    known = select(FactRow.address, func.count(), func.min(FactRow.created_at), func.max(FactRow.created_at))
    rows = await session.execute(known.where(mine).group_by(FactRow.address).order_by(func.count().desc()))
    acts = [
        {"address": address, "acts": count, "first": first, "last": last}
        for address, count, first, last in rows
    ]
    return {"acts": acts}


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Erase name and addresses; what was done stays, and the chain of the log still holds (`core.marks`)."""
    await session.flush()
    await session.execute(
        update(FactRow)
        .where(FactRow.actor_id == person_id, FactRow.mark.is_not(None))
        .values(actor_name=ERASED, address=None, salt=None)
    )

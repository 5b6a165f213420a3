"""What workloads keep of a person: what they started."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.db import now
from fairhaven.core.facts import emit
from fairhaven.facts.workloads import WorkloadDeleted
from fairhaven.workloads.models import WorkloadRow
from fairhaven.workloads.schemas import Wanted, Workload


async def kept(session: AsyncSession, person_id: UUID) -> Mapping[str, Any]:
    return {"workloads": [Workload.model_validate(row) for row in await _theirs(session, person_id)]}


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """End and delete what they started: it runs in their name, with their secrets."""
    for row in await _theirs(session, person_id):
        row.wanted, row.look_at = Wanted.DELETED, now()
        await emit(session, WorkloadDeleted(workload=row.id, name=row.name, project=row.project_id))


async def _theirs(session: AsyncSession, person_id: UUID) -> list[WorkloadRow]:
    mine = select(WorkloadRow).where(WorkloadRow.owner_id == person_id, WorkloadRow.wanted != Wanted.DELETED)
    return list(await session.scalars(mine.order_by(WorkloadRow.id)))

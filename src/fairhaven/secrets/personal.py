"""What secrets keep of a person: names and times; their values are shown to nobody."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.facts import emit
from fairhaven.facts.secrets import SecretDeleted
from fairhaven.secrets.models import SecretRow
from fairhaven.secrets.schemas import Secret


async def kept(session: AsyncSession, person_id: UUID) -> Mapping[str, Any]:
    rows = await session.scalars(select(SecretRow).where(SecretRow.person_id == person_id))
    return {"secrets": [Secret.model_validate(row) for row in rows]}


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Forget their own secrets; those of projects stay with the projects."""
    for row in await session.scalars(select(SecretRow).where(SecretRow.person_id == person_id)):
        await session.delete(row)
        await emit(session, SecretDeleted(secret=row.id, name=row.name, person=person_id))

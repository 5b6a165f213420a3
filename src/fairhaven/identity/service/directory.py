"""People by their ids, for domains that name them to those who may know, after their own policy."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.identity.models import PersonRow
from fairhaven.identity.schemas import Kind


@dataclass(frozen=True)
class Listed:
    """Somebody, with what only other domains need to know.

    Attributes:
        email: an address that is known to be theirs.
        disabled: whether they are let in no more.
    """

    id: UUID
    name: str
    kind: Kind
    email: str | None
    administrator: bool
    disabled: bool


async def listed(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Listed]:
    """Those of them that there are."""
    rows = await session.scalars(select(PersonRow).where(PersonRow.id.in_(ids)))
    return {
        row.id: Listed(
            row.id, row.name, Kind(row.kind), row.email, row.administrator, row.disabled_at is not None
        )
        for row in rows
    }

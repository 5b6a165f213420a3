"""People by their ids, for domains that name them to those who may know, after their own policy."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.identity.models import IdentityRow, PersonRow
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


async def bears(session: AsyncSession, person_id: UUID, address: str) -> bool:
    """Whether an e-mail address is known to be somebody's: by an administrator, or verified by an issuer."""
    wanted = address.lower()
    theirs = select(PersonRow.id).where(PersonRow.id == person_id, func.lower(PersonRow.email) == wanted)
    linked = select(IdentityRow.person_id).where(
        IdentityRow.person_id == person_id, func.lower(IdentityRow.email) == wanted
    )
    return await session.scalar(union_all(theirs, linked).limit(1)) is not None

"""Whether a module can be called as a service by everybody: what workloads tell the catalog."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog.models import ModuleRow
from fairhaven.catalog.service.counting import forget_counts
from fairhaven.catalog.service.terms import terms_of


async def note_served(session: AsyncSession, module_id: UUID, served: bool) -> None:
    """Note that a service of the module runs which everybody may call, or that none does any more.

    For the platform itself: asks no policy. Services that only members of a project may call are not told
    here: a filter would show strangers that they run.
    """
    present = ModuleRow.removed_at.is_(None)
    row = await session.scalar(select(ModuleRow).where(ModuleRow.id == module_id, present).with_for_update())
    if row is None or row.served == served:
        return
    row.served = served
    row.terms = terms_of(row)
    await session.flush()
    forget_counts(session)

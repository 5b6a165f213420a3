"""How much there is in the catalog."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog.models import ModuleRow, ReleaseRow


async def figures(session: AsyncSession) -> Mapping[str, int]:
    """Modules, those with problems among them, and releases."""
    modules = select(func.count(), func.count().filter(~ModuleRow.valid)).select_from(ModuleRow)
    count, troubled = (await session.execute(modules)).one()
    releases = await session.scalar(select(func.count()).select_from(ReleaseRow))
    return {"modules": count, "troubled": troubled, "releases": releases or 0}

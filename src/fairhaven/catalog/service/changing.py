"""What managers decide of a module after it was registered: whether it is built, and who may see it."""

from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.models import ModuleRow
from fairhaven.catalog.schemas import Module, ModuleChange, Visibility
from fairhaven.catalog.service.counting import forget_counts
from fairhaven.catalog.service.reading import read_module, row_named
from fairhaven.core.db import now
from fairhaven.core.facts import emit
from fairhaven.core.policy import Actor
from fairhaven.facts.catalog import ModuleTrustChanged, ModuleVisibilityChanged


async def change(session: AsyncSession, actor: Actor, name: str, wanted: ModuleChange) -> Module:
    """Change what is given; what is so already stays.

    Raises:
        NotFound: there is no such module, or the actor may not know of it.
        NotAllowed: the actor is no manager of its project.
    """
    row = await row_named(session, actor, name, lock=True)
    policy.can_change.check(actor, row)
    if wanted.trust and wanted.trust != row.trust:
        row.trust = wanted.trust
        await emit(
            session,
            ModuleTrustChanged(project=row.project_id, module=row.id, name=row.name, trust=wanted.trust),
        )
    if wanted.visibility and wanted.visibility != row.visibility:
        await _show_to(session, row, wanted.visibility)
    await session.flush()
    forget_counts(session)
    return await read_module(session, row)


async def _show_to(session: AsyncSession, row: ModuleRow, visibility: Visibility) -> None:
    row.visibility, row.updated_at = visibility, now()
    # Harvesters that took its record are told that it went; one that nobody could have taken went nowhere.
    row.withheld_at = now() if visibility is Visibility.PROJECT and not row.hidden else None
    fact = ModuleVisibilityChanged(
        project=row.project_id, module=row.id, name=row.name, visibility=visibility
    )
    await emit(session, fact)

"""What builds tell on a module's page."""

from fairhaven.builds import service
from fairhaven.catalog.beside import BuildMark
from fairhaven.catalog.schemas import Module
from fairhaven.core.http import RequestContext


async def build(call: RequestContext, module: Module) -> BuildMark | None:
    """How the commit that is followed was built, for those who may know."""
    found = await service.of_commit(call.session, call.actor, module, module.commit)
    if found is None:
        return None
    return BuildMark(found.state.value, f"/builds/{found.id}", found.reason or "", found.ended_at)

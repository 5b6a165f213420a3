"""REST of quotas: what projects use, and how much they may."""

from collections.abc import Sequence
from uuid import UUID

from fairhaven.core.http import Call
from fairhaven.projects import service
from fairhaven.projects.api.routing import router
from fairhaven.projects.schemas import Balance, Limit


@router.get("/projects/{project_id}/quotas", operation_id="list_project_quotas")
async def list_project_quotas(call: Call, project_id: UUID) -> Sequence[Balance]:
    """What a project, and you in it, use and may use; managers see everybody."""
    return await service.balances(call.session, call.actor, project_id)


@router.put("/projects/{project_id}/quotas", operation_id="set_project_quota", status_code=204)
async def set_project_quota(call: Call, project_id: UUID, limit: Limit) -> None:
    """Set or lift a limit: managers of people, administrators of the project."""
    await service.set_limit(call.session, call.actor, project_id, limit)


@router.get("/quotas", operation_id="list_quotas")
async def list_quotas(call: Call) -> Sequence[Balance]:
    """What all projects together use and may use."""
    return await service.installation_balances(call.session, call.actor)


@router.put("/quotas", operation_id="set_quota", status_code=204)
async def set_quota(call: Call, limit: Limit) -> None:
    """Set or lift a limit of the whole installation."""
    await service.set_limit(call.session, call.actor, None, limit)

"""REST of projects: which there are, and their settings."""

from collections.abc import Sequence
from uuid import UUID

from fairhaven.core.http import Call
from fairhaven.projects import policy, service
from fairhaven.projects.api.routing import router
from fairhaven.projects.schemas import AccessLevel, NewProject, Project, ProjectChange


@router.get("/projects", operation_id="list_projects")
async def list_projects(call: Call) -> Sequence[Project]:
    """List the projects that you are in; administrators see all."""
    return await service.projects(call.session, call.actor)


@router.post("/projects", operation_id="create_project", status_code=201)
async def create_project(call: Call, new: NewProject) -> Project:
    """Make a project, and be its manager; for administrators."""
    return await call.once(new, Project, lambda: service.create(call.session, call.actor, new))


@router.get("/projects/{project_id}", operation_id="get_project")
async def get_project(call: Call, project_id: UUID) -> Project:
    """One project."""
    return await service.project(call.session, call.actor, project_id)


@router.patch("/projects/{project_id}", operation_id="change_project")
async def change_project(call: Call, project_id: UUID, change: ProjectChange) -> Project:
    """Change settings: managers what its pages show of the catalog, administrators everything."""
    engines = call.platform.drivers.get("engines", {})
    return await service.change(call.session, call.actor, project_id, change, engines)


@router.get("/levels", operation_id="list_levels")
async def list_levels(call: Call) -> Sequence[AccessLevel]:
    """List what can be given to members: roles, and the levels that the settings name."""
    policy.can_list.check(call.actor)
    return await service.all_levels(call.session)

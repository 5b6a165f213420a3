"""Projects from Python: `platform.projects.quotas(project_id)`."""

from collections.abc import Sequence
from uuid import UUID

from fairhaven.client.base import Connection
from fairhaven.projects.schemas import Balance, Level, Limit, Project


class Projects:
    """The projects that you are in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Sequence[Project]:
        found: Sequence[Project] = self._connection.get("/projects", Sequence[Project])
        return found

    def get(self, project_id: UUID) -> Project:
        found: Project = self._connection.get(f"/projects/{project_id}", Project)
        return found

    def quotas(self, project_id: UUID | None = None) -> Sequence[Balance]:
        """What a project uses and may use; without one, the whole installation."""
        found: Sequence[Balance] = self._connection.get(_path(project_id), Sequence[Balance])
        return found

    def limit(
        self,
        resource: str,
        amount: float | None,
        *,
        project_id: UUID | None = None,
        level: Level = Level.PROJECT,
        person_id: UUID | None = None,
    ) -> None:
        """Set a limit, or lift it with None; without a project, of the whole installation."""
        meant = level if project_id else Level.INSTALLATION
        limit = Limit(resource=resource, amount=amount, level=meant, person_id=person_id)
        self._connection.put(_path(project_id), None, json=limit)


def _path(project_id: UUID | None) -> str:
    return f"/projects/{project_id}/quotas" if project_id else "/quotas"

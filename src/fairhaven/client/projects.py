"""Projects from Python: `platform.projects.invite(project_id, level="developer").link`."""

from collections.abc import Sequence
from uuid import UUID

from fairhaven.client.base import Connection
from fairhaven.client.service_accounts import ServiceAccounts
from fairhaven.projects.schemas import (
    AcceptInvitation,
    AccessLevel,
    Balance,
    Brand,
    BrandSpec,
    CatalogFilter,
    Hosts,
    Invitation,
    Level,
    Limit,
    Member,
    NewInvitation,
    NewProject,
    Project,
    ProjectChange,
    SentInvitation,
    SetLevel,
    TermsAcceptance,
)


class Projects:
    """The projects that you are in; `accounts` are their service accounts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.accounts = ServiceAccounts(connection)

    def list(self) -> Sequence[Project]:
        found: Sequence[Project] = self._connection.get("/projects", Sequence[Project])
        return found

    def get(self, project_id: UUID) -> Project:
        found: Project = self._connection.get(f"/projects/{project_id}", Project)
        return found

    def create(self, slug: str, name: str) -> Project:
        new = NewProject(slug=slug, name=name)
        made: Project = self._connection.post("/projects", Project, json=new, idempotent=True)
        return made

    def rename(self, project_id: UUID, name: str) -> Project:
        return self._change(project_id, ProjectChange(name=name))

    def archive(self, project_id: UUID, *, archived: bool = True) -> Project:
        """Let nothing be started or changed in it any more, or again."""
        return self._change(project_id, ProjectChange(archived=archived))

    def allow_engines(self, project_id: UUID, engines: Sequence[str] | None) -> Project:
        """Let its workloads run on these engines only; None: on all."""
        return self._change(project_id, ProjectChange(engines=None if engines is None else [*engines]))

    def show(self, project_id: UUID, *, tags: Sequence[str] = (), names: Sequence[str] = ()) -> Project:
        """Set what its own pages show of the catalog at first."""
        chosen = CatalogFilter(tags=[*tags], names=[*names])
        return self._change(project_id, ProjectChange(catalog=chosen))

    def levels(self) -> Sequence[AccessLevel]:
        """What can be given to members."""
        found: Sequence[AccessLevel] = self._connection.get("/levels", Sequence[AccessLevel])
        return found

    # --- members and invitations --------------------------------------------------------------------

    def members(self, project_id: UUID) -> Sequence[Member]:
        found: Sequence[Member] = self._connection.get(f"/projects/{project_id}/members", Sequence[Member])
        return found

    def set_member(self, project_id: UUID, person_id: UUID, level: str) -> Member:
        """Give somebody another level."""
        path = f"/projects/{project_id}/members/{person_id}"
        done: Member = self._connection.put(path, Member, json=SetLevel(level=level))
        return done

    def remove_member(self, project_id: UUID, person_id: UUID) -> None:
        """Take somebody out, or leave yourself."""
        self._connection.delete(f"/projects/{project_id}/members/{person_id}")

    def invite(
        self,
        project_id: UUID,
        level: str = "member",
        *,
        uses: int = 1,
        days: int = 7,
        email: str | None = None,
    ) -> SentInvitation:
        """Make an invitation; its link is told this once."""
        new = NewInvitation(level=level, uses=uses, days=days, email=email)
        path = f"/projects/{project_id}/invitations"
        sent: SentInvitation = self._connection.post(path, SentInvitation, json=new)
        return sent

    def invitations(self, project_id: UUID) -> Sequence[Invitation]:
        path = f"/projects/{project_id}/invitations"
        found: Sequence[Invitation] = self._connection.get(path, Sequence[Invitation])
        return found

    def revoke_invitation(self, project_id: UUID, invitation_id: UUID) -> None:
        self._connection.delete(f"/projects/{project_id}/invitations/{invitation_id}")

    def join(self, link: str) -> Project:
        """Accept an invitation, by its link."""
        given = AcceptInvitation(secret=link.rstrip("/").rpartition("/")[2])
        joined: Project = self._connection.post("/memberships", Project, json=given)
        return joined

    # --- look and host names --------------------------------------------------------------------------

    def brand(self, project_id: UUID) -> Brand:
        found: Brand = self._connection.get(f"/projects/{project_id}/brand", Brand)
        return found

    def set_brand(self, project_id: UUID, spec: BrandSpec) -> Brand:
        done: Brand = self._connection.put(f"/projects/{project_id}/brand", Brand, json=spec)
        return done

    def set_logo(self, project_id: UUID, picture: bytes) -> Brand:
        """PNG, WebP or plain SVG."""
        done: Brand = self._connection.put_bytes(f"/projects/{project_id}/brand/logo", Brand, picture)
        return done

    def remove_logo(self, project_id: UUID) -> None:
        self._connection.delete(f"/projects/{project_id}/brand/logo")

    def set_hosts(self, project_id: UUID, hosts: Sequence[str]) -> Brand:
        """Set the host names at which the pages are this project's."""
        path = f"/projects/{project_id}/hosts"
        done: Brand = self._connection.put(path, Brand, json=Hosts(hosts=[*hosts]))
        return done

    def accept_terms(self, project_id: UUID, version: int) -> None:
        path = f"/projects/{project_id}/terms/acceptances"
        self._connection.post(path, None, json=TermsAcceptance(version=version))

    # --- quotas ----------------------------------------------------------------------------------------

    def quotas(self, project_id: UUID | None = None) -> Sequence[Balance]:
        """What a project uses and may use; without one, the whole installation."""
        found: Sequence[Balance] = self._connection.get(_quotas(project_id), Sequence[Balance])
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
        self._connection.put(_quotas(project_id), None, json=limit)

    def _change(self, project_id: UUID, change: ProjectChange) -> Project:
        done: Project = self._connection.patch(f"/projects/{project_id}", Project, json=change)
        return done


def _quotas(project_id: UUID | None) -> str:
    return f"/projects/{project_id}/quotas" if project_id else "/quotas"

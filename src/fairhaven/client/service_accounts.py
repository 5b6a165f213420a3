"""Service accounts of projects, from Python: `platform.projects.accounts.create(project_id, "portal")`."""

from collections.abc import Sequence
from uuid import UUID

from fairhaven.client.base import Connection
from fairhaven.identity.schemas import NewToken, Rotation, Token, TokenSpec
from fairhaven.projects.schemas import NewServiceAccount, ServiceAccount, SetLevel


class ServiceAccounts:
    """Accounts for programs; for managers of their project."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, project_id: UUID) -> Sequence[ServiceAccount]:
        found: Sequence[ServiceAccount] = self._connection.get(_of(project_id), Sequence[ServiceAccount])
        return found

    def create(self, project_id: UUID, name: str, level: str = "member") -> ServiceAccount:
        new = NewServiceAccount(name=name, level=level)
        made: ServiceAccount = self._connection.post(
            _of(project_id), ServiceAccount, json=new, idempotent=True
        )
        return made

    def set_level(self, project_id: UUID, account_id: UUID, level: str) -> ServiceAccount:
        path = f"{_of(project_id)}/{account_id}"
        done: ServiceAccount = self._connection.put(path, ServiceAccount, json=SetLevel(level=level))
        return done

    def close(self, project_id: UUID, account_id: UUID) -> None:
        """Let it in no more, for good."""
        self._connection.delete(f"{_of(project_id)}/{account_id}")

    def tokens(self, project_id: UUID, account_id: UUID) -> Sequence[Token]:
        path = f"{_of(project_id)}/{account_id}/tokens"
        found: Sequence[Token] = self._connection.get(path, Sequence[Token])
        return found

    def create_token(self, project_id: UUID, account_id: UUID, spec: TokenSpec) -> NewToken:
        """Make a token, for the project only; its secret is told this once."""
        path = f"{_of(project_id)}/{account_id}/tokens"
        made: NewToken = self._connection.post(path, NewToken, json=spec)
        return made

    def rotate_token(
        self, project_id: UUID, account_id: UUID, token_id: UUID, *, overlap_hours: float = 24
    ) -> NewToken:
        path = f"{_of(project_id)}/{account_id}/tokens/{token_id}/rotate"
        made: NewToken = self._connection.post(path, NewToken, json=Rotation(overlap_hours=overlap_hours))
        return made

    def revoke_token(self, project_id: UUID, account_id: UUID, token_id: UUID) -> None:
        self._connection.delete(f"{_of(project_id)}/{account_id}/tokens/{token_id}")


def _of(project_id: UUID) -> str:
    return f"/projects/{project_id}/service-accounts"

"""Secrets through the client: `platform.secrets.put("my-token", value)`. Values are never read back."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import SecretStr

from fairhaven.client.base import Connection
from fairhaven.secrets.schemas import NewValue, Secret


class Secrets:
    """Your own secrets, or with `project_id` those of a project."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, *, project_id: UUID | None = None) -> Sequence[Secret]:
        """Names and times, by name."""
        found: Sequence[Secret] = self._connection.get(_path(project_id), Sequence[Secret])
        return found

    def put(self, name: str, value: str | SecretStr, *, project_id: UUID | None = None) -> Secret:
        """Keep a value, new or in place of the last one."""
        hidden = value if isinstance(value, SecretStr) else SecretStr(value)
        kept: Secret = self._connection.put(
            f"{_path(project_id)}/{name}", Secret, json=NewValue(value=hidden)
        )
        return kept

    def delete(self, name: str, *, project_id: UUID | None = None) -> None:
        """Forget it; what got it before keeps it until it ends."""
        self._connection.delete(f"{_path(project_id)}/{name}")


def _path(project_id: UUID | None) -> str:
    return f"/projects/{project_id}/secrets" if project_id else "/secrets"

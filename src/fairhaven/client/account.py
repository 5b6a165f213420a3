"""Your own ways in: tokens, and browsers that are signed in."""

from collections.abc import Sequence
from uuid import UUID

from fairhaven.client.base import Connection
from fairhaven.identity.schemas import NewToken, Rotation, Session, Token, TokenSpec


class Tokens:
    """Your tokens."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Sequence[Token]:
        found: Sequence[Token] = self._connection.get("/tokens", Sequence[Token])
        return found

    def create(
        self,
        name: str,
        *,
        days: int = 90,
        scopes: Sequence[str] | None = None,
        project_id: UUID | None = None,
    ) -> NewToken:
        """Make a token; its `secret` is told this once. `scopes` such as `["workloads:call"]` limit it."""
        limited = None if scopes is None else [*scopes]
        spec = TokenSpec(name=name, days=days, scopes=limited, project_id=project_id)
        made: NewToken = self._connection.post("/tokens", NewToken, json=spec)
        return made

    def rotate(self, token_id: UUID, *, overlap_hours: float = 24) -> NewToken:
        """Make a token like this one, which goes on working for some hours."""
        how = Rotation(overlap_hours=overlap_hours)
        made: NewToken = self._connection.post(f"/tokens/{token_id}/rotate", NewToken, json=how)
        return made

    def revoke(self, token_id: UUID) -> None:
        """Make a token stop working at once."""
        self._connection.delete(f"/tokens/{token_id}")


class Sessions:
    """Where you are signed in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Sequence[Session]:
        found: Sequence[Session] = self._connection.get("/sessions", Sequence[Session])
        return found

    def end(self, session_id: UUID) -> None:
        """Sign a browser out."""
        self._connection.delete(f"/sessions/{session_id}")

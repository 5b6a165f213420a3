"""Ways in: your tokens, browsers and linked accounts; for administrators, issuers and local accounts."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from fairhaven.client.base import Connection
from fairhaven.identity.schemas import (
    ClaimsOutcome,
    ClaimsTrial,
    Identity,
    IssuerInfo,
    LocalAccount,
    NewLocalAccount,
    NewToken,
    PasswordLink,
    PersonChange,
    PersonDetail,
    Rotation,
    Session,
    Token,
    TokenSpec,
)


class People:
    """People and service accounts; for administrators."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def every(self, q: str = "") -> Iterator[PersonDetail]:
        """All of them, newest first; `q` is in the name or the e-mail address."""
        return self._connection.every("/people", PersonDetail, q=q)

    def change(
        self, person_id: UUID, *, closed: bool | None = None, administrator: bool | None = None
    ) -> PersonDetail:
        """Close an account or open it; make its person an administrator, or no more."""
        change = PersonChange(closed=closed, administrator=administrator)
        made: PersonDetail = self._connection.patch(f"/people/{person_id}", PersonDetail, json=change)
        return made


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


class Identities:
    """Your linked accounts. Linking takes a browser: your name → Linked accounts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Sequence[Identity]:
        found: Sequence[Identity] = self._connection.get("/identities", Sequence[Identity])
        return found

    def unlink(self, identity_id: UUID) -> None:
        """Sign in with it no more; your last way in stays."""
        self._connection.delete(f"/identities/{identity_id}")


class Issuers:
    """Who may say who somebody is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Sequence[IssuerInfo]:
        found: Sequence[IssuerInfo] = self._connection.get("/issuers", Sequence[IssuerInfo])
        return found

    def try_claims(self, name: str, claims: dict[str, Any]) -> ClaimsOutcome:
        """Which memberships these claims of somebody would give, and why others none; nothing is kept."""
        trial = ClaimsTrial(claims=claims)
        found: ClaimsOutcome = self._connection.post(f"/issuers/{name}/trials", ClaimsOutcome, json=trial)
        return found


class LocalAccounts:
    """Accounts with a password that is kept by the platform; for administrators."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Sequence[LocalAccount]:
        found: Sequence[LocalAccount] = self._connection.get("/local-accounts", Sequence[LocalAccount])
        return found

    def add(
        self, name: str, person_name: str, *, email: str | None = None, person_id: UUID | None = None
    ) -> PasswordLink:
        """Add one; its person chooses a password by the link, once."""
        spec = NewLocalAccount(name=name, person_name=person_name, email=email, person_id=person_id)
        made: PasswordLink = self._connection.post("/local-accounts", PasswordLink, json=spec)
        return made

    def link(self, person_id: UUID) -> PasswordLink:
        """A new link to choose a password."""
        made: PasswordLink = self._connection.post(f"/local-accounts/{person_id}/links", PasswordLink)
        return made

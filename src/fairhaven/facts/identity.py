"""Facts about people and their ways in. None bears a secret."""

from uuid import UUID

from fairhaven.core.facts import Fact


class PersonJoined(Fact, kind="person.joined", about="person", says="{actor} joined"):
    person: UUID


class PersonSignedIn(Fact, kind="person.signed_in", about="person", says="{actor} signed in"):
    """`by`: "link", "password" or "issuer:<name>"."""

    person: UUID
    by: str = "link"


class PersonSignedOut(Fact, kind="person.signed_out", about="person", says="{actor} signed out"):
    person: UUID


class TokenCreated(Fact, kind="token.created", about="token", says="{actor} created the token {name}"):
    token: UUID
    person: UUID
    name: str


class TokenRevoked(Fact, kind="token.revoked", about="token", says="{actor} revoked the token {name}"):
    token: UUID
    person: UUID
    name: str


class TokenRotated(Fact, kind="token.rotated", about="token", says="{actor} replaced the token {name}"):
    token: UUID
    person: UUID
    name: str
    new: UUID


class PersonDisabled(Fact, kind="person.disabled", about="person", says="{actor} closed an account"):
    person: UUID


class PersonEnabled(Fact, kind="person.enabled", about="person", says="{actor} opened an account again"):
    person: UUID


class AdministratorSet(
    Fact, kind="administrator.set", about="person", says="{actor} changed who is an administrator"
):
    """Whether somebody administers the installation."""

    person: UUID
    before: bool
    after: bool


class PersonErased(Fact, kind="person.erased", about="person", says="an account was erased"):
    """Name and address of all that they did were erased too; what they did was not."""

    person: UUID


class IdentityLinked(
    Fact, kind="identity.linked", about="identity", says="{actor} linked an account at {issuer}"
):
    """`by`: "joining" (somebody new), "e-mail" (the same verified address), "person" (they did it)."""

    identity: UUID
    person: UUID
    issuer: str
    by: str


class IdentityUnlinked(
    Fact, kind="identity.unlinked", about="identity", says="{actor} unlinked an account at {issuer}"
):
    identity: UUID
    person: UUID
    issuer: str


class LocalAccountAdded(
    Fact, kind="local_account.added", about="person", says="{actor} added a local account"
):
    person: UUID


class PasswordLinkMade(
    Fact,
    kind="password_link.made",
    about="person",
    says="{actor} made a link to choose a password",
):
    person: UUID


class PasswordSet(Fact, kind="password.set", about="person", says="{actor} chose a new password"):
    person: UUID

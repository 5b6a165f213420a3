"""Facts about people and their ways in. None bears a secret."""

from uuid import UUID

from fairhaven.core.facts import Fact


class PersonJoined(Fact, kind="person.joined", about="person", says="{actor} joined"):
    person: UUID
    name: str


class PersonSignedIn(Fact, kind="person.signed_in", about="person", says="{actor} signed in"):
    person: UUID


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


class PersonDisabled(Fact, kind="person.disabled", about="person", says="{actor} closed the account {name}"):
    person: UUID
    name: str

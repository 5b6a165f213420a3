"""Tables of identity; our own secrets are kept as SHA-256 of 256 random bits, never as they are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core.db import Base, Entity, now


class PersonRow(Entity):
    __tablename__ = "people"

    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="person", server_default="person")
    email: Mapped[str | None]
    administrator: Mapped[bool] = mapped_column(default=False)
    signed_in_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class SignInLinkRow(Entity):
    """A link that signs one person in, once."""

    __tablename__ = "sign_in_links"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SessionRow(Entity):
    """A browser that is signed in."""

    __tablename__ = "sessions"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    agent: Mapped[str]
    address: Mapped[str] = mapped_column(default="", server_default="")
    seen_at: Mapped[datetime | None]


class TokenRow(Entity):
    """A token of a person, a service account, or a workload of theirs."""

    __tablename__ = "tokens"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    prefix: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    # None: everything that the person may; else what, as `resource:verb`.
    scopes: Mapped[list[str] | None]
    # No foreign keys: projects and workloads are domains above this one.
    project_id: Mapped[UUID | None]
    workload_id: Mapped[UUID | None] = mapped_column(index=True)


class DeviceLoginRow(Entity):
    """A device that waits for somebody to approve it in a browser."""

    __tablename__ = "device_logins"

    digest: Mapped[str] = mapped_column(unique=True)
    user_code: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))


class IdentityRow(Entity):
    """A person as an issuer knows them; one of each issuer at most."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("person_id", "issuer"))

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    # The issuer's identifier (its URL): the name in the settings may change, or come to mean another.
    issuer: Mapped[str]
    subject: Mapped[str]
    name: Mapped[str]
    email: Mapped[str | None]
    # When the issuer last said what the memberships by it were made from.
    confirmed_at: Mapped[datetime | None]


class IssuerSessionRow(Base):
    """The tokens, sealed, that an issuer gave in a session: when it began, or when an account was linked."""

    __tablename__ = "issuer_sessions"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    identity_id: Mapped[UUID] = mapped_column(
        ForeignKey("identities.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    # Whether the session began with it, and so ends with it.
    began: Mapped[bool]
    key_id: Mapped[str]
    sealed_key: Mapped[bytes]
    sealed: Mapped[bytes]
    # When the issuer last confirmed it, and when it is to be asked again (by one process: who moves this on).
    checked_at: Mapped[datetime]
    next_at: Mapped[datetime]


class SignInFlowRow(Entity):
    """A sign-in that is under way at an issuer; it is used up by the answer, whatever that is.

    Nonce and PKCE verifier are derived from what only the browser has (`browser` is its digest).
    """

    __tablename__ = "sign_in_flows"

    digest: Mapped[str] = mapped_column(unique=True)
    browser: Mapped[str]
    issuer: Mapped[str]
    return_to: Mapped[str]
    # Who links the identity to their account; None: it is to sign in.
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class LocalAccountRow(Base):
    """A name and a password that are kept here: the password's argon2id hash, or None until it is chosen."""

    __tablename__ = "local_accounts"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    password_hash: Mapped[str | None]
    changed_at: Mapped[datetime | None]
    # The one link by which a password may be chosen.
    link_digest: Mapped[str | None] = mapped_column(unique=True)
    link_expires_at: Mapped[datetime | None]

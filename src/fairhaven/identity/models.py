"""Tables of identity; secrets are kept as SHA-256 of 256 random bits, never as they are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core.db import Entity


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

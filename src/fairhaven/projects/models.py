"""Tables of projects."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core.db import Base, Entity

AMOUNT = Numeric(20, 3)


class ProjectRow(Entity):
    __tablename__ = "projects"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    archived_at: Mapped[datetime | None]
    # The engines on which something may be started, the first one first; None: all of the installation.
    engines: Mapped[list[str] | None]
    # What the project's own pages show of the catalog: {"tags": […], "names": […]}; a view, no rule.
    catalog: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class LevelRow(Entity):
    """A level as the settings give it, copied here at every start."""

    __tablename__ = "levels"

    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[int]
    # Its place in the settings, where levels stand from the least to the most.
    rank: Mapped[int]
    limits: Mapped[dict[str, Any]]
    says: Mapped[str]


class MembershipRow(Entity):
    """That somebody is in a project, by one way; by several, the highest of their levels counts."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("project_id", "person_id", "source"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    # "manual", "invitation" or "issuer:<name>".
    source: Mapped[str]
    # The name of a role, or of a level; one that the settings name no more counts as viewer.
    level: Mapped[str]


class InvitationRow(Entity):
    """A link that makes whoever accepts it a member, as long as its inviter could do so themselves."""

    __tablename__ = "invitations"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    inviter_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(unique=True)
    level: Mapped[str]
    email: Mapped[str | None]
    most: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ServiceAccountRow(Base):
    """That an account for programs belongs to a project, whose managers look after it."""

    __tablename__ = "service_accounts"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)


class BrandRow(Base):
    """How the pages look on a project's own host names."""

    __tablename__ = "brands"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str]
    accent_light: Mapped[str | None]
    accent_dark: Mapped[str | None]
    links: Mapped[list[dict[str, Any]]]
    acknowledgement: Mapped[str]
    terms: Mapped[str]
    # Counts up whenever the terms change; 0: there are none.
    terms_version: Mapped[int]
    # SHA-256 of the logo, by which the object store keeps it; and its media type.
    logo: Mapped[str | None]
    logo_type: Mapped[str | None]


class HostRow(Base):
    """A host name at which the installation answers in the name of a project."""

    __tablename__ = "hosts"

    host: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)


class AcceptedTermsRow(Base):
    """That somebody accepted one version of a project's terms."""

    __tablename__ = "accepted_terms"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    accepted_at: Mapped[datetime]


class QuotaRow(Entity):
    """A limit: of the installation (no project), of a project (no person), or of people in a project."""

    __tablename__ = "quotas"
    __table_args__ = (UniqueConstraint("holder", "resource"),)

    # "installation", "project:<id>", "everyone:<project>" (each of its people), "person:<project>:<id>".
    holder: Mapped[str]
    resource: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(AMOUNT)


class BalanceRow(Base):
    """How much a holder has reserved of a resource: always the sum of its active reservations."""

    __tablename__ = "balances"

    holder: Mapped[str] = mapped_column(primary_key=True)
    resource: Mapped[str] = mapped_column(primary_key=True)
    used: Mapped[Decimal] = mapped_column(AMOUNT, default=Decimal(0))


class SpentRow(Base):
    """What a holder has used up of an hourly resource in one month, by reservations that have ended."""

    __tablename__ = "spent"

    holder: Mapped[str] = mapped_column(primary_key=True)
    resource: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    amount: Mapped[Decimal] = mapped_column(AMOUNT, default=Decimal(0))


class ReservationRow(Entity):
    """What something has reserved, from `since` until `released_at`."""

    __tablename__ = "reservations"
    __table_args__ = (
        Index(
            "uq_reservations_active",
            "subject_id",
            unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    subject_id: Mapped[UUID]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[UUID | None]
    # Numbers as text: JSON knows no decimals.
    amounts: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    released_at: Mapped[datetime | None]

"""Tables of secrets: what there is, and (of the driver `table:`) the values, encrypted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core import sealing
from fairhaven.core.db import Base, Entity, now


class SecretRow(Entity):
    """A secret of one person or one project; its value is the one that the store has as `version`."""

    __tablename__ = "secrets"
    __table_args__ = (
        UniqueConstraint("person_id", "name"),
        UniqueConstraint("project_id", "name"),
        CheckConstraint("(person_id IS NULL) <> (project_id IS NULL)", name="one_owner"),
    )

    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    project_id: Mapped[UUID | None] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str]
    version: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(default=now)
    delivered_at: Mapped[datetime | None]


class SecretValueRow(Base):
    """One version of a value: sealed with a key of its own, which is sealed with the key `key_id`.

    No foreign key to the secret: it is kept before the secret names it, and forgotten after.
    """

    __tablename__ = "secret_values"

    place_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    owner_kind: Mapped[str]
    owner_id: Mapped[UUID]
    key_id: Mapped[str] = mapped_column(index=True)
    sealed_key: Mapped[bytes]
    sealed: Mapped[bytes]
    kept_at: Mapped[datetime] = mapped_column(default=now)


sealing.opened_by(SecretValueRow.key_id)

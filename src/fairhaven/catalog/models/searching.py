"""What search keeps beside modules: their words, what was learnt of their texts, and searches of people."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from fairhaven.core.db import Base, Entity, now

DIMENSIONS = 64


class Vector(UserDefinedType[Sequence[float]]):
    """pgvector's type, as far as it is needed: written as text, compared by the database."""

    cache_ok = True

    def __init__(self, dimensions: int | str = DIMENSIONS) -> None:
        self.dimensions = int(dimensions)

    def get_col_spec(self, **kw: Any) -> str:
        return f"VECTOR({self.dimensions})"

    def bind_processor(self, dialect: Any) -> Callable[[Sequence[float] | None], str | None]:
        def write(value: Sequence[float] | None) -> str | None:
            return None if value is None else "[" + ",".join(f"{each:.6g}" for each in value) + "]"

        return write


ischema_names["vector"] = Vector


class WordRow(Base):
    """A word of the modules that everybody sees (the scope is `words.PUBLIC`), or of one project's own."""

    __tablename__ = "module_words"

    scope: Mapped[UUID] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
    modules: Mapped[int]


class LearntRow(Base):
    """What was there when something was learnt last, so that it is learnt again only when that changed."""

    __tablename__ = "catalog_learnt"

    name: Mapped[str] = mapped_column(primary_key=True)
    signature: Mapped[str]
    learnt_at: Mapped[datetime] = mapped_column(default=now)


class SpaceRow(Entity):
    """What was learnt of the texts of public modules: places for words, by which any text gets its own."""

    __tablename__ = "text_spaces"

    modules: Mapped[int]
    # Arrays as numpy writes them: a weight for each word's bucket, and its direction.
    weights: Mapped[bytes]
    directions: Mapped[bytes]


class VectorRow(Base):
    """A module's place among the others. The table is there only where the extension `vector` is."""

    __tablename__ = "module_vectors"
    __table_args__ = (
        Index(
            "ix_module_vectors_place",
            "place",
            postgresql_using="hnsw",
            postgresql_ops={"place": "vector_cosine_ops"},
        ),
    )

    module_id: Mapped[UUID] = mapped_column(ForeignKey("modules.id", ondelete="CASCADE"), primary_key=True)
    space_id: Mapped[UUID]
    # The module's `updated_at` when it was placed.
    of: Mapped[datetime]
    place: Mapped[Sequence[float]] = mapped_column(Vector())


class SavedSearchRow(Entity):
    """A filter that somebody keeps, and when they looked at it last."""

    __tablename__ = "saved_searches"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    name: Mapped[str]
    # As it stands in the address of the catalog's page.
    query: Mapped[str]
    looked_at: Mapped[datetime] = mapped_column(default=now)

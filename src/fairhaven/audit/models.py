"""Tables of the audit log: the order of facts, and where its chain ends. What happened is in the facts."""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core.db import Base


class EntryRow(Base):
    """A line: numbers have no gaps, and `hash` is of the line before and of the fact (`chain`)."""

    __tablename__ = "audit_entries"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    fact_id: Mapped[UUID] = mapped_column(ForeignKey("facts.id"), unique=True)
    hash: Mapped[str]


class ChainRow(Base):
    """The last line. Who appends holds this one row, so lines are appended one after the other."""

    __tablename__ = "audit_chain"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]

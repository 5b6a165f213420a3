"""Facts: what happened, told once, upward, in the past tense, in the transaction that made it true.

`emit` writes one row, and one delivery per subscriber, with the caller's session; nothing is told when
the transaction rolls back. `core.deliveries` hands them over. The rows are the audit log, the live
updates of pages, and the raw material of provenance. Subscribers are functions marked `@on(SomeFact)`.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Text, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core import marks
from fairhaven.core.db import Base, Entity, now
from fairhaven.core.ids import new_id
from fairhaven.core.live import CHANNEL
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor

_HELD = "facts told together"
kinds: dict[str, type["Fact"]] = {}
_subscribers: dict[type["Fact"], dict[str, "Handler"]] = {}


class Fact(BaseModel):
    """Something that happened. `kind` names it; `about` is the field that holds its subject's id.

    It names people by their id only: what it says stays for ever, and a name must not (`core.marks`).
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    kind: ClassVar[str]
    about: ClassVar[str]
    says: ClassVar[str]

    project: UUID | None = None

    def __init_subclass__(cls, *, kind: str, about: str, says: str, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        assert kind not in kinds, f"two facts are called {kind}"
        cls.kind, cls.about, cls.says = kind, about, says
        kinds[kind] = cls

    @property
    def subject(self) -> UUID:
        value = getattr(self, self.about)
        assert isinstance(value, UUID)
        return value


F = TypeVar("F", bound=Fact)


class FactRow(Entity):
    """One fact, never deleted; `seq` orders them for readers that come back.

    Never changed either, but for the name and address of its actor, which are erased when they ask for it.
    """

    __tablename__ = "facts"
    __table_args__ = (
        Index("ix_facts_subject_seq", "subject_id", "seq"),
        Index("ix_facts_project_seq", "project_id", "seq"),
        Index("ix_facts_actor_seq", "actor_id", "seq"),
        Index("ix_facts_kind_seq", "kind", "seq"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    project_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    request_id: Mapped[str | None]
    # The client's address as the gateway tells it; none for what the platform does by itself.
    address: Mapped[str | None]
    # The mark of name and address (`core.marks`); without its salt, they were erased.
    mark: Mapped[str | None]
    salt: Mapped[str | None]
    data: Mapped[dict[str, Any]]


class Unnumbered(Base):
    """That a fact has no line in the audit log yet: written with the fact, gone when it has one.

    A list of its own rather than a mark below which all is numbered: transactions commit in another order
    than they took their `seq`, and none may be missed, however long it took.
    """

    __tablename__ = "facts_unnumbered"

    fact_id: Mapped[UUID] = mapped_column(ForeignKey("facts.id", ondelete="CASCADE"), primary_key=True)


class Delivery(Base):
    """That a subscriber is still to be told a fact; gone when it was."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_due", "due_at", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    fact_id: Mapped[UUID] = mapped_column(ForeignKey("facts.id"))
    subscriber: Mapped[str]
    # None: given up, after `problem`; `fairhaven doctor` tells of it.
    due_at: Mapped[datetime | None] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(server_default="0")
    problem: Mapped[str | None]


class Told(Generic[F]):
    """A fact as a subscriber receives it: what, when, by whom."""

    def __init__(self, id: UUID, fact: F, at: datetime, actor_id: UUID | None) -> None:
        self.id, self.fact, self.at, self.actor_id = id, fact, at, actor_id


Handler: TypeAlias = Callable[[Platform, AsyncSession, Any], Awaitable[None]]
Subscriber: TypeAlias = Callable[[Platform, AsyncSession, Told[F]], Awaitable[None]]


def on(fact: type[F]) -> Callable[[Subscriber[F]], Subscriber[F]]:
    """Mark `async def name(platform, session, told)` as a subscriber.

    It runs in a transaction after the one that told the fact; what takes long belongs in a job.
    """

    def subscribe(handler: Subscriber[F]) -> Subscriber[F]:
        name = f"{handler.__module__.removeprefix('fairhaven.')}.{handler.__name__}"
        _subscribers.setdefault(fact, {})[name] = handler
        return handler

    return subscribe


# One trip for both: the audit log will find it, and every process hears of it.
_TELL = select(func.pg_notify(CHANNEL, bindparam("notice", type_=Text))).add_cte(
    insert(Unnumbered).values(fact_id=bindparam("fact")).returning(Unnumbered.fact_id).cte("listed")
)


async def emit(session: AsyncSession, fact: Fact) -> UUID:
    """Record the fact and one delivery for each subscriber, in the session's transaction."""
    row = _row(session, fact)
    held: list[FactRow] | None = session.info.get(_HELD)
    if held is not None:
        held.append(row)
        return row.id
    session.add(row)
    await session.flush()
    waiting = [{"fact_id": row.id, "subscriber": name} for name in _subscribers.get(type(fact), {})]
    if waiting:
        await session.execute(insert(Delivery), waiting)
    await session.execute(_TELL, {"fact": row.id, "notice": _notice(row)})
    return row.id


@asynccontextmanager
async def together(session: AsyncSession) -> AsyncIterator[None]:
    """Write the facts that are told inside at its end, all in a few statements; none, when it raises."""
    if _HELD in session.info:  # whoever began first ends it
        yield
        return
    held: list[FactRow] = []
    session.info[_HELD] = held
    try:
        yield
    finally:
        del session.info[_HELD]
    if held:
        await _tell_all(session, held)


async def _tell_all(session: AsyncSession, rows: list[FactRow]) -> None:
    session.add_all(rows)
    await session.flush()
    waiting = [
        {"fact_id": row.id, "subscriber": name}
        for row in rows
        for name in _subscribers.get(kinds[row.kind], {})
    ]
    if waiting:
        await session.execute(insert(Delivery), waiting)
    await session.execute(insert(Unnumbered), [{"fact_id": row.id} for row in rows])
    notices = func.unnest(bindparam("notices", type_=ARRAY(Text))).column_valued("notice")
    await session.execute(
        select(func.count(func.pg_notify(CHANNEL, notices))), {"notices": [_notice(row) for row in rows]}
    )


def _row(session: AsyncSession, fact: Fact) -> FactRow:
    actor: Actor = session.info.get("actor") or Actor()
    salt, address = marks.new_salt(), session.info.get("address")
    return FactRow(
        id=new_id(),
        created_at=now(),
        kind=fact.kind,
        subject_id=fact.subject,
        project_id=fact.project,
        actor_id=actor.id,
        actor_name=actor.name,
        request_id=session.info.get("request_id"),
        address=address,
        mark=marks.mark(salt, actor.name, address),
        salt=salt,
        data=fact.model_dump(mode="json"),
    )


def handler_of(kind: str, subscriber: str) -> "tuple[type[Fact], Handler] | None":
    """The class of a fact and its subscriber's function; None when a newer version has them no more."""
    fact = kinds.get(kind)
    handler = _subscribers.get(fact, {}).get(subscriber) if fact else None
    return (fact, handler) if fact and handler else None


def subscribers() -> Iterable[tuple[str, str]]:
    """Every (kind of fact, name of subscriber), for the documentation."""
    return [(fact.kind, name) for fact, found in _subscribers.items() for name in found]


def _notice(row: FactRow) -> str:
    return json.dumps(
        {"seq": row.seq, "kind": row.kind, "subject": str(row.subject_id), "project": _text(row.project_id)}
    )


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None

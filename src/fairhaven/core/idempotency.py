"""`Idempotency-Key`: a creation that is sent twice happens once (IETF draft idempotency-key-header).

The first answer is kept in the transaction that made the thing, so both are there or neither is.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core.db import Entity
from fairhaven.core.errors import BadRequest, Conflict
from fairhaven.core.policy import Actor, Rule, note

Model = TypeVar("Model", bound=BaseModel)

same_asker = Rule("whoever got the first answer", lambda actor, thing: True)


class Remembered(Entity):
    """The answer to a creation, by who asked and under which key."""

    __tablename__ = "idempotency_keys"

    key: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str]
    answer: Mapped[dict[str, Any]]


async def once(
    session: AsyncSession,
    actor: Actor,
    key: str,
    digest: str,
    model: type[Model],
    act: Callable[[], Awaitable[Model]],
) -> Model:
    """Run `act`, or return what it returned the first time.

    Raises:
        BadRequest: the key is empty or longer than 200 characters.
        Conflict: the key was used for another request.
    """
    if not 0 < len(key) <= 200:
        raise BadRequest("An Idempotency-Key has 1 to 200 characters.")
    owned = f"{actor.id}:{key}"
    # Two requests of one key at the same time: the second waits here until the first has committed.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(owned, 0))))
    found = await session.scalar(select(Remembered).where(Remembered.key == owned))
    if found is None:
        answer = await act()
        session.add(Remembered(key=owned, digest=digest, answer=answer.model_dump(mode="json")))
        return answer
    if found.digest != digest:
        raise Conflict(
            "This Idempotency-Key was used for another request.", fix="Use a new key for each new request."
        )
    note(same_asker)  # keys belong to one actor, whom a policy allowed the first time
    return model.model_validate(found.answer)

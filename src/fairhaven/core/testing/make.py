"""Factories that read well: `await make.person(platform, "Grace", project, Role.DEVELOPER)`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, Role
from fairhaven.identity import service as identity
from fairhaven.identity.schemas import Person, TokenSpec
from fairhaven.projects import service as projects


async def person(
    platform: Platform, name: str, project_id: UUID | None = None, role: Role = Role.MEMBER
) -> Actor:
    """Somebody who can sign in; a member of the project when one is given."""
    async with platform.transaction() as session:
        made = await identity.add_person(session, name)
        if project_id:
            await projects.add_member(session, project_id, made.id, role)
    return Actor(id=made.id, name=name, roles={project_id: role} if project_id else {}, via="token")


async def token(platform: Platform, actor: Actor) -> str:
    """The secret of a new token of the actor's."""
    assert actor.id is not None
    owner = Person(id=actor.id, name=actor.name, administrator=actor.administrator)
    async with platform.transaction() as session:
        return (await identity.mint_for(session, owner, TokenSpec(name="test", days=1))).secret


@asynccontextmanager
async def listening(platform: Platform) -> AsyncIterator[Live]:
    """Live updates that are connected."""
    live = Live(platform.database)
    running = asyncio.create_task(live.run())
    try:
        await until(lambda: live.connected)
        yield live
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def until(condition: Callable[[], Any], *, seconds: float = 20.0) -> Any:
    """Wait for a condition (a function or a coroutine function) and return its first true value.

    Raises:
        TimeoutError: it never became true.
    """
    async with asyncio.timeout(seconds):
        while True:
            value = condition()
            if asyncio.iscoroutine(value):
                value = await value
            if value:
                return value
            await asyncio.sleep(0.02)

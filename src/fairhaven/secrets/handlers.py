"""What secrets do when something happened: erase from the store what no row names any more."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import jobs
from fairhaven.core.facts import Told, on
from fairhaven.core.platform import Platform
from fairhaven.facts.secrets import SecretDeleted, SecretStored
from fairhaven.secrets import tasks
from fairhaven.secrets.ports import OwnerKind


@on(SecretStored)
async def forget_earlier(platform: Platform, session: AsyncSession, told: Told[SecretStored]) -> None:
    if told.fact.version > 1:
        await _forget(session, told.fact, keep=told.fact.version)


@on(SecretDeleted)
async def forget_all(platform: Platform, session: AsyncSession, told: Told[SecretDeleted]) -> None:
    await _forget(session, told.fact, keep=None)


async def _forget(session: AsyncSession, fact: SecretStored | SecretDeleted, *, keep: int | None) -> None:
    owner: UUID | None = fact.project or fact.person
    kind = OwnerKind.PROJECT if fact.project else OwnerKind.PERSON
    await jobs.enqueue(
        session, tasks.forget, secret_id=fact.secret, owner_kind=kind.value, owner_id=owner, keep=keep
    )

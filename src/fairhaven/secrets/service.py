"""Use cases of secrets. A value goes to the store first; then a row says that its version counts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar
from uuid import UUID

import structlog
from pydantic import SecretStr
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.db import now
from fairhaven.core.errors import Conflict, NotFound, Problem, Unconfigured
from fairhaven.core.facts import emit
from fairhaven.core.ids import new_id
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.facts.secrets import SecretDeleted, SecretStored
from fairhaven.projects import service as projects
from fairhaven.secrets import policy
from fairhaven.secrets.models import SecretRow
from fairhaven.secrets.ports import Owner, OwnerKind, Place, SecretStore, StoreFailed
from fairhaven.secrets.schemas import Secret

log = structlog.get_logger(__name__)

MOST = 200  # secrets of one owner


class TooManySecrets(Conflict):
    title: ClassVar[str] = "There are too many secrets"
    fix: ClassVar[str] = "Delete those that nothing uses any more."


def own(actor: Actor) -> Owner:
    """The actor's own secrets.

    Raises:
        SignInNeeded: nobody is signed in.
    """
    policy.can_keep_own.check(actor)
    assert actor.id is not None
    return Owner(OwnerKind.PERSON, actor.id)


def of_project(project_id: UUID) -> Owner:
    return Owner(OwnerKind.PROJECT, project_id)


async def secrets(session: AsyncSession, actor: Actor, owner: Owner) -> Sequence[Secret]:
    """Names and times, by name; of a project to those who may use them.

    Raises:
        NotFound: there is no such project for the actor.
    """
    await _may_use(session, actor, owner)
    rows = await session.scalars(_those_of(owner).order_by(SecretRow.name))
    return [Secret.model_validate(row) for row in rows]


async def usable(session: AsyncSession, actor: Actor, project_id: UUID) -> Sequence[Secret]:
    """What the actor may give to a workload of a project: their own secrets, and the project's."""
    found: list[Secret] = []
    if policy.can_keep_own.allows(actor):
        found += await secrets(session, actor, own(actor))
    if policy.can_use_of_project.allows(actor, project_id):
        found += await secrets(session, actor, of_project(project_id))
    return found


async def put(platform: Platform, actor: Actor, owner: Owner, name: str, value: SecretStr) -> Secret:
    """Keep a new value, of a new secret or in place of the last one.

    Raises:
        NotFound, NotAllowed: the project is not the actor's to change.
        TooManySecrets: there are 200 already.
        StoreFailed: the store did not take it; nothing changed.
        Conflict: somebody made or deleted it at the same moment; nothing changed.
    """
    async with platform.transaction(actor) as session:
        await _may_change(session, actor, owner)
        place = await _place_for(session, owner, name)
    with operators_told():
        version = await store_of(platform).put(place, value.get_secret_value())
    async with platform.transaction(actor) as session:
        return await _record(session, place, version)


async def delete(session: AsyncSession, actor: Actor, owner: Owner, name: str) -> None:
    """Forget a secret: nothing gets it any more; its values are erased from the store soon after.

    Raises:
        NotFound: there is none.
    """
    await _may_change(session, actor, owner)
    row = await session.scalar(_those_of(owner).where(SecretRow.name == name).with_for_update())
    if row is None:
        raise NotFound(f"There is no secret {name}.")
    await session.delete(row)
    told = SecretDeleted(secret=row.id, name=row.name, person=row.person_id, project=row.project_id)
    await emit(session, told)


async def live_ids(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the ids that are secrets; for the platform itself."""
    return set(await session.scalars(select(SecretRow.id).where(SecretRow.id.in_(ids))))


@contextmanager
def operators_told() -> Iterator[None]:
    """Tell people only that the store is not set up rightly; how, is for the operator.

    Raises:
        StoreFailed: instead of Unconfigured.
    """
    try:
        yield
    except Unconfigured as wrong:
        log.error("the store of secrets cannot be used", problem=wrong.detail, fix=wrong.remedy)
        raise StoreFailed(
            "The store of secrets is not set up as it should be.",
            fix="`fairhaven doctor` tells an operator what is wrong.",
        ) from None


def store_of(platform: Platform) -> SecretStore:
    """The store that the settings name.

    Raises:
        Unconfigured: this process opened none.
    """
    for store in platform.drivers.get("secrets", {}).values():
        found: SecretStore = store
        return found
    raise Unconfigured("This process has no store of secrets.")


async def ready(platform: Platform) -> None:
    """See how the store is, at a start; what needs no secrets runs without it."""
    try:
        await store_of(platform).check()
    except Problem as problem:
        log.error("the store of secrets cannot be used", problem=problem.detail, fix=problem.remedy)


def place_of(row: SecretRow) -> Place:
    if row.person_id is not None:
        return Place(Owner(OwnerKind.PERSON, row.person_id), row.id, row.name)
    assert row.project_id is not None
    return Place(of_project(row.project_id), row.id, row.name)


async def _may_use(session: AsyncSession, actor: Actor, owner: Owner) -> None:
    if owner.kind is OwnerKind.PROJECT:
        await projects.project(session, actor, owner.id)
        policy.can_use_of_project.check(actor, owner.id)
    elif owner != own(actor):
        raise NotFound()


async def _may_change(session: AsyncSession, actor: Actor, owner: Owner) -> None:
    await _may_use(session, actor, owner)
    if owner.kind is OwnerKind.PROJECT:
        policy.can_change_of_project.check(actor, owner.id)


async def _place_for(session: AsyncSession, owner: Owner, name: str) -> Place:
    """Where a new value of this name goes: the secret's place, or a new one."""
    row = await session.scalar(_those_of(owner).where(SecretRow.name == name))
    if row is not None:
        return place_of(row)
    count = await session.scalar(select(func.count()).select_from(_those_of(owner).subquery()))
    if (count or 0) >= MOST:
        raise TooManySecrets(f"There are {count} already.")
    return Place(owner, new_id(), name)


async def _record(session: AsyncSession, place: Place, version: int) -> Secret:
    """Write down that a version counts, and tell it."""
    # Two first values of one name at the same time: the second waits here, and is refused.
    lock = func.hashtextextended(f"secrets of {place.owner.id} {place.name}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(lock)))
    row = await session.scalar(_those_of(place.owner).where(SecretRow.name == place.name))
    if row is None and version == 1:
        row = _row(place)
        session.add(row)
    elif row is None or row.id != place.id:
        raise Conflict(
            f"The secret {place.name} was made or deleted by somebody else at the same moment.",
            fix="Look at it, and put the value again.",
        )
    row.version, row.updated_at = max(row.version, version), now()
    await session.flush()
    told = SecretStored(
        secret=row.id, name=row.name, version=version, person=row.person_id, project=row.project_id
    )
    await emit(session, told)
    return Secret.model_validate(row)


def _row(place: Place) -> SecretRow:
    project = place.owner.kind is OwnerKind.PROJECT
    owner = {"project_id" if project else "person_id": place.owner.id}
    return SecretRow(id=place.id, name=place.name, version=0, created_at=now(), **owner)


def _those_of(owner: Owner) -> Select[SecretRow]:
    column = SecretRow.project_id if owner.kind is OwnerKind.PROJECT else SecretRow.person_id
    return select(SecretRow).where(column == owner.id)

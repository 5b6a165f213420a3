"""Delivers secrets to what runs: who may have which is asked again at each delivery, and each is told."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.db import now
from fairhaven.core.errors import NotFound, Problem
from fairhaven.core.facts import emit
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, check_scope
from fairhaven.facts.secrets import SecretDelivered
from fairhaven.identity import service as identity
from fairhaven.projects import service as projects
from fairhaven.secrets import policy
from fairhaven.secrets.models import SecretRow
from fairhaven.secrets.ports import Place, ValueGone
from fairhaven.secrets.schemas import OF_PROJECT
from fairhaven.secrets.service import operators_told, place_of, store_of

TRIES = 3  # a value may be replaced between looking and reading


class SecretMissing(Problem):
    """Something refers to a secret that its owner does not have, or may not use."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "A secret is missing"


@dataclass(frozen=True)
class Recipient:
    """What is to get secrets: a workload, its owner (whose own secrets it may have) and its project."""

    workload: UUID
    name: str
    owner_id: UUID
    project_id: UUID


@dataclass(frozen=True)
class Delivery:
    """The values by reference, for as long as it takes to hand them over."""

    values: Mapping[str, str] = field(repr=False)


async def deliver(platform: Platform, recipient: Recipient, references: Iterable[str]) -> Delivery:
    """Read values for a workload that is about to start, and tell that they are delivered.

    Raises:
        SecretMissing: one is not there, or not the owner's to use; the detail says which and what to do.
        StoreFailed: the store cannot be read now.
    """
    wanted = sorted(set(references))
    for _ in range(TRIES if wanted else 0):
        async with platform.transaction() as session:
            found = await _found(session, await _owner(session, recipient), recipient, wanted)
        try:
            values = await _read(platform, found)
        except ValueGone:
            continue
        async with platform.transaction() as session:
            if await _told(session, recipient, found.values()):
                return Delivery(dict(zip(wanted, values, strict=True)))
    if wanted:
        raise SecretMissing(
            f"The value of one of its secrets is gone: {', '.join(wanted)}.",
            fix="Put the secret anew, then start it again.",
        )
    return Delivery({})


async def check(session: AsyncSession, actor: Actor, project_id: UUID, references: Iterable[str]) -> None:
    """See that what the actor is about to start may have these secrets.

    Raises:
        SecretMissing: one is not there, or not the actor's to use.
        NotAllowed: the actor's token is for other things.
    """
    wanted = sorted(set(references))
    if not wanted:
        return
    check_scope(actor, "secrets", "read")
    if actor.project is not None and not all(each.startswith(OF_PROJECT) for each in wanted):
        raise SecretMissing(
            "The token is for one project, and may use no secrets but those of the project.",
            fix=f"Refer to `{OF_PROJECT}NAME`, or use another token.",
        )
    assert actor.id is not None
    recipient = Recipient(workload=actor.id, name="", owner_id=actor.id, project_id=project_id)
    await _found(session, actor, recipient, wanted)


@dataclass(frozen=True)
class _Secret:
    place: Place
    version: int


async def _owner(session: AsyncSession, recipient: Recipient) -> Actor:
    """The owner as they are today: roles may have been lost since the workload was started."""
    try:
        person = await identity.person(session, recipient.owner_id)
    except NotFound:
        raise SecretMissing("Its owner is gone, and their secrets with them.") from None
    roles = await projects.roles_of(session, person.id)
    return Actor(id=person.id, name=person.name, administrator=person.administrator, roles=roles)


async def _found(
    session: AsyncSession, owner: Actor, recipient: Recipient, wanted: Sequence[str]
) -> Mapping[str, _Secret]:
    of_project = {each for each in wanted if each.startswith(OF_PROJECT)}
    if of_project and not policy.can_use_of_project.allows(owner, recipient.project_id):
        raise SecretMissing(
            f"{owner.name} may not use secrets of the project: {', '.join(sorted(of_project))}.",
            fix="Ask a manager of the project for the role of a developer.",
        )
    rows = {
        **await _rows(session, SecretRow.person_id == owner.id, set(wanted) - of_project, ""),
        **await _rows(session, SecretRow.project_id == recipient.project_id, of_project, OF_PROJECT),
    }
    missing = [each for each in wanted if each not in rows]
    if missing:
        raise SecretMissing(
            f"There is no secret {', '.join(missing)}: one that begins with `{OF_PROJECT}` is the project's, "
            f"any other {owner.name}'s own.",
            fix="Put it (`fairhaven secret put NAME`), then start the workload again.",
        )
    return {each: _Secret(place_of(rows[each]), rows[each].version) for each in wanted}


async def _rows(
    session: AsyncSession, whose: ColumnElement[bool], references: Iterable[str], prefix: str
) -> Mapping[str, SecretRow]:
    names = [each.removeprefix(prefix) for each in references]
    rows = await session.scalars(select(SecretRow).where(whose, SecretRow.name.in_(names))) if names else ()
    return {f"{prefix}{row.name}": row for row in rows}


async def _read(platform: Platform, found: Mapping[str, _Secret]) -> Sequence[str]:
    with operators_told():
        store = store_of(platform)
        return await asyncio.gather(*(store.read(each.place, each.version) for each in found.values()))


async def _told(session: AsyncSession, recipient: Recipient, found: Iterable[_Secret]) -> bool:
    """Tell each delivery, before it happens; False when a secret was deleted in the meantime."""
    for each in found:
        row = await session.get(SecretRow, each.place.id, with_for_update=True)
        if row is None:
            return False
        row.delivered_at = now()
        told = SecretDelivered(
            secret=row.id,
            name=row.name,
            version=each.version,
            workload=recipient.workload,
            workload_name=recipient.name,
            person=row.person_id,
            project=row.project_id,
        )
        await emit(session, told)
    return True

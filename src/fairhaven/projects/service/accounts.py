"""Service accounts of a project: for programs, looked after by the project's managers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.errors import NotFound
from fairhaven.core.facts import emit
from fairhaven.core.policy import Actor
from fairhaven.facts.projects import ServiceAccountMade
from fairhaven.identity import service as identity
from fairhaven.identity.schemas import NewToken, Token, TokenSpec
from fairhaven.projects import policy
from fairhaven.projects.models import LevelRow, MembershipRow, ServiceAccountRow
from fairhaven.projects.schemas import NewServiceAccount, ServiceAccount
from fairhaven.projects.service import granting, levels
from fairhaven.projects.service.administering import managed
from fairhaven.projects.service.members import may_give


@dataclass(frozen=True)
class Lent:
    """What a token of a service account may do."""

    scopes: Sequence[str] | None
    project_id: UUID


async def add_account(
    session: AsyncSession, actor: Actor, project_id: UUID, new: NewServiceAccount
) -> ServiceAccount:
    """Make a service account of a project.

    Raises:
        UnknownLevel: there is none of this name.
        NotAllowed: the actor does not manage the project, or gives more than they have.
    """
    await managed(session, actor, project_id)
    await may_give(session, actor, project_id, new.level)
    made = await identity.add_service_account(session, new.name)
    session.add(ServiceAccountRow(person_id=made.id, project_id=project_id))
    await session.flush()
    await emit(
        session, ServiceAccountMade(account=made.id, name=new.name, level=new.level, project=project_id)
    )
    await granting.put(session, project_id, made.id, granting.MANUAL, new.level)
    return await account(session, actor, project_id, made.id)


async def accounts(session: AsyncSession, actor: Actor, project_id: UUID) -> Sequence[ServiceAccount]:
    """The service accounts of a project, by name; for its managers."""
    await managed(session, actor, project_id)
    return await _told(session, project_id)


async def account(session: AsyncSession, actor: Actor, project_id: UUID, account_id: UUID) -> ServiceAccount:
    """One service account.

    Raises:
        NotFound: the project has no such account.
    """
    found = [each for each in await accounts(session, actor, project_id) if each.id == account_id]
    if not found:
        raise NotFound("The project has no such service account.")
    return found[0]


async def set_account_level(
    session: AsyncSession, actor: Actor, project_id: UUID, account_id: UUID, level: str
) -> ServiceAccount:
    """Give a service account another level."""
    await account(session, actor, project_id, account_id)
    await may_give(session, actor, project_id, level)
    await granting.put(session, project_id, account_id, granting.MANUAL, level)
    return await account(session, actor, project_id, account_id)


async def close_account(session: AsyncSession, actor: Actor, project_id: UUID, account_id: UUID) -> None:
    """Let a service account in no more; for good."""
    await account(session, actor, project_id, account_id)
    await identity.close_account(session, account_id)


async def account_tokens(
    session: AsyncSession, actor: Actor, project_id: UUID, account_id: UUID
) -> Sequence[Token]:
    """The tokens of a service account that were not revoked."""
    await account(session, actor, project_id, account_id)
    return await identity.tokens_of_account(session, account_id)


async def add_account_token(
    session: AsyncSession, actor: Actor, project_id: UUID, account_id: UUID, spec: TokenSpec
) -> NewToken:
    """Make a token for a service account: for its project only, and for no more than the actor's own may.

    Raises:
        NotFound: the project has no such account, or it was closed.
        NotAllowed: the actor's own credential may do less.
    """
    found = await account(session, actor, project_id, account_id)
    if found.disabled:
        raise NotFound("The service account was closed.")
    policy.can_lend.check(actor, Lent(spec.scopes, project_id))
    person = await identity.person(session, account_id)
    return await identity.mint_for(session, person, spec.model_copy(update={"project_id": project_id}))


async def rotate_account_token(
    session: AsyncSession,
    actor: Actor,
    project_id: UUID,
    account_id: UUID,
    token_id: UUID,
    overlap: timedelta,
) -> NewToken:
    """Make a token like this one of a service account; the old one works for `overlap` more.

    Raises:
        NotFound: there is no such token.
        NotAllowed: the actor's own credential may do less than the token.
    """
    present = await account_tokens(session, actor, project_id, account_id)
    old = next((each for each in present if each.id == token_id), None)
    if old is None:
        raise NotFound("The service account has no such token.")
    policy.can_lend.check(actor, Lent(old.scopes, project_id))
    return await identity.rotate_of_account(session, account_id, token_id, overlap)


async def revoke_account_token(
    session: AsyncSession, actor: Actor, project_id: UUID, account_id: UUID, token_id: UUID
) -> None:
    """Make a token of a service account stop working at once."""
    await account(session, actor, project_id, account_id)
    await identity.revoke_of_account(session, account_id, token_id)


async def _told(session: AsyncSession, project_id: UUID) -> Sequence[ServiceAccount]:
    asked = (
        select(ServiceAccountRow.person_id, MembershipRow.level, LevelRow.role)
        .join(MembershipRow, MembershipRow.person_id == ServiceAccountRow.person_id)
        .outerjoin(LevelRow, LevelRow.name == MembershipRow.level)
        .where(ServiceAccountRow.project_id == project_id, MembershipRow.project_id == project_id)
    )
    rows = (await session.execute(asked)).all()
    people = await identity.listed(session, [row.person_id for row in rows])
    told = [
        ServiceAccount(
            id=row.person_id,
            project_id=project_id,
            name=people[row.person_id].name,
            role=levels.role_of(row.level, row.role).name.lower(),
            level=row.level,
            disabled=people[row.person_id].disabled,
        )
        for row in rows
    ]
    return sorted(told, key=lambda each: (each.disabled, each.name.casefold()))

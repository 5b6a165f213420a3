"""Tokens: of people, of service accounts, of workloads; all hashed, expiring, limited, revocable at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import credentials
from fairhaven.core.db import now
from fairhaven.core.errors import NotFound
from fairhaven.core.facts import emit
from fairhaven.core.policy import Actor
from fairhaven.facts.identity import TokenCreated, TokenRevoked, TokenRotated
from fairhaven.identity import policy
from fairhaven.identity.models import TokenRow
from fairhaven.identity.schemas import Kind, NewToken, Person, Token, TokenSpec
from fairhaven.identity.service.recognising import forget

PREFIXES = {Kind.PERSON: "fh_", Kind.SERVICE: "fhs_"}
WORKLOADS_PREFIX = "fhw_"
WORKLOADS_LIFE = timedelta(minutes=15)
"""How long a workload's token lasts when nobody sees any more that the workload runs."""


async def create_token(session: AsyncSession, actor: Actor, spec: TokenSpec) -> NewToken:
    """Make a token of the actor's own; one made with a limited token is limited as much."""
    policy.can_have_tokens.check(actor)
    policy.can_widen.check(actor, spec)
    assert actor.id is not None
    return await _mint(session, actor.id, spec, PREFIXES[Kind.PERSON])


async def mint_for(session: AsyncSession, person: Person, spec: TokenSpec) -> NewToken:
    """Make a token for somebody proven otherwise, or for a service account, after the caller's own policy."""
    return await _mint(session, person.id, spec, PREFIXES[person.kind])


async def mint_for_workload(
    session: AsyncSession, person_id: UUID, workload_id: UUID, spec: TokenSpec
) -> NewToken:
    """Make the one token of a workload, which acts with it in its owner's name.

    It lasts for minutes, and goes on as long as somebody sees the workload run (`prolong_of_workload`).
    """
    await revoke_of_workload(session, workload_id)
    life = now() + WORKLOADS_LIFE
    return await _mint(session, person_id, spec, WORKLOADS_PREFIX, expires_at=life, workload_id=workload_id)


async def prolong_of_workload(session: AsyncSession, workload_id: UUID) -> None:
    """A workload was seen to run: let its token last on."""
    due = now() + WORKLOADS_LIFE / 2
    await session.execute(
        update(TokenRow)
        .where(TokenRow.workload_id == workload_id, TokenRow.revoked_at.is_(None))
        .where(TokenRow.expires_at < due)
        .values(expires_at=now() + WORKLOADS_LIFE)
    )


async def tokens(session: AsyncSession, actor: Actor) -> Sequence[Token]:
    """The actor's tokens that were not revoked, newest first; those of workloads are not among them."""
    policy.can_have_tokens.check(actor)
    rows = await session.scalars(
        select(TokenRow)
        .where(TokenRow.person_id == actor.id, TokenRow.revoked_at.is_(None))
        .where(TokenRow.workload_id.is_(None))
        .order_by(TokenRow.id.desc())
    )
    return [Token.model_validate(row) for row in rows]


async def rotate_token(session: AsyncSession, actor: Actor, token_id: UUID, overlap: timedelta) -> NewToken:
    """Make a token like this one, which goes on working for `overlap` and no longer.

    Raises:
        NotFound: there is none of the actor's with this id.
    """
    old = await _found(session, actor, token_id)
    life = old.expires_at - old.created_at
    spec = TokenSpec(
        name=old.name,
        days=max(1, round(life / timedelta(days=1))),
        scopes=old.scopes,
        project_id=old.project_id,
    )
    policy.can_widen.check(actor, spec)
    prefix = old.prefix.partition("_")[0] + "_"
    new = await _mint(session, old.person_id, spec, prefix)
    old.expires_at = min(old.expires_at, now() + overlap)
    await emit(session, TokenRotated(token=old.id, person=old.person_id, name=old.name, new=new.id))
    await forget(session, old.person_id)
    return new


async def revoke_token(session: AsyncSession, actor: Actor, token_id: UUID) -> None:
    """Make a token stop working at once, on every process.

    Raises:
        NotFound: there is none of the actor's with this id.
    """
    row = await _found(session, actor, token_id)
    if row.revoked_at is None:
        row.revoked_at = now()
        await emit(session, TokenRevoked(token=row.id, person=row.person_id, name=row.name))
        await forget(session, row.person_id)


async def revoke_of_workload(session: AsyncSession, workload_id: UUID) -> None:
    """Make all tokens of a workload stop working: it ended."""
    revoked = (
        update(TokenRow)
        .where(TokenRow.workload_id == workload_id, TokenRow.revoked_at.is_(None))
        .values(revoked_at=now())
        .returning(TokenRow.person_id)
    )
    for person_id in set(await session.scalars(revoked)):
        await forget(session, person_id)


async def _found(session: AsyncSession, actor: Actor, token_id: UUID) -> TokenRow:
    policy.can_have_tokens.check(actor)
    row = await session.get(TokenRow, token_id)
    if row is None:
        raise NotFound("You have no such token.")
    policy.can_revoke_token.check(actor, row)
    return row


async def _mint(
    session: AsyncSession,
    person_id: UUID,
    spec: TokenSpec,
    prefix: str,
    *,
    expires_at: datetime | None = None,
    workload_id: UUID | None = None,
) -> NewToken:
    secret = credentials.make(prefix)
    row = TokenRow(
        person_id=person_id,
        name=spec.name,
        prefix=secret[: len(prefix) + 6],
        digest=credentials.digest(secret),
        expires_at=expires_at or now() + timedelta(days=spec.days),
        scopes=spec.scopes,
        project_id=spec.project_id,
        workload_id=workload_id,
    )
    session.add(row)
    await session.flush()
    await emit(session, TokenCreated(token=row.id, person=person_id, name=spec.name))
    return NewToken(**Token.model_validate(row).model_dump(), secret=secret)

"""Service accounts and their tokens, on behalf of the domain that they belong to, after its own policy."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.db import now
from fairhaven.core.errors import NotFound
from fairhaven.core.facts import emit
from fairhaven.facts.identity import PersonDisabled, TokenRevoked, TokenRotated
from fairhaven.identity.models import PersonRow, TokenRow
from fairhaven.identity.schemas import Kind, NewToken, Person, Token, TokenSpec
from fairhaven.identity.service.recognising import forget
from fairhaven.identity.service.tokens import mint_for


async def tokens_of_account(session: AsyncSession, account_id: UUID) -> Sequence[Token]:
    """The tokens of an account that were not revoked, newest first."""
    rows = await session.scalars(
        select(TokenRow)
        .where(TokenRow.person_id == account_id, TokenRow.revoked_at.is_(None))
        .where(TokenRow.workload_id.is_(None))
        .order_by(TokenRow.id.desc())
    )
    return [Token.model_validate(row) for row in rows]


async def rotate_of_account(
    session: AsyncSession, account_id: UUID, token_id: UUID, overlap: timedelta
) -> NewToken:
    """Make a token like this one of an account, which goes on working for `overlap`.

    Raises:
        NotFound: the account has no such token, or not any more.
    """
    old = await _token(session, account_id, token_id)
    if old.revoked_at is not None:
        raise NotFound("It was revoked.")
    account = Person.model_validate(await session.get_one(PersonRow, account_id))
    new = await mint_for(session, account, _like(old))
    old.expires_at = min(old.expires_at, now() + overlap)
    await emit(session, TokenRotated(token=old.id, person=account_id, name=old.name, new=new.id))
    await forget(session, account_id)
    return new


async def revoke_of_account(session: AsyncSession, account_id: UUID, token_id: UUID) -> None:
    """Make a token of an account stop working at once.

    Raises:
        NotFound: the account has no such token.
    """
    row = await _token(session, account_id, token_id)
    if row.revoked_at is None:
        row.revoked_at = now()
        await emit(session, TokenRevoked(token=row.id, person=account_id, name=row.name))
        await forget(session, account_id)


async def close_account(session: AsyncSession, account_id: UUID) -> None:
    """Let a service account in no more, by none of its tokens."""
    row = await session.get_one(PersonRow, account_id)
    assert row.kind == Kind.SERVICE
    if row.disabled_at is None:
        row.disabled_at = now()
        await emit(session, PersonDisabled(person=row.id))
        await forget(session, row.id)


async def _token(session: AsyncSession, account_id: UUID, token_id: UUID) -> TokenRow:
    row = await session.get(TokenRow, token_id)
    if row is None or row.person_id != account_id:
        raise NotFound("It has no such token.")
    return row


def _like(old: TokenRow) -> TokenSpec:
    days = max(1, round((old.expires_at - old.created_at) / timedelta(days=1)))
    return TokenSpec(name=old.name, days=days, scopes=old.scopes, project_id=old.project_id)

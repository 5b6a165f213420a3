"""What identity keeps of a person."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.db import Base, now
from fairhaven.core.facts import emit
from fairhaven.core.marks import ERASED
from fairhaven.facts.identity import PersonErased
from fairhaven.identity.models import (
    DeviceLoginRow,
    IdentityRow,
    LocalAccountRow,
    PersonRow,
    SessionRow,
    SignInFlowRow,
    SignInLinkRow,
    TokenRow,
)
from fairhaven.identity.schemas import Session, Token
from fairhaven.identity.service.administering import keep_an_administrator, one_by_one
from fairhaven.identity.service.recognising import forget

_OWNED: Sequence[type[Base]] = (
    SessionRow,
    TokenRow,
    SignInLinkRow,
    DeviceLoginRow,
    IdentityRow,
    LocalAccountRow,
    SignInFlowRow,
)


async def kept(session: AsyncSession, person_id: UUID) -> Mapping[str, Any]:
    """Who they are, here and to issuers, where they are signed in, and their tokens."""
    row = await session.get_one(PersonRow, person_id)
    sessions = await session.scalars(select(SessionRow).where(SessionRow.person_id == person_id))
    tokens = await session.scalars(select(TokenRow).where(TokenRow.person_id == person_id))
    identities = await session.scalars(select(IdentityRow).where(IdentityRow.person_id == person_id))
    account = await session.get(LocalAccountRow, person_id)
    return {
        "id": row.id,
        "name": row.name,
        "email": row.email,
        "kind": row.kind,
        "administrator": row.administrator,
        "joined_at": row.created_at,
        "signed_in_at": row.signed_in_at,
        "identities": [
            {"issuer": each.issuer, "subject": each.subject, "name": each.name, "email": each.email}
            for each in identities
        ],
        "account": account.name if account else None,
        "sessions": [Session.model_validate(each) for each in sessions],
        "tokens": [Token.model_validate(each) for each in tokens],
    }


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Keep nothing but the identifier, which says nothing any more.

    Raises:
        LastAdministrator: nobody else would be left to administer.
    """
    await one_by_one(session)
    row = await session.get_one(PersonRow, person_id, with_for_update=True)
    if row.administrator:
        await keep_an_administrator(session, row)
    for table in _OWNED:
        await session.execute(delete(table).where(table.person_id == person_id))  # type: ignore[attr-defined]
    row.name, row.email, row.administrator, row.signed_in_at = ERASED, None, False, None
    row.disabled_at = row.disabled_at or now()
    await emit(session, PersonErased(person=person_id))
    await forget(session, person_id)

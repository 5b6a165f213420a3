"""How many people there are."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.db import now
from fairhaven.identity.models import PersonRow
from fairhaven.identity.schemas import Kind

LATELY = timedelta(days=30)


async def figures(session: AsyncSession) -> Mapping[str, int]:
    """People, service accounts, administrators, those that came lately, and closed accounts."""
    is_open, is_person = PersonRow.disabled_at.is_(None), PersonRow.kind == Kind.PERSON
    counted = select(
        func.count().filter(is_open, is_person).label("people"),
        func.count().filter(is_open, PersonRow.signed_in_at > now() - LATELY).label("active"),
        func.count().filter(is_open, PersonRow.administrator).label("administrators"),
        func.count().filter(is_open, ~is_person).label("service_accounts"),
        func.count().filter(~is_open).label("closed"),
    )
    return dict((await session.execute(counted)).one()._mapping)

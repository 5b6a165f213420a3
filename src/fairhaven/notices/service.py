"""Posting notices, withdrawing them, and which of them concern somebody now."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import pagination
from fairhaven.core.db import now
from fairhaven.core.errors import NotFound
from fairhaven.core.facts import emit
from fairhaven.core.policy import Actor
from fairhaven.core.schemas import Page
from fairhaven.facts.notices import NoticePosted, NoticeWithdrawn
from fairhaven.notices import policy
from fairhaven.notices.models import NoticeRow
from fairhaven.notices.schemas import NewNotice, Notice
from fairhaven.projects import service as projects

MOST = 100  # notices that are shown or wait to be


async def post(session: AsyncSession, actor: Actor, new: NewNotice) -> Notice:
    """Say something to everybody, to who is signed in, or to the members of a project.

    Raises:
        NotFound: there is no such project.
    """
    policy.can_post.check(actor)
    if new.project and new.project not in {each.id for each in await projects.projects(session, actor)}:
        raise NotFound("There is no such project.")
    row = NoticeRow(
        text=new.text,
        severity=new.severity,
        audience=new.audience,
        project_id=new.project,
        owner_id=actor.id,
        starts_at=new.starts_at or now(),
        ends_at=new.ends_at,
        withdrawn_at=None,
    )
    session.add(row)
    await session.flush()
    told = NoticePosted(
        notice=row.id, text=row.text, severity=row.severity, audience=row.audience, project=row.project_id
    )
    await emit(session, told)
    return Notice.model_validate(row)


async def withdraw(session: AsyncSession, actor: Actor, notice_id: UUID) -> None:
    """Stop showing a notice.

    Raises:
        NotFound: there is none.
    """
    policy.can_withdraw.check(actor)
    row = await session.get(NoticeRow, notice_id)
    if row is None:
        raise NotFound("There is no such notice.")
    if row.withdrawn_at is None:
        row.withdrawn_at = now()
        await emit(session, NoticeWithdrawn(notice=row.id, text=row.text, project=row.project_id))


async def every(session: AsyncSession, actor: Actor, *, limit: int, cursor: str | None) -> Page[Notice]:
    """All notices, those that are over too, newest first."""
    policy.can_list_all.check(actor)
    return await pagination.page(
        session, select(NoticeRow), NoticeRow.id, Notice.model_validate, limit=limit, cursor=cursor
    )


async def of_now(session: AsyncSession, actor: Actor) -> Sequence[Notice]:
    """The notices that concern the actor now."""
    policy.can_list.check(actor)
    return concerning(actor, await standing(session))


def concerning(actor: Actor, notices: Sequence[Notice]) -> Sequence[Notice]:
    moment = now()
    return [each for each in notices if each.shown_at(moment) and policy.can_see.test(actor, each)]


async def standing(session: AsyncSession) -> Sequence[Notice]:
    """What is shown to anybody now, or will be; for the platform itself."""
    rows = await session.scalars(
        select(NoticeRow)
        .where(NoticeRow.withdrawn_at.is_(None))
        .where(or_(NoticeRow.ends_at.is_(None), NoticeRow.ends_at > now()))
        .order_by(NoticeRow.starts_at.desc())
        .limit(MOST)
    )
    return [Notice.model_validate(row) for row in rows]

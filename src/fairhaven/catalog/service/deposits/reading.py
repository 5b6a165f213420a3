"""Deposits as readers may see them: published ones as the module, others as developers of its project."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.models import DepositRow, ModuleRow, ReleaseRow
from fairhaven.catalog.schemas import Deposit, DepositState
from fairhaven.catalog.service import searching
from fairhaven.core import pagination
from fairhaven.core.errors import NotFound
from fairhaven.core.policy import Actor
from fairhaven.core.schemas import Page


async def deposit(session: AsyncSession, actor: Actor, deposit_id: UUID) -> Deposit:
    """One deposit.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    return read_deposit(*await row_of(session, actor, deposit_id))


async def deposits(
    session: AsyncSession, actor: Actor, *, module: str | None = None, limit: int, cursor: str | None
) -> Page[Deposit]:
    """Deposits, newest first: those that are published, and to developers of their projects the others too.

    Raises:
        NotFound: there is no such module, or the actor may not know of it.
    """
    policy.can_list.check(actor)
    query = select(DepositRow).join(ModuleRow, ModuleRow.id == DepositRow.module_id)
    query = query.where(searching.visible(actor), _seen(actor))
    if module is not None:
        named = ModuleRow.name == searching.clean(module)
        if not await session.scalar(select(exists().where(named, searching.visible(actor)))):
            raise NotFound(f"There is no module `{module[:64]}`, or you may not see it.")
        query = query.where(named)
    found = await pagination.page(session, query, DepositRow.id, lambda row: row, limit=limit, cursor=cursor)
    return Page(items=await _told(session, found.items), next=found.next)


async def row_of(
    session: AsyncSession, actor: Actor, deposit_id: UUID, *, lock: bool = False
) -> tuple[DepositRow, str, str]:
    """The row, the module's name, and the release's version.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    policy.can_list.check(actor)
    query = _query(actor).where(DepositRow.id == deposit_id)
    if lock:
        query = query.with_for_update(of=DepositRow)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise NotFound("There is no such deposit, or you may not see it.")
    return found[0], found[1], found[2]


def read_deposit(row: DepositRow, module: str, version: str) -> Deposit:
    plain = {name: getattr(row, name) for name in Deposit.model_fields if name not in ("module", "version")}
    return Deposit(**plain, module=module, version=version)


async def _told(session: AsyncSession, rows: Sequence[DepositRow]) -> list[Deposit]:
    named = select(ReleaseRow.id, ModuleRow.name, ReleaseRow.version)
    named = named.join(ModuleRow, ModuleRow.id == ReleaseRow.module_id)
    named = named.where(ReleaseRow.id.in_([row.release_id for row in rows]))
    names = {id_: (name, version) for id_, name, version in await session.execute(named)}
    return [read_deposit(row, *names[row.release_id]) for row in rows]


def _query(actor: Actor) -> Select[DepositRow, str, str]:
    joined = select(DepositRow, ModuleRow.name, ReleaseRow.version)
    joined = joined.join(ModuleRow, ModuleRow.id == DepositRow.module_id)
    joined = joined.join(ReleaseRow, ReleaseRow.id == DepositRow.release_id)
    return joined.where(searching.visible(actor), _seen(actor))


def _seen(actor: Actor) -> ColumnElement[bool]:
    public = DepositRow.state == DepositState.PUBLISHED
    if actor.administrator:
        return or_(public, DepositRow.id.is_not(None))
    mine = [project for project in actor.roles if policy.can_draft_deposit.allows(actor, project)]
    return or_(public, DepositRow.project_id.in_(mine))

"""Use cases of builds: queue, look, retry, stop."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from fairhaven.builds import logs, policy
from fairhaven.builds.models import BuildRow, new_stages
from fairhaven.builds.schemas import Build, BuildSpec, BuildSummary, LogPart, StageName, State
from fairhaven.catalog import service as catalog
from fairhaven.catalog.schemas import Module
from fairhaven.core import pagination
from fairhaven.core.db import now
from fairhaven.core.errors import Conflict, NotFound
from fairhaven.core.facts import emit
from fairhaven.core.ids import new_id
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, signed_in
from fairhaven.core.schemas import Page
from fairhaven.facts.builds import BuildEnded, BuildQueued
from fairhaven.projects import service as projects


class NothingToRetry(Conflict):
    title = "This build cannot be retried"


async def start(session: AsyncSession, actor: Actor, spec: BuildSpec) -> Build:
    """Build a commit of a module; one that was built before is returned, or tried again if that failed.

    Raises:
        NotFound: there is no such module.
        NotAllowed: the actor is no developer of its project.
        ListedOnly, MetadataWrong: it is not one to build.
    """
    module = await catalog.module(session, actor, spec.module)
    policy.can_start.check(actor, module)
    commit = spec.commit or module.commit
    catalog.check_builds(module, commit)
    if await queue(session, module, commit, owner_id=actor.id):
        return Build.model_validate(await _one(session, _of_commit(module.id, commit)))
    row = await _one(session, _lock(_of_commit(module.id, commit)))
    if State(row.state).ended and row.state != State.SUCCEEDED:
        await _again(session, row)
    return Build.model_validate(row)


async def queue(session: AsyncSession, module: Module, commit: str, *, owner_id: UUID | None) -> bool:
    """Queue the build of a commit unless there is one; return whether it was queued. Asks no policy."""
    build_id = new_id()
    made = insert(BuildRow).values(
        id=build_id,
        created_at=now(),
        module_id=module.id,
        module=module.name,
        project_id=module.project_id,
        owner_id=owner_id,
        commit=commit,
        state=State.QUEUED,
        attempt=1,
        interruptions=0,
        stopping=False,
    )
    if not await session.scalar(made.on_conflict_do_nothing().returning(BuildRow.id)):
        return False
    session.add_all(new_stages(build_id))
    await session.flush()
    await emit(
        session, BuildQueued(project=module.project_id, build=build_id, module=module.id, commit=commit)
    )
    return True


async def build(session: AsyncSession, actor: Actor, build_id: UUID) -> Build:
    """One build with its stages.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    return Build.model_validate(await _seen(session, actor, select(BuildRow).where(BuildRow.id == build_id)))


async def builds(
    session: AsyncSession,
    actor: Actor,
    *,
    module: str | None = None,
    state: State | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[BuildSummary]:
    """Builds that the actor may see, newest first."""
    policy.can_list.check(actor)
    query = select(BuildRow).where(BuildRow.project_id.in_(projects.visible_ids(actor)))
    if module:
        query = query.where(BuildRow.module == module)
    if state:
        query = query.where(BuildRow.state == state)
    return await pagination.page(
        session, query, BuildRow.id, BuildSummary.model_validate, limit=limit, cursor=cursor
    )


async def of_commit(session: AsyncSession, actor: Actor, module: Module, commit: str) -> BuildSummary | None:
    """The build of a commit, if there is one and the actor may see it."""
    if not policy.can_list.allows(actor) or not policy.can_see.allows(actor, module.project_id):
        return None
    row = await session.scalar(_of_commit(module.id, commit))
    return BuildSummary.model_validate(row) if row else None


async def retry(session: AsyncSession, actor: Actor, build_id: UUID) -> Build:
    """Run a build again from its beginning.

    Raises:
        NothingToRetry: it succeeded, or is still under way.
        ListedOnly, MetadataWrong: it is not one to build any more.
    """
    row = await _seen(session, actor, _lock(select(BuildRow).where(BuildRow.id == build_id)))
    policy.can_retry.check(actor, row)
    if not State(row.state).ended:
        raise NothingToRetry("It is still under way.", fix="Wait for its end, or stop it first.")
    if row.state == State.SUCCEEDED:
        raise NothingToRetry(
            "It succeeded: its release is in the catalog.", fix="Commit a change to get another."
        )
    catalog.check_builds(await catalog.module_by_id(session, row.module_id), row.commit)
    await _again(session, row)
    return Build.model_validate(row)


async def cancel(session: AsyncSession, actor: Actor, build_id: UUID) -> Build:
    """Stop a build: at once while it waits, within seconds when it runs; an ended one stays as it is."""
    row = await _seen(session, actor, _lock(select(BuildRow).where(BuildRow.id == build_id)))
    policy.can_cancel.check(actor, row)
    if row.state == State.QUEUED:
        row.state, row.reason, row.ended_at = (
            State.STOPPED,
            f"{actor.name} stopped it before it began.",
            now(),
        )
        await emit(session, ended_fact(row))
    elif row.state == State.RUNNING:
        row.stopping = True
    await session.flush()
    return Build.model_validate(row)


async def stage_log(
    platform: Platform,
    actor: Actor,
    build_id: UUID,
    stage: StageName,
    *,
    offset: int = 0,
    limit: int = logs.MOST,
) -> LogPart:
    """A piece of a stage's log; opens a short transaction of its own."""
    async with platform.transaction(actor) as session:
        found = await build(session, actor, build_id)
    ended = found.stage(stage).state.ended
    return await logs.read(platform, build_id, stage, ended=ended, offset=offset, limit=limit)


async def forget_module(session: AsyncSession, module_id: UUID) -> Sequence[UUID]:
    """Remove the builds of a module that is gone; return their ids, since their logs are still there."""
    gone = delete(BuildRow).where(BuildRow.module_id == module_id).returning(BuildRow.id)
    return (await session.scalars(gone)).all()


async def by_state(session: AsyncSession) -> Mapping[str, int]:
    """How many builds there are in each state; for the platform itself."""
    counted = select(BuildRow.state, func.count()).group_by(BuildRow.state).order_by(func.count().desc())
    return dict(iter(await session.execute(counted)))


def may_hear(actor: Actor, project_id: UUID | None) -> bool:
    """Whether live notices of a project's builds are for this actor."""
    return signed_in.allows(actor) and project_id is not None and policy.can_see.allows(actor, project_id)


def ended_fact(row: BuildRow) -> BuildEnded:
    return BuildEnded(
        project=row.project_id, build=row.id, module=row.module_id, state=row.state, reason=row.reason
    )


async def _again(session: AsyncSession, row: BuildRow) -> None:
    """Put a build back to its beginning: what it left behind was removed when it ended."""
    row.state, row.reason, row.stopping = State.QUEUED, None, False
    row.attempt, row.interruptions = row.attempt + 1, 0
    row.started_at = row.ended_at = None
    row.stages.clear()
    await session.flush()
    row.stages.extend(new_stages(row.id))
    await session.flush()
    await emit(
        session, BuildQueued(project=row.project_id, build=row.id, module=row.module_id, commit=row.commit)
    )


def _of_commit(module_id: UUID, commit: str) -> Select[BuildRow]:
    return select(BuildRow).where(BuildRow.module_id == module_id, BuildRow.commit == commit)


def _lock(query: Select[BuildRow]) -> Select[BuildRow]:
    return query.with_for_update(of=BuildRow)


async def _seen(session: AsyncSession, actor: Actor, query: Select[BuildRow]) -> BuildRow:
    """What the actor may see; a stranger is told the same whether it is there or not."""
    policy.can_list.check(actor)
    row = await _one(session, query)
    policy.can_see.check(actor, row)
    return row


async def _one(session: AsyncSession, query: Select[BuildRow]) -> BuildRow:
    row = await session.scalar(
        query.options(selectinload(BuildRow.stages)).execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("There is no such build.")
    return row

"""How a build moves through its rows: each step is one short transaction, told as a fact."""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from fairhaven.builds import logs
from fairhaven.builds.models import BuildRow, StageRow
from fairhaven.builds.schemas import Build, StageName, State
from fairhaven.builds.service import ended_fact
from fairhaven.core.bundles import archive
from fairhaven.core.db import now
from fairhaven.core.facts import emit
from fairhaven.core.platform import Platform
from fairhaven.facts.builds import StageEnded, StageStarted

MOST_INTERRUPTIONS = 3
LONGEST_REASON = 2000
_INTERRUPTED = (
    "The platform was interrupted three times while this build ran. Retry it; if that happens again, "
    "look into the log of the stage that did not end: it may need more memory than this machine has."
)


@asynccontextmanager
async def alone(platform: Platform, build_id: UUID, *, patience: str = "20s") -> AsyncIterator[bool]:
    """Hold the build's lock, which goes with this process; False: somebody else holds it, runs the build."""
    connection = await psycopg.AsyncConnection.connect(platform.database.conninfo, autocommit=True)
    async with connection:
        await connection.execute("SELECT set_config('lock_timeout', %s, false)", [patience])
        try:
            await connection.execute("SELECT pg_advisory_lock(%s)", [_lock(build_id)])
        except psycopg.errors.LockNotAvailable:
            yield False
            return
        yield True


async def begin(platform: Platform, build_id: UUID) -> Build | None:
    """Take a build up, or up again after an interruption; None when there is nothing to do (any more)."""
    async with platform.transaction() as session:
        row = await _row(session, build_id)
        if row is None or State(row.state).ended:
            return None
        if row.state == State.RUNNING:
            row.interruptions += 1
        if row.interruptions >= MOST_INTERRUPTIONS:
            await _end(session, row, State.INTERRUPTED, _INTERRUPTED)
            return None
        row.state, row.started_at = State.RUNNING, row.started_at or now()
        if not logs.folder(platform, build_id).exists():
            _start_over(row)  # it ran on another machine, or its folder was lost
        await session.flush()
        return Build.model_validate(row)


async def stage_started(platform: Platform, build_id: UUID, name: StageName) -> None:
    async with platform.transaction() as session:
        row = await _stage(session, build_id, name)
        row.state, row.started_at, row.ended_at, row.reason = State.RUNNING, now(), None, None
        build = await session.get_one(BuildRow, build_id)
        await emit(session, StageStarted(project=build.project_id, build=build_id, stage=name))


async def stage_ended(
    session: AsyncSession,
    build_id: UUID,
    name: StageName,
    state: State,
    *,
    reason: str | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> None:
    """Write how a stage ended, in the caller's transaction."""
    row = await _stage(session, build_id, name)
    row.state, row.ended_at, row.reason = state, now(), shortened(reason)
    row.evidence = clean(dict(evidence or {}))
    build = await session.get_one(BuildRow, build_id)
    await emit(session, StageEnded(project=build.project_id, build=build_id, stage=name, state=state))


async def build_ended(
    session: AsyncSession,
    build_id: UUID,
    state: State,
    *,
    reason: str | None = None,
    release_id: UUID | None = None,
) -> None:
    """Write how a build ended, in the caller's transaction."""
    row = await _row(session, build_id)
    if row is not None and not State(row.state).ended:
        row.release_id = release_id
        await _end(session, row, state, reason)


async def wants_to_go_on(platform: Platform, build_id: UUID) -> bool:
    """False: somebody asked the build to stop, or its module was removed."""
    async with platform.transaction() as session:
        stopping = await session.scalar(select(BuildRow.stopping).where(BuildRow.id == build_id))
        return stopping is False


async def abandoned(platform: Platform, *, after: timedelta = timedelta(minutes=2)) -> Sequence[UUID]:
    """Builds that count as running, but whose lock nobody holds."""
    async with platform.transaction() as session:
        query = select(BuildRow.id).where(
            BuildRow.state == State.RUNNING, BuildRow.started_at < now() - after
        )
        running = (await session.scalars(query)).all()
    return [build_id for build_id in running if await _is_free(platform, build_id)]


async def sweep(platform: Platform) -> None:
    """Remove work folders on this machine whose builds are not under way."""
    home = platform.data / "builds"
    names = await asyncio.to_thread(lambda: [each.name for each in home.iterdir()] if home.exists() else [])
    found = {UUID(name) for name in names if _is_uuid(name)}
    async with platform.transaction() as session:
        query = select(BuildRow.id).where(
            BuildRow.id.in_(found), BuildRow.state.in_([State.QUEUED, State.RUNNING])
        )
        needed = set((await session.scalars(query)).all())
    for build_id in found - needed:
        await asyncio.to_thread(archive.remove, logs.folder(platform, build_id))


def clean(value: Any) -> Any:
    """What PostgreSQL takes as JSON: without NUL, half characters, and numbers that JSON does not know."""
    if isinstance(value, str):
        return value.replace("\0", "").encode(errors="replace").decode()
    if isinstance(value, dict):
        return {clean(str(key)): clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def shortened(reason: str | None) -> str | None:
    if reason is None:
        return None
    text = str(clean(reason)).strip()
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…"


async def _end(session: AsyncSession, row: BuildRow, state: State, reason: str | None) -> None:
    row.state, row.reason, row.ended_at, row.stopping = state, shortened(reason), now(), False
    for stage in row.stages:
        if stage.state == State.RUNNING:
            stage.state, stage.ended_at = state, now()
        elif stage.state == State.QUEUED:
            stage.state = State.SKIPPED
    await session.flush()
    await emit(session, ended_fact(row))


def _start_over(row: BuildRow) -> None:
    for stage in row.stages:
        stage.state, stage.reason, stage.evidence = State.QUEUED, None, {}
        stage.started_at = stage.ended_at = None


async def _row(session: AsyncSession, build_id: UUID) -> BuildRow | None:
    query = select(BuildRow).where(BuildRow.id == build_id).with_for_update(of=BuildRow)
    found: BuildRow | None = await session.scalar(query.options(selectinload(BuildRow.stages)))
    return found


async def _stage(session: AsyncSession, build_id: UUID, name: StageName) -> StageRow:
    query = select(StageRow).where(StageRow.build_id == build_id, StageRow.name == name)
    return (await session.scalars(query.with_for_update())).one()


async def _is_free(platform: Platform, build_id: UUID) -> bool:
    async with alone(platform, build_id, patience="100ms") as free:
        return free


def _lock(build_id: UUID) -> int:
    """The build's advisory lock: 63 of its bits that are random (RFC 9562 §5.7)."""
    return build_id.int & ((1 << 62) - 1)


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False

"""Use cases of workloads: start, stop, look, and where they answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import service as catalog
from fairhaven.catalog.schemas import Release
from fairhaven.core import pagination
from fairhaven.core.db import now
from fairhaven.core.errors import NotFound, NotReady
from fairhaven.core.facts import emit
from fairhaven.core.policy import Actor, Rule
from fairhaven.core.schemas import Page
from fairhaven.facts.workloads import WorkloadAsked, WorkloadDeleted, WorkloadQueued
from fairhaven.projects import service as projects
from fairhaven.secrets import delivery
from fairhaven.workloads import policy
from fairhaven.workloads.models import WorkloadRow
from fairhaven.workloads.schemas import SETTLED, Kind, State, Wanted, Workload, WorkloadSpec

WAITS = "It waits for an engine to take it."


class NotRunning(NotReady):
    """A workload was called before it could answer, or after it ended."""

    title: ClassVar[str] = "The workload does not answer now"


@dataclass(frozen=True)
class Target:
    """Where the platform itself reaches a workload, and what the module there says of itself.

    Attributes:
        address: of its HTTP server, without a slash at the end; not for people.
        description: as `fairhaven_runtime describe` prints it.
    """

    workload: Workload
    address: str
    description: dict[str, Any]


@dataclass(frozen=True)
class Lent:
    """What a workload may do in its owner's name."""

    scopes: Sequence[str]
    project_id: UUID


@dataclass(frozen=True)
class LogSource:
    """Who has the log of a workload."""

    workload: Workload
    engine: str | None


@dataclass(frozen=True)
class Route:
    """What the gateway needs to know of one running endpoint."""

    workload: UUID
    address: str


@dataclass(frozen=True)
class Startable:
    """A release that the actor may start: in which project, and in which others instead."""

    release: Release
    project_id: UUID
    others: Sequence[UUID]


async def startable(
    session: AsyncSession, actor: Actor, release_id: UUID, project_id: UUID | None
) -> Startable:
    """What a start of a release would be.

    Raises:
        NotFound: there is no such release for the actor.
        NotAllowed: the actor may not start workloads in the project.
        ListedOnly: the module is not run here.
    """
    release = await catalog.release(session, actor, release_id)
    module = await catalog.module(session, actor, release.module)
    catalog.check_runs(module)
    chosen = project_id or _home(actor, module.project_id)
    policy.can_start.check(actor, chosen)
    return Startable(release, chosen, [each for each in _startable_in(actor) if each != chosen])


async def start(session: AsyncSession, actor: Actor, spec: WorkloadSpec) -> Workload:
    """Accept a workload; an engine starts it soon after.

    Raises:
        NotFound: there is no such release for the actor.
        NotAllowed: the actor may not start workloads in the project.
        ListedOnly: the module is not run here.
        ProjectArchived, EngineNotAllowed: nothing may be started in the project, or nowhere that there is.
        QuotaReached: it would use more than somebody may.
        SecretMissing: it refers to a secret that is not there, or not the actor's to use.
    """
    release = await catalog.release(session, actor, spec.release)
    module = await catalog.module(session, actor, release.module)
    catalog.check_runs(module)
    project_id = spec.project_id or _home(actor, module.project_id)
    policy.can_start.check(actor, project_id)
    policy.can_lend.check(actor, Lent(spec.scopes, project_id))
    await delivery.check(session, actor, project_id, spec.references)
    row = WorkloadRow(
        project_id=project_id,
        owner_id=actor.id,
        name=spec.name or release.module,
        kind=spec.kind,
        release_id=release.id,
        module=release.module,
        version=release.version,
        bundle=release.bundle,
        resources=spec.resources.model_dump(),
        environment=dict(spec.environment),
        secrets=dict(spec.secrets),
        secret_files=list(spec.secret_files),
        scopes=list(spec.scopes),
        wanted=Wanted.RUNNING,
        state=State.QUEUED,
        reason=WAITS,
        generation=1,
    )
    session.add(row)
    await session.flush()
    await _reserve(session, row)
    await emit(session, WorkloadQueued(workload=row.id, name=row.name, project=row.project_id))
    return _told(row)


async def trial(
    session: AsyncSession, actor: Actor, release_id: UUID, project_id: UUID | None = None
) -> Workload:
    """The actor's own trial of a release: the one there is, brought back when it ended, or a new one."""
    policy.can_list.check(actor)
    mine = (
        WorkloadRow.owner_id == actor.id,
        WorkloadRow.release_id == release_id,
        WorkloadRow.kind == Kind.TRIAL,
    )
    found = await session.scalar(_there().where(*mine).order_by(WorkloadRow.id.desc()).limit(1))
    if found is None:
        spec = WorkloadSpec(release=release_id, kind=Kind.TRIAL, project_id=project_id)
        return await start(session, actor, spec)
    return await start_again(session, actor, found.id)


async def workload(session: AsyncSession, actor: Actor, workload_id: UUID) -> Workload:
    """One workload.

    Raises:
        NotFound: there is none, or it is another project's.
    """
    return _told(await _found(session, actor, workload_id, policy.can_see))


async def workloads(
    session: AsyncSession, actor: Actor, *, state: State | None, limit: int, cursor: str | None
) -> Page[Workload]:
    """The workloads of the actor's projects, newest first."""
    policy.can_list.check(actor)
    query = _there().where(WorkloadRow.project_id.in_(projects.visible_ids(actor)))
    if state is not None:
        query = query.where(WorkloadRow.state == state)
    return await pagination.page(session, query, WorkloadRow.id, _told, limit=limit, cursor=cursor)


async def running(session: AsyncSession, actor: Actor, module: str, limit: int = 5) -> Sequence[Workload]:
    """Services of a module that run where the actor sees them, their own first; of trials only their own."""
    if not policy.can_list.allows(actor):
        return ()
    mine = WorkloadRow.owner_id == actor.id
    query = _there().where(
        WorkloadRow.project_id.in_(projects.visible_ids(actor)),
        WorkloadRow.module == module,
        WorkloadRow.state == State.RUNNING,
        or_(mine, WorkloadRow.kind == Kind.SERVICE),
    )
    rows = await session.scalars(query.order_by(mine.desc(), WorkloadRow.id.desc()).limit(limit))
    return [_told(row) for row in rows]


async def stop(session: AsyncSession, actor: Actor, workload_id: UUID) -> Workload:
    """Ask a workload to end; asking twice, or after its end, changes nothing."""
    row = await _found(session, actor, workload_id, policy.can_operate, lock=True)
    if row.wanted == Wanted.RUNNING and row.state not in SETTLED:
        row.wanted = Wanted.STOPPED
        await _ask(session, row, "stop", "It was asked to end.")
    return _told(row)


async def start_again(session: AsyncSession, actor: Actor, workload_id: UUID) -> Workload:
    """Start a workload that ended, or was asked to; one that runs stays as it is."""
    row = await _found(session, actor, workload_id, policy.can_operate, lock=True)
    if row.wanted != Wanted.RUNNING or row.state in SETTLED:
        _renew(row)
        await _reserve(session, row)
        await _ask(session, row, "start", WAITS)
    return _told(row)


async def restart(session: AsyncSession, actor: Actor, workload_id: UUID) -> Workload:
    """End a workload's present run, if there is one, and start a new one."""
    row = await _found(session, actor, workload_id, policy.can_operate, lock=True)
    _renew(row)
    await _reserve(session, row)
    await _ask(session, row, "restart", WAITS)
    return _told(row)


async def delete(session: AsyncSession, actor: Actor, workload_id: UUID) -> None:
    """End a workload and forget it, with its log; it is out of sight at once."""
    row = await _found(session, actor, workload_id, policy.can_operate, lock=True)
    row.wanted = Wanted.DELETED
    row.look_at = now()
    await emit(session, WorkloadDeleted(workload=row.id, name=row.name, project=row.project_id))


async def target(session: AsyncSession, actor: Actor, workload_id: UUID) -> Target:
    """Where to send a question of the actor's; `address` is empty while it does not answer."""
    row = await _found(session, actor, workload_id, policy.can_call)
    release = await catalog.release_by_id(session, row.release_id)
    address = row.addresses.get("http", "") if row.state == State.RUNNING else ""
    return Target(_told(row), address, dict(release.description))


async def callable_by(session: AsyncSession, actor: Actor, workload_id: UUID) -> Workload:
    """The workload, if the actor may call it: what the gateway asks before each request."""
    return _told(await _found(session, actor, workload_id, policy.can_call))


async def log_source(session: AsyncSession, actor: Actor, workload_id: UUID) -> LogSource:
    """Where the log of a workload is, if the actor may read it."""
    row = await _found(session, actor, workload_id, policy.can_read_log)
    return LogSource(_told(row), row.engine)


async def routes(session: AsyncSession) -> Sequence[Route]:
    """What runs and where, for the gateway; no policy, it asks again at each request."""
    running = select(WorkloadRow.id, WorkloadRow.addresses).where(
        WorkloadRow.state == State.RUNNING, WorkloadRow.wanted == Wanted.RUNNING
    )
    rows = await session.execute(running.order_by(WorkloadRow.id))
    return [Route(workload_id, addresses["http"]) for workload_id, addresses in rows if "http" in addresses]


async def by_state(session: AsyncSession) -> Mapping[str, int]:
    """How many workloads there are in each state; for the platform itself."""
    counted = select(WorkloadRow.state, func.count()).where(WorkloadRow.wanted != Wanted.DELETED)
    counted = counted.group_by(WorkloadRow.state).order_by(func.count().desc())
    return {row[0]: row[1] for row in await session.execute(counted)}


def _home(actor: Actor, modules_project: UUID) -> UUID:
    """The module's project if the actor may start something there, else the first of theirs where so."""
    mine = _startable_in(actor)
    return modules_project if modules_project in mine or not mine else mine[0]


def _startable_in(actor: Actor) -> Sequence[UUID]:
    return [project_id for project_id in sorted(actor.roles) if policy.can_start.allows(actor, project_id)]


def _there() -> Any:
    return select(WorkloadRow).where(WorkloadRow.wanted != Wanted.DELETED)


async def _found(
    session: AsyncSession, actor: Actor, workload_id: UUID, rule: Rule, *, lock: bool = False
) -> WorkloadRow:
    query = _there().where(WorkloadRow.id == workload_id)
    row = await session.scalar(query.with_for_update() if lock else query)
    if not isinstance(row, WorkloadRow):
        policy.can_list.check(actor)
        raise NotFound("There is no such workload.")
    policy.can_see.check(actor, row)
    rule.check(actor, row)
    return row


async def _reserve(session: AsyncSession, row: WorkloadRow) -> None:
    """Reserve what it uses while it runs, on an engine of its project; given back when it has ended.

    Raises:
        ProjectArchived: nothing is started in the project any more.
        EngineNotAllowed: the project may not use the engine that has it, or none at all.
        QuotaReached: that would be more than somebody may use.
    """
    row.engine = await projects.engine_for(session, row.project_id, row.engine)
    uses = {"workloads": 1.0, **row.resources}
    if row.kind == Kind.SERVICE:
        uses["services"] = 1.0
    await projects.reserve(session, row.id, row.project_id, row.owner_id, uses)


def _renew(row: WorkloadRow) -> None:
    """Want a new run of it, with a clean record."""
    row.wanted, row.state = Wanted.RUNNING, State.QUEUED
    row.generation += 1
    row.failures = 0
    row.exit_code = row.started_at = row.ended_at = None
    row.addresses, row.endpoints = {}, []


async def _ask(session: AsyncSession, row: WorkloadRow, verb: str, reason: str) -> None:
    row.reason = reason
    row.look_at = now()
    await emit(session, WorkloadAsked(workload=row.id, name=row.name, verb=verb, project=row.project_id))


def _told(row: WorkloadRow) -> Workload:
    return Workload.model_validate(row)

"""Background jobs (library: procrastinate): rows in PostgreSQL, committed with what they concern.

A task is a module-level coroutine `async def run(platform, *, …)` marked `@task("builds.run")`.
`enqueue(session, run, …)` writes the job in the session's transaction. Jobs run at least once: a
worker that dies leaves its jobs to the next one, so tasks must bear being run again.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeAlias

import procrastinate
import psycopg
import structlog
from procrastinate import JobContext, RetryStrategy
from procrastinate.jobs import DeleteJobCondition, Job
from procrastinate.manager import JobManager
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import telemetry
from fairhaven.core.db import Database, driver_connection, now
from fairhaven.core.platform import Platform

log = structlog.get_logger(__name__)

Run: TypeAlias = Callable[..., Awaitable[None]]

LOST_AFTER = 30.0  # seconds without a heartbeat after which a worker counts as dead


@dataclass(frozen=True)
class Task:
    """A kind of job."""

    name: str
    run: Run
    queue: str
    attempts: int
    every: str | None = None


_tasks: dict[str, Task] = {}
_names: dict[Run, Task] = {}


def task(
    name: str, *, queue: str = "default", attempts: int = 5, every: str | None = None
) -> Callable[[Run], Run]:
    """Mark a coroutine as a kind of job; `every` is a cron line for work that repeats by itself."""

    def register(run: Run) -> Run:
        found = Task(name, run, queue, attempts, every)
        _tasks[name] = _names[run] = found
        return run

    return register


async def enqueue(session: AsyncSession, run: Run, *, lock: str | None = None, **arguments: Any) -> None:
    """Write a job in the session's transaction; jobs of one `lock` run one after the other."""
    await enqueue_many(session, run, [arguments], lock=lock)


async def enqueue_many(
    session: AsyncSession, run: Run, many: Iterable[Mapping[str, Any]], *, lock: str | None = None
) -> None:
    kind = _names[run]
    rows = [
        Job(
            id=None,
            queue=kind.queue,
            lock=lock,
            queueing_lock=None,
            task_name=kind.name,
            task_kwargs=_plain(arguments),
        )
        for arguments in many
    ]
    if rows:
        await _writer().batch_defer_jobs_async(rows, connection=await driver_connection(session))


class Worker:
    """Runs jobs until stopped; several may run against one database."""

    def __init__(self, platform: Platform, *, concurrency: int, queues: Sequence[str] | None = None) -> None:
        self._platform = platform
        self._app = _app(platform.database)
        self._concurrency = concurrency
        self._queues = queues or queues_but()

    async def run(self) -> None:
        """Take jobs until cancelled; those under way then get three seconds to end."""
        while True:
            try:
                async with self._app.open_async():
                    await self._work(wait=True)
            except (procrastinate.exceptions.ConnectorException, psycopg.Error) as error:
                log.warning("jobs wait for the database", error=str(error))
            await asyncio.sleep(1)
            self._app = _app(self._platform.database)

    async def run_until_idle(self) -> int:
        """Run what is due and return how many jobs that were."""
        async with self._app.open_async():
            listed = await self._app.job_manager.list_jobs_async(status="todo")
            waiting = sum(job.scheduled_at is None or job.scheduled_at <= now() for job in listed)
            if waiting:
                await self._work(wait=False)
            return waiting

    async def _work(self, *, wait: bool) -> None:
        await self._app.run_worker_async(
            wait=wait,
            concurrency=self._concurrency,
            queues=self._queues,
            install_signal_handlers=False,
            additional_context={"platform": self._platform},
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            shutdown_graceful_timeout=3.0,
            stalled_worker_timeout=LOST_AFTER,
            fetch_job_polling_interval=2.0,
        )

    async def adopt(self, *, alone: bool) -> int:
        """Give jobs of dead workers back to the queue; `alone`: no other worker can be alive."""
        # Connections of its own: the worker's are closed when it ends.
        app = _app(self._platform.database)
        async with app.open_async():
            manager = app.job_manager
            await manager.prune_stalled_workers(seconds_since_heartbeat=0.0 if alone else LOST_AFTER)
            lost = list(await manager.get_stalled_jobs(seconds_since_heartbeat=0.0 if alone else LOST_AFTER))
            for job in lost:
                await manager.retry_job(job)
                log.info("job continues after an interruption", task=job.task_name, job=job.id)
            return len(lost)

    async def adopt_forever(self) -> None:
        while True:
            await asyncio.sleep(LOST_AFTER)
            try:
                await self.adopt(alone=False)
            except (procrastinate.exceptions.ConnectorException, psycopg.Error) as error:
                log.warning("cannot look for lost jobs", error=str(error))


def queues_but(*excepted: str) -> list[str]:
    """The queues of all kinds of jobs, without these."""
    return sorted({kind.queue for kind in _tasks.values()} - set(excepted))


def install_schema_sql() -> str:
    """The library's own tables, installed by our first migration."""
    return procrastinate.schema.SchemaManager.get_schema()


def _app(database: Database) -> procrastinate.App:
    connector = procrastinate.PsycopgConnector(conninfo=database.conninfo, min_size=1, max_size=6)
    app = procrastinate.App(connector=connector)
    for kind in _tasks.values():
        retry = RetryStrategy(max_attempts=kind.attempts, exponential_wait=2)
        made = app.task(name=kind.name, queue=kind.queue, retry=retry, pass_context=True)(
            partial(_perform, kind)
        )
        if kind.every:
            app.periodic(cron=kind.every)(made)
    return app


async def _perform(kind: Task, context: JobContext, **arguments: Any) -> None:
    arguments.pop("timestamp", None) if kind.every else None
    with telemetry.measured_job(kind.name, job=context.job.id):
        await kind.run(context.additional_context["platform"], **arguments)


@cache
def _writer() -> JobManager:
    return JobManager(procrastinate.PsycopgConnector())


def _plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, uuid.UUID) else value for name, value in arguments.items()}

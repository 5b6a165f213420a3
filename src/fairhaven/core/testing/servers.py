"""One PostgreSQL and one object store for a whole test run, shared by its worker processes.

They run as children of the process that pytest was started in, under the same supervisor as
`fairhaven up` uses; a database that is migrated once is the template of every test's own.
"""

import asyncio
import os
import shutil
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from fairhaven.core import s3
from fairhaven.core.components.objects import EmbeddedObjects
from fairhaven.core.components.postgres import EmbeddedPostgres
from fairhaven.core.components.supervisor import Supervisor
from fairhaven.migrations import upgrade

DATABASE, OBJECTS = "FAIRHAVEN_TEST_SERVER", "FAIRHAVEN_TEST_OBJECTS"
TEMPLATE = "fairhaven_template"
ROOM = 4 << 30  # bytes


@contextmanager
def running() -> Iterator[None]:
    """Run both servers; worker processes find them through the environment."""
    with tempfile.TemporaryDirectory(prefix="fairhaven-tests-", dir=_quick_place()) as home, _loop() as call:
        postgres, objects = EmbeddedPostgres(), EmbeddedObjects()
        supervisor = Supervisor(Path(home), [postgres, objects])
        call(supervisor.start())
        try:
            os.environ[DATABASE] = postgres.conninfo
            os.environ[OBJECTS] = s3.address(
                endpoint=objects.endpoint,
                bucket=objects.bucket,
                access_key=objects.access_key,
                secret_key=objects.secret_key,
            )
            new_database(TEMPLATE, template="template0")
            upgrade(database_url(TEMPLATE))
            yield
        finally:
            call(supervisor.stop())


def new_database(name: str, *, template: str = TEMPLATE) -> str:
    """Make a database and return its address."""
    with psycopg.connect(os.environ[DATABASE], autocommit=True) as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        connection.execute(made.format(sql.Identifier(name), sql.Identifier(template)))
    return database_url(name)


def drop_database(name: str) -> None:
    with psycopg.connect(os.environ[DATABASE], autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def database_url(name: str) -> str:
    server, _, query = os.environ[DATABASE].partition("?")
    return f"{server.rpartition('/')[0]}/{name}?{query}"


def _quick_place() -> Path | None:
    """Memory, where the machine gives enough of it: a database is made in a tenth of the time."""
    memory = Path("/dev/shm")  # noqa: S108 - the folder made in it is ours alone
    return memory if memory.is_dir() and shutil.disk_usage(memory).free >= ROOM else None


@contextmanager
def _loop() -> Iterator[Any]:
    """An event loop in a thread of its own that lives as long as the servers."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True, name="test servers")
    thread.start()

    def call(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(60)

    try:
        yield call
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()

"""Facts: 150 emitted a second, each handled by three subscribers, the worker killed -9 on the way.

Prints how many a second were emitted and handled, the delay from emission to handling, and how many
were lost (must be none) or handled again after a kill. Peer: procrastinate alone, enqueueing and
running three empty jobs for each fact, in the same run.

    python -m tests.bench.facts [--seconds 60] [--rate 150]
"""

import argparse
import asyncio
import signal
import subprocess
import sys
import time
from contextlib import suppress
from uuid import UUID

import procrastinate
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import facts
from fairhaven.core.config import Settings
from fairhaven.core.db import Database
from fairhaven.core.deliveries import deliver_forever
from fairhaven.core.ids import new_id
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.core.testing import servers

WARM_UP = 2.0


class BenchHappened(facts.Fact, kind="bench.happened", about="thing", says="something"):
    thing: UUID


async def _note(session: AsyncSession, subscriber: str, told: facts.Told[BenchHappened]) -> None:
    await session.execute(
        text(
            "INSERT INTO handled (fact, subscriber, delay)"
            " VALUES (:fact, :who, extract(epoch from clock_timestamp() - :at))"
        ),
        {"fact": told.id, "who": subscriber, "at": told.at},
    )


@facts.on(BenchHappened)
async def first(platform: Platform, session: AsyncSession, told: facts.Told[BenchHappened]) -> None:
    await _note(session, "first", told)


@facts.on(BenchHappened)
async def second(platform: Platform, session: AsyncSession, told: facts.Told[BenchHappened]) -> None:
    await _note(session, "second", told)


@facts.on(BenchHappened)
async def third(platform: Platform, session: AsyncSession, told: facts.Told[BenchHappened]) -> None:
    await _note(session, "third", told)


def _platform(url: str) -> Platform:
    return Platform(Settings(), Database(url))


async def work(url: str) -> None:
    """One process that delivers, until killed."""
    platform = _platform(url)
    live = Live(platform.database)
    await asyncio.gather(live.run(), deliver_forever(platform, live))


async def emit(url: str, seconds: float, rate: float) -> int:
    """Emit facts at a steady rate, four at a time in flight at most; return how many."""
    platform = _platform(url)
    began, count, room = time.perf_counter(), 0, asyncio.Semaphore(4)

    async def one() -> None:
        async with room, platform.transaction() as session:
            await facts.emit(session, BenchHappened(thing=new_id()))

    async with asyncio.TaskGroup() as group:
        while (passed := time.perf_counter() - began) < seconds:
            while count < passed * rate:
                group.create_task(one())
                count += 1
            await asyncio.sleep(0.01)
    await platform.database.close()
    return count


async def measure(url: str, seconds: float, rate: float) -> bool:
    database = Database(url)
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE handled (fact uuid, subscriber text, delay float)"))
    worker = _start_worker(url)
    emitting = asyncio.create_task(emit(url, seconds, rate))
    await asyncio.sleep(seconds / 2)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker = _start_worker(url)
    began = time.perf_counter()
    count = await emitting
    emitted_in = seconds
    while await _handled(database) < count * 3 and time.perf_counter() - began < seconds + 60:
        await asyncio.sleep(0.1)
    lag = time.perf_counter() - began - seconds / 2
    worker.kill()
    async with database.transaction() as session:
        row = (await session.execute(text(SUMMARY))).one()
    lost = count * 3 - row.pairs
    print(f"emitted            {count} facts in {emitted_in:.0f} s = {count / emitted_in:.0f} /s")
    print(f"handled            {row.rows} deliveries, the last {max(lag, 0):.1f} s after the last emission")
    print(
        f"delay              p50 {row.p50 * 1000:.0f} ms, p95 {row.p95 * 1000:.0f} ms"
        " (a kill -9 and restart included)"
    )
    print(f"lost               {lost}    handled again after the kill: {row.rows - row.pairs}")
    await database.close()
    return lost == 0 and lag < 10


SUMMARY = """
SELECT count(*) AS rows, count(DISTINCT (fact, subscriber)) AS pairs,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY delay) AS p50,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY delay) AS p95
FROM handled
"""


async def _handled(database: Database) -> int:
    async with database.transaction() as session:
        return int(await session.scalar(text("SELECT count(DISTINCT (fact, subscriber)) FROM handled")) or 0)


def _start_worker(url: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "tests.bench.facts", "--work", url])


async def peer(url: str, seconds: float) -> float:
    """Procrastinate alone: how many empty jobs a second it enqueues (in threes) and runs."""
    connector = procrastinate.PsycopgConnector(conninfo=Database(url).conninfo)
    app = procrastinate.App(connector=connector)

    @app.task(name="empty")
    async def empty() -> None:
        return

    async with app.open_async():
        running = asyncio.create_task(
            app.run_worker_async(concurrency=8, install_signal_handlers=False, delete_jobs="successful")
        )
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            await app.job_manager.batch_defer_jobs_async([empty.configure().job for _ in range(3)])
            count += 3
        while await app.job_manager.list_jobs_async(status="todo"):
            await asyncio.sleep(0.05)
        rate = count / (time.perf_counter() - began)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    return rate


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=150.0)
    parser.add_argument("--work")
    given = parser.parse_args()
    if given.work:
        asyncio.run(work(given.work))
        return 0
    with servers.running():
        good = asyncio.run(measure(servers.new_database("bench_facts"), given.seconds, given.rate))
        alone = asyncio.run(peer(servers.new_database("bench_peer"), 5.0))
    print(
        f"peer               procrastinate alone: {alone:.0f} empty jobs /s;"
        f" ours: {given.rate * 3:.0f} deliveries /s sustained"
    )
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())

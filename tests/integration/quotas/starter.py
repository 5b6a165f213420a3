"""A script: reserves for many things at once, as one process of several; prints what was let in."""

import asyncio
import sys
from uuid import UUID

from fairhaven.core.db import Database
from fairhaven.core.ids import new_id
from fairhaven.projects import service as projects
from fairhaven.projects.service import QuotaReached


async def main(url: str, project: str, count: int) -> None:
    database = Database(url)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    connections = asyncio.Semaphore(12)  # of the hundred that the server has for all
    await asyncio.gather(*(start(database, connections, UUID(project)) for _ in range(count)))
    await database.close()


async def start(database: Database, connections: asyncio.Semaphore, project_id: UUID) -> None:
    subject = new_id()
    try:
        async with connections, database.transaction() as session:
            await projects.reserve(session, subject, project_id, None, {"workloads": 1, "cpu": 0.5})
    except QuotaReached:
        print("refused", flush=True)
    else:
        print(subject, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))

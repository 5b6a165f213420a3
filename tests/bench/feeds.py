"""Following lists of modules: an OAI-PMH endpoint of 10,000 records, and a hub of git repositories.

A real PostgreSQL; the endpoint is another process that answers pages made beforehand, in MLDCAT-AP. The list
is imported, taken whole again when nothing changed, and again when every record changed ("full re-import").
The peers of the same run: fetching the same pages and doing nothing with them, and `git ls-remote` for each
of the same repositories. Prints modules a second and the memory of the importing process; fails when a full
import or re-import of 10,000 would take longer than `LIMIT_S`.

    python -m tests.bench.feeds [--records 10000] [--repositories 200]
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import psutil
import uvicorn
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairhaven import app as application
from fairhaven.catalog import metadata
from fairhaven.catalog.exports.item import Item, Site
from fairhaven.catalog.oai import answers
from fairhaven.catalog.oai.protocol import Asked
from fairhaven.catalog.oai.records import PREFIXES
from fairhaven.catalog.schemas import NewFeed
from fairhaven.catalog.service import feeds
from fairhaven.catalog.service.harvesting import Record
from fairhaven.core.config import Settings
from fairhaven.core.ids import new_id
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.testing import servers
from fairhaven.identity import service as identity
from fairhaven.projects import service as projects

LIMIT_S = 120.0  # for 10,000
PAGE = 100
PREFIX = "mldcat-ap"
EXAMPLE = Path(__file__).parents[2] / "examples" / "modules" / "digits" / "ai4-metadata.yml"


def endpoint(records: int, port: int) -> None:
    """Answer as an endpoint of that many records; `/edition?2` makes every record say something else."""
    known = metadata.parse(EXAMPLE.read_bytes()).metadata
    assert known is not None
    site, pages, editions = Site("Bench", f"http://127.0.0.1:{port}"), dict[str, bytes](), ["1"]

    def made(first: int) -> bytes:
        told = []
        for number in range(first, min(first + PAGE, records)):
            words = {"title": f"Model {number}", "summary": f"Edition {editions[0]} of model {number}."}
            item = Item(
                f"model-{number}",
                known.model_copy(update=words),
                site,
                "0" * 40,
                datetime.now(UTC),
                datetime.now(UTC),
            )
            told.append(Record(new_id(), item.name, datetime.now(UTC), (), False, item))
        after = first + PAGE
        token = answers.token(str(after) if after < records else "", told=first, total=records, expires=None)
        body = answers.records(site, told, PREFIXES[PREFIX], token)
        return answers.envelope(site, Asked("ListRecords"), body).encode()

    def prepare() -> None:
        for first in range(0, records, PAGE):
            pages[str(first)] = made(first)

    async def answer(request: Request) -> Response:
        asked = request.query_params
        if "edition" in asked:
            editions[0] = asked["edition"]
            prepare()
            return Response("made")
        said = {
            "Identify": lambda: answers.identify(site, datetime.now(UTC), "nobody@example.org"),
            "ListMetadataFormats": answers.formats,
        }
        if verb := said.get(asked.get("verb", "")):
            return Response(answers.envelope(site, Asked(asked["verb"]), verb()), media_type="text/xml")
        return Response(pages[asked.get("resumptionToken", "0")], media_type="text/xml")

    prepare()
    app = Starlette(routes=[Route("/oai", answer)])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


class Bench:
    """One platform, and how long it takes for each thing."""

    def __init__(self, platform: Platform, actor: Actor, project: UUID) -> None:
        self.platform, self.actor, self.project = platform, actor, project
        self.process, self.worst = psutil.Process(), 0.0

    async def timed(self, what: str, count: int, act: Callable[[], Awaitable[object]]) -> float:
        before, cpu = self.memory, self.process.cpu_times()
        began = time.perf_counter()
        await act()
        seconds = time.perf_counter() - began
        used = self.process.cpu_times()
        busy = used.user + used.system - cpu.user - cpu.system
        print(
            f"{what:<44} {seconds:8.1f} s {count / seconds:10.0f} /s   processor {busy:6.1f} s"
            f"   memory {before:5.0f} -> {self.memory:5.0f} MiB",
            flush=True,
        )
        return seconds

    @property
    def memory(self) -> float:
        return float(self.process.memory_info().rss) / (1 << 20)

    async def follow(self, address: str) -> UUID:
        async with self.platform.transaction(self.actor) as session:
            spec = NewFeed(address=address)
            return (await feeds.add(session, self.actor, self.project, spec)).id

    async def work(self, feed_id: UUID, *, whole: bool = False) -> None:
        if whole:
            async with self.platform.transaction() as session:
                await session.execute(text("update feeds set cursor = null, next_check_at = now()"))
        while await feeds.step(self.platform, feed_id) is not None:
            pass

    async def imported(self, feed_id: UUID, many: int) -> None:
        async with self.platform.transaction(self.actor) as session:
            counts = (await feeds.feed(session, self.actor, feed_id)).counts
        assert (counts.imported, counts.refused) == (many, 0), counts


async def harvest(bench: Bench, records: int, url: str) -> None:
    async def bare() -> None:
        async with httpx.AsyncClient(timeout=60) as client:
            for first in range(0, records, PAGE):
                await client.get(url, params={"verb": "ListRecords", "resumptionToken": str(first)})

    await bench.timed("peer: the same pages fetched, and no more", records, bare)
    feed_id = await bench.follow(f"oai+{url}")
    first = await bench.timed("OAI-PMH: first import", records, lambda: bench.work(feed_id))
    await bench.imported(feed_id, records)
    await bench.timed("whole list again, nothing changed", records, lambda: bench.work(feed_id, whole=True))
    async with httpx.AsyncClient(timeout=120) as client:
        await client.get(url, params={"edition": "2"})
    again = await bench.timed(
        "whole list again, every record changed", records, lambda: bench.work(feed_id, whole=True)
    )
    await bench.imported(feed_id, records)
    for seconds in (first, again):
        assert seconds / records * 10_000 <= LIMIT_S, f"{seconds:.0f} s for {records}"


async def hub(bench: Bench, many: int, root: Path) -> None:
    names = [f"model-{number}" for number in range(many)]
    for name in names:
        _repository(root / name, name)
    (root / "hub").mkdir()
    lines = [f'[submodule "{name}"]\n\tpath = {name}\n\turl = ../{name}\n' for name in names]
    (root / "hub" / ".gitmodules").write_text("".join(lines))

    async def listed() -> None:
        room = asyncio.Semaphore(8)

        async def one(name: str) -> None:
            async with room:
                argv = ["git", "ls-remote", "--quiet", str(root / name), "HEAD"]
                done = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.DEVNULL)
                assert await done.wait() == 0

        await asyncio.gather(*(one(name) for name in names))

    await bench.timed("peer: git ls-remote of each repository", many, listed)
    feed_id = await bench.follow(f"gitmodules+{root / 'hub'}")
    await bench.timed(".gitmodules: first import of repositories", many, lambda: bench.work(feed_id))
    await bench.imported(feed_id, many)


def _repository(folder: Path, name: str) -> None:
    folder.mkdir()
    (folder / "ai4-metadata.yml").write_bytes(EXAMPLE.read_bytes())
    who = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
    for argv in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "-m", name)):
        subprocess.run(["git", "-C", str(folder), *argv], check=True)


async def measure(records: int, repositories: int, root: Path, url: str) -> None:
    settings = Settings(data=root / "data", log_level="error", outbound_allow=("127.0.0.1/32",))
    settings.data.mkdir()
    database, objects = servers.new_database("bench_feeds"), os.environ[servers.OBJECTS]
    async with application.opened(settings, database_url=database, objects_url=objects) as platform:
        await application.first_start(platform)
        async with platform.transaction() as session:
            person = await identity.administrator(session)
            roles = await projects.roles_of(session, person.id)
            project = (await projects.default_project(session)).id
        actor = Actor(id=person.id, name=person.name, administrator=True, roles=roles)
        bench = Bench(platform, actor, project)
        await harvest(bench, records, url)
        await hub(bench, repositories, root)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--records", type=int, default=10_000)
    options.add_argument("--repositories", type=int, default=200)
    options.add_argument("--serve", type=int, default=0, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.serve:
        endpoint(given.records, given.serve)
        return
    port = 18_765
    argv = [sys.executable, "-m", "tests.bench.feeds", "--records", str(given.records), "--serve", str(port)]
    server = subprocess.Popen(argv)
    try:
        url = f"http://127.0.0.1:{port}/oai"
        _wait(url)
        with servers.running(), tempfile.TemporaryDirectory(prefix="fairhaven-bench-") as root:
            asyncio.run(measure(given.records, given.repositories, Path(root), url))
    finally:
        server.kill()
        server.wait()


def _wait(url: str) -> None:
    for _ in range(600):
        try:
            httpx.get(url, params={"verb": "Identify"})
            return
        except httpx.TransportError:
            time.sleep(0.2)
    raise TimeoutError(url)


if __name__ == "__main__":
    main()

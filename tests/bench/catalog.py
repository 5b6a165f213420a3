"""The catalog with 10,000 modules: lists, searches, facets, items and harvests, 8 clients at a time.

A real PostgreSQL, the real web application under uvicorn in one process, the clients in another, all on
the same machine. Prints p50, p95, requests a second and the web process's CPU time of each kind of
question; every request of a kind asks something else (other words, another facet, another page).
Fails above `LIMITS_MS` at p95. Harvests are asked by one client, as harvesters do, and told for eight too.
The last lines are the floor: a bare Starlette application that answers every question with one list (or one
page of a harvest) made beforehand, asked by the same clients in the same run.

    python -m tests.bench.catalog [--modules 10000] [--requests 1000] [--clients 8] [--only "api search"]
"""

import argparse
import asyncio
import http.client
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from urllib.parse import quote_plus

import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.bench.serving import Served, platform_served, serving

from fairhaven import app as application
from fairhaven.catalog import metadata, service
from fairhaven.catalog.models import ModuleRow, ReleaseRow
from fairhaven.core import pagination
from fairhaven.core.config import Settings
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Role
from fairhaven.core.testing import make, servers
from fairhaven.projects import service as projects

# At p95. A page asks for the list and for the counts, and draws both: below 0.1 s it seems to come at once.
LIMITS_MS = {"api": 40.0, "page": 100.0, "item": 60.0, "export": 60.0, "harvest": 150.0}
THINGS = """
bird beetle whale seal prawn coral plankton seaweed seagrass octopus salmon bee butterfly orchid oak
wheat vineyard olive potato tomato lesion tumour retina lung bone heart brain cell tissue protein
genome molecule galaxy star sunspot comet crater cloud storm hail flood wildfire drought glacier
iceberg river coastline road bridge building vessel aircraft vehicle pedestrian face gesture
handwriting invoice poem melody speech heartbeat turbine bearing circuit weld crack coin stamp
fabric bottle litter smoke dust pollen
"""
WORKS = """
classifier detector segmenter counter tracker forecaster estimator recogniser transcriber generator
denoiser ranker summariser translator matcher locator grader reader
"""
PLACES = """
alpine arctic atlantic baltic coastal urban rural tropical desert marine lunar orbital clinical
industrial underwater airborne night thermal acoustic historical
"""
# What every description says: the rarer half of a text is drawn from the module's own words.
PROSE = """
trained on images recorded in the field by volunteers over ten years and checked by two experts each
the network was fine tuned with heavy augmentation and evaluated on a held out season results
degrade in fog and at dusk send one file and read the likeliest answers with their probabilities
please cite the paper below when you publish with it the code is open and the weights are downloaded
at the first start
"""
THINGS, WORKS, PLACES, PROSE = (words.split() for words in (THINGS, WORKS, PLACES, PROSE))


async def fill(platform: Platform, count: int) -> None:
    """Make modules as `register` and `publish` would, without their repositories."""
    dice, words = random.Random(7), metadata.facets()
    async with platform.transaction() as session:
        project_id = (await projects.default_project(session)).id
    names = list(product(PLACES, THINGS, WORKS))
    dice.shuffle(names)
    for begin in range(0, count, 500):
        async with platform.transaction() as session:
            for number in range(begin, min(begin + 500, count)):
                row = _module(dice, words, project_id, names[number % len(names)], number)
                session.add(row)
                await session.flush()
                if dice.random() < 0.7:
                    release = _release(row)
                    session.add(release)
                    await session.flush()
                    row.latest_release_id = release.id
    await service.learn(platform)
    async with platform.database.engine.connect() as connection:
        vacuuming = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await vacuuming.exec_driver_sql("VACUUM ANALYZE modules, releases, module_vectors")


def _module(
    dice: random.Random, words: metadata.Facets, project_id: object, name: tuple[str, str, str], number: int
) -> ModuleRow:
    place, thing, work = name
    content = _content(dice, words, name, number)
    told = content.model_dump(mode="json")
    lists = {each: told[each] for each in ("tags", "libraries", "tasks", "categories", "data_type")}
    row = ModuleRow(
        project_id=project_id,
        name=f"{place}-{thing}-{work}-{number}",
        visibility="public",
        source=f"https://git.example.org/models/{number}",
        source_key=f"https://git.example.org/models/{number}#",
        commit=f"{dice.getrandbits(160):040x}",
        title=content.title,
        summary=content.summary,
        description=content.description,
        license=content.license,
        valid=True,
        content=told,
        file=metadata.write(content),
        readme={
            "file": "README.md",
            "commit": "0" * 40,
            "text": f"# {content.title}\n\n{content.description}",
        },
        problems=[],
        hook_number=1,
        fair_score=dice.choice([None, 40, 60, 80, 95]),
        # Over a month, so that harvests by date find different pages.
        updated_at=datetime(2026, 10, 1, tzinfo=UTC) + timedelta(minutes=4 * number),
        **lists,
    )
    service.index(row)
    return row


def _content(
    dice: random.Random, words: metadata.Facets, name: tuple[str, str, str], number: int
) -> metadata.ModuleMetadata:
    """What a careful author would say of it."""
    place, thing, work = name
    address = f"https://git.example.org/models/{number}"
    return metadata.ModuleMetadata(
        metadata_version="3.0.0",
        title=f"{place} {thing} {work}".capitalize(),
        summary=f"A {work} for {thing} in {place} recordings: {' '.join(dice.sample(PROSE, 10))}.",
        description="\n\n".join(_paragraph(dice, name) for _ in range(3)),
        doi=f"10.5281/zenodo.{number}" if dice.random() < 0.3 else None,
        license=dice.choice(["Apache-2.0", "MIT", "GPL-3.0-only", None]),
        links=metadata.Links(source_code=address, documentation=f"{address}/docs"),
        dates=metadata.Dates(created=date(2026, 1, 1), updated=date(2026, 10, 1)),
        authors=(metadata.Agent(name=f"{thing.capitalize()} Author", orcid="0000-0002-1825-0097"),),
        datasets=(metadata.Dataset(name=f"{place} {thing}", url=f"{address}/data"),),
        evaluations=(metadata.Evaluation(metrics=(metadata.Metric(name="accuracy", value=0.9),)),),
        tags=tuple(dict.fromkeys([place, thing, *dice.sample(THINGS, 2)])),
        libraries=tuple(_some(dice, words.libraries)),
        tasks=tuple(_some(dice, words.tasks)),
        categories=tuple(_some(dice, words.categories)),
        data_type=tuple(_some(dice, words.data_types)),
    )


def _paragraph(dice: random.Random, name: tuple[str, ...]) -> str:
    return " ".join([*dice.choices(PROSE, k=70), *name, *dice.sample(THINGS, 2)])


def _some(dice: random.Random, words: tuple[str, ...]) -> list[str]:
    return sorted(set(dice.choices(words, weights=range(len(words), 0, -1), k=dice.choice([1, 1, 2]))))


def _release(row: ModuleRow) -> ReleaseRow:
    return ReleaseRow(
        module_id=row.id,
        version="1.0.0",
        commit=row.commit,
        digest="0" * 64,
        description={"name": row.name},
        bundle="0" * 64,
        content=row.content,
    )


def questions(kind: str, dice: random.Random) -> Iterator[str]:
    """Paths of one kind of question, each other than the one before."""
    words = metadata.facets()
    while True:
        thing, work, place = dice.choice(THINGS), dice.choice(WORKS), dice.choice(PLACES)
        task, library = quote_plus(dice.choice(words.tasks)), quote_plus(dice.choice(words.libraries))
        asked = (thing, f"{thing}+{work}", f"{place}+{thing}", work, f"{thing}+-{place}", thing[:4])
        query, name = dice.choice(asked), dice.choice(_KNOWN or [("", "")])
        day = f"2026-10-{dice.randint(1, 25):02}T{dice.randrange(24):02}:00:00Z"
        yield {
            "api list": f"/api/v1/modules?sort={dice.choice(['newest', 'updated', 'name'])}",
            "api search": f"/api/v1/modules?q={query}",
            "api search in facets": f"/api/v1/modules?q={query}&tasks={task}&has=doi&license=MIT",
            "api facet filter": f"/api/v1/modules?tasks={task}&libraries={library}",
            "api facet counts": f"/api/v1/module-facets?q={query}",
            "api misspelt": f"/api/v1/modules?q={_misspelt(dice, thing)}+{work}",
            "api similar": f"/api/v1/modules/{name[0]}/similar",
            "api module": f"/api/v1/modules/{name[0]}",
            "page list": "/catalog",
            "page search": f"/catalog?q={query}",
            "page facet filter": f"/catalog?tasks={task}&libraries={library}",
            "page search in facet": f"/catalog?q={query}&tasks={task}",
            "item page": f"/catalog/{name[0]}",
            "export MLDCAT-AP, Turtle": f"/id/module/{name[0]}?format=turtle",
            "export FAIR4ML, JSON-LD": f"/id/module/{name[0]}?format=jsonld&profile=fair4ml",
            "harvest DCAT page": f"/id/catalog?format=turtle&cursor={pagination.encode([name[1]])}",
            "harvest OAI, 100": f"/oai?verb=ListRecords&metadataPrefix=oai_dc&from={day}",
        }[kind]


def _misspelt(dice: random.Random, word: str) -> str:
    """The word with one letter doubled or two exchanged."""
    place = dice.randrange(1, len(word) - 1)
    swapped = word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]
    return swapped if swapped != word else word[:place] + word[place] + word[place:]


KINDS = (
    "api list", "api search", "api search in facets", "api facet filter", "api facet counts", "api misspelt",
    "api similar", "api module", "page list", "page search", "page facet filter", "page search in facet",
    "item page", "export MLDCAT-AP, Turtle", "export FAIR4ML, JSON-LD",
    "harvest DCAT page", "harvest OAI, 100",
)  # fmt: skip
_KNOWN: list[tuple[str, str]] = []  # names and ids


_PERSON, _PROGRAM = {"Accept": "text/html"}, {"Accept": "*/*"}
_ACCEPTED = {"page": _PERSON, "item": _PERSON, "export": _PROGRAM, "harvest": _PROGRAM}


def ask(port: int, kind: str, seed: int, token: str, count: int, times: list[float]) -> None:
    """One client: asks one question after the other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    by_token = {"Authorization": f"Bearer {token}"}
    headers = by_token if kind.startswith("api") else _ACCEPTED[kind.split()[0]]
    paths = questions(kind, random.Random(seed))
    for _ in range(count):
        began = time.perf_counter()
        connection.request("GET", next(paths), headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise SystemExit(f"{kind}: {answer.status} {body[:500]!r}")


def clients(web: Served, floors: Sequence[Served], token: str, given: argparse.Namespace) -> bool:
    """Ask every kind of question; print a line for each; return whether all were fast enough."""
    ask(web.port, "api list", 0, token, 20, [])
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"{'question':26} {'p50':>8} {'p95':>8} {'max':>8} {'/s':>6} {'CPU':>8}")
    slow = []
    for kind in (each for each in KINDS if each.startswith(given.only)):
        alone = kind.startswith("harvest")
        requests, at_once = (given.requests // 4, 1) if alone else (given.requests, given.clients)
        if measure(web, kind, kind, token, requests, at_once) > LIMITS_MS[kind.split()[0]]:
            slow.append(kind)
        if alone:
            measure(web, f"  {given.clients} at a time", kind, token, given.requests // 2, given.clients)
    measure(floors[0], "floor: one kept list", "api list", token, given.requests, given.clients)
    measure(floors[1], "floor: one kept harvest", "api list", token, given.requests, 1)
    print(f"limits at p95: {LIMITS_MS}; above them: {', '.join(slow) or 'none'}")
    return not slow


def measure(web: Served, name: str, kind: str, token: str, requests: int, at_once: int) -> float:
    """Let all clients ask at once; print the line; return p95 in ms."""
    times: list[float] = []
    each = requests // at_once
    threads = [
        threading.Thread(target=ask, args=(web.port, kind, seed, token, each, times))
        for seed in range(at_once)
    ]
    began, spent = time.perf_counter(), web.cpu_seconds()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(times) != each * at_once:
        raise SystemExit(f"{name}: only {len(times)} of {each * at_once} were answered")
    rate = len(times) / (time.perf_counter() - began)
    cpu = (web.cpu_seconds() - spent) / len(times) * 1000
    cuts = statistics.quantiles(times, n=100)
    shown = f"{cuts[49]:6.1f}ms {cuts[94]:6.1f}ms {max(times):6.1f}ms {rate:6.0f} {cpu:6.1f}ms"
    print(f"{name:26} {shown}", flush=True)
    return cuts[94]


async def serve_floor(kept: bytes, port: int) -> None:
    """What the machine, uvicorn and these clients allow at best: no routes, no database, no JSON."""

    async def answer(request: Request) -> Response:
        return Response(kept, media_type="application/json")

    bare = Starlette(routes=[Route("/{path:path}", answer)])
    await uvicorn.Server(uvicorn.Config(bare, port=port, log_level="error", access_log=False)).serve()


def _read(web: Served, path: str, token: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    return connection.getresponse().read()


async def prepare(url: str, objects: str, count: int) -> str:
    """Fill the database; return a token of a member of the default project."""
    with tempfile.TemporaryDirectory() as data:
        settings = Settings(data=Path(data), engines=[])
        async with application.opened(settings, database_url=url, objects_url=objects) as platform:
            await application.first_start(platform)
            began = time.perf_counter()
            await fill(platform, count)
            print(f"{count} modules made in {time.perf_counter() - began:.0f} s")
            async with platform.transaction() as session:
                project_id = (await projects.default_project(session)).id
            actor = await make.person(platform, "Reader", project_id, Role.MEMBER)
            return await make.token(platform, actor)


def known(url: str) -> list[tuple[str, str]]:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT name, id FROM modules TABLESAMPLE SYSTEM (20) LIMIT 500"
        ).fetchall()
    return [(name, str(id_)) for name, id_ in found]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--modules", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=1_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--only", default="", help="questions that begin so")
    parser.add_argument("--floor", action="store_true")
    parser.add_argument("--port", type=int)
    given = parser.parse_args()
    if given.floor:
        asyncio.run(serve_floor(sys.stdin.buffer.read(), given.port))
        return 0
    with servers.running():
        url = servers.new_database("bench_catalog")
        token = asyncio.run(prepare(url, os.environ[servers.OBJECTS], given.modules))
        _KNOWN.extend(known(url))
        with platform_served(url) as web, ExitStack() as stack:
            harvest = next(questions("harvest OAI, 100", random.Random(1)))
            kept = [_read(web, path, token) for path in ("/api/v1/modules", harvest)]
            floors = [stack.enter_context(_floor(each)) for each in kept]
            good = clients(web, floors, token, given)
    return 0 if good else 1


def _floor(kept: bytes) -> AbstractContextManager[Served]:
    return serving("tests.bench.catalog", "--floor", given=kept)


if __name__ == "__main__":
    raise SystemExit(main())

"""PostgreSQL, the object store and the gateway for real: started, used, killed, and back."""

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import obstore
import psutil
import psycopg
import pytest
from obstore.store import S3Store

from fairhaven.core.components.component import State
from fairhaven.core.components.errors import ComponentFailed, PortTaken
from fairhaven.core.components.gateway import EmbeddedGateway
from fairhaven.core.components.identities import nobody
from fairhaven.core.components.objects import EmbeddedObjects
from fairhaven.core.components.ports import free_port
from fairhaven.core.components.postgres import EmbeddedPostgres
from fairhaven.core.components.supervisor import Supervisor
from fairhaven.core.launch import Launch
from fairhaven.core.processes import run, safe_environment

pytestmark = pytest.mark.anyio

ANYWHERE = "127.0.0.1:0"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        yield Path(name)


async def test_everything_starts_stops_and_keeps_addresses_keys_and_data(tmp_path):
    postgres, objects, _ = parts = _parts()
    async with Supervisor(tmp_path, parts) as supervisor:
        first = supervisor.status()
        keys = (objects.access_key, objects.secret_key)
        await _execute(postgres, "CREATE TABLE kept AS SELECT 'Ärger'::text AS word")
        await _put(objects, "a/b.txt", b"kept")
    began = time.monotonic()
    async with Supervisor(tmp_path, parts) as supervisor:
        assert time.monotonic() - began < 6
        second = supervisor.status()
        assert await _execute(postgres, "SELECT word FROM kept") == "Ärger"
        for number in range(20):
            await _put(objects, f"a/new-{number}.txt", b"new")
        assert await _get(objects, "a/b.txt") == b"kept"
        assert (objects.access_key, objects.secret_key) == keys
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert [status.url for status in second] == [status.url for status in first]
    assert all(status.version for status in second)
    assert sum(status.rss_bytes for status in second) < 350 * 1024 * 1024


async def test_each_part_is_usable_again_soon_after_it_is_killed(tmp_path, until):
    postgres, objects, _ = parts = _parts()
    async with Supervisor(tmp_path, parts) as supervisor:
        await _execute(postgres, "CREATE TABLE kept AS SELECT 1 AS one")
        await _put(objects, "kept", b"kept")
        for index, part in enumerate(parts):
            killed = supervisor.status()[index].pids[0]
            began = time.monotonic()
            os.kill(killed, signal.SIGKILL)
            await until(lambda i=index: supervisor.status()[i].restarts == 1)
            await until(lambda i=index: supervisor.status()[i].state is State.RUNNING)
            assert await part.ready()
            assert time.monotonic() - began < 3
        assert await _execute(postgres, "SELECT one FROM kept") == 1
        assert await _get(objects, "kept") == b"kept"


async def test_nothing_outlives_a_killed_supervisor_and_the_next_one_finds_all_data(tmp_path, until):
    story = (
        "import asyncio, pathlib, sys\n"
        "from fairhaven.core.components.gateway import EmbeddedGateway\n"
        "from fairhaven.core.components.objects import EmbeddedObjects\n"
        "from fairhaven.core.components.postgres import EmbeddedPostgres\n"
        "from fairhaven.core.components.supervisor import Supervisor\n"
        "async def main():\n"
        "    gateway = EmbeddedGateway('127.0.0.1:0', provider_url='http://127.0.0.1:9/')\n"
        "    await Supervisor(pathlib.Path('.'), [EmbeddedPostgres(), EmbeddedObjects(), gateway]).start()\n"
        "    pathlib.Path('ready').touch()\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", story, cwd=tmp_path)
    await until((tmp_path / "ready").exists, 20)
    children = psutil.Process(parent.pid).children(recursive=True)
    assert len(children) >= 6
    parent.kill()
    await parent.wait()
    postgres, *_ = parts = _parts()
    async with Supervisor(tmp_path, parts):  # at once, while the old ones may still be ending
        assert await _execute(postgres, "SELECT 1") == 1
        assert not any(_alive(child) for child in children)


async def test_postgres_is_durable_and_small_and_has_vectors(tmp_path):
    postgres = EmbeddedPostgres()
    async with Supervisor(tmp_path, [postgres]):
        for setting, value in (
            ("fsync", "on"),
            ("synchronous_commit", "on"),
            ("autovacuum", "on"),
            ("shared_buffers", "128MB"),
            ("jit", "off"),
            ("server_encoding", "UTF8"),
            ("listen_addresses", ""),
        ):
            assert await _execute(postgres, f"SHOW {setting}") == value
        assert await _execute(postgres, "SELECT lower('ÄÖ') || upper('ß')") == "äöß"
        await _execute(postgres, "CREATE EXTENSION vector")


async def test_postgres_heals_after_its_last_process_number_was_given_to_somebody_else(tmp_path):
    postgres = EmbeddedPostgres()
    async with Supervisor(tmp_path, [postgres]):
        stale = (tmp_path / "postgres" / "data" / "postmaster.pid").read_text()
    lines = stale.splitlines()
    (tmp_path / "postgres" / "data" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]))
    async with Supervisor(tmp_path, [postgres]):
        assert await postgres.ready()


async def test_postgres_works_in_a_folder_with_a_long_name(tmp_path):
    home = tmp_path / ("long" * 30)
    postgres = EmbeddedPostgres()
    async with Supervisor(home, [postgres]):
        assert await postgres.ready()
        assert "long" not in postgres.url


async def test_postgres_refuses_a_name_that_is_no_name():
    with pytest.raises(ValueError, match="small letters"):
        EmbeddedPostgres(database='x"; DROP')


@as_root
async def test_postgres_runs_as_nobody_where_it_cannot_be_mapped(open_folder):
    if not await _readable_by_nobody(Path(sys.prefix)):
        pytest.skip("the installation cannot be read by the user nobody")
    postgres = EmbeddedPostgres(identity=nobody())
    async with Supervisor(open_folder, [postgres]) as supervisor:
        assert await postgres.ready()
        server = psutil.Process(supervisor.status()[0].pids[0])
        assert server.uids().real == nobody().uid


@as_root
async def test_postgres_as_nobody_in_a_closed_folder_says_what_to_do(tmp_path):
    with pytest.raises(ComponentFailed, match="ordinary user"):
        await Supervisor(tmp_path, [EmbeddedPostgres(identity=nobody())]).start()


@as_root
async def test_another_user_cannot_reach_the_database(tmp_path):
    postgres = EmbeddedPostgres()
    async with Supervisor(tmp_path, [postgres]):
        path = next((tmp_path / "postgres" / "run").glob(".s.PGSQL.*[0-9]"))
        attempt = f"import socket; socket.socket(socket.AF_UNIX).connect({str(path)!r})"
        for identity, outcome in ((None, True), (nobody(), False)):
            command = Launch(identity=identity).command(["/usr/bin/python3", "-c", attempt])
            done = await run(command, cwd=Path("/"), env=safe_environment(), time_limit=10)
            assert done.ok is outcome, done.output_tail
        assert "PermissionError" in done.output_tail


async def test_the_inner_services_of_the_object_store_answer_nobody_without_a_token(tmp_path):
    objects = EmbeddedObjects()
    async with Supervisor(tmp_path, [objects]), httpx.AsyncClient(trust_env=False) as client:
        await _put(objects, "secret.txt", b"secret")
        ports = json.loads((tmp_path / "objects" / "ports.json").read_text())
        filer = f"http://127.0.0.1:{ports['filer']}/buckets/fairhaven/secret.txt"
        assert (await client.get(filer)).status_code == 401
        assert (await client.put(filer, content=b"forged")).status_code == 401
        assert (await client.get(f"{objects.endpoint}/fairhaven/secret.txt")).status_code == 403
        for listener in _listeners(tmp_path):
            assert listener == "127.0.0.1"


def _listeners(home: Path) -> list[str]:
    note = json.loads((home / "objects" / "process.json").read_text())
    connections = psutil.Process(note["pid"]).net_connections("tcp")
    return [connection.laddr.ip for connection in connections if connection.status == psutil.CONN_LISTEN]


async def test_a_gateway_whose_address_is_taken_says_how_to_choose_another(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        gateway = EmbeddedGateway(address, provider_url="http://127.0.0.1:9/")
        with pytest.raises(PortTaken, match="listen =") as refusal:
            await Supervisor(tmp_path, [gateway]).start()
        assert refusal.value.address == address


async def test_a_gateway_asks_for_its_routes_with_the_secret_and_streams_uploads(tmp_path):
    async with _platform() as platform:
        gateway = EmbeddedGateway(
            ANYWHERE, provider_url=f"{platform.url}/routes", provider_headers={"X-Gateway-Secret": "s3cret"}
        )
        async with Supervisor(tmp_path, [gateway]), httpx.AsyncClient(trust_env=False) as client:
            await asyncio.wait_for(platform.asked.wait(), 10)
            assert platform.secret == "s3cret"
            await _until_routed(client, gateway.url)
            arrived_before_the_end = await _upload_in_two_halves(client, gateway.url, platform)
            assert arrived_before_the_end
            assert "s3cret" not in " ".join(psutil.Process(_pid(tmp_path, "gateway")).cmdline())


class _Platform:
    """A tiny web server that plays the platform: tells the gateway its routes, and receives uploads."""

    def __init__(self) -> None:
        self.url = ""
        self.secret = ""
        self.asked = asyncio.Event()
        self.first_bytes = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        body = self._routes(head) if head.startswith("GET /routes") else b"received"
        if head.startswith("PUT"):
            await reader.read(1000)
            self.first_bytes.set()
            while b"the end" not in await reader.read(65536):
                pass
        length = str(len(body))
        writer.write(
            f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n".encode() + body
        )
        await writer.drain()
        writer.close()

    def _routes(self, head: str) -> bytes:
        headers = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if ": " in line)
        self.secret = headers.get("x-gateway-secret", "")
        self.asked.set()
        router = {"rule": "PathPrefix(`/`)", "service": "platform", "entryPoints": ["web"]}
        service = {"loadBalancer": {"servers": [{"url": self.url}]}}
        return json.dumps({"http": {"routers": {"all": router}, "services": {"platform": service}}}).encode()


@asynccontextmanager
async def _platform() -> AsyncIterator[_Platform]:
    platform = _Platform()
    port = free_port()
    platform.url = f"http://127.0.0.1:{port}"
    async with await asyncio.start_server(platform.serve, "127.0.0.1", port):
        yield platform


async def _until_routed(client: httpx.AsyncClient, url: str) -> None:
    async with asyncio.timeout(10):
        while (await client.get(url)).status_code != 200:
            await asyncio.sleep(0.05)


async def _upload_in_two_halves(client: httpx.AsyncClient, url: str, platform: _Platform) -> bool:
    async def halves() -> AsyncIterator[bytes]:
        yield b"x" * 1_000_000
        await asyncio.wait_for(platform.first_bytes.wait(), 10)  # fails when the gateway holds them back
        yield b"the end"

    answer = await client.put(f"{url}/upload", content=halves())
    return answer.status_code == 200 and answer.text == "received"


def _parts() -> tuple[EmbeddedPostgres, EmbeddedObjects, EmbeddedGateway]:
    gateway = EmbeddedGateway(ANYWHERE, provider_url="http://127.0.0.1:9/")
    return EmbeddedPostgres(), EmbeddedObjects(), gateway


async def _execute(postgres: EmbeddedPostgres, statement: str) -> object:
    async with await psycopg.AsyncConnection.connect(postgres.conninfo) as connection:
        cursor = await connection.execute(statement.encode())
        row = await cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def _store(objects: EmbeddedObjects) -> S3Store:
    return S3Store(
        objects.bucket,
        endpoint=objects.endpoint,
        access_key_id=objects.access_key,
        secret_access_key=objects.secret_key,
        region=objects.region,
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )


async def _put(objects: EmbeddedObjects, key: str, content: bytes) -> None:
    await obstore.put_async(_store(objects), key, content)


async def _get(objects: EmbeddedObjects, key: str) -> bytes:
    answer = await obstore.get_async(_store(objects), key)
    return bytes(await answer.bytes_async())


async def _readable_by_nobody(folder: Path) -> bool:
    command = Launch(identity=nobody()).command(["/usr/bin/test", "-r", str(folder)])
    return (await run(command, cwd=Path("/"), env=safe_environment(), time_limit=10)).ok


def _pid(home: Path, name: str) -> int:
    return int(json.loads((home / name / "process.json").read_text())["pid"])


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False

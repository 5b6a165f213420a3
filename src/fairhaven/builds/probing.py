"""Starts a module as it will be served, and asks it what it is: proof that it loads, warms and answers."""

import asyncio
import importlib.util
import json
import os
import stat
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from fairhaven.builds.work import StageFailed, Work
from fairhaven.core.processes import Completed
from fairhaven.core.sandbox import interpreter_folders

SOCKET = "probe.sock"
LONGEST_PATH = 100  # of a unix socket: the kernel takes 107 bytes
LARGEST_ANSWER = 4 << 20
ANSWER_SECONDS = 30.0
_FIX = "Start it yourself with `fairhaven-runtime serve`, and look at the log below."


async def probe(work: Work) -> dict[str, Any]:
    """Serve the module on a unix socket, without network, and return its description and what it answered.

    Raises:
        StageFailed: it fails to load, takes longer than `probe_timeout`, or does not answer as it should.
    """
    home = work.folder / "probe"
    home.mkdir()
    serving = asyncio.create_task(_serve(work, home))
    began = time.monotonic()
    try:
        async with _client(home) as client:
            await _until_ready(work, client, home, serving)
            seconds = round(time.monotonic() - began, 2)
            description = await _ask(client, home, "/description")
            models = await _ask(client, home, "/v2/models/")
    finally:
        serving.cancel()
        await asyncio.wait({serving})
    return {"description": description, "models": models.get("models", []), "ready_after": seconds}


async def _serve(work: Work, home: Path) -> Completed:
    limit = work.platform.settings.probe_timeout
    command = [sys.executable, "-m", "fairhaven_runtime", "serve", "--python", str(work.python)]
    command += ["--uds", SOCKET, "--work-dir", str(home), "--startup-timeout", f"{limit:g}", "--no-train"]
    work.note("$ fairhaven-runtime serve")
    # A little longer than the runtime's own patience, so that it can say what was wrong.
    return await work.closed_in(command, home=home, read_only=_runtime(), time_limit=limit + 60)


def _runtime() -> list[Path]:
    """Where the platform's own Python and the runtime package are."""
    spec = importlib.util.find_spec("fairhaven_runtime")
    assert spec is not None and spec.origin is not None, "fairhaven-runtime is not installed"
    return [*interpreter_folders(Path(sys.executable)), Path(spec.origin).parent]


@asynccontextmanager
async def _client(home: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the probe's socket, by a short way to it if its own path is too long for the kernel."""
    with tempfile.TemporaryDirectory(prefix="fairhaven-") as short:
        way = home
        if len(os.fsencode(home / SOCKET)) > LONGEST_PATH:
            way = Path(short) / "p"
            way.symlink_to(home)
        transport = httpx.AsyncHTTPTransport(uds=str(way / SOCKET))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://probe", timeout=ANSWER_SECONDS
        ) as client:
            yield client


async def _until_ready(
    work: Work, client: httpx.AsyncClient, home: Path, serving: "asyncio.Task[Completed]"
) -> None:
    limit = work.platform.settings.probe_timeout
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if serving.done():
            raise StageFailed(f"The server of the module ended: {_last(serving.result())}", fix=_FIX)
        status, answer = await _readiness(client, home)
        if status == 200:
            return
        if answer.get("status") == "failed":
            raise StageFailed(
                f"The module does not load: {answer.get('reason', 'no reason given')}", fix=_FIX
            )
        await asyncio.sleep(0.1)
    raise StageFailed(
        f"The module was not ready after {limit:g} s.",
        fix="Load what takes long in `warm`, or lazily; or ask the operator to raise `probe_timeout`.",
    )


async def _readiness(client: httpx.AsyncClient, home: Path) -> tuple[int, dict[str, Any]]:
    try:
        return await _get(client, home, "/readyz")
    except (httpx.TransportError, FileNotFoundError):
        return 0, {}


async def _ask(client: httpx.AsyncClient, home: Path, path: str) -> dict[str, Any]:
    try:
        status, answer = await _get(client, home, path)
    except (httpx.TransportError, FileNotFoundError) as error:
        raise StageFailed(
            f"The module was ready, and then did not answer {path}: {error}.", fix=_FIX
        ) from None
    if status != 200:
        raise StageFailed(f"The module answered {path} with the status {status}.", fix=_FIX)
    return answer


async def _get(client: httpx.AsyncClient, home: Path, path: str) -> tuple[int, dict[str, Any]]:
    """Status and JSON of an answer; foreign code may sit there, so it is bounded, and no link is followed."""
    if not stat.S_ISSOCK((home / SOCKET).lstat().st_mode):
        raise FileNotFoundError(SOCKET)
    async with client.stream("GET", path) as response:
        body = b""
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise StageFailed(
                    f"The answer to {path} is larger than {LARGEST_ANSWER >> 20} MiB.", fix=_FIX
                )
        try:
            answer = json.loads(body or b"{}")
        except ValueError:
            raise StageFailed(f"The answer to {path} is not JSON.", fix=_FIX) from None
        return response.status_code, answer if isinstance(answer, dict) else {}


def _last(done: Completed) -> str:
    lines = [line for line in done.output_tail.splitlines() if line.strip()]
    return (lines[-1][:500] if lines else f"exit code {done.exit_code}").rstrip(".") + "."

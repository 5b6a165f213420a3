"""`fairhaven workload …` against a real platform."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from fairhaven.catalog.schemas import Release
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.testing import make
from fairhaven.secrets import service as secrets
from fairhaven.workloads.drivers.local import LocalEngine

SAMPLES = Path(__file__).parents[3] / "examples" / "modules" / "digits" / "samples"


@pytest.fixture
async def fairhaven(platform: Platform, gateway: str, ada: Actor, tmp_path: Path) -> Callable[..., Any]:
    """`await fairhaven("list")`: run the command as ada, return what it printed."""
    token = await make.token(platform, ada)
    environment = {**os.environ, "FAIRHAVEN_URL": gateway, "FAIRHAVEN_TOKEN": token, "COLUMNS": "200"}

    async def run(*arguments: str, code: int = 0) -> str:
        command = [sys.executable, "-m", "fairhaven", "workload", *arguments]
        done = await asyncio.to_thread(
            subprocess.run, command, env=environment, capture_output=True, text=True, cwd=tmp_path, timeout=90
        )
        assert done.returncode == code, done.stdout + done.stderr
        return str(done.stdout if code == 0 else done.stderr)

    return run


@pytest.mark.slow
async def test_a_whole_life_by_commands(
    fairhaven: Callable[..., Any], release: Release, working: None
) -> None:
    assert "Nothing runs yet" in await fairhaven("list")
    made = json.loads(await fairhaven("start", str(release.id), "--name", "mine", "--json"))
    assert made["state"] == "running"
    assert "mine" in await fairhaven("list")
    assert "listening on" in await fairhaven("log", made["id"])
    picture = SAMPLES / "digit-7.png"
    answer = json.loads(await fairhaven("predict", made["id"], f"image=@{picture}", "top=1"))
    assert answer["predictions"]["labels"] == ["7"]
    assert "top" in await fairhaven("predict", made["id"], f"image=@{picture}", "top=99", code=1)
    assert "There is no file" in await fairhaven("predict", made["id"], "image=@nothing.png", code=1)
    assert "stopped" in await fairhaven("stop", made["id"])
    assert "mine is stopped" in await fairhaven("predict", made["id"], f"image=@{picture}", code=1)
    await fairhaven("delete", made["id"])
    assert "no such workload" in await fairhaven("show", made["id"], code=1)


@pytest.mark.slow
async def test_secrets_are_referred_to_by_name(
    platform: Platform, ada: Actor, fairhaven: Callable[..., Any], release: Release, engine: LocalEngine
) -> None:
    await secrets.put(platform, ada, secrets.own(ada), "my-token", SecretStr("correct horse"))
    start = ("start", str(release.id), "--no-wait")
    made = json.loads(
        await fairhaven(*start, "--secret", "A=my-token", "--secret-file", "my-token", "--json")
    )
    assert (made["secrets"], made["secret_files"]) == ({"A": "my-token"}, ["my-token"])
    shown = await fairhaven("show", made["id"])
    assert "A: my-token" in shown
    assert "file: my-token" in shown
    assert "write VARIABLE=SECRET" in await fairhaven(*start, "--secret", "my-token", code=1)
    assert "no secret gone" in await fairhaven(*start, "--secret", "A=gone", code=1)
    wrong = await fairhaven(*start, "--secret", "A=correct horse", code=1)
    assert "secrets.A" in wrong
    assert "correct horse" not in wrong

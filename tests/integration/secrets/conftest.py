"""Installations in which secrets are planted wherever one can be put, and the places where none may be."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.conftest import installing

from fairhaven.core.testing import openbao
from fairhaven.core.testing.canaries import MARK, Scene
from fairhaven.core.testing.openbao import OpenBao
from fairhaven.core.testing.whole import until

# At its start the module tells what it got by its digest, and then says it as modules should not.
TELLS = """
    import hashlib, os, pathlib

    def warm():
        given = [os.environ[name] for name in sorted(os.environ) if name.startswith("GIVEN_")]
        if "FAIRHAVEN_SECRETS" in os.environ:
            files = sorted(pathlib.Path(os.environ["FAIRHAVEN_SECRETS"]).iterdir())
            given += [file.read_text() for file in files]
        for value in given:
            print("it got", hashlib.sha256(value.encode()).hexdigest(), flush=True)
            print("it says", value, flush=True)
        if "REFUSE" in os.environ:
            raise RuntimeError(f"the portal does not know {given[0]}")
        if "CRASH" in os.environ:
            os._exit(os.write(2, f"cannot go on with {given[0]}".encode()) and 3)

    def predict():
        return {"answer": 42}
"""


@pytest.fixture(scope="package")
def tells(make_module: Callable[..., Path]) -> Path:
    """A module that says its secrets aloud."""
    return make_module("tells", **{"small/api.py": TELLS})


@pytest.fixture(scope="package")
def bao(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenBao]:
    with openbao.running(openbao.program(request.config), tmp_path_factory.mktemp("openbao")) as server:
        yield server


@pytest.fixture(scope="package", params=["table", "vault"])
def scene(
    request: pytest.FixtureRequest,
    tells: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    """An installation in which nothing is planted yet, with a release of the module."""
    confidence = tmp_path_factory.mktemp("confidence") / "issuer"
    confidence.write_text(f"{MARK}-an-issuers-client-secret-{os.urandom(8).hex()}")
    about = {
        "name": "idp",
        "url": "https://127.0.0.1:9",
        "client_id": "us",
        "client_secret": f"file:{confidence}",
    }
    settings: dict[str, str] = {"local_accounts": "true", "issuers": json.dumps([about])}
    planted: dict[str, str] = {"an issuer's client secret": confidence.read_text()}
    if request.param == "vault":
        server: OpenBao = request.getfixturevalue("bao")
        token = tmp_path_factory.mktemp("token") / "token"
        token.write_text(server.token)
        settings |= {"secrets": server.setting, "secrets_token": f"file:{token}"}
        planted |= {"our token for the store": server.token, "its root token": server.root}
    with installing(tmp_path_factory) as install:
        whole = install(**settings)
        made = Scene(whole, planted, logs=[whole.log])
        made.release = whole.release(tells)
        build = whole.items("builds")[0]
        made.project = build["project_id"]
        yield made


@pytest.fixture(scope="package")
def started(scene: Scene) -> Callable[..., str]:
    """`started(secrets={…})`: start the module, and wait until it has said what it got."""

    def start(wait_for: str = "it says", **given: Any) -> str:
        asked = {"release": scene.release, **given}
        answer = scene.asked("start", scene.whole.api.post("/api/v1/workloads", json=asked))
        assert answer.status_code == 201, answer.text
        made = str(answer.json()["id"])
        until(lambda: wait_for in scene.whole.said(made), 60)
        return made

    return start

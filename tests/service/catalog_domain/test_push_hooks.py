"""Push hooks of the git servers of the world: the headers that each sends, signed with a secret of ours."""

import base64
import hashlib
import hmac
import json
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from fairhaven.core.platform import Platform

EXAMPLES = Path(__file__).parents[3] / "examples" / "modules"
PUSHED = {
    "ref": "refs/heads/main",
    "before": "28e1879d029cb852e4844d9c718537df08844e03",
    "after": "bffeb74224043ba2feb48d137756c8a9331c449a",
    "repository": {"full_name": "ai4os-hub/digits"},
}
BODY = json.dumps(PUSHED).encode()
DELIVERY = "f6266f16-1bf3-46a5-9ea4-602e06ead473"


@pytest.fixture
async def hook(api: httpx.AsyncClient, tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "digits"
    folder.mkdir()
    shutil.copy(EXAMPLES / "digits" / "ai4-metadata.yml", folder)
    await api.post("/api/v1/modules", json={"url": str(folder)})
    told: dict[str, str] = (await api.get("/api/v1/modules/digits/hook")).json()
    return told


@pytest.fixture
async def push(api_for: Callable[..., Any]) -> Callable[..., Awaitable[int]]:
    nobody = await api_for(None)

    async def push(headers: dict[str, str], body: bytes = BODY) -> int:
        answer = await nobody.post("/api/v1/modules/digits/hook", content=body, headers=headers)
        return int(answer.status_code)

    return push


async def looks(platform: Platform) -> int:
    """How many looks at repositories are waiting."""
    async with platform.transaction() as session:
        asked = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'catalog.look'")
        return int(await session.scalar(asked) or 0)


def mac(secret: str, body: bytes = BODY) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def github(hook: dict[str, str], body: bytes = BODY) -> dict[str, str]:
    return {
        "User-Agent": "GitHub-Hookshot/044aadd",
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": DELIVERY,
        "X-Hub-Signature": "sha1=" + hmac.new(hook["secret"].encode(), body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": f"sha256={mac(hook['secret'], body)}",
    }


def gitea(hook: dict[str, str], body: bytes = BODY) -> dict[str, str]:
    return {
        "X-Gitea-Event": "push",
        "X-Gitea-Delivery": DELIVERY,
        "X-Gitea-Signature": mac(hook["secret"], body),
    }


def forgejo(hook: dict[str, str], body: bytes = BODY) -> dict[str, str]:
    return {
        "X-Forgejo-Event": "push",
        "X-Forgejo-Delivery": DELIVERY,
        "X-Forgejo-Signature": mac(hook["secret"], body),
    }


def gitlab_token(hook: dict[str, str], body: bytes = BODY) -> dict[str, str]:
    return {
        "User-Agent": "GitLab/18.9.0",
        "X-Gitlab-Event": "Push Hook",
        "X-Gitlab-Event-UUID": DELIVERY,
        "X-Gitlab-Token": hook["secret"],
    }


def gitlab(hook: dict[str, str], body: bytes = BODY, *, age: int = 0, name: str = DELIVERY) -> dict[str, str]:
    moment = str(int(time.time()) - age)
    key = base64.b64decode(hook["signing_token"].removeprefix("whsec_"))
    made = hmac.new(key, f"{name}.{moment}.".encode() + body, hashlib.sha256).digest()
    return {
        "X-Gitlab-Event": "Push Hook",
        "webhook-id": name,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,AAAA v1,{base64.b64encode(made).decode()}",
    }


SERVERS = (github, gitea, forgejo, gitlab_token, gitlab)


async def test_a_push_of_each_server_is_believed(
    platform: Platform, hook: dict[str, str], push: Callable[..., Awaitable[int]]
) -> None:
    other = {"secret": "not-the-secret", "signing_token": "whsec_" + base64.b64encode(b"x" * 32).decode()}
    for count, server in enumerate(SERVERS, start=1):
        body = BODY.replace(b"digits", server.__name__.encode())
        assert await push(server(other, body), body) == 401
        assert await push(server(hook, body), body) == 202
        assert await looks(platform) == count


async def test_what_was_signed_counts_once_and_only_as_it_was_signed(
    platform: Platform, hook: dict[str, str], push: Callable[..., Awaitable[int]]
) -> None:
    for count, server in enumerate((github, gitea, forgejo, gitlab), start=1):
        body = BODY.replace(b"digits", server.__name__.encode())
        headers = server(hook, body)
        assert [await push(headers, body) for _ in range(3)] == [202, 202, 202]
        assert await looks(platform) == count
        assert await push(headers, body + b" ") == 401


async def test_a_call_of_gitlab_is_of_now(hook: dict[str, str], push: Callable[..., Awaitable[int]]) -> None:
    assert await push(gitlab(hook, age=3600)) == 401
    assert await push(gitlab(hook, age=-3600)) == 401
    assert await push(gitlab(hook, age=60)) == 202
    later = gitlab(hook, name="another")
    assert await push({**later, "webhook-timestamp": str(int(time.time()) - 7)}) == 401
    assert await push({**later, "webhook-id": "a third"}) == 401


async def test_what_proves_nothing_is_refused(
    hook: dict[str, str], push: Callable[..., Awaitable[int]]
) -> None:
    only_sha1 = {"X-Hub-Signature": github(hook)["X-Hub-Signature"]}
    odd = {"webhook-id": "x", "webhook-timestamp": "9" * 40, "webhook-signature": "v1,"}
    for headers in (only_sha1, odd, {"X-Gitlab-Token": ""}, {"X-Gitea-Signature": "sha256="}, {}):
        assert await push(headers) == 401

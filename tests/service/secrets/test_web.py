"""Secrets over REST, pages and commands: values go in by all of them, and come out of none."""

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import SecretStr

from fairhaven import app as application
from fairhaven.client.base import ApiProblem, Connection
from fairhaven.client.fairhaven import Fairhaven
from fairhaven.core.config import Settings
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, Role
from fairhaven.core.testing import make
from fairhaven.core.testing.served import served
from fairhaven.identity import service as identity
from fairhaven.secrets import service

CANARY = "correct horse battery staple"
SECRETS = "/api/v1/secrets"


async def value_of(platform: Platform, actor: Actor, name: str) -> str:
    async with platform.transaction(actor) as session:
        row = await session.scalar(
            service._those_of(service.own(actor)).where(service.SecretRow.name == name)
        )
    assert row is not None
    return await service.store_of(platform).read(service.place_of(row), row.version)


async def test_a_secret_is_put_listed_and_deleted(api: httpx.AsyncClient) -> None:
    answer = await api.put(f"{SECRETS}/my-token", json={"value": CANARY})
    assert answer.status_code == 200, answer.text
    assert answer.json()["version"] == 1
    assert CANARY not in answer.text
    listed = await api.get(SECRETS)
    assert [each["name"] for each in listed.json()] == ["my-token"]
    assert "value" not in listed.json()[0]
    assert (await api.delete(f"{SECRETS}/my-token")).status_code == 204
    assert (await api.delete(f"{SECRETS}/my-token")).status_code == 404
    assert (await api.get(f"{SECRETS}/my-token")).status_code == 405


async def test_secrets_of_a_project(
    api: httpx.AsyncClient, api_for: Callable[..., Any], platform: Platform, bob: Actor, project_id: UUID
) -> None:
    address = f"/api/v1/projects/{project_id}/secrets"
    kept = await api.put(f"{address}/shared", json={"value": CANARY})
    assert (kept.status_code, kept.json()["project_id"]) == (200, str(project_id))
    developer = await api_for(await make.person(platform, "Dora", project_id, Role.DEVELOPER))
    assert [each["name"] for each in (await developer.get(address)).json()] == ["shared"]
    assert (await developer.put(f"{address}/shared", json={"value": "x"})).status_code == 403
    assert (await developer.delete(f"{address}/shared")).status_code == 403
    stranger, nobody = await api_for(bob), await api_for(None)
    for verb, path in (("GET", ""), ("DELETE", "/shared"), ("PUT", "/shared")):
        body = {"json": {"value": "x"}} if verb == "PUT" else {}
        assert (await stranger.request(verb, address + path, **body)).status_code == 404
        assert (await nobody.request(verb, address + path, **body)).status_code == 401
        assert (await nobody.request(verb, SECRETS + path, **body)).status_code == 401
    assert (await api.get(f"/api/v1/projects/{uuid4()}/secrets")).status_code == 404
    assert (await api.delete(f"{address}/shared")).status_code == 204


@pytest.mark.parametrize("name", ["-a", ".hidden", "a/b", "a b", "a" * 101, "ä", "a\x00", "..", "a."])
async def test_a_name_must_be_fit_for_a_file(api: httpx.AsyncClient, name: str) -> None:
    answer = await api.put(f"{SECRETS}/{quote(name, safe='')}", json={"value": CANARY})
    assert answer.status_code in (404, 405, 422)
    assert CANARY not in answer.text
    assert (await api.get(SECRETS)).json() == []


@pytest.mark.parametrize(
    "body",
    [
        {"value": ""},
        {"value": CANARY + "x" * 65536},
        {"value": CANARY + "\x00"},
        {"value": [CANARY]},
        {"value": {"deep": CANARY}},
        {"valeu": CANARY},
        {"value": "fine", CANARY: CANARY},
        [CANARY],
        CANARY,
    ],
    ids=str,
)
async def test_what_is_refused_is_not_quoted(api: httpx.AsyncClient, body: Any) -> None:
    answer = await api.put(f"{SECRETS}/my-token", json=body)
    assert answer.status_code == 422, answer.text
    if not (isinstance(body, dict) and CANARY in body):  # the name of an unknown field is told
        assert CANARY not in answer.text


async def test_broken_json_is_not_quoted(api: httpx.AsyncClient) -> None:
    answer = await api.put(
        f"{SECRETS}/my-token", content=f'{{"value": "{CANARY}', headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert CANARY not in answer.text


async def test_a_token_for_other_things_is_refused(
    api: httpx.AsyncClient, api_for: Callable[..., Any], ada: Actor
) -> None:
    made = await api.post("/api/v1/tokens", json={"name": "limited", "scopes": ["workloads:*"]})
    limited = await api_for(None)
    limited.headers["Authorization"] = f"Bearer {made.json()['secret']}"
    assert (await limited.get(SECRETS)).status_code == 403
    assert (await limited.put(f"{SECRETS}/my-token", json={"value": "x"})).status_code == 403


async def test_a_token_of_one_project_touches_no_own_secrets(
    api: httpx.AsyncClient, api_for: Callable[..., Any], project_id: UUID
) -> None:
    made = await api.post("/api/v1/tokens", json={"name": "limited", "project_id": str(project_id)})
    limited = await api_for(None)
    limited.headers["Authorization"] = f"Bearer {made.json()['secret']}"
    assert (await limited.get(SECRETS)).status_code == 403
    assert (await limited.get(f"/api/v1/projects/{project_id}/secrets")).status_code == 200


# --- pages ------------------------------------------------------------------------------------------


class Browser:
    """Keeps cookies, and sends forms with the token that the page carried."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http, self.page = http, ""

    async def open(self, path: str, *, status: int = 200) -> str:
        answer = await self.http.get(path)
        assert answer.status_code == status, answer.text
        self.page = answer.text
        return self.page

    async def send(self, action: str, *, status: int = 200, **fields: str) -> str:
        assert f'action="{action}"' in self.page, f"no form for {action}"
        token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', self.page)
        assert token is not None
        answer = await self.http.post(action, data={"csrf_token": token[1], **fields})
        assert answer.status_code == status, answer.text
        self.page = answer.text
        return self.page


@pytest.fixture
async def browser_of(platform: Platform, live: Live) -> AsyncIterator[Callable[..., Any]]:
    opened: list[httpx.AsyncClient] = []

    async def browser(actor: Actor) -> Browser:
        async with platform.transaction() as session:
            assert actor.id is not None
            link = await identity.make_link(session, actor.id)
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(application.web(platform, live)),
            base_url="http://fairhaven.test",
            headers={"Accept": "text/html"},
            follow_redirects=True,
        )
        opened.append(http)
        await http.post(f"/sign-in/{link}", follow_redirects=False)
        return Browser(http)

    yield browser
    for each in opened:
        await each.aclose()


async def test_the_page_keeps_replaces_and_deletes(
    platform: Platform, grace: Actor, browser_of: Callable[..., Any]
) -> None:
    browser = await browser_of(grace)
    page = await browser.open("/account/secrets")
    assert "No secrets yet" in page
    assert 'href="/account/secrets"' in page
    page = await browser.send("/account/secrets", name="my-token", value=CANARY)
    assert "my-token is kept." in page
    assert CANARY not in page
    assert await value_of(platform, grace, "my-token") == CANARY
    await browser.send("/account/secrets", name="my-token", lines="-----BEGIN-----\r\nMIIB\r\n")
    assert await value_of(platform, grace, "my-token") == "-----BEGIN-----\nMIIB\n"
    page = await browser.send("/account/secrets/my-token/delete")
    assert "my-token was deleted." in page
    assert "No secrets yet" in page


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("my token", CANARY, "Use letters and digits"),
        ("", CANARY, "Use letters and digits"),
        ("my-token", "", "Type or paste the value."),
    ],
)
async def test_a_form_that_is_wrong_keeps_its_name_and_forgets_its_value(
    grace: Actor, browser_of: Callable[..., Any], name: str, value: str, says: str
) -> None:
    browser = await browser_of(grace)
    await browser.open("/account/secrets")
    page = await browser.send("/account/secrets", status=422, name=name, value=value)
    assert says in page
    assert f'value="{name}"' in page
    assert CANARY not in page


async def test_the_projects_page_is_for_developers_and_its_form_for_managers(
    platform: Platform, ada: Actor, grace: Actor, bob: Actor, project_id: UUID, browser_of: Callable[..., Any]
) -> None:
    address = f"/projects/{project_id}/secrets"
    managers = await browser_of(ada)
    await managers.open(address)
    page = await managers.send(address, name="shared", value=CANARY)
    assert "project/shared" in page
    developers = await browser_of(grace)
    assert f'href="{address}"' in await developers.open("/account/secrets")
    page = await developers.open(address)
    assert "project/shared" in page
    assert f'action="{address}' not in page
    await (await browser_of(bob)).open(address, status=404)
    await managers.send(f"{address}/shared/delete")


# --- client and command -----------------------------------------------------------------------------


@pytest.fixture
def running(settings: Settings, database_url: str) -> Any:
    settings.data.mkdir(parents=True, exist_ok=True)
    with served(settings, database_url) as opened:
        yield opened


@pytest.fixture
def fairhaven(running: Any) -> Callable[..., str]:
    """`fairhaven("list")`: run the command as the administrator, return what it printed."""
    environment = {
        **os.environ,
        "FAIRHAVEN_URL": running.url,
        "FAIRHAVEN_TOKEN": running.token,
        "COLUMNS": "200",
    }

    def run(*arguments: str, code: int = 0, stdin: str = "") -> str:
        command = [sys.executable, "-m", "fairhaven", "secret", *arguments]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, input=stdin, timeout=60
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert CANARY not in done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def test_commands_take_values_by_the_standard_input_only(fairhaven: Callable[..., str]) -> None:
    assert "No secrets yet" in fairhaven("list")
    assert "version 1. Refer to it as my-token." in fairhaven("put", "my-token", stdin=f"{CANARY}\n")
    assert "version 2" in fairhaven("put", "my-token", stdin=CANARY)
    assert "my-token" in fairhaven("list")
    assert '"version": 2' in fairhaven("list", "--json")
    assert "at least 1" in fairhaven("put", "my-token", stdin="\n", code=1)
    assert "NUL" in fairhaven("put", "my-token", stdin="a\x00b", code=1)
    assert "not right" in fairhaven("put", "my token", stdin="a", code=1)
    fairhaven("put", "my-token", CANARY[:7], code=2)
    assert "Deleted" in fairhaven("delete", "my-token")
    assert "There is no secret my-token" in fairhaven("delete", "my-token", code=1)


def test_the_client_speaks_of_own_secrets_and_of_a_projects(running: Any) -> None:
    with Fairhaven(running.url, running.token) as platform:
        assert platform.secrets.put("my-token", CANARY).version == 1
        assert platform.secrets.put("my-token", SecretStr(CANARY)).version == 2
        assert [each.reference for each in platform.secrets.list()] == ["my-token"]
        platform.secrets.delete("my-token")
        assert list(platform.secrets.list()) == []
        with pytest.raises(ApiProblem, match="Not found"):
            platform.secrets.put("shared", CANARY, project_id=uuid4())
        assert isinstance(platform.connection, Connection)

"""The form that starts a release, as a browser without JavaScript uses it."""

import re
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from fairhaven import app as application
from fairhaven.catalog.schemas import Release
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, Role
from fairhaven.core.testing import make
from fairhaven.identity import service as identity
from fairhaven.projects import service as projects
from fairhaven.projects.schemas import Limit
from fairhaven.secrets import service as secrets
from fairhaven.workloads import service
from fairhaven.workloads.schemas import Workload

pytestmark = pytest.mark.usefixtures("engine")
CANARY = "correct horse battery staple"


@pytest.fixture
async def http(platform: Platform, live: Live, ada: Actor) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which ada is signed in."""
    async with platform.transaction() as session:
        assert ada.id is not None
        link = await identity.make_link(session, ada.id)
    transport = httpx.ASGITransport(application.web(platform, live))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://fairhaven.test", headers={"Accept": "text/html"}
    ) as client:
        await client.post(f"/sign-in/{link}")
        yield client


@pytest.fixture
async def kept(platform: Platform, ada: Actor, project_id: UUID) -> None:
    await secrets.put(platform, ada, secrets.own(ada), "my-token", SecretStr(CANARY))
    await secrets.put(platform, ada, secrets.of_project(project_id), "shared", SecretStr(CANARY))


async def send(http: httpx.AsyncClient, release: Release, **fields: object) -> httpx.Response:
    page = await http.get(f"/workloads/new?release={release.id}")
    assert page.status_code == 200, page.text
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page.text)
    assert token is not None
    return await http.post("/workloads", data={"csrf_token": token[1], "release": str(release.id), **fields})


async def made(platform: Platform, actor: Actor, answer: httpx.Response) -> Workload:
    assert answer.status_code == 303, answer.text
    async with platform.transaction(actor) as session:
        return await service.workload(session, actor, UUID(answer.headers["location"].rpartition("/")[2]))


async def test_the_usual_is_filled_in_and_enough(
    platform: Platform, ada: Actor, http: httpx.AsyncClient, release: Release
) -> None:
    page = (await http.get(f"/workloads/new?release={release.id}")).text
    assert "Start digits" in page
    assert "Default project" in page
    assert 'value="2048"' in page
    assert 'href="/account/secrets"' in page
    found = await made(platform, ada, await send(http, release))
    assert (found.name, found.resources.cpu, found.secrets, found.secret_files) == ("digits", 1, {}, [])


async def test_what_was_chosen_is_started(
    platform: Platform, ada: Actor, http: httpx.AsyncClient, release: Release, kept: None
) -> None:
    page = (await http.get(f"/workloads/new?release={release.id}")).text
    assert page.index("my-token") < page.index("project/shared")
    answer = await send(
        http,
        release,
        name="mine",
        cpu="0.5",
        memory_mb="512",
        reference=["my-token", "project/shared"],
        variable=["", " SHARED "],
        file=["my-token"],
    )
    found = await made(platform, ada, answer)
    assert (found.name, found.resources.cpu, found.resources.memory_mb) == ("mine", 0.5, 512)
    assert (found.secrets, found.secret_files) == ({"SHARED": "project/shared"}, ["my-token"])
    page = (await http.get(answer.headers["location"])).text
    assert "<code>SHARED</code>: project/shared" in page
    assert "file: my-token" in page
    assert CANARY not in page


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"cpu": "-1"}, "greater than 0"),
        ({"memory_mb": "much"}, "valid integer"),
        ({"reference": ["my-token"], "variable": ["1ST"]}, "does not begin with a digit"),
        ({"reference": ["my-token", "project/shared"], "variable": ["A", "A"]}, "A is set twice"),
        ({"reference": ["gone"], "variable": ["A"]}, "There is no secret gone"),
    ],
    ids=str,
)
async def test_what_is_wrong_is_told_and_the_rest_is_kept(
    http: httpx.AsyncClient, release: Release, kept: None, fields: dict[str, object], says: str
) -> None:
    answer = await send(http, release, name="mine", **fields)
    assert answer.status_code == 422
    assert says in answer.text
    assert 'value="mine"' in answer.text


async def test_a_quota_that_is_reached_is_told_on_the_form_and_nothing_is_left_of_the_try(
    platform: Platform, ada: Actor, project_id: UUID, http: httpx.AsyncClient, release: Release
) -> None:
    async with platform.transaction(ada) as session:
        await projects.set_limit(session, ada, project_id, Limit(resource="workloads", amount=0))
    answer = await send(http, release)
    assert 400 <= answer.status_code < 500
    assert "may use 0 workloads" in answer.text
    async with platform.transaction(ada) as session:
        assert (await service.workloads(session, ada, state=None, limit=10, cursor=None)).items == []


async def test_members_see_their_own_secrets_and_not_the_projects(
    platform: Platform, live: Live, project_id: UUID, release: Release, kept: None
) -> None:
    mary = await make.person(platform, "Mary", project_id, Role.MEMBER)
    await secrets.put(platform, mary, secrets.own(mary), "marys-token", SecretStr(CANARY))
    async with platform.transaction(mary) as session:
        found = await secrets.usable(session, mary, project_id)
    assert [each.reference for each in found] == ["marys-token"]

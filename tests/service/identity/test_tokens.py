"""Tokens: how little one may do, how one is replaced, and how soon a revoked one is refused."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from fairhaven import app as application
from fairhaven.core.errors import NotAllowed
from fairhaven.core.ids import new_id
from fairhaven.core.policy import Actor, Role, check_scope, covers
from fairhaven.core.testing import make
from fairhaven.core.testing.make import until
from fairhaven.identity import service as identity
from fairhaven.identity.schemas import TokenSpec
from fairhaven.projects import service as projects


@pytest.fixture
def client_with(api_for):
    """An HTTP client that sends this token."""

    async def client(secret):
        opened = await api_for(None)
        opened.headers["Authorization"] = f"Bearer {secret}"
        return opened

    return client


async def made(api, **spec):
    answer = await api.post("/api/v1/tokens", json={"name": "test", **spec})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("scopes", "resource", "verb", "may"),
    [
        (None, "catalog", "write", True),
        (["catalog:read"], "catalog", "read", True),
        (["catalog:read"], "catalog", "write", False),
        (["catalog:read"], "builds", "read", False),
        (["catalog:*"], "catalog", "write", True),
        (["*:read"], "builds", "read", True),
        (["*:read"], "builds", "write", False),
        (["*:*"], "builds", "write", True),
        ([], "catalog", "read", False),
    ],
)
def test_scopes_say_what_a_credential_may(scopes, resource, verb, may):
    actor = Actor(scopes=None if scopes is None else frozenset(scopes))
    if may:
        check_scope(actor, resource, verb)
    else:
        with pytest.raises(NotAllowed):
            check_scope(actor, resource, verb)


def test_a_limited_credential_covers_no_wider_one():
    project_id = new_id()
    reader = Actor(scopes=frozenset({"*:read"}))
    assert covers(reader, ["catalog:read"], None)
    assert not covers(reader, ["catalog:write"], None)
    assert not covers(reader, ["catalog:*"], None)
    assert not covers(reader, None, None)
    assert covers(Actor(), None, None)
    assert not covers(Actor(project=project_id), ["catalog:read"], None)
    assert covers(Actor(project=project_id), None, project_id)


async def test_a_limited_token_does_only_that(api, client_with):
    reader = await client_with((await made(api, scopes=["catalog:read"]))["secret"])
    assert (await reader.get("/api/v1/modules")).status_code == 200
    refused = await reader.post("/api/v1/modules", json={"url": "https://git.example.org/x"})
    assert refused.status_code == 403
    assert "catalog:write" in refused.json()["detail"]
    assert (await reader.get("/api/v1/workloads")).status_code == 403


async def test_a_limited_token_cannot_make_a_wider_one(api, client_with):
    maker = await client_with((await made(api, scopes=["identity:*", "catalog:read"]))["secret"])
    assert (await maker.post("/api/v1/tokens", json={"name": "x"})).status_code == 403
    assert (await maker.post("/api/v1/tokens", json={"name": "x", "scopes": ["*:*"]})).status_code == 403
    narrow = await maker.post("/api/v1/tokens", json={"name": "x", "scopes": ["catalog:read"]})
    assert narrow.status_code == 201


async def test_a_token_of_a_project_knows_no_other_and_no_administrators_power(
    api, client_with, platform, project_id, ada
):
    limited = await client_with((await made(api, project_id=str(project_id)))["secret"])
    me = (await limited.get("/api/v1/me")).json()
    assert me["person"]["id"] == str(ada.id)
    assert me["person"]["administrator"] is False


async def test_a_scope_is_checked_when_it_is_written(api):
    answer = await api.post("/api/v1/tokens", json={"name": "x", "scopes": ["everything"]})
    assert answer.status_code == 422


async def test_a_rotated_token_goes_on_for_a_while_and_no_longer(api, client_with):
    old = await made(api, scopes=["catalog:read"])
    new = (await api.post(f"/api/v1/tokens/{old['id']}/rotate", json={"overlap_hours": 1})).json()
    assert new["scopes"] == ["catalog:read"]
    for token in (old, new):
        assert (await (await client_with(token["secret"])).get("/api/v1/modules")).status_code == 200
    left = [each for each in (await api.get("/api/v1/tokens")).json() if each["id"] == old["id"]]
    assert left[0]["expires_at"] < new["expires_at"]
    gone = (await api.post(f"/api/v1/tokens/{new['id']}/rotate", json={"overlap_hours": 0})).json()
    assert (await (await client_with(new["secret"])).get("/api/v1/modules")).status_code == 401
    assert (await (await client_with(gone["secret"])).get("/api/v1/modules")).status_code == 200


async def test_tokens_of_others_do_not_exist(api_for, grace, ada):
    mine = await made(await api_for(ada))
    other = await api_for(grace)
    assert (await other.post(f"/api/v1/tokens/{mine['id']}/rotate", json={})).status_code == 404
    assert (await other.delete(f"/api/v1/tokens/{mine['id']}")).status_code == 404


async def test_a_service_account_has_tokens_and_roles_and_never_signs_in(platform, project_id, client_with):
    async with platform.transaction() as session:
        account = await identity.add_service_account(session, "Nightly")
        await projects.add_member(session, project_id, account.id, Role.VIEWER)
        secret = (await identity.mint_for(session, account, TokenSpec(name="ci"))).secret
    assert secret.startswith("fhs_")
    me = (await (await client_with(secret)).get("/api/v1/me")).json()["person"]
    assert (me["name"], me["kind"]) == ("Nightly", "service")


async def test_a_closed_account_is_let_in_by_no_way(platform, ada, grace, api_for):
    client = await api_for(grace)
    assert (await client.get("/api/v1/modules")).status_code == 200
    async with platform.transaction(ada) as session:
        await identity.disable(session, ada, grace.id)
    assert (await client.get("/api/v1/modules")).status_code == 401


async def test_a_changed_role_is_known_at_the_next_request(platform, bob, project_id, api_for):
    client = await api_for(bob)
    assert (await client.get("/api/v1/builds")).json()["items"] == []
    async with platform.transaction() as session:
        await projects.add_member(session, project_id, bob.id, Role.DEVELOPER)
    spec = {"url": "https://git.example.org/nothing.git"}
    answer = await client.post("/api/v1/modules", json=spec)
    assert answer.status_code != 403


async def test_another_process_hears_of_a_revocation(platform, ada, api):
    made_here = await made(api)
    async with make.listening(platform) as live:  # stands for another process: a cache of its own
        app = application.web(platform, live)
        app.state.known.changed = lambda person: None  # deaf to what this process tells itself
        live.hear("person", lambda told: app.state.known.clear())
        transport = httpx.ASGITransport(app)
        headers = {"Authorization": f"Bearer {made_here['secret']}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://other", headers=headers) as other:
            assert (await other.get("/api/v1/modules")).status_code == 200
            await api.delete(f"/api/v1/tokens/{made_here['id']}")

            async def refused():
                return (await other.get("/api/v1/modules")).status_code == 401

            await until(refused, seconds=2)


async def test_nothing_is_kept_while_nobody_listens(platform, live, ada):
    app = application.web(platform, live)
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {await make.token(platform, ada)}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers) as client:
        await client.get("/api/v1/modules")
        digest = next(iter(app.state.known._entries))
        assert app.state.known.get(digest) is not None
        live.connected = False
        assert app.state.known.get(digest) is None
        live.connected = True


async def test_a_stream_ends_with_the_credential(platform, ada, api_for):
    async with make.listening(platform) as live:
        actor = Actor(id=ada.id, name=ada.name)
        closing = live.closing(actor)
        app = application.web(platform, live)
        async with platform.transaction(ada) as session:
            await identity.forget(session, ada.id)
        await asyncio.wait_for(asyncio.shield(closing), 2)
        assert app.state.known is not None


async def test_sessions_can_be_ended_from_elsewhere(platform, ada, api, session):
    link = await identity.make_link(session, ada.id)
    session.info["actor"] = Actor()
    credential = await identity.sign_in(session, link, agent="A browser", life=timedelta(hours=1))
    await session.commit()
    (there,) = (await api.get("/api/v1/sessions")).json()
    assert (there["agent"], there["present"]) == ("A browser", False)
    assert (await api.delete(f"/api/v1/sessions/{there['id']}")).status_code == 204
    assert (await api.delete(f"/api/v1/sessions/{there['id']}")).status_code == 404
    async with platform.transaction() as other:
        assert await identity.of_session(other, credential) is None

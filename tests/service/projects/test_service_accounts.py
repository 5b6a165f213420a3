"""Service accounts: of one project, for its managers, and gone when they are closed."""

import pytest

from fairhaven.core.policy import Role
from fairhaven.core.testing import make


@pytest.fixture
async def manager(platform, project_id):
    return await make.person(platform, "Mary", project_id, Role.MANAGER)


async def test_its_life_over_rest(platform, manager, project_id, api_for):
    client = await api_for(manager)
    base = f"/api/v1/projects/{project_id}/service-accounts"
    made = await client.post(base, json={"name": "Portal", "level": "member"})
    assert made.status_code == 201, made.text
    one = f"{base}/{made.json()['id']}"
    elsewhere = "00000000-0000-7000-8000-000000000000"
    token = await client.post(
        f"{one}/tokens", json={"name": "live", "scopes": ["workloads:read"], "project_id": elsewhere}
    )
    assert token.status_code == 201 and token.json()["project_id"] == str(project_id)
    secret = token.json()["secret"]
    robot = await api_for(None)
    robot.headers["Authorization"] = f"Bearer {secret}"
    assert (await robot.get("/api/v1/workloads")).status_code == 200
    assert (await robot.get(base)).status_code == 403  # the token's scope
    rotated = await client.post(f"{one}/tokens/{token.json()['id']}/rotate", json={"overlap_hours": 0})
    assert rotated.status_code == 201
    assert (await robot.get("/api/v1/workloads")).status_code == 401
    robot.headers["Authorization"] = f"Bearer {rotated.json()['secret']}"
    assert (await robot.get("/api/v1/workloads")).status_code == 200
    changed = await client.put(one, json={"level": "viewer"})
    assert changed.json()["role"] == "viewer"
    assert len((await client.get(f"{one}/tokens")).json()) == 2
    assert (await client.delete(one)).status_code == 204
    assert (await robot.get("/api/v1/workloads")).status_code == 401
    assert (await client.post(f"{one}/tokens", json={"name": "late"})).status_code == 404
    members = await client.get(f"/api/v1/projects/{project_id}/members")
    assert "Portal" not in members.text


async def test_others_have_no_say(platform, manager, grace, bob, project_id, api_for):
    client = await api_for(manager)
    base = f"/api/v1/projects/{project_id}/service-accounts"
    made = (await client.post(base, json={"name": "Portal"})).json()
    token = (await client.post(f"{base}/{made['id']}/tokens", json={"name": "live"})).json()
    asked = [
        ("GET", base, None),
        ("POST", base, {"name": "Mine"}),
        ("DELETE", f"{base}/{made['id']}", None),
        ("POST", f"{base}/{made['id']}/tokens", {"name": "mine"}),
        ("DELETE", f"{base}/{made['id']}/tokens/{token['id']}", None),
    ]
    for actor, status in ((grace, 403), (bob, 404)):
        other = await api_for(actor)
        for method, path, body in asked:
            assert (await other.request(method, path, json=body)).status_code == status, (method, path)
    robot = await api_for(None)
    robot.headers["Authorization"] = f"Bearer {token['secret']}"
    assert (await robot.post(f"{base}/{made['id']}/tokens", json={"name": "more"})).status_code == 403


async def test_an_account_of_another_project_is_not_there(platform, ada, api, project_id):
    other = (await api.post("/api/v1/projects", json={"slug": "other", "name": "Other"})).json()
    made = await api.post(f"/api/v1/projects/{other['id']}/service-accounts", json={"name": "Portal"})
    path = f"/api/v1/projects/{project_id}/service-accounts/{made.json()['id']}"
    assert (await api.get(f"{path}/tokens")).status_code == 404
    assert (await api.put(path, json={"level": "manager"})).status_code == 404


async def test_a_narrow_credential_makes_no_wider_one(platform, ada, api, project_id, api_for):
    base = f"/api/v1/projects/{project_id}/service-accounts"
    made = (await api.post(base, json={"name": "Portal"})).json()
    narrow = (
        await api.post(
            "/api/v1/tokens", json={"name": "narrow", "scopes": ["projects:write", "projects:read"]}
        )
    ).json()
    client = await api_for(None)
    client.headers["Authorization"] = f"Bearer {narrow['secret']}"
    wide = await client.post(f"{base}/{made['id']}/tokens", json={"name": "wide"})
    assert wide.status_code == 403
    same = await client.post(
        f"{base}/{made['id']}/tokens", json={"name": "same", "scopes": ["projects:read"]}
    )
    assert same.status_code == 201, same.text


async def test_commands(command, project_id):
    made = await command("project", "account", "create", str(project_id), "Portal", "--level", "viewer")
    account = made.split()[-1]
    secret = (
        await command("project", "account", "token", str(project_id), account, "--name", "live")
    ).strip()
    assert secret.startswith("fhs_")
    listed = await command("project", "account", "tokens", str(project_id), account)
    assert secret[:10] in listed and secret not in listed
    await command("project", "account", "close", str(project_id), account)
    assert "closed" in await command("project", "account", "list", str(project_id))

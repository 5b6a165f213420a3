"""Administrators look after people: they find them, close and open accounts, and share their office."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.testing import make
from fairhaven.identity import service

HTML = {"Accept": "text/html"}


async def test_people_are_found_by_name_and_address(platform: Platform, api: httpx.AsyncClient) -> None:
    async with platform.transaction() as session:
        await service.add_person(session, "Dora", email="dora@melpomene.example")
        await service.add_service_account(session, "Nightly 100%")
    for q, names in (("DORA", ["Dora"]), ("melpomene", ["Dora"]), ("100%", ["Nightly 100%"]), ("zzz", [])):
        found = (await api.get("/api/v1/people", params={"q": q})).json()["items"]
        assert [each["name"] for each in found] == names
    page = await api.get("/people", params={"q": "dora"}, headers=HTML)
    assert ("dora@melpomene.example" in page.text, "Nightly" in page.text) == (True, False)


async def test_a_closed_account_is_refused_at_once_and_works_again_when_opened(
    api: httpx.AsyncClient, api_for: Callable[..., Any], grace: Actor
) -> None:
    hers: httpx.AsyncClient = await api_for(grace)
    assert (await hers.get("/api/v1/tokens")).status_code == 200
    closed = await api.patch(f"/api/v1/people/{grace.id}", json={"closed": True})
    assert closed.json()["disabled_at"]
    assert (await hers.get("/api/v1/tokens")).status_code == 401
    await api.patch(f"/api/v1/people/{grace.id}", json={"closed": False})
    assert (await hers.get("/api/v1/tokens")).status_code == 200
    told = (await api.get("/api/v1/audit", params={"thing": str(grace.id)})).json()["items"]
    assert [each["kind"] for each in told][:2] == ["person.enabled", "person.disabled"]


async def test_the_office_can_be_shared_and_is_never_empty(
    api: httpx.AsyncClient, api_for: Callable[..., Any], ada: Actor, grace: Actor
) -> None:
    for change in ({"administrator": False}, {"closed": True}):
        refused = await api.patch(f"/api/v1/people/{ada.id}", json=change)
        assert (refused.status_code, "only administrator" in refused.json()["detail"]) == (409, True)
    hers: httpx.AsyncClient = await api_for(grace)
    assert (await hers.get("/api/v1/people")).status_code == 403
    assert (await hers.patch(f"/api/v1/people/{grace.id}", json={"administrator": True})).status_code == 403
    await api.patch(f"/api/v1/people/{grace.id}", json={"administrator": True})
    assert (await hers.get("/api/v1/people")).status_code == 200
    gave_up = await hers.patch(f"/api/v1/people/{ada.id}", json={"administrator": False})
    assert gave_up.json()["administrator"] is False
    assert (await api.get("/api/v1/people")).status_code == 403


async def test_a_service_account_does_not_administer(platform: Platform, api: httpx.AsyncClient) -> None:
    async with platform.transaction() as session:
        robot = await service.add_service_account(session, "robot")
    refused = await api.patch(f"/api/v1/people/{robot.id}", json={"administrator": True})
    assert refused.status_code == 409


async def test_the_page_does_it_too(api: httpx.AsyncClient, ada: Actor, grace: Actor) -> None:
    answer = await api.post(f"/people/{grace.id}", data={"act": "close"})
    assert answer.status_code == 303
    found = (await api.get("/api/v1/people", params={"q": grace.name})).json()["items"][0]
    assert found["disabled_at"]
    answer = await api.post(f"/people/{ada.id}", data={"act": "demote"})
    assert answer.status_code == 303
    assert (await api.get("/api/v1/people")).status_code == 200


async def test_commands_do_it_too(platform: Platform, command: Callable[..., Any]) -> None:
    bob = await make.person(platform, "Bob")
    assert "closed" in await command("person", "close", str(bob.id))
    told = json.loads(await command("person", "list", "Bob", "--json"))
    assert told[0]["disabled_at"]
    await command("person", "open", str(bob.id))
    await command("person", "promote", str(bob.id))
    assert "administrator" in await command("person", "list", "Bob")
    await command("person", "demote", str(bob.id))

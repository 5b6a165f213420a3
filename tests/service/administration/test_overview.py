"""The administrator's overview: figures that are true, for administrators only."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx

from fairhaven.audit.appending import append
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, Role
from fairhaven.core.testing import make
from fairhaven.identity import service as identity

HTML = {"Accept": "text/html"}


async def test_it_counts_what_there_is(
    platform: Platform, api: httpx.AsyncClient, project_id: UUID, ada: Actor
) -> None:
    before = (await api.get("/api/v1/overviews")).json()
    bob = await make.person(platform, "Bob", project_id, Role.MEMBER)
    async with platform.transaction(ada) as session:
        await identity.add_service_account(session, "robot")
        assert bob.id is not None
        await identity.disable(session, ada, bob.id)
    while await append(platform):
        pass
    after = (await api.get("/api/v1/overviews")).json()
    changed = {name: after["people"][name] - count for name, count in before["people"].items()}
    assert changed == {"people": 0, "active": 0, "administrators": 0, "service_accounts": 1, "closed": 1}
    assert after["projects"] == 1
    assert after["audit_lines"] > before["audit_lines"]
    assert (after["facts_waiting"], after["deliveries_given_up"]) == (0, 0)


async def test_the_page_says_it_to_administrators_only(
    api: httpx.AsyncClient, api_for: Callable[..., Any], grace: Actor
) -> None:
    page = await api.get("/administration", headers=HTML)
    assert page.status_code == 200
    assert "all is well" in page.text
    for path in ("/administration", "/api/v1/overviews"):
        assert (await (await api_for(grace)).get(path)).status_code == 403
        assert (await (await api_for(None)).get(path)).status_code == 401


async def test_the_command_says_it_too(command: Callable[..., Any]) -> None:
    assert "lines in the audit log" in await command("installation", "show")
    assert json.loads(await command("installation", "show", "--json"))["projects"] == 1

"""A workload that may do something on the platform bears a token: its own, for as long as it runs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy import select, update
from tests.service.workloads.test_secrets import environment_of

from fairhaven.catalog.schemas import Release
from fairhaven.core.db import now
from fairhaven.core.errors import NotAllowed
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.testing.make import until
from fairhaven.identity.models import TokenRow
from fairhaven.identity.service.tokens import WORKLOADS_LIFE
from fairhaven.workloads import service
from fairhaven.workloads.drivers.local import LocalEngine
from fairhaven.workloads.schemas import Workload, WorkloadSpec


async def start(platform: Platform, actor: Actor, release: Release, *scopes: str) -> Workload:
    async with platform.transaction(actor) as session:
        return await service.start(session, actor, WorkloadSpec(release=release.id, scopes=list(scopes)))


async def test_it_does_what_it_needs_and_nothing_else_until_it_ends(
    platform: Platform,
    ada: Actor,
    release: Release,
    gateway: str,
    working: None,
    reaches: Callable[..., Any],
) -> None:
    made = await start(platform, ada, release, "workloads:read")
    running = await reaches(made.id, "running")
    assert running.scopes == ["workloads:read"]
    environment = environment_of(platform, made.id)
    assert environment["FAIRHAVEN_URL"] == platform.settings.public_url
    token = environment["FAIRHAVEN_TOKEN"]
    assert token.startswith("fhw_")
    assert token not in running.model_dump_json()

    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=gateway, headers=headers, trust_env=False) as http:
        seen = await http.get("/api/v1/workloads")
        assert [each["id"] for each in seen.json()["items"]] == [str(made.id)]
        assert (await http.get("/api/v1/modules")).status_code == 403
        assert (await http.delete(f"/api/v1/workloads/{made.id}")).status_code == 403
        async with platform.transaction(ada) as session:
            await service.stop(session, ada, made.id)
        await reaches(made.id, "stopped")
        assert (await http.get("/api/v1/workloads")).status_code == 401


async def test_it_lasts_for_minutes_and_goes_on_while_the_workload_is_seen_to_run(
    platform: Platform, ada: Actor, release: Release, working: None, engine: LocalEngine,
    reaches: Callable[..., Any],
) -> None:  # fmt: skip
    made = await start(platform, ada, release, "workloads:call")
    await reaches(made.id, "running")
    assert await expiry(platform, made.id) <= now() + WORKLOADS_LIFE
    soon = now() + timedelta(minutes=1)
    async with platform.transaction() as session:
        await session.execute(update(TokenRow).where(TokenRow.workload_id == made.id).values(expires_at=soon))

    async def prolonged() -> bool:
        return bool(await expiry(platform, made.id) > soon)

    await until(prolonged, seconds=20)


async def test_without_scopes_there_is_no_token(
    platform: Platform, ada: Actor, release: Release, working: None, engine: LocalEngine,
    reaches: Callable[..., Any],
) -> None:  # fmt: skip
    made = await start(platform, ada, release)
    await reaches(made.id, "running")
    assert "FAIRHAVEN_TOKEN" not in environment_of(platform, made.id)


async def test_nobody_lends_more_than_they_came_with(
    platform: Platform, ada: Actor, release: Release, engine: LocalEngine
) -> None:
    limited = Actor(
        id=ada.id, name=ada.name, roles=ada.roles, scopes=frozenset({"workloads:*", "catalog:read"})
    )
    await start(platform, limited, release, "workloads:call", "catalog:read")
    with pytest.raises(NotAllowed, match="own credential"):
        await start(platform, limited, release, "secrets:read")


def test_the_platform_sets_its_own_variables() -> None:
    with pytest.raises(ValidationError, match="the platform itself sets FAIRHAVEN_TOKEN"):
        WorkloadSpec(release=UUID(int=1), scopes=["*:read"], environment={"FAIRHAVEN_TOKEN": "mine"})


async def expiry(platform: Platform, workload_id: UUID) -> Any:
    async with platform.transaction() as session:
        return await session.scalar(
            select(TokenRow.expires_at).where(
                TokenRow.workload_id == workload_id, TokenRow.revoked_at.is_(None)
            )
        )

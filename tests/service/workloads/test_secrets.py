"""Workloads refer to secrets: the platform delivers them at each start, and says why when it cannot."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import psutil
import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import select, text, update

from fairhaven.catalog.schemas import Release
from fairhaven.core import facts
from fairhaven.core.db import now
from fairhaven.core.errors import NotAllowed
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.testing.make import until
from fairhaven.secrets import service as secrets
from fairhaven.secrets.delivery import SecretMissing
from fairhaven.workloads import service
from fairhaven.workloads.drivers.local import LocalEngine
from fairhaven.workloads.models import WorkloadRow
from fairhaven.workloads.reconcile import reconciler
from fairhaven.workloads.schemas import Workload, WorkloadSpec

CANARY = "correct horse battery staple"
GIVEN = {"secrets": {"HF_TOKEN": "my-token", "SHARED": "project/shared"}, "secret_files": ["my-token"]}


@pytest.fixture
async def kept(platform: Platform, ada: Actor, project_id: UUID) -> None:
    await secrets.put(platform, ada, secrets.own(ada), "my-token", SecretStr(CANARY))
    await secrets.put(platform, ada, secrets.of_project(project_id), "shared", SecretStr("of all of us"))


async def start(platform: Platform, actor: Actor, release: Release, **given: Any) -> Workload:
    async with platform.transaction(actor) as session:
        return await service.start(session, actor, WorkloadSpec(release=release.id, **given))


async def test_secrets_reach_the_module_and_are_told_by_name_only(
    platform: Platform,
    ada: Actor,
    release: Release,
    kept: None,
    working: None,
    reaches: Callable[..., Any],
) -> None:
    made = await start(platform, ada, release, **GIVEN)
    assert (made.secrets, made.secret_files) == (GIVEN["secrets"], GIVEN["secret_files"])
    running = await reaches(made.id, "running")
    environment = environment_of(platform, made.id)
    assert (environment["HF_TOKEN"], environment["SHARED"]) == (CANARY, "of all of us")
    assert environment["FAIRHAVEN_SECRETS"].endswith("/work/secrets")
    assert CANARY not in running.model_dump_json()
    assert await delivered(platform) == ["my-token", "shared"]


async def test_a_restart_delivers_them_anew_as_they_are_then(
    platform: Platform,
    ada: Actor,
    release: Release,
    kept: None,
    working: None,
    reaches: Callable[..., Any],
) -> None:
    made = await start(platform, ada, release, secrets={"HF_TOKEN": "my-token"})
    await reaches(made.id, "running")
    await secrets.put(platform, ada, secrets.own(ada), "my-token", SecretStr("another value"))
    assert environment_of(platform, made.id)["HF_TOKEN"] == CANARY
    async with platform.transaction(ada) as session:
        await service.restart(session, ada, made.id)
    await reaches(made.id, "running")
    assert environment_of(platform, made.id)["HF_TOKEN"] == "another value"
    assert await delivered(platform) == ["my-token", "my-token"]


async def test_what_refers_to_a_missing_secret_is_refused_at_once(
    platform: Platform, ada: Actor, release: Release, engine: LocalEngine
) -> None:
    with pytest.raises(SecretMissing, match="no secret my-token"):
        await start(platform, ada, release, secrets={"HF_TOKEN": "my-token"})


async def test_a_secret_that_is_gone_at_the_start_is_the_reason_of_a_failure_and_of_no_loop(
    platform: Platform, ada: Actor, release: Release, kept: None, engine: LocalEngine
) -> None:
    made = await start(platform, ada, release, secrets={"HF_TOKEN": "my-token"})
    async with platform.transaction(ada) as session:
        await secrets.delete(session, ada, secrets.own(ada), "my-token")
    failed = await looked_at(platform, ada, made.id, "failed")
    assert failed.reason.startswith("There is no secret my-token")
    assert "fairhaven secret put" in failed.reason
    assert (failed.generation, failed.restarts, failed.wanted) == (1, 0, "stopped")
    await secrets.put(platform, ada, secrets.own(ada), "my-token", SecretStr(CANARY))
    async with platform.transaction(ada) as session:
        await service.start_again(session, ada, made.id)
    await looked_at(platform, ada, made.id, "running")


async def test_a_store_that_fails_is_waited_for(
    platform: Platform, ada: Actor, release: Release, kept: None, engine: LocalEngine
) -> None:
    keys = platform.data / "secrets" / "keys"
    aside = keys.rename(platform.data / "keys-aside")
    made = await start(platform, ada, release, secrets={"HF_TOKEN": "my-token"})
    assert await reconciler.once(platform) == 1
    waiting = await looked_at(platform, ada, made.id, "queued")
    assert "It waits for its secrets. The store of secrets is not set up" in (waiting.reason or "")
    aside.rename(keys)
    await looked_at(platform, ada, made.id, "running")


async def test_a_name_is_set_once(release: Release) -> None:
    with pytest.raises(ValidationError, match="both set TOKEN"):
        WorkloadSpec(release=release.id, environment={"TOKEN": "1"}, secrets={"TOKEN": "my-token"})
    with pytest.raises(ValidationError, match="same name"):
        WorkloadSpec(release=release.id, secret_files=["my-token", "project/my-token"])
    with pytest.raises(ValidationError):
        WorkloadSpec(release=release.id, secret_files=["../my-token"])


async def test_a_token_for_other_things_delivers_no_secrets(
    platform: Platform, ada: Actor, project_id: UUID, release: Release, kept: None, engine: LocalEngine
) -> None:
    limited = replace(ada, scopes=frozenset({"workloads:*"}))
    with pytest.raises(NotAllowed, match="secrets:read"):
        await start(platform, limited, release, secrets={"HF_TOKEN": "my-token"})
    of_project = replace(ada, project=project_id)
    with pytest.raises(SecretMissing, match="for one project"):
        await start(platform, of_project, release, secrets={"HF_TOKEN": "my-token"})
    assert await start(platform, of_project, release, secrets={"SHARED": "project/shared"})


async def test_no_value_is_in_a_row_of_the_workload(
    platform: Platform, ada: Actor, release: Release, kept: None, engine: LocalEngine
) -> None:
    made = await start(platform, ada, release, **GIVEN)
    async with platform.transaction() as session:
        row = await session.scalar(text("SELECT w::text FROM workloads w WHERE id = :id"), {"id": made.id})
    assert "my-token" in row
    assert CANARY not in row


def environment_of(platform: Platform, workload_id: UUID) -> Mapping[str, str]:
    """The environment of the worker in which the module runs."""
    mark = str(platform.data / "workloads" / str(workload_id) / "work")
    for process in psutil.process_iter():
        try:
            line = process.cmdline()
            if line[1:3] == ["-m", "fairhaven_runtime"] and mark in line:
                workers = process.children(recursive=True) or [process]
                return workers[-1].environ()
        except psutil.Error:
            continue
    raise AssertionError("it does not run")


async def looked_at(platform: Platform, actor: Actor, workload_id: UUID, state: str) -> Workload:
    """Look at the workload, without waiting for it to be due, until it is in a state."""

    async def look() -> Workload | None:
        async with platform.transaction(actor) as session:
            await session.execute(update(WorkloadRow).values(look_at=now()))
        await reconciler.once(platform)
        async with platform.transaction(actor) as session:
            found = await service.workload(session, actor, workload_id)
        return found if found.state == state else None

    found = await until(look, seconds=40)
    assert isinstance(found, Workload)
    return found


async def delivered(platform: Platform) -> list[str]:
    async with platform.transaction() as session:
        rows = await session.scalars(
            select(facts.FactRow.data).where(facts.FactRow.kind == "secret.delivered").order_by("seq")
        )
        return [row["name"] for row in rows]

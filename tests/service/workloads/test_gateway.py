"""Endpoints through a real Traefik: who gets in, what is stripped, and a prediction by the Python client."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fairhaven.catalog.schemas import Release
from fairhaven.client.base import Connection
from fairhaven.client.workloads import Workloads
from fairhaven.core import credentials
from fairhaven.core.components.ports import LOOPBACK, free_port
from fairhaven.core.facts import FactRow
from fairhaven.core.forwarded import GATEWAY_HEADER
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.testing import make
from fairhaven.core.testing.make import until
from fairhaven.identity import service as identity
from fairhaven.workloads import service
from fairhaven.workloads.models import WorkloadRow
from fairhaven.workloads.schemas import Kind, Resources, State, Wanted, WorkloadSpec

SAMPLES = Path(__file__).parents[3] / "examples" / "modules" / "digits" / "samples"


@pytest.fixture
async def echo(
    platform: Platform, release: Release, ada: Actor, project_id: UUID, serves: Callable[..., Any]
) -> AsyncIterator[UUID]:
    """A workload that tells what it was sent, and tries to take over the platform's cookies."""
    port = free_port()
    async with platform.transaction() as session:
        row = WorkloadRow(
            project_id=project_id,
            owner_id=ada.id,
            name="echo",
            kind=Kind.SERVICE,
            release_id=release.id,
            module="digits",
            version="1",
            bundle="b" * 64,
            resources=Resources().model_dump(),
            environment={},
            wanted=Wanted.RUNNING,
            state=State.RUNNING,
            addresses={"http": f"http://{LOOPBACK}:{port}"},
            look_at=None,
        )
        session.add(row)
        await session.flush()
    async with serves(tell, port):
        yield row.id


async def test_a_token_opens_an_endpoint_and_goes_no_further(
    platform: Platform, gateway: str, echo: UUID, ada: Actor
) -> None:
    token = await make.token(platform, ada)
    headers = {"Authorization": f"Bearer {token}", "Cookie": "a=b", "X-CSRF-Token": "c", "X-Own": "kept"}
    async with httpx.AsyncClient(trust_env=False, headers=headers) as client:
        await until(lambda: routed(client, gateway, echo))
        answer = await client.post(f"{gateway}/endpoints/{echo}/some/path?q=1", content=b"x" * 3_000_000)
    told = answer.json()
    assert (answer.status_code, told["path"], told["query"], told["size"]) == (
        200,
        "/some/path",
        "q=1",
        3_000_000,
    )
    assert told["headers"]["x-own"] == "kept"
    assert not {"authorization", "cookie", "x-csrf-token"} & told["headers"].keys()
    assert token not in answer.text
    assert "set-cookie" not in answer.headers
    assert "clear-site-data" not in answer.headers
    assert answer.headers["content-security-policy"].startswith("sandbox ")


async def test_the_gateway_alone_says_where_a_request_is_from(
    platform: Platform, gateway: str, echo: UUID, ada: Actor
) -> None:
    """What a client writes is replaced at the door; what vouches for the door goes no further."""
    headers = {"Authorization": f"Bearer {await make.token(platform, ada)}"}
    forged = {"X-Forwarded-For": "6.6.6.6", "X-Real-Ip": "6.6.6.6", GATEWAY_HEADER: "guessed"}
    async with httpx.AsyncClient(trust_env=False, headers=headers) as client:
        await until(lambda: routed(client, gateway, echo))
        made = await client.post(f"{gateway}/api/v1/tokens", json={"name": "t"}, headers=forged)
        assert made.status_code == 201
        told = await client.get(f"{gateway}/endpoints/{echo}/x", headers=forged)
    assert GATEWAY_HEADER.lower() not in told.json()["headers"]
    assert platform.gateway_secret not in told.text
    async with platform.transaction() as session:
        rows = await session.execute(
            select(FactRow.address, FactRow.request_id).where(FactRow.subject_id == UUID(made.json()["id"]))
        )
        assert rows.all() == [(LOOPBACK, made.headers["x-request-id"])]


async def test_without_a_token_nobody_gets_in(
    platform: Platform, gateway: str, echo: UUID, ada: Actor, bob: Actor
) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        client.headers["Authorization"] = f"Bearer {await make.token(platform, ada)}"
        await until(lambda: routed(client, gateway, echo))
        del client.headers["Authorization"]
        address = f"{gateway}/endpoints/{echo}/"
        refused = await client.get(address)
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"
        wrong = await client.get(address, headers={"Authorization": "Bearer fh_guess"})
        assert wrong.status_code == 401
        stranger = {"Authorization": f"Bearer {await make.token(platform, bob)}"}
        assert (await client.get(address, headers=stranger)).status_code == 404
        forged = {"X-Forwarded-Method": "GET", "X-Forwarded-Uri": "/"}
        assert (await client.post(address, headers=forged)).status_code == 401


async def test_a_cookie_reads_but_changes_only_from_a_page_of_ours(
    platform: Platform, gateway: str, echo: UUID, ada: Actor
) -> None:
    async with platform.transaction() as session:
        assert ada.id is not None
        link = await identity.make_link(session, ada.id)
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.post(f"{gateway}/sign-in/{link}")
        await until(lambda: routed(client, gateway, echo))
        address = f"{gateway}/endpoints/{echo}/"
        assert (await client.get(address)).status_code == 200
        assert (await client.get(address, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403
        assert (await client.post(address)).status_code == 403
        # What a forger may try: to tell the gateway that the request is a harmless one.
        assert (await client.post(address, headers={"X-Forwarded-Method": "GET"})).status_code == 403
        csrf = credentials.csrf(client.cookies["fairhaven_session"])
        assert (await client.post(address, headers={"X-CSRF-Token": csrf})).status_code == 200


async def test_one_endpoint_does_not_lead_to_another(
    platform: Platform, gateway: str, echo: UUID, ada: Actor
) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        client.headers["Authorization"] = f"Bearer {await make.token(platform, ada)}"
        await until(lambda: routed(client, gateway, echo))
        for path in (
            f"/endpoints/{echo}/../../internal/gateway",
            f"/endpoints/{echo}/%2e%2e/%2e%2e/internal/gateway",
        ):
            answer = await client.send(client.build_request("GET", gateway + path))
            assert answer.status_code in (400, 403, 404) or answer.json()["path"].count("internal")
        assert (await client.get(f"{gateway}/internal/gateway")).status_code == 404


async def test_the_client_predicts_through_the_gateway(
    platform: Platform, gateway: str, release: Release, ada: Actor, working: None
) -> None:
    token = await make.token(platform, ada)

    def journey() -> dict[str, Any]:
        connection = Connection(gateway, token)
        workloads = Workloads(connection)
        made = workloads.start(release.id)
        workloads.wait(made.id, seconds=60)
        answer = workloads.predict(made.id, files={"image": SAMPLES / "digit-3.png"}, values={"top": 2})
        assert "listening on" in "".join(workloads.follow(made.id, follow=False))
        workloads.stop(made.id)
        workloads.wait(made.id, State.STOPPED)
        workloads.delete(made.id)
        assert workloads.list().items == []
        connection.close()
        found: dict[str, Any] = answer.json()
        return found

    answer = await asyncio.to_thread(journey)
    assert answer["predictions"]["labels"][0] == "3"


async def test_pages_learn_of_changes_and_follow_the_log_live(
    platform: Platform, gateway: str, release: Release, ada: Actor, working: None, reaches: Callable[..., Any]
) -> None:
    async with platform.transaction(ada) as session:
        made = await service.start(session, ada, WorkloadSpec(release=release.id))
    headers = {"Authorization": f"Bearer {await make.token(platform, ada)}"}
    async with httpx.AsyncClient(trust_env=False, headers=headers, base_url=gateway, timeout=30) as client:
        await until(lambda: routed_page(client, made.id))
        async with client.stream("GET", f"/workloads/{made.id}/events") as changes:
            await reaches(made.id, "running")
            await event(changes, "event: changed")
        async with client.stream("GET", f"/workloads/{made.id}/log/stream?offset=0") as log:
            await event(log, "listening on")


async def tell(scope: Any, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
    """An ASGI application that answers with what it was sent."""
    if scope["type"] != "http":
        return
    request = Request(scope, receive)
    size = len(await request.body())
    told = {"path": scope["path"], "query": scope["query_string"].decode(), "size": size}
    answer: Response = JSONResponse({**told, "headers": dict(request.headers)})
    answer.headers["Set-Cookie"] = "fairhaven_session=stolen; Path=/"
    answer.headers["Clear-Site-Data"] = '"cookies"'
    await answer(scope, receive, send)


async def routed(client: httpx.AsyncClient, gateway: str, workload: UUID) -> bool:
    answer = await client.get(f"{gateway}/endpoints/{workload}/")
    try:
        return "path" in answer.json()
    except json.JSONDecodeError:
        return False


async def routed_page(client: httpx.AsyncClient, workload: UUID) -> bool:
    return (await client.get(f"/workloads/{workload}")).status_code == 200


async def event(stream: httpx.Response, words: str) -> None:
    """Read a stream until a line with these words."""
    async with asyncio.timeout(20):
        async for line in stream.aiter_lines():
            if words in line:
                return
    raise AssertionError(f"the stream ended without {words}")

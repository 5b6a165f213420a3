"""The REST of workloads, and what the gateway asks."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from fairhaven.catalog.schemas import Release
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.workloads import gateway
from fairhaven.workloads.drivers.local import LocalEngine

pytestmark = pytest.mark.usefixtures("engine")
WORKLOADS = "/api/v1/workloads"


async def started(api: httpx.AsyncClient, release: Release, **given: Any) -> dict[str, Any]:
    answer = await api.post(WORKLOADS, json={"release": str(release.id), **given})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert isinstance(made, dict)
    return made


async def test_a_start_that_is_sent_twice_happens_once(api: httpx.AsyncClient, release: Release) -> None:
    headers = {"Idempotency-Key": "one"}
    first = await api.post(WORKLOADS, json={"release": str(release.id)}, headers=headers)
    second = await api.post(WORKLOADS, json={"release": str(release.id)}, headers=headers)
    assert second.status_code == 201, second.text
    assert first.json()["id"] == second.json()["id"]
    assert len((await api.get(WORKLOADS)).json()["items"]) == 1


async def test_lists_filter_by_state_and_go_on_page_by_page(api: httpx.AsyncClient, release: Release) -> None:
    made = [(await started(api, release))["id"] for _ in range(3)]
    first = (await api.get(WORKLOADS, params={"limit": 2, "state": "queued"})).json()
    rest = (await api.get(WORKLOADS, params={"limit": 2, "cursor": first["next"]})).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == made[::-1]
    assert (await api.get(WORKLOADS, params={"state": "failed"})).json()["items"] == []
    assert (await api.get(WORKLOADS, params={"state": "asleep"})).status_code == 422


async def test_the_environment_is_never_told_again(api: httpx.AsyncClient, release: Release) -> None:
    made = await started(api, release, environment={"TOKEN": "correct horse"})
    answer = await api.get(f"{WORKLOADS}/{made['id']}")
    assert "correct horse" not in answer.text
    assert (
        await api.get(f"{WORKLOADS}/{made['id']}", headers={"If-None-Match": answer.headers["etag"]})
    ).status_code == 304


@pytest.mark.parametrize(
    "wrong",
    [
        {"environment": {"1A": "x"}},
        {"environment": {"A": "x\x00"}},
        {"resources": {"memory_mb": 1}},
        {"kind": "dream"},
        {"name": ""},
        {"colour": "red"},
    ],
)
async def test_wrong_input_names_the_field(
    api: httpx.AsyncClient, release: Release, wrong: dict[str, Any]
) -> None:
    answer = await api.post(WORKLOADS, json={"release": str(release.id), **wrong})
    assert answer.status_code == 422
    assert next(iter(wrong)) in answer.json()["errors"][0]["field"]


async def test_an_unknown_release_is_not_found(api: httpx.AsyncClient) -> None:
    assert (await api.post(WORKLOADS, json={"release": str(uuid4())})).status_code == 404


async def test_strangers_learn_nothing(
    api: httpx.AsyncClient, api_for: Callable[..., Any], bob: Actor, release: Release
) -> None:
    made = await started(api, release)
    paths = [
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/stop"),
        ("POST", "/start"),
        ("POST", "/restart"),
        ("GET", "/log"),
    ]
    stranger, nobody = await api_for(bob), await api_for(None)
    for method, path in paths:
        address = f"{WORKLOADS}/{made['id']}{path}"
        assert (await stranger.request(method, address)).status_code == 404, address
        assert (await nobody.request(method, address)).status_code == 401, address
        missing = f"{WORKLOADS}/{uuid4()}{path}"
        assert (await stranger.request(method, missing)).status_code == 404, missing
        assert (await nobody.request(method, missing)).status_code == 401, missing
    assert (await nobody.get(WORKLOADS)).status_code == 401


async def test_stop_start_and_delete_are_accepted(api: httpx.AsyncClient, release: Release) -> None:
    made = await started(api, release)
    address = f"{WORKLOADS}/{made['id']}"
    stopped = await api.post(f"{address}/stop")
    assert (stopped.status_code, stopped.json()["wanted"]) == (202, "stopped")
    again = await api.post(f"{address}/start")
    assert (again.status_code, again.json()["generation"]) == (202, 2)
    assert (await api.post(f"{address}/restart")).json()["generation"] == 3
    assert (await api.delete(address)).status_code == 204
    assert (await api.get(address)).status_code == 404
    assert (await api.delete(address)).status_code == 404


async def test_the_log_is_read_from_the_engine(
    api: httpx.AsyncClient, release: Release, working: None, reaches: Callable[..., Any]
) -> None:
    made = await started(api, release)
    assert (await api.get(f"{WORKLOADS}/{made['id']}/log")).json() == {
        "text": "",
        "offset": 0,
        "next": 0,
        "size": 0,
    }
    await reaches(made["id"], "running")
    log = (await api.get(f"{WORKLOADS}/{made['id']}/log")).json()
    assert "listening on" in log["text"]
    assert log["next"] == log["size"] == len(log["text"].encode())


async def test_an_endpoint_that_is_not_routed_says_why(
    api: httpx.AsyncClient, api_for: Callable[..., Any], bob: Actor, release: Release
) -> None:
    made = await started(api, release)
    answer = await api.post(f"/endpoints/{made['id']}/v2/models/")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "waits for an engine" in answer.json()["detail"]
    assert (await (await api_for(bob)).get(f"/endpoints/{made['id']}/")).status_code == 404


async def test_only_the_gateway_learns_the_routes(api: httpx.AsyncClient) -> None:
    assert (await api.get("/internal/gateway")).status_code == 403
    assert (await api.get("/internal/gateway", headers={"X-Fairhaven-Gateway": "guess"})).status_code == 403


async def test_the_gateway_learns_what_runs(
    api: httpx.AsyncClient,
    platform: Platform,
    release: Release,
    working: None,
    engine: LocalEngine,
    reaches: Callable[..., Any],
) -> None:
    platform.web_url = "http://127.0.0.1:1"
    made = await started(api, release)
    await reaches(made["id"], "running")
    headers = {"X-Fairhaven-Gateway": platform.gateway_secret}
    http = (await api.get("/internal/gateway", headers=headers)).json()["http"]
    name = f"endpoint-{made['id']}"
    assert set(http["routers"]) == set(http["services"]) == {"platform", name}
    assert http["routers"]["platform"]["rule"] == "PathPrefix(`/`) && !PathPrefix(`/internal`)"
    assert http["routers"][name]["rule"] == f"PathPrefix(`/endpoints/{made['id']}/`)"
    authorize = http["middlewares"][f"{name}-authorize"]["forwardAuth"]["address"]
    assert authorize == f"http://127.0.0.1:1/internal/authorize?workload={made['id']}"


async def test_authorize_asks_the_policy(
    api: httpx.AsyncClient, api_for: Callable[..., Any], bob: Actor, release: Release
) -> None:
    made = await started(api, release)
    address = f"/internal/authorize?workload={made['id']}"
    assert (await api.get(address)).status_code == 204
    assert (await (await api_for(bob)).get(address)).status_code == 404
    refused = await (await api_for(None)).get(address)
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    wrong = await api.get(address, headers={"Authorization": "Bearer fh_wrong"})
    assert wrong.status_code == 401


async def test_pages_are_compressed_but_never_live_updates() -> None:
    http = gateway.configuration("http://127.0.0.1:1", [], "secret")["http"]
    assert "compress" in http["routers"]["platform"]["middlewares"]
    assert http["middlewares"]["compress"] == {"compress": {"excludedContentTypes": ["text/event-stream"]}}

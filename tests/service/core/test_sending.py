"""Content of the store over HTTP: whole or in ranges, in parts, and what is missing told as an error."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from fairhaven.core import sending
from fairhaven.core.http import install_errors
from fairhaven.core.platform import Platform

BYTES = bytes(range(251)) * 10_000  # over two parts, and no multiple of one
SIZE = len(BYTES)
TAG = '"of-these-bytes"'
assert 2 * sending.PART < SIZE < 3 * sending.PART


@pytest.fixture
async def client(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """Serves /content, /empty and /lost, of which the store knows nothing."""
    await platform.objects.put("sent/content", BYTES)
    await platform.objects.put("sent/empty", b"")
    sizes = {"content": SIZE, "empty": 0, "lost": SIZE}
    app = FastAPI()
    install_errors(app, lambda request, problem: HTMLResponse(problem.title, problem.status))

    @app.get("/{name}")
    async def read(request: Request, name: str) -> Response:
        content = sending.Content(f"sent/{name}", sizes[name], TAG, "application/x-numpy")
        return await sending.answer(request, platform.objects, content, {"Cache-Control": "private"})

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://content.example") as client:
        yield client


async def test_the_whole_is_had_in_parts(client: httpx.AsyncClient) -> None:
    async with client.stream("GET", "/content") as answer:
        assert answer.status_code == 200
        assert b"".join([part async for part in answer.aiter_raw()]) == BYTES
    assert answer.headers["content-length"] == str(SIZE)
    assert (answer.headers["etag"], answer.headers["accept-ranges"]) == (TAG, "bytes")
    assert answer.headers["content-type"] == "application/x-numpy"
    assert (await client.get("/empty")).content == b""


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=7-20", slice(7, 21)),
        ("bytes=2000000-", slice(2_000_000, SIZE)),
        ("bytes=100-2200000", slice(100, 2_200_001)),
        ("bytes=-5", slice(SIZE - 5, SIZE)),
        (f"bytes=-{SIZE * 2}", slice(0, SIZE)),
        (f"bytes=5-{SIZE * 2}", slice(5, SIZE)),
        (f"bytes={SIZE - 1}-", slice(SIZE - 1, SIZE)),
    ],
)
async def test_a_range_is_had(client: httpx.AsyncClient, asked: str, wanted: slice) -> None:
    answer = await client.get("/content", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, BYTES[wanted])
    assert answer.headers["content-range"] == f"bytes {wanted.start}-{wanted.stop - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(wanted.stop - wanted.start)


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "bytes=9-2", "bytes=-", "lines=1-2", "bytes=a-b", "bytes"]
)
async def test_what_is_no_single_range_is_answered_by_the_whole(
    client: httpx.AsyncClient, asked: str
) -> None:
    answer = await client.get("/content", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, BYTES)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"])
async def test_a_range_behind_the_end_is_refused(client: httpx.AsyncClient, asked: str) -> None:
    answer = await client.get("/content", headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{SIZE}")


async def test_who_was_interrupted_goes_on_only_with_the_same_bytes(client: httpx.AsyncClient) -> None:
    rest = {"Range": "bytes=10-"}
    assert (await client.get("/content", headers={**rest, "If-Range": TAG})).content == BYTES[10:]
    assert (await client.get("/content", headers={**rest, "If-Range": '"others"'})).content == BYTES


async def test_who_has_it_already_is_told_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/content", headers={"If-None-Match": TAG})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", TAG)


async def test_what_the_store_has_lost_is_an_error_not_a_broken_answer(client: httpx.AsyncClient) -> None:
    assert (await client.get("/lost")).status_code == 404
    assert (await client.get("/lost", headers={"Range": "bytes=5-6"})).status_code == 404

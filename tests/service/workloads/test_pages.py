"""The pages of workloads, as a browser without JavaScript uses them."""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from fairhaven import app as application
from fairhaven.catalog.schemas import Release
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.identity import service as identity
from fairhaven.workloads import logs

pytestmark = pytest.mark.usefixtures("engine")
SAMPLES = Path(__file__).parents[3] / "examples" / "modules" / "digits" / "samples"


class Browser:
    """Follows redirects, keeps cookies, sends forms with the token that the page carried."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.page = ""

    async def open(self, path: str, *, status: int = 200) -> str:
        answer = await self.http.get(path)
        assert answer.status_code == status, answer.text
        self.page = answer.text
        return self.page

    async def send(self, action: str, *, status: int = 200, files: Any = None, **fields: str) -> str:
        assert f'action="{action}"' in self.page or action.startswith("/try/"), f"no form for {action}"
        token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', self.page)
        assert token is not None
        data = {"csrf_token": token[1], **fields}
        answer = await self.http.post(action, data=data, files=files)
        assert answer.status_code == status, answer.text
        self.page = answer.text
        return self.page


@pytest.fixture
async def browser(platform: Platform, live: Live, ada: Actor) -> AsyncIterator[Browser]:
    async with platform.transaction() as session:
        assert ada.id is not None
        link = await identity.make_link(session, ada.id)
    transport = httpx.ASGITransport(application.web(platform, live))
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://fairhaven.test",
        headers={"Accept": "text/html"},
        follow_redirects=True,
    ) as http:
        await http.post(f"/sign-in/{link}", follow_redirects=False)
        yield Browser(http)


async def test_an_empty_list_says_how_to_begin(browser: Browser) -> None:
    page = await browser.open("/workloads")
    assert "Nothing runs yet" in page
    assert "Clear the filters" in await browser.open("/workloads?state=failed")
    assert "Nothing runs yet" in await browser.open("/workloads?state=nonsense")


async def test_a_trial_from_start_to_answer_to_end(
    browser: Browser, release: Release, working: None, reaches: Callable[..., Any]
) -> None:
    await browser.open("/workloads")
    await browser.open("/account/tokens")
    page = await browser.send(f"/try/{release.id}")
    assert "this page goes on by itself" in page
    here = re.search(r"/workloads/([0-9a-f-]{36})/events", page)
    assert here is not None
    await reaches(here[1], "running")
    address = f"/workloads/{here[1]}/try"
    page = await browser.open(address)
    assert 'name="image"' in page
    assert 'enctype="multipart/form-data"' in page
    picture = ("digit-7.png", (SAMPLES / "digit-7.png").read_bytes(), "image/png")
    page = await browser.send(address, files={"image": picture}, top="3")
    assert re.search(r'class="verdict"><strong>7</strong>', page), page
    assert "data:image/png;base64," in page
    assert "Raw response" in page
    assert "-F image=@FILE -F top=3" in page
    assert "platform.workloads.predict" in page


async def test_wrong_arguments_are_told_beside_their_fields(
    browser: Browser, release: Release, working: None, reaches: Callable[..., Any]
) -> None:
    address = await trial(browser, release, reaches)
    page = await browser.send(address, status=422, top="11")
    assert 'href="#field-image"' in page
    assert "It must be at most 10." in page
    page = await browser.send(address, files={"image": ("note.png", b"no image", "image/png")})
    assert "There is no result." in page


async def test_a_trial_that_ended_can_be_started_again(
    browser: Browser, release: Release, working: None, reaches: Callable[..., Any]
) -> None:
    address = await trial(browser, release, reaches)
    detail = address.removesuffix("/try")
    page = await browser.open(detail)
    assert "listening on" in page
    assert f'sse-connect="{detail}/log/stream?offset=' in page
    page = await browser.send(f"{detail}/stop")
    await reaches(detail.rpartition("/")[2], "stopped")
    page = await browser.open(address)
    assert "Start it again" in page
    await browser.open(detail)
    page = await browser.send(f"{detail}/delete")
    assert "digits was deleted." in page
    await browser.open(detail, status=404)


async def test_blocks_are_given_to_htmx_alone(browser: Browser, release: Release) -> None:
    await browser.open("/account/tokens")
    page = await browser.send(f"/try/{release.id}")
    found = re.search(r"/workloads/([0-9a-f-]{36})/events", page)
    assert found is not None
    for path in ("/workloads", f"/workloads/{found[1]}", f"/workloads/{found[1]}/try"):
        whole = await browser.http.get(path)
        block = await browser.http.get(path, headers={"HX-Request": "true"})
        assert "<html" in whole.text
        assert "<html" not in block.text
        assert "queued" in block.text


async def test_pages_of_others_do_not_exist(
    browser: Browser, api_for: Callable[..., Any], bob: Actor, release: Release
) -> None:
    await browser.open("/account/tokens")
    page = await browser.send(f"/try/{release.id}")
    found = re.search(r"/workloads/([0-9a-f-]{36})/events", page)
    assert found is not None
    stranger = await api_for(bob)
    for path in ("", "/try", "/events", "/log/stream"):
        assert (await stranger.get(f"/workloads/{found[1]}{path}")).status_code == 404


async def test_a_followed_log_brings_lines_as_they_are_written(
    platform: Platform,
    ada: Actor,
    browser: Browser,
    release: Release,
    working: None,
    reaches: Callable[..., Any],
) -> None:
    address = await trial(browser, release, reaches)
    seen = []
    async for line in logs.follow(platform, ada, UUID(address.split("/")[2]), offset=0):
        seen.append(line)
        if line.startswith("listening on"):
            break
    assert seen


async def trial(browser: Browser, release: Release, reaches: Callable[..., Any]) -> str:
    await browser.open("/account/tokens")
    page = await browser.send(f"/try/{release.id}")
    found = re.search(r"/workloads/([0-9a-f-]{36})/", page)
    assert found is not None
    await reaches(found[1], "running")
    address = f"/workloads/{found[1]}/try"
    await browser.open(address)
    return address

"""The patterns page in a real browser: reachable, legible, light, and polite without JavaScript."""

import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="browser tests need playwright")

import uvicorn  # noqa: E402
from fastapi import FastAPI, Request  # noqa: E402
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse  # noqa: E402
from playwright.sync_api import Browser  # noqa: E402
from starlette.middleware.gzip import GZipMiddleware  # noqa: E402
from starlette.types import ASGIApp, Receive, Scope, Send  # noqa: E402

from fairhaven.core.testing.browser import UNFOLD, serious  # noqa: E402
from fairhaven.ui import assets, pages  # noqa: E402
from fairhaven.ui.environment import STATIC_URL, static_files, templates  # noqa: E402
from fairhaven.ui.notices import Notice  # noqa: E402
from fairhaven.ui.rendering import NavItem, render, see_other  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("whole")]
KIB = 1024
TABBABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
LIVE = """{% extends "ui/base.html" %}{% block title %}Live{% endblock %}
{% block content %}{% call ui.live("/stream", "counted", "/live", "counter") %}{% block counter %}
<details id="more"><summary>More</summary><p>The number is <b id="number">{{ number }}</b>.</p></details>
<p><input id="typed" aria-label="Typed"></p>{% endblock %}{% endcall %}
<form method="post" action="/count" hx-post="/count" hx-swap="none">
{{ ui.csrf(csrf_token) }}{{ ui.button("Count") }}</form>
<button type="button" class="button" hx-get="/patterns/problem" hx-swap="none">Break</button>
{% endblock %}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a small application of pages, served by uvicorn on a free port."""
    try:
        assets.build()
    except assets.AssetsUnavailable as problem:
        _absent(str(problem))
    domain = tmp_path_factory.mktemp("site") / "demo"
    (domain / "templates").mkdir(parents=True)
    (domain / "templates" / "live.html").write_text(LIVE)
    server = uvicorn.Server(uvicorn.Config(_application(domain), port=0, log_level="warning", lifespan="off"))
    started = threading.Event()
    startup = server.startup

    async def told(*args: Any, **kwargs: Any) -> None:
        await startup(*args, **kwargs)
        started.set()

    server.startup = told  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(20), "the server did not start"
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = server.force_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser(chromium: Browser) -> Browser:
    return chromium


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_serious(browser: Browser, site: str, scheme: Any, width: int) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    for path in ("/patterns", "/patterns/problem"):
        page.goto(site + path)
        found = serious(page)
        assert not found, "\n".join(found)
    page.close()


@pytest.mark.parametrize("width", [320, 360, 820, 2560])
def test_nothing_is_wider_than_the_screen(browser: Browser, site: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(site + "/patterns")
    page.evaluate(UNFOLD)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_everything_is_reached_by_tab(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(site + "/patterns/problem")
    page.goto(site + "/patterns")
    page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges()")
    count = page.evaluate(
        """(selector) => { let number = 0;
        for (const one of document.querySelectorAll(selector))
          if (one.checkVisibility() && !one.disabled) one.dataset.stop = number++;
        return number; }""",
        TABBABLE,
    )
    page.locator(".skip").focus()
    reached = {page.evaluate("document.activeElement.dataset.stop")}
    for _ in range(count + 10):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.stop"))
    missed = set(map(str, range(count))) - reached
    assert not missed, [
        page.locator(f"[data-stop='{stop}']").evaluate("one => one.outerHTML") for stop in missed
    ]
    page.close()


def test_keys_search_walk_lists_and_show_themselves(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(site + "/patterns/problem")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("j/k?")
    assert page.locator("#search").input_value() == "j/k?"
    page.goto(site + "/patterns")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "Handwritten digits"
    page.keyboard.press("?")
    assert page.locator("#shortcuts").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#shortcuts").is_visible()
    page.locator("header .menu summary").click()
    page.keyboard.press("Escape")
    assert page.locator("header .menu").get_attribute("open") is None
    page.close()


def test_the_theme_is_kept_by_the_server(browser: Browser, site: str) -> None:
    page = browser.new_page(color_scheme="light")
    page.goto(site + "/patterns")
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Theme").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 20, 24)"
    page.close()


def test_a_page_is_light_quiet_and_stays_at_home(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    requests: list[Any] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(site + "/patterns")
    page.wait_for_load_state("networkidle")
    assert complaints == []
    assert [one.url for one in requests if not one.url.startswith((site, "data:", "blob:"))] == []
    fetched = [one for one in requests if one.url.startswith(site)]
    kinds = [one.resource_type for one in fetched]
    assert kinds.count("stylesheet") == 1
    assert kinds.count("script") == 2
    weight = sum(one.sizes()["responseBodySize"] for one in fetched)
    assert weight <= 100 * KIB, f"{weight / KIB:.0f} KiB"
    page.close()


def test_it_reads_and_submits_without_javascript(browser: Browser, site: str) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740}).new_page()
    page.goto(site + "/patterns")
    assert page.get_by_role("heading", level=1).inner_text() == "Patterns"
    assert page.locator(".js-only:visible").count() == 0
    page.locator("header .menu summary").click()
    assert page.get_by_role("button", name="Sign out").is_visible()
    page.locator("#search").fill("coins")
    page.locator("#search").press("Enter")
    assert page.url == site + "/catalog?q=coins"
    page.goto(site + "/live")
    page.get_by_role("button", name="Count").click()
    assert "It was counted." in page.locator("#notices").inner_text()
    page.reload()
    assert page.locator("#notices .notice").count() == 0
    page.context.close()


def test_a_live_part_renews_itself_without_losing_anything(browser: Browser, site: str) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    with page.expect_response(lambda answer: answer.url.endswith("/stream")):
        page.goto(site + "/live")
    before = int(page.locator("#number").text_content() or 0)
    page.locator("#more summary").click()
    page.locator("#typed").fill("half a wo")
    with page.expect_request("**/count") as sent:
        page.get_by_role("button", name="Count").evaluate("button => button.form.requestSubmit()")
    assert sent.value.headers["x-csrf-token"] == "a-token"
    playwright.expect(page.locator("#number")).to_have_text(str(before + 1))
    assert page.locator("#more").get_attribute("open") is not None
    assert page.locator("#typed").input_value() == "half a wo"
    assert page.evaluate("document.activeElement.id") == "typed"
    assert complaints == []
    page.get_by_role("button", name="Break").click()
    playwright.expect(page.locator("#notices")).to_contain_text("This workload needs 1 more.")
    page.close()


def test_a_chosen_file_shows_its_name_size_and_picture(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(site + "/patterns")
    picture = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8v8z"/></svg>'
        + b" " * 2048
    )
    page.locator("#field-image").set_input_files(
        {"name": "seven.svg", "mimeType": "image/svg+xml", "buffer": picture}
    )
    dropped = page.locator(".drop-files li").first
    assert "seven.svg" in dropped.inner_text()
    assert "2.1 KiB" in dropped.inner_text()
    playwright.expect(dropped.locator("img")).to_have_js_property("naturalWidth", 8)
    page.get_by_role("button", name="Remove").click()
    assert page.locator(".drop-files li").count() == 0
    page.close()


def test_images_are_compared_with_a_slider_and_deletion_asks_for_the_name(
    browser: Browser, site: str
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(site + "/patterns")
    page.get_by_label("One over the other").check()
    page.locator(".compare input[type=range]").fill("25")
    assert page.locator(".compare .over").evaluate("one => one.style.clipPath") == "inset(0px 0px 0px 75%)"
    page.locator(".danger-zone summary").click()
    button = page.get_by_role("button", name="Delete this module")
    assert button.is_disabled()
    page.locator("#confirm-name").fill("digits")
    assert button.is_enabled()
    page.close()


class _SignedIn:
    """What the identity's middleware gives a request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ada = SimpleNamespace(name="Ada Lovelace", signed_in=True)
        scope.setdefault("state", {}).update(actor=ada, csrf="a-token", request_id="0198f2c1-77aa")
        await self.app(scope, receive, send)


def _application(domain: Path) -> FastAPI:
    app = FastAPI()
    app.add_middleware(_SignedIn)
    app.add_middleware(GZipMiddleware)
    app.mount(STATIC_URL, static_files())
    app.include_router(pages.router)
    app.state.templates = templates(domain)
    app.state.nav = [
        NavItem(label, "/" + label.lower(), icon)
        for label, icon in (
            ("Catalog", "package"),
            ("Workloads", "activity"),
            ("Builds", "hammer"),
            ("Inference", "zap"),
            ("Experiments", "flask-conical"),
            ("Patterns", "list"),
        )
    ]
    _add_counter(app)
    return app


def _add_counter(app: FastAPI) -> None:
    counted = SimpleNamespace(number=0, listeners=set())

    @app.get("/live")
    async def live(request: Request) -> HTMLResponse:
        return render(request, "demo/live.html", fragment="counter", number=counted.number)

    @app.post("/count")
    async def count(request: Request) -> RedirectResponse:
        assert (await request.form())["csrf_token"] == "a-token"
        counted.number += 1
        for listener in counted.listeners:
            listener.put_nowait(counted.number)
        return see_other("/live", Notice("It was counted."))

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        listener: asyncio.Queue[int] = asyncio.Queue()
        counted.listeners.add(listener)

        async def events() -> AsyncIterator[str]:
            yield ": hello\n\n"
            while True:
                yield f"event: counted\ndata: {json.dumps(await listener.get())}\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")


def _absent(why: str) -> Any:
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)

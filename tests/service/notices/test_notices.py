"""Notices: who posts, who sees them, when, and how they go away."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from fairhaven import app as application
from fairhaven.core.db import now
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.testing import make
from fairhaven.core.testing.make import until
from fairhaven.ui.formats import linked

HTML = {"Accept": "text/html"}


async def post(api: httpx.AsyncClient, text: str, **about: Any) -> str:
    made = await api.post("/api/v1/notices", json={"text": text, **about})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def said(api: httpx.AsyncClient) -> list[str]:
    return [each["text"] for each in (await api.get("/api/v1/notices")).json()["items"]]


async def test_each_audience_sees_its_own(
    api_for: Callable[..., Any], api: httpx.AsyncClient, grace: Actor, bob: Actor, project_id: UUID
) -> None:
    await post(api, "for all")
    await post(api, "for you", audience="signed_in")
    await post(api, "for us", audience="project", project=str(project_id))
    assert await said(await api_for(None)) == ["for all"]
    assert await said(await api_for(bob)) == ["for you", "for all"]
    assert await said(await api_for(grace)) == ["for us", "for you", "for all"] == await said(api)


async def test_a_notice_begins_and_ends(api: httpx.AsyncClient) -> None:
    later, past = (now() + timedelta(hours=1)).isoformat(), (now() - timedelta(hours=1)).isoformat()
    await post(api, "to come", starts_at=later)
    await post(api, "going on", starts_at=past, ends_at=later)
    notice = await post(api, "withdrawn")
    assert (await api.delete(f"/api/v1/notices/{notice}")).status_code == 204
    assert (await api.delete(f"/api/v1/notices/{notice}")).status_code == 204
    assert await said(api) == ["going on"]
    every = (await api.get("/api/v1/notices", params={"every": True})).json()["items"]
    assert [each["text"] for each in every] == ["withdrawn", "going on", "to come"]
    told = (await api.get("/api/v1/audit", params={"kind": "notice"})).json()["items"]
    assert [each["kind"] for each in told] == ["notice.withdrawn"] + ["notice.posted"] * 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": " "},
        {"text": "x", "audience": "project"},
        {"text": "x", "project": "018f0000-0000-7000-8000-000000000000"},
        {"text": "x", "ends_at": "2020-01-01T00:00Z"},
        {"text": "x", "starts_at": "2030-01-02T00:00Z", "ends_at": "2030-01-01T00:00Z"},
        {"text": "x", "severity": "loud"},
        {"text": "a\nb"},
        {"text": "x" * 1001},
    ],
)
async def test_what_makes_no_sense_is_refused(api: httpx.AsyncClient, wrong: dict[str, str]) -> None:
    assert (await api.post("/api/v1/notices", json=wrong)).status_code == 422


async def test_only_administrators_post_and_withdraw(
    api: httpx.AsyncClient, api_for: Callable[..., Any], grace: Actor
) -> None:
    notice = await post(api, "mine")
    client = await api_for(grace)
    assert (await client.post("/api/v1/notices", json={"text": "x"})).status_code == 403
    assert (await client.delete(f"/api/v1/notices/{notice}")).status_code == 403
    assert (await client.get("/api/v1/notices", params={"every": True})).status_code == 403
    assert (await client.get("/notices", headers=HTML)).status_code == 403
    assert (await (await api_for(None)).post("/api/v1/notices", json={"text": "x"})).status_code == 401
    gone = "018f0000-0000-7000-8000-000000000000"
    project = {"text": "x", "audience": "project", "project": gone}
    assert (await api.post("/api/v1/notices", json=project)).status_code == 404


async def test_every_page_shows_it_until_it_is_put_away(platform: Platform, live: Live, ada: Actor) -> None:
    app = application.web(platform, live)
    async with app.router.lifespan_context(app), _client(app) as reader, _client(app) as admin:
        admin.headers["Authorization"] = f"Bearer {await make.token(platform, ada)}"
        notice = await post(admin, "Back at 9: https://example.org/status.", severity="warning")
        await until(lambda: _shows(reader, "Back at 9"))
        page = (await reader.get("/catalog", headers=HTML)).text
        assert '<a href="https://example.org/status" rel=' in page and 'value="/catalog"' in page
        assert "Back at 9" in (await reader.get("/no/such/page", headers=HTML)).text
        away = await reader.post(f"/notices/{notice}/dismiss", data={"back": "/catalog?q=x"})
        assert (away.status_code, away.headers["location"]) == (303, "/catalog?q=x")
        assert not await _shows(reader, "Back at 9")
        elsewhere = await reader.post(f"/notices/{notice}/dismiss", data={"back": "//evil.example"})
        assert elsewhere.headers["location"] == "/"
        assert await _shows(admin, "Back at 9")
        await admin.delete(f"/api/v1/notices/{notice}")
        await until(lambda: _hides(admin, "Back at 9"))


async def test_the_page_posts_and_withdraws(api: httpx.AsyncClient) -> None:
    wrong = await api.post("/notices", data={"text": "", "ends_at": "2020-01-01T00:00"}, headers=HTML)
    assert wrong.status_code == 422 and 'href="#field-text"' in wrong.text
    made = await api.post("/notices", data={"text": "<i>Maintenance</i>", "ends_at": "2900-01-01T00:00"})
    assert made.status_code == 303
    page = (await api.get("/notices", headers=HTML)).text
    assert "&lt;i&gt;Maintenance" in page and "<i>" not in page
    notice = (await api.get("/api/v1/notices")).json()["items"][0]["id"]
    assert (await api.post(f"/notices/{notice}/withdraw")).status_code == 303
    assert await said(api) == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("see https://a.b/c.", 'see <a href="https://a.b/c" rel="noopener noreferrer">https://a.b/c</a>.'),
        ("<b> & http://x", '&lt;b&gt; &amp; <a href="http://x" rel="noopener noreferrer">http://x</a>'),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ('https://a"onclick="x', '<a href="https://a" rel="noopener noreferrer">https://a</a>&#34;onclick=&#34;x'),
        ("(http://a/?q=1&r=2)", '(<a href="http://a/?q=1&amp;r=2" rel="noopener noreferrer">'
                                "http://a/?q=1&amp;r=2</a>)"),
    ],
)  # fmt: skip
def test_only_web_addresses_become_links(text: str, html: str) -> None:
    assert linked(text) == html


def _client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://fairhaven.test")


async def _shows(client: httpx.AsyncClient, words: str) -> bool:
    return words in (await client.get("/catalog", headers=HTML)).text


async def _hides(client: httpx.AsyncClient, words: str) -> bool:
    return not await _shows(client, words)


async def test_commands_post_list_and_withdraw(command: Callable[..., Any], bob: Actor) -> None:
    made = json.loads(
        await command(
            "notice", "post", "Back at 9", "--severity", "urgent", "--end", "2900-01-01T00:00", "--json"
        )
    )
    assert made["ends_at"] == "2900-01-01T00:00:00Z"
    assert "Back at 9" in await command("notice", "list", actor=bob)
    assert "end before it starts" in await command("notice", "post", "x", "--end", "2001-01-01T00:00", code=1)
    assert "Not allowed" in await command("notice", "post", "x", actor=bob, code=1)
    await command("notice", "withdraw", made["id"])
    assert "no notices" in await command("notice", "list")
    assert "withdrawn" in await command("notice", "list", "--all")

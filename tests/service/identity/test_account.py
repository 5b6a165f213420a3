"""Pages and commands of one's own tokens and sessions."""

import json
import re
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from fairhaven.cli.main import app as command
from fairhaven.core import credentials
from fairhaven.core.policy import Actor
from fairhaven.core.testing.served import served
from fairhaven.identity import service as identity
from fairhaven.identity.web import COOKIE


@pytest.fixture
async def browser(platform, api_for, ada):
    """A signed-in browser, and what its forms must carry."""
    async with platform.transaction() as session:
        link = await identity.make_link(session, ada.id)
    async with platform.transaction(Actor()) as session:
        credential = await identity.sign_in(session, link, agent="Firefox", life=timedelta(hours=1))
    client = await api_for(None)
    client.cookies.set(COOKIE, credential)
    client.headers["Accept"] = "text/html"
    return client, {"csrf_token": credentials.csrf(credential)}


async def test_a_token_made_by_the_form_may_do_what_was_chosen(browser):
    client, form = browser
    page = await client.post("/account/tokens", data={**form, "name": "notebook", "days": "7", "may": "call"})
    assert re.search(r"fh_[\w-]{40,}", page.text)
    assert "workloads:read workloads:call" in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_a_token_is_replaced_by_the_form(browser, api):
    client, form = browser
    made = (await api.post("/api/v1/tokens", json={"name": "old one"})).json()
    page = await client.post(f"/account/tokens/{made['id']}/rotate", data=form)
    assert page.status_code == 200
    assert page.text.count("old one") >= 2


async def test_the_sessions_page_shows_this_browser_and_ends_others(browser, platform, ada):
    client, form = browser
    async with platform.transaction(Actor()) as session:
        other = await identity.begin_session(session, ada.id, agent="Lost phone", life=timedelta(hours=1))
    page = await client.get("/account/sessions")
    assert "this one" in page.text and "Lost phone" in page.text
    (address,) = re.findall(
        r'action="(/account/sessions/[\w-]+/end)"[^>]*>(?:(?!</form>).)*Lost phone', page.text, re.S
    )
    assert (await client.post(address, data=form)).status_code == 303
    async with platform.transaction() as session:
        assert await identity.of_session(session, other) is None


def test_the_same_by_commands(settings, database_url, monkeypatch):
    with served(settings, database_url) as platform:
        monkeypatch.setenv("FAIRHAVEN_URL", platform.url)
        monkeypatch.setenv("FAIRHAVEN_TOKEN", platform.token)
        runner = CliRunner()

        def run(*arguments):
            done = runner.invoke(command, [*arguments])
            assert done.exit_code == 0, done.output
            return done.output

        secret = run("token", "create", "nightly", "--scope", "catalog:read").strip()
        assert secret.startswith("fh_")
        (made,) = [each for each in json.loads(run("token", "list", "--json")) if each["name"] == "nightly"]
        assert made["scopes"] == ["catalog:read"]
        token_id = made["id"]
        assert run("token", "rotate", token_id, "--overlap", "0").strip() != secret
        run("token", "revoke", token_id)
        assert run("session", "list")

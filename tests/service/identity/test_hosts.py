"""Signing in at a project's host name: people come back to it, and nowhere else."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.service.identity.conftest import setting

from fairhaven.core.config import Settings
from fairhaven.projects import service as projects


@pytest.fixture
def settings(tmp_path, issuer):
    return Settings(
        data=tmp_path / "data",
        address="http://fairhaven.test",
        issuers=[setting(issuer)],
        log_level="warning",
    )


@pytest.fixture
async def at_imagine(platform, api_for, ada, project_id):
    """A browser at the host name of the default project."""
    async with platform.transaction(ada) as session:
        own = platform.settings.public_url
        await projects.set_hosts(session, ada, project_id, ["imagine.test"], own=own)
    client = await api_for(None)
    client.base_url = "http://imagine.test"
    client.headers["Accept"] = "text/html"
    await client._transport.app.state.brands.refresh()
    return client


async def back_of(client, **more):
    begun = await client.get("/sign-in/with/home", **more)
    return parse_qs(urlsplit(begun.headers["location"]).query)["redirect_uri"][0], begun


async def test_one_comes_back_to_the_host_at_which_one_began(at_imagine, issuer):
    back, begun = await back_of(at_imagine)
    assert back == "http://imagine.test/sign-in/with/home/back"
    async with httpx.AsyncClient() as outside:
        there = await outside.get(begun.headers["location"])
    done = await at_imagine.get(there.headers["location"])
    assert (done.status_code, done.headers["location"]) == (303, "/")
    me = await at_imagine.get("/api/v1/me", headers={"Accept": "application/json"})
    assert me.json()["person"]["name"] == "Ada Lovelace"
    welcome = await at_imagine.get("/")
    assert "Welcome to Default project." in welcome.text


async def test_a_host_that_nobody_was_given_is_never_told_to_the_issuer(at_imagine):
    back, _ = await back_of(at_imagine, headers={"Host": "evil.example"})
    assert back == "http://fairhaven.test/sign-in/with/home/back"

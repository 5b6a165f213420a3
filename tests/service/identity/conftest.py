"""Platforms with issuers: small ones of the tests' own, behind real HTTP."""

import httpx
import pytest
from sqlalchemy import text

from fairhaven.core.testing import issuer as testing


@pytest.fixture
def issuer(monkeypatch):
    """An issuer that knows Ada."""
    with testing.running() as running:
        running.people["ada"] = {"name": "Ada Lovelace", "email": "ada@example.org", "email_verified": True}
        running.who = "ada"
        monkeypatch.setenv("CLIENT_SECRET", running.client_secret)
        yield running


def setting(issuer, **more):
    """The issuer as an operator writes it in the settings."""
    rules = [
        {"claim": "groups", "level": "developer"},
        {"claim": "realm_access.roles", "pattern": "access:{project}:{level}"},
    ]
    return {
        "name": "home",
        "label": "Home",
        "url": issuer.url,
        "client_id": issuer.client_id,
        "client_secret": "environment:CLIENT_SECRET",
        "audiences": ["api"],
        "claims": rules,
        **more,
    }


class Browser:
    """A client that goes to the issuer and back as a browser does."""

    def __init__(self, client):
        self.client = client
        client.headers["Accept"] = "text/html"

    async def get(self, path, **more):
        return await self.client.get(path, **more)

    async def post(self, path, **fields):
        """Send a form of a page: with its CSRF token."""
        page = await self.client.get("/account/tokens")
        token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
        return await self.client.post(path, data={"csrf_token": token, **fields})

    async def leave(self, start="/sign-in/with/home"):
        """Begin to sign in; returns the address to which the issuer leads back, not followed."""
        begun = await self.client.get(start)
        assert begun.status_code == 303, begun.text
        async with httpx.AsyncClient() as outside:
            there = await outside.get(begun.headers["location"])
        assert there.status_code == 302, there.text
        return there.headers["location"].removeprefix("http://fairhaven.test")

    async def sign_in(self, start="/sign-in/with/home"):
        return await self.client.get(await self.leave(start))

    async def me(self):
        return (await self.client.get("/api/v1/me", headers={"Accept": "application/json"})).json()["person"]

    async def roles(self):
        """The projects that this browser's person sees."""
        found = await self.client.get("/api/v1/projects", headers={"Accept": "application/json"})
        if found.status_code == 401:
            return None
        told = found.json()
        items = told["items"] if isinstance(told, dict) else told
        return sorted(each["slug"] for each in items)


@pytest.fixture
async def browser(api_for):
    return Browser(await api_for(None))


@pytest.fixture
def another_browser(api_for):
    async def make():
        return Browser(await api_for(None))

    return make


@pytest.fixture
async def astro(platform):
    """A project that an issuer's groups name."""
    async with platform.transaction() as session:
        columns = "(id, created_at, slug, name)"
        made = f"INSERT INTO projects {columns} VALUES (gen_random_uuid(), now(), 'astro', 'Astro')"
        await session.execute(text(made))
    return "astro"

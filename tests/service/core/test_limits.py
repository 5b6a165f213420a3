"""How often one may ask and try, over processes and restarts; what browsers of other sites may."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from fairhaven import app as application
from fairhaven.core import origin, throttle
from fairhaven.core.config import Limits, Settings
from fairhaven.core.db import Database
from fairhaven.core.errors import Problem
from fairhaven.core.forwarded import GATEWAY_HEADER
from fairhaven.core.live import Live
from fairhaven.core.origin import Origin
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.testing import make
from fairhaven.core.throttle import Bucket, TooManyTries, take

HTML = {"Accept": "text/html"}


@pytest.fixture
async def asking(platform: Platform, live: Live) -> AsyncIterator[Callable[..., httpx.AsyncClient]]:
    """`asking(limits={…}, …)`: a client on an application with these settings."""
    async with AsyncExitStack() as stack:

        async def client(**settings: Any) -> httpx.AsyncClient:
            changed = platform.settings.model_copy(update=settings)
            opened = Platform(changed, platform.database, platform.objects, platform.drivers)
            opened.gateway_secret = platform.gateway_secret
            transport = httpx.ASGITransport(application.web(opened, live), raise_app_exceptions=False)
            made = httpx.AsyncClient(transport=transport, base_url="http://fairhaven.test")
            return await stack.enter_async_context(made)

        yield client  # type: ignore[misc]


async def bearer(platform: Platform, actor: Actor) -> dict[str, str]:
    return {"Authorization": f"Bearer {await make.token(platform, actor)}"}


def from_address(platform: Platform, address: str) -> dict[str, str]:
    return {GATEWAY_HEADER: platform.gateway_secret, "X-Forwarded-For": address}


async def test_who_asks_too_often_is_told_when_it_goes_on(
    asking: Any, platform: Platform, ada: Actor, bob: Actor
) -> None:
    client = await asking(limits=Limits(actor_rate=0.01, actor_burst=3))
    mine, theirs = await bearer(platform, ada), await bearer(platform, bob)
    codes = [(await client.get("/api/v1/me", headers=mine)).status_code for _ in range(3)]
    refused = await client.get("/api/v1/me", headers=mine)
    assert codes == [200] * 3 and refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json" and refused.json()["fix"]
    assert 1 <= int(refused.headers["retry-after"]) <= 100
    another = {**(await bearer(platform, ada)), **HTML}
    page = await client.get("/catalog", headers=another)
    assert page.status_code == 429 and "Too many requests" in page.text
    assert (await client.get("/api/v1/me", headers=theirs)).status_code == 200
    assert (await client.get("/api/v1/me")).status_code == 200


async def test_strangers_are_counted_by_their_address(asking: Any, platform: Platform, ada: Actor) -> None:
    client = await asking(limits=Limits(address_rate=0.01, address_burst=2))
    here, there = from_address(platform, "198.51.100.7"), from_address(platform, "198.51.100.8")
    codes = [(await client.get("/api/v1/me", headers=here)).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert (await client.get("/api/v1/me", headers=there)).status_code == 200
    forged = {"X-Forwarded-For": "198.51.100.9"}
    codes = [(await client.get("/api/v1/me", headers=forged)).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    basic = {**here, "Authorization": "Basic eDp5"}
    assert (await client.get("/api/v1/me", headers=basic)).status_code == 429
    signed_in = {**here, **(await bearer(platform, ada))}
    assert (await client.get("/api/v1/me", headers=signed_in)).status_code == 200


async def test_guessing_tokens_is_stopped_before_the_database_is_asked(
    asking: Any, platform: Platform, ada: Actor
) -> None:
    client = await asking(limits=Limits(refused_rate=0.01, refused_burst=3))
    colleague = {**(await bearer(platform, ada)), **from_address(platform, "198.51.100.7")}
    assert (await client.get("/api/v1/me", headers=colleague)).status_code == 200
    codes = []
    for number in range(5):
        wrong = {"Authorization": f"Bearer fh_{number}", **from_address(platform, "198.51.100.7")}
        codes.append((await client.get("/api/v1/me", headers=wrong)).status_code)
    assert codes == [401, 401, 401, 429, 429]
    assert (await client.get("/api/v1/me", headers=colleague)).status_code == 200
    elsewhere = {**(await bearer(platform, ada)), **from_address(platform, "198.51.100.8")}
    assert (await client.get("/api/v1/me", headers=elsewhere)).status_code == 200


async def test_tries_to_sign_in_are_counted(asking: Any, platform: Platform) -> None:
    client = await asking(limits=Limits(sign_in_address=3, sign_in_window=900))
    here = from_address(platform, "198.51.100.7")
    codes = [(await client.post(f"/sign-in/{n}", headers=here)).status_code for n in range(4)]
    assert codes == [410, 410, 410, 429]
    refused = await client.post("/sign-in/x", headers={**here, **HTML})
    assert 1 <= int(refused.headers["retry-after"]) <= 300 and "Too many tries" in refused.text
    there = from_address(platform, "198.51.100.8")
    assert (await client.post("/sign-in/x", headers=there)).status_code == 410


def limited(platform: Platform, database: Database, **limits: Any) -> Platform:
    settings = platform.settings.model_copy(update={"limits": Limits(**limits)})
    return Platform(settings, database)


async def test_many_processes_and_a_restart_count_as_one(platform: Platform, database_url: str) -> None:
    async def attempt(process: Platform) -> bool:
        with origin.noted(Origin("r", "198.51.100.7")):
            try:
                await throttle.sign_in(process, "ada@example.org")
            except TooManyTries:
                return False
            return True

    databases = [Database(database_url) for _ in range(4)]
    processes = [limited(platform, each, sign_in_account=10, sign_in_address=0) for each in databases]
    passed = await asyncio.gather(*(attempt(processes[n % 4]) for n in range(60)))
    assert sum(passed) == 10
    for each in databases:
        await each.close()
    restarted = Database(database_url)
    assert not await attempt(limited(platform, restarted, sign_in_account=10))
    await restarted.close()


async def test_a_success_gives_the_tries_back(platform: Platform) -> None:
    small = limited(platform, platform.database, sign_in_account=2, sign_in_address=3)
    with origin.noted(Origin("r", "2001:db8::7")):
        for _ in range(5):
            await throttle.sign_in(small, "Ada ")
            async with small.transaction() as session:
                await throttle.forgive(session, small, "ada")
        await throttle.sign_in(small, "ada")
        await throttle.sign_in(small, "ADA")
        with pytest.raises(TooManyTries) as refused:
            await throttle.sign_in(small, "ada")
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 450
    with origin.noted(Origin("r", "2001:db8::ffff")):  # the same customer
        await throttle.sign_in(small, "bob")
        with pytest.raises(TooManyTries):
            await throttle.sign_in(small, "carol")


async def test_tries_come_back_with_time(platform: Platform) -> None:
    async def passes(bucket: Bucket) -> bool:
        try:
            async with platform.transaction() as session:
                await take(session, bucket)
        except Problem:
            return False
        return True

    bucket = Bucket("test", "x", tries=2, window=0.6)
    assert [await passes(bucket) for _ in range(3)] == [True, True, False]
    await make.until(lambda: passes(bucket), seconds=5)


async def test_what_is_turned_off_counts_nothing(platform: Platform) -> None:
    free = limited(platform, platform.database, sign_in_address=0, sign_in_account=0)
    with origin.noted(Origin("r", "198.51.100.7")):
        for _ in range(20):
            await throttle.sign_in(free, "ada@example.org")
        async with platform.transaction() as session:
            await throttle.forgive(session, free, "ada@example.org")


async def test_full_buckets_are_forgotten(platform: Platform) -> None:
    quick = limited(platform, platform.database, sign_in_address=5, sign_in_window=0.001)
    for number in range(30):
        with origin.noted(Origin("r", f"198.51.100.{number}")):
            await throttle.sign_in(quick)
    async with platform.transaction() as session:
        kept = (await session.execute(throttle.ThrottleRow.__table__.select())).all()
    assert len(kept) <= 2


async def test_other_sites_get_nothing_unless_they_are_named(
    asking: Any, platform: Platform, ada: Actor
) -> None:
    token = await bearer(platform, ada)
    asks = {"Origin": "https://notebook.example.org", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type"}  # fmt: skip
    closed = await asking()
    for answer in (await closed.options("/api/v1/me", headers=asks),
                   await closed.get("/api/v1/me", headers={**token, "Origin": asks["Origin"]})):  # fmt: skip
        assert not [name for name in answer.headers if name.startswith("access-control")]
    named = await asking(cors_origins=["https://notebook.example.org"])
    may = await named.options("/api/v1/me", headers=asks)
    assert may.status_code == 200 and may.headers["access-control-allow-origin"] == asks["Origin"]
    assert "authorization" in may.headers["access-control-allow-headers"].lower()
    got = await named.get("/api/v1/me", headers={**token, "Origin": asks["Origin"]})
    assert got.json()["person"] and got.headers["access-control-allow-origin"] == asks["Origin"]
    for answer in (may, got):
        assert (
            "access-control-allow-credentials" not in answer.headers
            and "origin" in answer.headers["vary"].lower()
        )
    other = await named.get("/api/v1/me", headers={**token, "Origin": "https://evil.example.org"})
    page = await named.get("/catalog", headers={"Origin": asks["Origin"], **HTML})
    for answer in (other, page):
        assert "access-control-allow-origin" not in answer.headers


async def test_no_cookie_comes_along_from_another_site(asking: Any, platform: Platform, ada: Actor) -> None:
    from datetime import timedelta

    from fairhaven.identity import service as identity
    from fairhaven.identity.web import COOKIE

    async with platform.transaction() as session:
        link = await identity.make_link(session, ada.id)
    async with platform.transaction(Actor()) as session:
        credential = await identity.sign_in(session, link, agent="test", life=timedelta(hours=1))
    named = await asking(cors_origins=["http://localhost:3000"])
    named.cookies.set(COOKIE, credential)
    assert (await named.get("/api/v1/me")).json()["via"] == "session"
    foreign = await named.get("/api/v1/me", headers={"Origin": "http://localhost:3000"})
    assert foreign.json()["person"] is None


@pytest.mark.parametrize(
    "wrong", ["*", "null", "https://h/", "https://h/path", "ftp://h", "https://*.h", "h"]
)
def test_a_site_is_named_by_its_origin_only(wrong: str) -> None:
    with pytest.raises(ValueError, match="name each site"):
        Settings(cors_origins=[wrong])


async def test_browsers_keep_to_https_where_there_is_https(asking: Any) -> None:
    plain = await asking()
    assert "strict-transport-security" not in (await plain.get("/healthz")).headers
    safe = await asking(address="https://fairhaven.example.org")
    assert (await safe.get("/healthz")).headers["strict-transport-security"] == "max-age=31536000"
    off = await asking(address="https://fairhaven.example.org", hsts=0)
    assert "strict-transport-security" not in (await off.get("/healthz")).headers


async def test_no_page_may_be_framed_or_run_what_is_inline(asking: Any) -> None:
    client = await asking()
    for path in ("/healthz", "/sign-in", "/catalog", "/api/v1/me", "/no/such/page", "/static/fairhaven.css"):
        headers = (await client.get(path, headers=HTML)).headers
        policy = headers["content-security-policy"]
        assert (
            "script-src 'self';" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        )
        assert headers["x-frame-options"] == "DENY" and "camera=()" in headers["permissions-policy"]

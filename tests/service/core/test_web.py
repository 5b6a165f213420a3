"""The web edge: errors, bounds, forgery, idempotency, deny by default."""

from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from fairhaven import app as application
from fairhaven.core import credentials, policy
from fairhaven.core.http import Call
from fairhaven.core.policy import Actor
from fairhaven.core.schemas import Line, Reading, Schema
from fairhaven.core.testing import make
from fairhaven.identity import service as identity
from fairhaven.identity.web import COOKIE


class Thing(Schema):
    name: Line


class Made(Reading):
    name: str
    number: int


made: list[str] = []


@pytest.fixture
def app(platform, live) -> FastAPI:
    """The application with a few routes that misbehave on purpose."""
    app = application.web(platform, live)

    @app.get("/api/v1/test/forgetful")
    async def forgetful(call: Call) -> dict[str, str]:
        return {"secret": "nobody asked a policy"}

    @app.get("/api/v1/test/broken")
    async def broken(call: Call) -> dict[str, str]:
        raise RuntimeError("the password is hunter2")

    @app.post("/api/v1/test/things", status_code=201)
    async def create(call: Call, thing: Thing) -> Made:
        policy.signed_in.check(call.actor)

        async def act() -> Made:
            made.append(thing.name)
            return Made(name=thing.name, number=len(made))

        return await call.once(thing, Made, act)

    made.clear()
    return app


@pytest.fixture
async def anonymous(app):
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://fairhaven.test") as client:
        yield client


@pytest.fixture
async def browser(platform, anonymous, ada):
    """A signed-in browser: the session's cookie and its CSRF token."""
    async with platform.transaction() as session:
        link = await identity.make_link(session, ada.id)
    async with platform.transaction(Actor()) as session:
        credential = await identity.sign_in(session, link, agent="test", life=timedelta(hours=1))
    anonymous.cookies.set(COOKIE, credential)
    return anonymous, credentials.csrf(credential)


async def test_a_route_that_asks_no_policy_is_refused(anonymous):
    answer = await anonymous.get("/api/v1/test/forgetful")
    assert answer.status_code == 403 and "secret" not in answer.text


async def test_an_unexpected_error_tells_its_request_id_and_nothing_else(anonymous):
    answer = await anonymous.get("/api/v1/test/broken")
    assert answer.status_code == 500 and "hunter2" not in answer.text
    assert answer.json()["request_id"]


async def test_errors_are_pages_for_browsers_and_problems_for_programs(anonymous):
    page = await anonymous.get("/no/such/page", headers={"Accept": "text/html"})
    assert page.status_code == 404 and page.headers["content-type"].startswith("text/html")
    problem = await anonymous.get("/api/v1/no-such-thing")
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["status"] == 404 and problem.json()["fix"]


async def test_every_answer_has_the_security_headers(anonymous):
    for path in ("/healthz", "/sign-in", "/api/v1/me", "/no/such/page"):
        headers = (await anonymous.get(path)).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["x-request-id"]


async def test_a_body_above_the_limit_is_refused_before_it_is_read(anonymous):
    declared = await anonymous.post("/api/v1/test/things", content=b"x" * (3 << 20))
    assert declared.status_code == 413 and declared.json()["fix"]

    async def endless():
        for _ in range(64):
            yield b"x" * (1 << 16)

    assert (await anonymous.post("/api/v1/test/things", content=endless())).status_code == 413


async def test_a_repeated_creation_happens_once(api, app, platform, ada):
    token = await make.token(platform, ada)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k1"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://fairhaven.test") as client:
        first = await client.post("/api/v1/test/things", json={"name": "one"}, headers=headers)
        again = await client.post("/api/v1/test/things", json={"name": "one"}, headers=headers)
        other = await client.post("/api/v1/test/things", json={"name": "two"}, headers=headers)
    assert first.status_code == 201 and first.json() == again.json() and made == ["one"]
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("token", "site"), [("", "same-origin"), ("wrong", "same-origin"), ("right", "cross-site")]
)
async def test_a_stolen_form_is_refused_and_says_what_to_do(browser, token, site):
    client, csrf = browser
    form = {"csrf_token": csrf if token == "right" else token, "name": "stolen"}
    headers = {"Sec-Fetch-Site": site, "Accept": "text/html"}
    answer = await client.post("/account/tokens", data=form, headers=headers)
    assert answer.status_code == 403 and "Open the page again" in answer.text


async def test_a_form_of_ours_is_accepted(browser):
    client, csrf = browser
    answer = await client.post("/account/tokens", data={"csrf_token": csrf, "name": "laptop", "days": "7"})
    assert answer.status_code == 200 and "fh_" in answer.text
    wrong = await client.post("/account/tokens", data={"csrf_token": csrf, "name": " ", "days": "0"})
    assert wrong.status_code == 422 and 'href="#field-name"' in wrong.text


async def test_what_no_database_takes_is_the_askers_mistake(browser):
    client, csrf = browser
    answer = await client.post("/device", data={"csrf_token": csrf, "code": "\0"})
    assert (answer.status_code, "cannot be stored" in answer.text) == (400, True)


async def test_a_wrong_token_is_refused_with_advice(anonymous):
    answer = await anonymous.get("/api/v1/me", headers={"Authorization": "Bearer fh_wrong"})
    assert answer.status_code == 401 and "fairhaven login" in answer.json()["fix"]


async def test_health_readiness_and_metrics_answer(anonymous):
    assert (await anonymous.get("/healthz")).text == "ok\n"
    assert (await anonymous.get("/readyz")).text == "ready\n"
    assert "fairhaven_request_seconds" in (await anonymous.get("/metrics")).text

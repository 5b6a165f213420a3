"""Builds over HTTP: REST, pages, live updates."""

from datetime import timedelta

import httpx
import pytest

from fairhaven import app as application
from fairhaven.builds import logs, progress
from fairhaven.builds.schemas import StageName, State
from fairhaven.core import credentials
from fairhaven.identity import service as identity
from fairhaven.identity.web import COOKIE


@pytest.fixture
async def failed(platform, build):
    """The build, failed in its tests, with a log."""
    await progress.begin(platform, build.id)
    await progress.stage_started(platform, build.id, StageName.TESTS)
    evidence = {"passed": 3, "failed": 1, "skipped": 0, "seconds": 1.5}
    evidence["failures"] = [{"test": "tests.test_a::test_<b>", "message": "assert <1> == 2"}]
    await platform.objects.put(logs.key(build.id, StageName.TESTS), "first line\nläst <line>\n".encode())
    async with platform.transaction() as session:
        await progress.stage_ended(
            session, build.id, StageName.TESTS, State.FAILED, reason="1 test failed.", evidence=evidence
        )
        await progress.build_ended(session, build.id, State.FAILED, reason="1 test failed. Correct it.")
    return build


@pytest.fixture
async def browser(platform, live, ada):
    """A browser in which ada has signed in; `post` sends forms with their token."""
    async with platform.transaction() as session:
        link = await identity.make_link(session, ada.id)
        cookie = await identity.sign_in(session, link, agent="test", life=timedelta(hours=1))
    transport = httpx.ASGITransport(application.web(platform, live), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://fairhaven.test", cookies={COOKIE: cookie},
        headers={"Accept": "text/html"},
    ) as client:  # fmt: skip
        client.csrf = credentials.csrf(cookie)
        yield client


async def test_the_list_and_a_build_are_told(api, failed):
    listed = (await api.get("/api/v1/builds", params={"module": "digits", "state": "failed"})).json()
    assert [each["id"] for each in listed["items"]] == [str(failed.id)]
    answer = await api.get(f"/api/v1/builds/{failed.id}")
    assert answer.json()["stages"][3]["evidence"]["failed"] == 1
    again = await api.get(f"/api/v1/builds/{failed.id}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


async def test_a_log_is_read_in_pieces(api, failed):
    address = f"/api/v1/builds/{failed.id}/stages/tests/log"
    whole = (await api.get(address)).json()
    assert whole == {"text": "first line\nläst <line>\n", "offset": 0, "next": 24, "complete": True}
    rest = (await api.get(address, params={"offset": 11})).json()
    assert rest["text"] == "läst <line>\n"
    assert (await api.get(f"/api/v1/builds/{failed.id}/stages/lunch/log")).status_code == 422


async def test_a_build_is_started_once_for_a_key(api, module):
    keyed = {"Idempotency-Key": "one"}
    first = await api.post("/api/v1/builds", json={"module": "digits"}, headers=keyed)
    second = await api.post("/api/v1/builds", json={"module": "digits"}, headers=keyed)
    assert first.status_code == 202 and first.json()["id"] == second.json()["id"]


@pytest.mark.parametrize(
    "asked", [{"module": "digits", "commit": "HEAD"}, {"module": "no such module"}, {"modul": "digits"}, {}]
)
async def test_what_cannot_be_built_is_refused(api, module, asked):
    answer = await api.post("/api/v1/builds", json=asked)
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"


async def test_a_failed_build_is_retried_and_a_queued_one_cancelled(api, failed):
    again = await api.post(f"/api/v1/builds/{failed.id}/retry")
    assert (again.status_code, again.json()["state"]) == (202, "queued")
    assert (await api.post(f"/api/v1/builds/{failed.id}/retry")).status_code == 409
    stopped = await api.post(f"/api/v1/builds/{failed.id}/cancel")
    assert (stopped.status_code, stopped.json()["state"]) == (202, "stopped")


async def test_strangers_learn_nothing(api_for, failed, bob):
    for actor, status in ((bob, 404), (None, 401)):
        client = await api_for(actor)
        for address in ("", "/stages/tests/log"):
            assert (await client.get(f"/api/v1/builds/{failed.id}{address}")).status_code == status


async def test_the_page_shows_stages_evidence_and_log(browser, failed):
    page = (await browser.get(f"/builds/{failed.id}")).text
    assert "1 test failed. Correct it." in page
    assert "test_&lt;b&gt;" in page and "läst &lt;line&gt;" in page
    assert f'action="/builds/{failed.id}/retry"' in page
    fragment = (await browser.get(f"/builds/{failed.id}", headers={"HX-Request": "true"})).text
    assert "<html" not in fragment and "1 test failed." in fragment


async def test_the_list_page_filters(browser, failed):
    assert f"/builds/{failed.id}" in (await browser.get("/builds?module=digits&state=failed")).text
    assert f"/builds/{failed.id}" not in (await browser.get("/builds?module=coins")).text
    assert (await browser.get("/builds?state=nonsense")).status_code == 200


async def test_forms_work_without_javascript(browser, failed):
    token = {"csrf_token": browser.csrf}
    again = await browser.post(f"/builds/{failed.id}/retry", data=token)
    assert (again.status_code, again.headers["location"]) == (303, f"/builds/{failed.id}")
    stopped = await browser.post(f"/builds/{failed.id}/cancel", data=token)
    assert stopped.status_code == 303
    started = await browser.post("/builds", data=token | {"module": "digits"})
    assert started.headers["location"] == f"/builds/{failed.id}"
    assert (await browser.post("/builds", data={"module": "digits"})).status_code == 403
    assert (await browser.post("/builds", data=token | {"module": "no such"})).status_code == 422


async def test_a_whole_log_is_plain_text(browser, failed):
    answer = await browser.get(f"/builds/{failed.id}/stages/tests/log.txt")
    assert answer.text.endswith("läst <line>\n") and answer.headers["content-type"].startswith("text/plain")


async def test_pages_of_strangers_stay_closed(api_for, failed, bob):
    client = await api_for(bob)
    for address in ("", "/events", "/stages/tests/stream", "/stages/tests/log.txt"):
        assert (await client.get(f"/builds/{failed.id}{address}")).status_code == 404
    nobody = await api_for(None)
    assert (await nobody.get("/builds/events")).status_code == 401

"""Names and passwords that are kept here."""

import re
import time

import pytest
from sqlalchemy import text

from fairhaven.core.config import Settings
from fairhaven.identity import service

PASSWORD = "correct horse battery staple"


@pytest.fixture
def settings(tmp_path):
    return Settings(data=tmp_path / "data", local_accounts=True, log_level="warning")


@pytest.fixture
async def link(api):
    """The path of a link with which Grace chooses her password."""
    made = await api.post("/api/v1/local-accounts", json={"name": "Grace", "person_name": "Grace Hopper"})
    assert made.status_code == 201, made.text
    assert made.json()["account"]["name"] == "grace"
    return re.sub(r"https?://[^/]+", "", made.json()["url"])


async def choose(browser, link, password=PASSWORD, again=None):
    return await browser.client.post(link, data={"password": password, "again": again or password})


async def sign_in(browser, name="grace", password=PASSWORD, **more):
    return await browser.client.post("/sign-in", data={"name": name, "password": password, **more})


async def test_a_password_is_chosen_by_a_link_and_signs_in(browser, link):
    assert "Choose a password" in (await browser.get(link)).text
    assert (await choose(browser, link)).headers["location"] == "/sign-in"
    done = await sign_in(browser, " GRACE ", next="/account/tokens")
    assert done.status_code == 303 and done.headers["location"] == "/account/tokens"
    assert (await browser.me())["name"] == "Grace Hopper"
    assert (await choose(browser, link)).status_code in (403, 410)  # once


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaa", "grace2026!", "gracegracegrace", "x" * 201])
async def test_passwords_that_are_guessed_are_refused_and_the_link_stays(browser, link, password):
    refused = await choose(browser, link, password)
    assert refused.status_code == 422
    assert (await choose(browser, link)).status_code == 303


async def test_two_different_passwords_are_refused(browser, link):
    assert "not the same" in (await choose(browser, link, again="something else")).text


async def test_a_newer_link_ends_the_earlier_one(browser, api, link):
    (account,) = (await api.get("/api/v1/local-accounts")).json()
    assert (await api.post(f"/api/v1/local-accounts/{account['person_id']}/links")).status_code == 201
    assert (await choose(browser, link)).status_code == 410


@pytest.mark.parametrize(
    ("name", "password"), [("grace", "wrong"), ("nobody", PASSWORD), ("", ""), ("grace", "")]
)
async def test_who_is_wrong_is_not_told_what_is_wrong(browser, link, name, password):
    await choose(browser, link)
    refused = await sign_in(browser, name, password)
    assert refused.status_code == 422
    assert "Nobody has this name and this password here." in refused.text
    assert "fairhaven_session" not in refused.headers.get("set-cookie", "")


async def test_an_account_without_a_password_yet_lets_nobody_in(browser, link):
    assert (await sign_in(browser, "grace", "")).status_code == 422


async def test_an_unknown_name_takes_as_long_as_a_known_one(platform, browser, link):
    await choose(browser, link)

    async def seconds(name):
        began = time.process_time()
        with pytest.raises(service.WrongPassword):
            await service.check_password(platform, name, "wrong")
        return time.process_time() - began

    await seconds("warm")
    known = min([await seconds("grace") for _ in range(5)])
    unknown = min([await seconds("nobody") for _ in range(5)])
    assert 0.5 < known / unknown < 2


async def test_guessing_is_slowed_down(browser, link):
    await choose(browser, link)
    tries = [(await sign_in(browser, "grace", f"wrong {number}")).status_code for number in range(12)]
    assert tries[:10] == [422] * 10 and tries[10:] == [429, 429]
    assert (await sign_in(browser)).status_code == 429


async def test_a_form_of_another_site_signs_nobody_in(browser, link):
    await choose(browser, link)
    browser.client.headers["Sec-Fetch-Site"] = "cross-site"
    assert (await sign_in(browser)).status_code == 403


async def test_another_password_ends_other_sessions_and_needs_the_present_one(browser, another_browser, link):
    await choose(browser, link)
    other = await another_browser()
    for each in (browser, other):
        await sign_in(each)
    new = {"password": "another horse entirely", "again": "another horse entirely"}
    assert (await browser.post("/account/password", present="wrong", **new)).status_code == 422
    assert (await browser.post("/account/password", present=PASSWORD, **new)).status_code == 303
    assert (await browser.me())["name"] == "Grace Hopper"
    assert await other.me() is None
    assert (await sign_in(other)).status_code == 422
    assert (await sign_in(other, password="another horse entirely")).status_code == 303


async def test_what_is_kept_is_an_argon2id_hash_and_no_fact_has_a_secret(browser, platform, link):
    await choose(browser, link)
    async with platform.transaction() as session:
        kept = await session.scalar(text("SELECT password_hash FROM local_accounts"))
        facts = (await session.scalars(text("SELECT kind || data::text FROM facts"))).all()
    assert kept.startswith("$argon2id$")
    assert any(each.startswith("password.set") for each in facts)
    assert not any(PASSWORD in each or link.rpartition("/")[2] in each for each in facts)


async def test_only_administrators_manage_accounts(api_for, grace, api, link):
    other = await api_for(grace)
    assert (await other.get("/api/v1/local-accounts")).status_code == 403
    spec = {"name": "eve", "person_name": "Eve"}
    assert (await other.post("/api/v1/local-accounts", json=spec)).status_code == 403
    taken = await api.post("/api/v1/local-accounts", json={"name": "GRACE", "person_name": "Other"})
    assert taken.status_code == 409


async def test_the_same_by_command(command, browser):
    made = await command("local-account", "add", "ida", "--called", "Ida Rhodes")
    path = re.sub(r"https?://[^/]+", "", made.strip())
    assert (await choose(browser, path)).status_code == 303
    assert "Ida Rhodes" in await command("local-account", "list")


class TestOff:
    """As long as the settings do not say so, there are none."""

    @pytest.fixture
    def settings(self, tmp_path):
        return Settings(data=tmp_path / "data", log_level="warning")

    async def test_nothing_is_there(self, browser, api):
        assert (await sign_in(browser)).status_code == 404
        assert (await browser.get("/sign-in/password/x")).status_code == 404
        spec = {"name": "eve", "person_name": "Eve"}
        assert (await api.post("/api/v1/local-accounts", json=spec)).status_code == 404
        page = await browser.get("/sign-in")
        assert 'name="password"' not in page.text and "fairhaven sign-in-link" in page.text

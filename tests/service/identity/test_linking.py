"""Linked accounts: several issuers and a password lead to one person, never to another's."""

import re

import pytest
from sqlalchemy import text
from tests.service.identity.conftest import setting

from fairhaven.core.config import Settings
from fairhaven.core.testing import issuer as testing

LINKS = "/account/identities"


@pytest.fixture
def second():
    """Another issuer, which may link by e-mail."""
    with testing.running() as running:
        running.people["ada-2"] = {"name": "A. Lovelace", "email": "ADA@example.org", "email_verified": True}
        running.who = "ada-2"
        yield running


@pytest.fixture
def settings(tmp_path, issuer, second):
    other = setting(second, name="work", label="Work", link_by_email=True)
    return Settings(
        data=tmp_path / "data",
        address="http://fairhaven.test",
        issuers=[setting(issuer), other],
        local_accounts=True,
        log_level="warning",
    )


async def linking(browser, name):
    """The address on the page of linked accounts that begins to link."""
    page = await browser.get(LINKS)
    found = re.search(rf'href="([^"]+/link/{name}\?proof=\w+)"', page.text)
    assert found, page.text
    return found.group(1)


async def test_two_issuers_are_offered_and_remember_where_one_was_going(browser):
    page = await browser.get("/sign-in?next=/catalog%3Fq=a")
    assert "Sign in with Home" in page.text and "Sign in with Work" in page.text
    assert 'href="/sign-in/with/work?next=%2Fcatalog%3Fq%3Da"' in page.text


async def test_an_account_is_linked_and_signs_the_same_person_in(
    browser, another_browser, issuer, second, astro
):
    second.people["ada-2"] |= {"email": "elsewhere@example.org", "groups": ["astro"]}
    await browser.sign_in()
    done = await browser.sign_in(await linking(browser, "work"))
    assert done.headers["location"] == LINKS
    assert await browser.roles() == ["astro"]
    other = await another_browser()
    await other.sign_in("/sign-in/with/work")
    assert (await other.me())["id"] == (await browser.me())["id"]


async def test_nobody_is_made_to_link_an_account_by_an_address(browser, issuer):
    await browser.sign_in()
    assert (await browser.get(f"{LINKS}/link/work")).status_code == 403
    assert (await browser.get(f"{LINKS}/link/work?proof={'0' * 64}")).status_code == 403


async def test_a_link_that_began_for_one_person_is_not_finished_for_another(
    browser, another_browser, issuer, second
):
    await browser.sign_in()
    back = await browser.leave(await linking(browser, "work"))
    await browser.post("/sign-out")
    issuer.people["eve"] = {"name": "Eve"}
    issuer.who = "eve"
    await browser.sign_in()
    refused = await browser.get(back)
    assert refused.status_code == 400 and "in the name of somebody else" in refused.text


async def test_an_account_of_somebody_else_is_not_linked(browser, another_browser, issuer, second):
    second.people["ada-2"]["email"] = "elsewhere@example.org"
    other = await another_browser()
    await other.sign_in("/sign-in/with/work")
    await browser.sign_in()
    refused = await browser.sign_in(await linking(browser, "work"))
    assert refused.status_code == 409


@pytest.mark.parametrize(
    ("first", "then", "changed", "same"),
    [
        ("home", "work", {}, True),
        ("work", "home", {}, False),  # home is not trusted to link by e-mail
        ("home", "work", {"email_verified": False}, False),
        ("home", "work", {"email_verified": "true"}, False),
        ("home", "work", {"email": "other@example.org"}, False),
    ],
)
async def test_people_are_found_by_a_verified_address_only_where_the_operator_allows_it(
    browser, another_browser, second, first, then, changed, same
):
    second.people["ada-2"] |= changed
    await browser.sign_in(f"/sign-in/with/{first}")
    other = await another_browser()
    await other.sign_in(f"/sign-in/with/{then}")
    assert ((await browser.me())["id"] == (await other.me())["id"]) is same


async def test_an_address_of_two_people_finds_none(browser, another_browser, platform, second):
    async with platform.transaction() as session:
        for _ in range(2):
            row = "(gen_random_uuid(), now(), 'Twin', 'ada@example.org', false)"
            await session.execute(
                text(f"INSERT INTO people (id, created_at, name, email, administrator) VALUES {row}")
            )
    await browser.sign_in("/sign-in/with/work")
    assert (await browser.me())["name"] == "A. Lovelace"


async def test_the_last_way_in_stays(browser, issuer):
    await browser.sign_in()
    (mine,) = (await browser.client.get("/api/v1/identities")).json()
    refused = await browser.post(f"{LINKS}/{mine['id']}/unlink")
    assert refused.status_code == 409 and "last way in" in refused.text


async def test_unlinking_takes_away_what_the_account_gave_and_its_sessions(
    browser, another_browser, platform, issuer, second, astro
):
    second.people["ada-2"]["groups"] = ["astro"]
    await browser.sign_in()
    other = await another_browser()
    await other.sign_in("/sign-in/with/work")
    assert await browser.roles() == ["astro"]
    found = {each["issuer"]: each for each in (await browser.client.get("/api/v1/identities")).json()}
    assert found["work"]["label"] == "Work" and found["work"]["confirmed_at"]
    assert (await browser.post(f"{LINKS}/{found['work']['id']}/unlink")).status_code == 303
    assert await browser.roles() == []
    assert await other.me() is None
    async with platform.transaction() as session:
        told = text("SELECT data->>'issuer' FROM facts WHERE kind = 'identity.unlinked'")
        assert await session.scalar(told) == "work"


async def test_nobody_unlinks_an_account_of_somebody_else(browser, api, issuer):
    await browser.sign_in()
    (mine,) = (await browser.client.get("/api/v1/identities")).json()
    assert (await api.delete(f"/api/v1/identities/{mine['id']}")).status_code == 404


async def test_who_is_not_let_in_any_more_does_not_come_back(browser, platform, issuer, ada, api_for):
    from fairhaven.identity import service

    await browser.sign_in()
    person = (await browser.me())["id"]
    async with platform.transaction(ada) as session:
        await service.disable(session, ada, person)
    refused = await browser.sign_in()
    assert refused.status_code == 401 and "closed" in refused.text
    client = await api_for(None)
    token = issuer.sign(issuer.claims("ada", aud="api", groups=[]))
    assert (await client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})).status_code == 401

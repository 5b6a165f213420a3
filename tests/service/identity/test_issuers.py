"""Signing in with issuers: who they say somebody is, and what of it is believed."""

import asyncio

import pytest
from sqlalchemy import text
from tests.service.identity.conftest import setting

from fairhaven.core.config import Settings
from fairhaven.core.db import now
from fairhaven.core.testing import issuer as testing
from fairhaven.core.testing.make import until
from fairhaven.identity.issuers import freshness
from fairhaven.identity.tasks import lapse

FLOW = "/sign-in/with/home"
GIVEN = text("SELECT count(*) FROM memberships WHERE source = 'issuer:home'")


@pytest.fixture
def settings(tmp_path, issuer):
    issuers = [setting(issuer)]
    return Settings(
        data=tmp_path / "data", address="http://fairhaven.test", issuers=issuers, log_level="warning"
    )


@pytest.fixture
def always_asked(monkeypatch):
    """Issuers are asked again at each request."""
    monkeypatch.setattr(freshness, "next_question", lambda issuer: now() - freshness.ASKING)


async def test_who_signs_in_becomes_a_person_and_a_member_and_is_led_back(browser, issuer, astro):
    issuer.people["ada"]["groups"] = ["astro", "nowhere"]
    done = await browser.sign_in(f"{FLOW}?next=/account/tokens%3Fa=b")
    assert done.status_code == 303
    assert done.headers["location"] == "/account/tokens?a=b"
    assert "httponly" in done.headers["set-cookie"].lower()
    assert (await browser.me())["name"] == "Ada Lovelace"
    assert await browser.roles() == ["astro"]


async def test_who_comes_again_is_the_same_person(browser, another_browser, issuer):
    await browser.sign_in()
    other = await another_browser()
    await other.sign_in()
    assert (await browser.me())["id"] == (await other.me())["id"]
    assert issuer.asked["/.well-known/openid-configuration"] == 1


@pytest.mark.parametrize("place", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil"])
async def test_nobody_is_led_to_another_site(browser, issuer, place):
    begun = await browser.get(FLOW, params={"next": place})
    assert begun.status_code == 303
    done = await browser.sign_in(f"{FLOW}?next=//evil.example")
    assert done.headers["location"] == "/"


async def test_signing_in_makes_a_new_session_and_ends_the_one_before(browser, platform, issuer):
    await browser.sign_in()
    before = browser.client.cookies["fairhaven_session"]
    await browser.sign_in()
    assert browser.client.cookies["fairhaven_session"] != before
    async with platform.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM sessions")) == 1


async def test_a_session_cookie_that_was_planted_is_worth_nothing(browser, another_browser, issuer):
    browser.client.cookies.set("fairhaven_session", "planted")
    await browser.sign_in()
    attacker = await another_browser()
    attacker.client.cookies.set("fairhaven_session", "planted")
    assert await attacker.me() is None


async def test_an_answer_works_once(browser, issuer):
    back = await browser.leave()
    assert (await browser.get(back)).status_code == 303
    again = await browser.get(back)
    assert again.status_code == 400
    assert "used already" in again.text


async def test_an_answer_works_in_the_browser_in_which_it_began(browser, another_browser, issuer):
    back = await browser.leave()
    other = await another_browser()
    refused = await other.get(back)
    assert refused.status_code == 400 and "did not begin in this browser" in refused.text
    assert (await browser.get(back)).status_code == 400  # and it is used up


async def test_an_answer_to_nothing_is_refused(browser):
    refused = await browser.get(f"{FLOW}/back?code=x&state=y")
    assert refused.status_code == 400


@pytest.mark.parametrize("told", [{"iss": "https://elsewhere.example"}, {"iss": None}])
async def test_an_answer_of_another_issuer_is_refused(browser, issuer, told):
    issuer.answer = told
    assert "not from where you went" in (await browser.sign_in()).text
    assert issuer.asked["/token"] == 0


async def test_what_the_issuer_refuses_is_told(browser, issuer):
    issuer.answer = {"code": None, "error": "access_denied"}
    refused = await browser.sign_in()
    assert refused.status_code == 400 and "It was refused there." in refused.text


FORGED = {
    "expired": lambda issuer, claims: issuer.sign({**claims, "exp": claims["iat"] - 120}),
    "without an end": lambda issuer, claims: issuer.sign({k: v for k, v in claims.items() if k != "exp"}),
    "not valid yet": lambda issuer, claims: issuer.sign({**claims, "nbf": claims["iat"] + 120}),
    "of another issuer": lambda issuer, claims: issuer.sign({**claims, "iss": "https://elsewhere.example"}),
    "for somebody else": lambda issuer, claims: issuer.sign({**claims, "aud": "another"}),
    "alg none": lambda issuer, claims: issuer.unsigned(claims),
    "key confusion": lambda issuer, claims: issuer.confused(claims),
    "another key of the same name": lambda issuer, claims: issuer.sign(
        claims, key=testing.RSAKey.generate_key(2048), kid=issuer.key.kid
    ),
    "an unknown key": lambda issuer, claims: issuer.sign(
        claims, key=testing.RSAKey.generate_key(2048, auto_kid=True)
    ),
    "its own key in the header": lambda issuer, claims: issuer.sign(
        claims,
        key=(own := testing.RSAKey.generate_key(2048, auto_kid=True)),
        jwk=own.as_dict(private=False),
    ),
    "about nobody": lambda issuer, claims: issuer.sign({**claims, "sub": ""}),
    "changed after": lambda issuer, claims: _changed(issuer.sign(claims)),
}


def _changed(token):
    header, claims, signature = token.split(".")
    return ".".join([header, claims, signature[:-8] + ("A" * 8 if signature[-8:] != "A" * 8 else "B" * 8)])


@pytest.mark.parametrize("how", FORGED)
async def test_a_forged_id_token_signs_nobody_in(browser, platform, issuer, how):
    issuer.sign_id_token = lambda claims: FORGED[how](issuer, claims)
    refused = await browser.sign_in()
    assert refused.status_code == 400, refused.text
    assert "cannot be believed" in refused.text
    async with platform.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM identities")) == 0


async def test_an_id_token_of_another_sign_in_is_refused(browser, issuer):
    issuer.id_claims = {"nonce": "of another sign-in"}
    refused = await browser.sign_in()
    assert refused.status_code == 400 and "meant for another sign-in" in refused.text


async def test_an_id_token_for_another_party_as_well_is_refused(browser, issuer):
    issuer.id_claims = {"aud": ["fairhaven", "other"], "azp": "other"}
    assert (await browser.sign_in()).status_code == 400


async def test_clocks_may_differ_by_a_minute(browser, issuer):
    issuer.sign_id_token = lambda claims: issuer.sign(
        {**claims, "exp": claims["iat"] - 50, "nbf": claims["iat"] + 50}
    )
    assert (await browser.sign_in()).status_code == 303


@pytest.mark.parametrize("how", FORGED)
async def test_a_forged_token_is_refused_by_the_interface(api_for, issuer, how):
    client = await api_for(None)
    claims = issuer.claims("ada", aud="api", name="Ada", groups=[])
    honest = {"Authorization": f"Bearer {issuer.sign(claims)}"}
    assert (await client.get("/api/v1/me", headers=honest)).status_code == 200
    answer = await client.get(
        "/api/v1/me", headers={"Authorization": f"Bearer {FORGED[how](issuer, claims)}"}
    )
    assert answer.status_code == 401, how
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_token_of_an_issuer_is_a_credential_of_its_person(api_for, browser, issuer, astro):
    await browser.sign_in()
    client = await api_for(None)
    token = issuer.sign(issuer.claims("ada", aud=["other", "api"], groups=["astro"]))
    headers = {"Authorization": f"Bearer {token}"}
    told = (await client.get("/api/v1/me", headers=headers)).json()
    assert told["person"] == await browser.me()
    assert told["via"] == "issuer"


async def test_somebody_new_with_a_token_becomes_a_person_with_its_groups(api_for, issuer, astro):
    client = await api_for(None)
    token = issuer.sign(issuer.claims("grace", aud="api", name="Grace Hopper", groups=["astro"]))
    headers = {"Authorization": f"Bearer {token}"}
    assert (await client.get("/api/v1/me", headers=headers)).json()["person"]["name"] == "Grace Hopper"
    found = (await client.get("/api/v1/projects", headers=headers)).json()
    assert [each["slug"] for each in (found["items"] if isinstance(found, dict) else found)] == ["astro"]


async def test_an_old_token_does_not_bring_back_what_was_lost(api_for, browser, issuer, astro):
    old = issuer.sign({**issuer.claims("ada", aud="api", groups=["astro"]), "iat": 1_700_000_000})
    await browser.sign_in()
    assert await browser.roles() == []
    client = await api_for(None)
    assert (await client.get("/api/v1/me", headers={"Authorization": f"Bearer {old}"})).status_code == 200
    assert await browser.roles() == []


@pytest.mark.parametrize("more", [{"at_hash": "x"}, {"typ": "ID"}, {"typ": "Refresh"}])
async def test_an_id_token_is_no_credential(api_for, issuer, more):
    client = await api_for(None)
    token = issuer.sign(issuer.claims("ada", aud="api", groups=[], **more))
    refused = await client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 401 and "no access token" in refused.json()["detail"]


class TestTokensForUs:
    """Of an issuer that writes our own name into its access tokens, as into its ID tokens."""

    @pytest.fixture
    def settings(self, tmp_path, issuer):
        issuers = [setting(issuer, audiences=[issuer.client_id])]
        return Settings(data=tmp_path / "data", issuers=issuers, log_level="warning")

    async def test_its_id_tokens_are_no_credentials(self, api_for, issuer):
        client = await api_for(None)
        claims = issuer.claims("ada", aud=issuer.client_id, groups=[])
        for token, status in ((issuer.sign(claims), 200), (issuer.sign({**claims, "nonce": "x"}), 401)):
            answer = await client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == status


async def test_after_a_rotation_the_old_key_signs_no_more(api_for, issuer):
    client = await api_for(None)

    async def status(token):
        return (await client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})).status_code

    claims = issuer.claims("ada", aud="api", groups=[])
    assert await status(issuer.sign(claims)) == 200
    old = issuer.rotate()
    assert await status(issuer.sign({**claims, "jti": "new"})) == 200  # asked for the keys again, by itself
    assert await status(issuer.sign({**claims, "jti": "old"}, key=old)) == 401


async def test_names_of_keys_that_do_not_exist_ask_the_issuer_a_few_times_only(api_for, issuer):
    client = await api_for(None)
    for number in range(20):
        token = issuer.sign(issuer.claims("ada", aud="api", groups=[]), kid=f"made up {number}")
        await client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert issuer.asked["/jwks"] <= 5


async def test_a_group_that_is_lost_is_lost_at_the_next_request(browser, issuer, astro, always_asked):
    issuer.people["ada"]["groups"] = ["astro"]
    await browser.sign_in()
    assert await browser.roles() == ["astro"]
    issuer.people["ada"]["groups"] = []
    assert await browser.roles() == []
    issuer.people["ada"]["groups"] = ["astro"]
    assert await browser.roles() == ["astro"]


async def test_an_earlier_id_token_does_not_keep_a_group_that_is_told_no_more(
    browser, issuer, astro, always_asked
):
    issuer.says_who_again = False
    issuer.people["ada"]["groups"] = ["astro"]
    await browser.sign_in()
    assert await browser.roles() == ["astro"]
    del issuer.people["ada"]["groups"]  # some tell of no groups by telling nothing
    assert await browser.roles() == []


async def test_roles_that_only_the_access_token_tells_are_read(browser, issuer, astro, always_asked):
    issuer.people["ada"]["realm_access"] = {"roles": ["access:astro:manager"]}
    issuer.only_in["realm_access"] = "access_token"
    await browser.sign_in()
    assert await browser.roles() == ["astro"]
    issuer.people["ada"]["realm_access"] = {"roles": []}
    assert await browser.roles() == []


async def test_a_session_whose_person_is_gone_ends(browser, platform, issuer, astro, always_asked):
    issuer.people["ada"]["groups"] = ["astro"]
    await browser.sign_in()
    issuer.gone("ada")
    assert await browser.roles() is None
    async with platform.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM sessions")) == 0
        # They may only have been away for long: what they were given lapses, later.
        assert await session.scalar(GIVEN) == 1


class TestNothingRemembered:
    """An issuer whose gifts end with the sign-in."""

    @pytest.fixture
    def settings(self, tmp_path, issuer):
        issuers = [setting(issuer, remembers_hours=0)]
        return Settings(
            data=tmp_path / "data", address="http://fairhaven.test", issuers=issuers, log_level="warning"
        )

    async def test_a_person_who_is_gone_leaves_nothing(self, browser, platform, issuer, astro, always_asked):
        issuer.people["ada"]["groups"] = ["astro"]
        await browser.sign_in()
        issuer.gone("ada")
        assert await browser.roles() is None
        async with platform.transaction() as session:
            assert await session.scalar(GIVEN) == 0


async def test_without_a_refresh_token_the_person_is_asked_about_by_the_access_token(
    browser, issuer, astro, always_asked
):
    issuer.refreshes = False
    issuer.people["ada"]["groups"] = ["astro"]
    issuer.only_in["groups"] = "userinfo"
    await browser.sign_in()
    issuer.people["ada"]["groups"] = []
    assert await browser.roles() == []
    issuer.gone("ada")
    assert await browser.roles() is None


async def test_many_requests_at_once_ask_once_and_use_a_refresh_token_once(browser, platform, issuer, astro):
    issuer.people["ada"]["groups"] = ["astro"]
    await browser.sign_in()
    before = issuer.asked["/token"]
    await _due(platform)
    found = await asyncio.gather(*(browser.roles() for _ in range(20)))
    assert found == [["astro"]] * 20
    assert issuer.asked["/token"] == before + 1


async def test_while_the_issuer_is_silent_what_it_said_counts(browser, platform, issuer, astro):
    issuer.people["ada"]["groups"] = ["astro"]
    await browser.sign_in()
    issuer.silent.set()
    before = sum(issuer.asked.values())
    await _due(platform)
    assert await browser.roles() == ["astro"]
    assert await browser.roles() == ["astro"]
    assert sum(issuer.asked.values()) == before + 1  # it is not asked at each request
    issuer.silent.clear()
    issuer.people["ada"]["groups"] = []
    await _due(platform)
    assert await browser.roles() == []


async def test_an_issuer_that_is_silent_for_long_ends_its_sessions(browser, platform, issuer):
    await browser.sign_in()
    issuer.silent.set()
    async with platform.transaction() as session:
        await session.execute(text("UPDATE issuer_sessions SET checked_at = now() - interval '61 minutes'"))
    await _due(platform)
    assert await browser.roles() is None


async def test_what_nobody_confirms_any_more_lapses(browser, platform, issuer, astro):
    issuer.people["ada"]["groups"] = ["astro"]
    await browser.sign_in()
    await lapse(platform)
    assert await browser.roles() == ["astro"]
    async with platform.transaction() as session:
        await session.execute(text("UPDATE identities SET confirmed_at = now() - interval '15 days'"))
    await lapse(platform)
    assert await browser.roles() == []


async def test_tokens_of_the_issuer_are_sealed(browser, platform, issuer):
    await browser.sign_in()
    async with platform.transaction() as session:
        rows = (await session.execute(text("SELECT * FROM issuer_sessions"))).all()
        flows = await session.scalar(text("SELECT count(*) FROM sign_in_flows"))
    kept = b"".join(value for row in rows for value in row if isinstance(value, bytes))
    assert kept and flows == 0
    for token in (*issuer.access_tokens, *issuer.refresh_tokens):
        assert token.encode() not in kept


async def test_signing_out_ends_the_session_and_leads_to_the_issuer(browser, issuer):
    await browser.sign_in()
    done = await browser.post("/sign-out")
    there = done.headers["refresh"]
    assert there.startswith(f"0; url={issuer.url}/sign-out?id_token_hint=ey")
    assert "post_logout_redirect_uri=http%3A%2F%2Ffairhaven.test%2Fsign-in" in there
    assert done.headers["cache-control"] == "no-store"
    assert await browser.me() is None


async def test_signing_in_and_out_are_facts_without_secrets(browser, platform, issuer):
    await browser.sign_in()
    await browser.post("/sign-out")
    async with platform.transaction() as session:
        facts = (await session.execute(text("SELECT kind, data::text FROM facts ORDER BY seq"))).all()
    kinds = [kind for kind, _ in facts]
    assert {"person.joined", "identity.linked", "person.signed_in", "person.signed_out"} <= set(kinds)
    signed_in = next(data for kind, data in facts if kind == "person.signed_in")
    assert '"by": "issuer:home"' in signed_in
    assert not any(
        "ey" + "J" in data or "Lovelace" in data for kind, data in facts if kind != "person.joined"
    )


async def test_an_issuer_that_does_not_answer_is_told(browser, issuer):
    issuer.silent.set()
    told = await browser.get(FLOW)
    assert told.status_code == 502 and "Home answered 503" in told.text


async def test_an_issuer_with_another_name_for_itself_is_refused(browser, issuer):
    issuer.url += "/another"
    told = await browser.get(FLOW)
    assert told.status_code == 502 and "calls itself" in told.text


async def _due(platform):
    """Let the issuer be asked at the next request, also for those who are known to this process."""
    async with platform.transaction() as session:
        await session.execute(text("UPDATE issuer_sessions SET next_at = now() - interval '1 second'"))
        people = (await session.scalars(text("SELECT person_id FROM sessions"))).all()
        from fairhaven.identity import service

        for person in people:
            await service.forget(session, person)
    await until(lambda: True)

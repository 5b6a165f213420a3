"""People sign in with a real issuer, in a real browser: in and out, from a terminal, and less than before."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="these tests need playwright")

from playwright.sync_api import expect  # noqa: E402

from fairhaven.core.testing.issuer import RSAKey  # noqa: E402
from fairhaven.core.testing.whole import until  # noqa: E402

pytestmark = [pytest.mark.xdist_group("oidc"), pytest.mark.slow, pytest.mark.browser]

AT_THE_LATEST = 2.0 + 13.0  # seconds until what an issuer says counts: believed, then asked again


def _picture(page, name):
    if folder := os.environ.get("FAIRHAVEN_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_who_signs_in_comes_back_to_where_they_were_going(house):
    with house.context() as context:
        page = context.new_page()
        page.goto("/account/tokens")
        page.locator("main").get_by_role("link", name="Sign in").click()
        expect(page.get_by_role("link", name="Sign in with The tests' own")).to_be_visible()
        _picture(page, "sign-in")
        house.sign_in(page, "ada")
        house.arrives(page, "/account/tokens")
        expect(page.locator("header")).to_contain_text("Ada Lovelace")
        assert house.projects(context) == ["default"]
        page.goto("/account/identities")
        expect(page.locator("main")).to_contain_text("Ada Lovelace")
        _picture(page, "identities")


def test_doctor_asks_the_issuers(house):
    said = house.platform.command("doctor", check=False)
    assert f"{house.canaille.url} answers" in said
    assert f"{house.own.url} answers" in said
    assert "a-secret-of-the-client" not in said and house.own.client_secret not in said


def test_two_issuers_at_once_and_one_of_them_linked(house):
    with house.context() as context:
        page = context.new_page()
        page.goto("/sign-in")
        house.sign_in(page, "ada")
        house.arrives(page, "/")
        page.goto("/account/identities")
        page.get_by_role("link", name="Link The tests' own").click()
        house.arrives(page, "/account/identities")
        expect(page.locator("main")).to_contain_text("Mary Somerville")
    with house.context() as context:
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_role("link", name="Sign in with The tests' own").click()
        house.arrives(page, "/")
        expect(page.locator("header")).to_contain_text("Ada Lovelace")


def test_signing_out_signs_out_of_the_issuer_too(house):
    with house.context() as context:
        page = context.new_page()
        page.goto("/sign-in")
        house.sign_in(page, "ada")
        house.arrives(page, "/")
        page.locator("header summary").last.click()
        page.get_by_role("button", name="Sign out").click()
        house.arrives(page, "/sign-in**")
        assert house.projects(context) is None
        page.get_by_role("link", name="Sign in with Canaille").click()
        expect(page.locator("input[name=login]")).to_be_visible()  # it does not know us any more


def test_a_terminal_is_signed_in_by_who_signs_in_with_an_issuer(house, tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FAIRHAVEN_")}
    environment |= {"XDG_CONFIG_HOME": str(tmp_path), "COLUMNS": "200", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "fairhaven"]
    said = tmp_path / "said"
    with said.open("w") as file:
        login = subprocess.Popen([*command, "login", house.url], env=environment, stdout=file, stderr=file)
    try:
        found = until(lambda: re.search(r"http\S+/device\?code=\S+", said.read_text()), 30)
        with house.context() as context:
            page = context.new_page()
            page.goto(found.group())
            house.arrives(page, "/sign-in?**")
            house.sign_in(page, "ida")
            house.arrives(page, "/device?**")
            page.get_by_role("button", name="Let it in").click()
            expect(page.locator("main")).to_contain_text("signed in as you")
        assert login.wait(30) == 0, said.read_text()
    finally:
        login.kill()
    told = subprocess.run([*command, "whoami"], env=environment, capture_output=True, text=True, timeout=60)
    assert "Ida Rhodes" in told.stdout, told.stderr


def test_a_lost_group_and_a_person_who_is_gone_count_soon(house):
    with house.context() as ida, house.context() as grace:
        for context, name in ((ida, "ida"), (grace, "grace")):
            page = context.new_page()
            page.goto("/sign-in")
            house.sign_in(page, name)
            house.arrives(page, "/")
            assert house.projects(context) == ["default"]
        house.canaille.do(groups={"default": ["ada"]}, gone=["grace"])
        began = time.monotonic()
        until(lambda: house.projects(ida) == [], AT_THE_LATEST + 5)
        until(lambda: house.projects(grace) is None, AT_THE_LATEST + 5)
        assert time.monotonic() - began <= AT_THE_LATEST


def test_forged_tokens_are_refused_and_honest_ones_are_not(house):
    own = house.own
    claims = own.claims("mary", aud="api", groups=["default"])
    confused, unsigned = own.confused(claims), own.unsigned(claims)
    forged = {
        "expired": own.sign({**claims, "exp": claims["iat"] - 120}),
        "of another issuer": own.sign({**claims, "iss": house.canaille.url}),
        "for somebody else": own.sign({**claims, "aud": "another"}),
        "alg none": unsigned,
        "key confusion": confused,
        "another key": own.sign(claims, key=RSAKey.generate_key(2048), kid=own.key.kid),
    }

    def status(token):
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(f"{house.url}/api/v1/me", headers=headers, timeout=30).status_code

    assert status(own.sign(claims)) == 200
    assert {how: status(token) for how, token in forged.items()} == dict.fromkeys(forged, 401)
    old = own.rotate()
    assert status(own.sign({**claims, "jti": "new"})) == 200
    assert status(own.sign({**claims, "jti": "old"}, key=old)) == 401

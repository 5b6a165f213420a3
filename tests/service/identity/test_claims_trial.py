"""An administrator tries claims: by page, by REST, by command; nothing of it is kept."""

import json
import os
import subprocess
import sys

import pytest
from sqlalchemy import text

from fairhaven.core.config import Settings
from fairhaven.core.testing import make

CLAIMS = {"groups": ["default", "nowhere"], "realm_access": {"roles": ["access:default:manager", "offline"]}}


@pytest.fixture
def settings(tmp_path):
    rules = [
        {"claim": "groups", "level": "member"},
        {"claim": "realm_access.roles", "pattern": "access:{project}:{level}"},
    ]
    one = {"name": "home", "label": "Home", "url": "https://issuer.example", "client_id": "us"}
    return Settings(data=tmp_path / "data", issuers=[{**one, "claims": rules}], log_level="warning")


async def test_claims_are_tried_and_nothing_is_kept(api, platform):
    async with platform.transaction() as session:
        before = await session.scalar(text("SELECT count(*) FROM facts"))
    found = (await api.post("/api/v1/issuers/home/trials", json={"claims": CLAIMS})).json()
    assert found["memberships"] == {"default": "manager"}
    whys = {each["value"]: each["why"] for each in found["verdicts"]}
    assert whys["nowhere"] == "There is no project nowhere."
    assert "does not look like" in whys["offline"]
    async with platform.transaction() as session:
        for table in ("identities", "sign_in_flows"):
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
        kinds = text("SELECT count(*) FROM facts WHERE kind NOT LIKE 'token.%'")
        assert await session.scalar(kinds) <= before


async def test_only_administrators_try_claims(api_for, grace):
    client = await api_for(grace)
    answer = await client.post("/api/v1/issuers/home/trials", json={"claims": CLAIMS})
    assert answer.status_code == 403


async def test_the_issuers_are_told_to_everybody(api_for):
    client = await api_for(None)
    assert (await client.get("/api/v1/issuers")).json() == [{"name": "home", "label": "Home"}]


async def test_the_same_by_page(api):
    api.headers["Accept"] = "text/html"
    assert "access:{project}:{level}" in (await api.get("/issuers/home")).text
    assert "https://issuer.example" in (await api.get("/issuers")).text
    page = await api.post("/issuers/home", data={"claims": json.dumps(CLAIMS)})
    assert "manager of default" in page.text and "There is no project nowhere." in page.text
    wrong = await api.post("/issuers/home", data={"claims": "[1]"})
    assert wrong.status_code == 422 and "not a JSON object" in wrong.text
    assert (await api.get("/issuers/other")).status_code == 404


async def test_the_same_by_command(platform, served_url, ada, tmp_path):
    token = await make.token(platform, ada)
    environment = {**os.environ, "FAIRHAVEN_URL": served_url, "FAIRHAVEN_TOKEN": token, "COLUMNS": "200"}

    def run(*arguments, given=""):
        argv = [sys.executable, "-m", "fairhaven", "issuer", *arguments]
        return subprocess.run(argv, env=environment, input=given, capture_output=True, text=True, timeout=60)

    import asyncio

    done = await asyncio.to_thread(run, "try", "home", given=json.dumps(CLAIMS))
    assert "There is no project nowhere." in done.stdout, done.stderr
    assert (await asyncio.to_thread(run, "try", "home", given="no")).returncode == 1
    assert "Home" in (await asyncio.to_thread(run, "list")).stdout

"""Signing in, and staying out."""

from datetime import timedelta

import pytest

from fairhaven.core.policy import Actor
from fairhaven.identity import service as identity
from fairhaven.identity.schemas import TokenSpec


async def test_a_link_signs_in_once(platform, session, ada):
    link = await identity.make_link(session, ada.id)
    session.info["actor"] = Actor()
    credential = await identity.sign_in(session, link, agent="test", life=timedelta(hours=1))
    found = await identity.of_session(session, credential)
    assert found is not None and found.person.id == ada.id
    with pytest.raises(identity.LinkUsed):
        await identity.sign_in(session, link, agent="test", life=timedelta(hours=1))


async def test_a_revoked_token_is_refused_at_once(api, api_for, ada):
    made = (await api.post("/api/v1/tokens", json=TokenSpec(name="laptop").model_dump())).json()
    other = await api_for(None)
    headers = {"Authorization": f"Bearer {made['secret']}"}
    assert (await other.get("/api/v1/me", headers=headers)).json()["via"] == "token"
    assert (await api.delete(f"/api/v1/tokens/{made['id']}")).status_code == 204
    refused = await other.get("/api/v1/me", headers=headers)
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["fix"]

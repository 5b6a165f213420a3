"""`fairhaven login` on a machine without a browser (RFC 8628)."""

import pytest

from fairhaven.core.errors import SignInNeeded
from fairhaven.core.policy import Actor
from fairhaven.identity import service


async def begin(client):
    answer = await client.post("/api/v1/device-logins")
    assert answer.status_code == 201
    return answer.json()


async def finish(client, code):
    return await client.post("/api/v1/device-logins/token", json={"device_code": code})


async def test_an_approved_device_gets_a_token_once(api_for, ada, platform):
    device = await api_for(None)
    begun = await begin(device)
    assert (await finish(device, begun["device_code"])).status_code == 428
    async with platform.transaction(ada) as own:
        await service.approve_device(own, ada, begun["user_code"].lower())
    made = await finish(device, begun["device_code"])
    assert made.status_code == 201
    headers = {"Authorization": f"Bearer {made.json()['secret']}"}
    assert (await device.get("/api/v1/me", headers=headers)).json()["person"]["id"] == str(ada.id)
    again = await finish(device, begun["device_code"])
    assert again.status_code == 400 and "fairhaven login" in again.json()["fix"]


async def test_nobody_unknown_can_approve_a_device(api_for, platform):
    begun = await begin(await api_for(None))
    async with platform.transaction(Actor()) as session:
        with pytest.raises(SignInNeeded):
            await service.approve_device(session, Actor(), begun["user_code"])


async def test_a_guessed_device_code_is_refused(api_for):
    assert (await finish(await api_for(None), "x" * 43)).status_code == 400

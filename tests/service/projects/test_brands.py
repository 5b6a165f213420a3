"""One installation, several host names: each shows its project's look, from this process's memory."""

import asyncio

import httpx
import pytest
from sqlalchemy import event, select

from fairhaven import app as application
from fairhaven.core.facts import FactRow
from fairhaven.core.policy import Role
from fairhaven.core.testing import make
from fairhaven.identity import service as identity

BRAND = {
    "name": "iMagine",
    "accent_light": "#00695c",
    "links": [{"label": "Site", "url": "https://imagine.example/"}],
}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="3"/></svg>'
PAGE = {"Accept": "text/html"}


@pytest.fixture
async def web(platform, live, ada):
    """The application with its brands kept true, and `await ask(host, path, …)` on it."""
    app = application.web(platform, live)
    running = asyncio.create_task(app.state.brands.run(interval=60.0))
    token = await make.token(platform, ada)

    async def ask(host, path, *, method="GET", known=True, **more):
        headers = {
            **PAGE,
            **({"Authorization": f"Bearer {token}"} if known else {}),
            **more.pop("headers", {}),
        }
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.request(method, path, headers=headers, **more)

    ask.app = app
    yield ask
    running.cancel()


@pytest.fixture
async def branded(web, project_id):
    """The default project, with a look and a host name."""
    base = f"/api/v1/projects/{project_id}"
    assert (await web("fairhaven.test", f"{base}/brand", method="PUT", json=BRAND)).status_code == 200
    hosts = await web("fairhaven.test", f"{base}/hosts", method="PUT", json={"hosts": ["imagine.test"]})
    assert hosts.json()["hosts"] == ["imagine.test"]
    await make.until(lambda: web.app.state.brands._by_host)
    return base


async def test_each_host_has_its_own_look_without_a_restart(web, branded):
    ours, theirs = await web("fairhaven.test", "/"), await web("imagine.test:8080", "/")
    assert "· Fairhaven</title>" in ours.text and "imagine.example" not in ours.text
    assert "· iMagine</title>" in theirs.text and 'href="https://imagine.example/"' in theirs.text
    assert 'href="/brand/default/style.css?v=' in theirs.text
    style = await web(
        "imagine.test", theirs.text.split('rel="stylesheet" href="')[1].split('"')[0], known=False
    )
    assert style.headers["content-type"].startswith("text/css")
    assert "immutable" in style.headers["cache-control"]
    assert "--accent: light-dark(#00695c, #" in style.text and ".rail" in style.text
    again = await web(
        "imagine.test",
        "/brand/default/style.css",
        known=False,
        headers={"If-None-Match": style.headers["etag"]},
    )
    assert again.status_code == 304


async def test_other_processes_hear_of_a_change(web, branded, platform):
    async with make.listening(platform) as elsewhere:
        other = application.web(platform, elsewhere).state.brands
        running = asyncio.create_task(other.run(interval=60.0))
        await make.until(lambda: other._by_host)
        assert other.of("default").brand.name == "iMagine"
        await web("fairhaven.test", f"{branded}/brand", method="PUT", json={**BRAND, "name": "Other"})
        await make.until(lambda: other.of("default").brand.name == "Other")
        await web("fairhaven.test", f"{branded}/hosts", method="PUT", json={"hosts": []})
        await make.until(lambda: not other._by_host)
        running.cancel()


async def test_a_host_costs_no_trip_to_the_database(platform, web, branded):
    asked = []
    engine = platform.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    for host in ("fairhaven.test", "imagine.test"):
        assert (await web(host, "/sign-in", known=False)).status_code == 200
    assert (await web("imagine.test", "/brand/default/style.css", known=False)).status_code == 200
    assert asked == []


async def test_a_colour_that_cannot_be_read_is_refused_with_numbers(web, branded):
    answer = await web(
        "fairhaven.test", f"{branded}/brand", method="PUT", json={**BRAND, "accent_light": "#ffcc00"}
    )
    assert answer.status_code == 422
    assert (
        "#ffcc00 has a contrast of 1.4 : 1; 4.5 : 1 is needed. Nearest: #856a00." in answer.json()["detail"]
    )
    assert answer.json()["errors"][0]["field"] == "accent_light"


async def test_a_logo_is_served_so_that_it_can_do_nothing(web, branded):
    sent = await web("fairhaven.test", f"{branded}/brand/logo", method="PUT", content=SVG)
    assert sent.status_code == 200, sent.text
    await make.until(lambda: web.app.state.brands.of("default").logo_key)
    found = await web("imagine.test", sent.json()["logo"], known=False)
    assert (found.content, found.headers["content-type"]) == (SVG, "image/svg+xml")
    assert (
        found.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )
    assert found.headers["x-content-type-options"] == "nosniff"
    assert f'src="{sent.json()["logo"]}"' in (await web("imagine.test", "/")).text
    bad = await web(
        "fairhaven.test", f"{branded}/brand/logo", method="PUT", content=SVG.replace(b"circle", b"script")
    )
    assert bad.status_code == 400 and "`script`" in bad.json()["detail"]
    gone = await web("fairhaven.test", f"{branded}/brand/logo", method="DELETE")
    assert gone.status_code == 204
    await make.until(lambda: not web.app.state.brands.of("default").logo_key)
    assert (await web("imagine.test", sent.json()["logo"], known=False)).status_code == 404


async def test_a_host_is_one_projects_and_never_the_installations_own(web, branded, platform):
    made = await web(
        "fairhaven.test", "/api/v1/projects", method="POST", json={"slug": "ai4life", "name": "AI4Life"}
    )
    base = f"/api/v1/projects/{made.json()['id']}"
    taken = await web("fairhaven.test", f"{base}/hosts", method="PUT", json={"hosts": ["imagine.test"]})
    assert taken.status_code == 409
    own = await web("fairhaven.test", f"{base}/hosts", method="PUT", json={"hosts": ["127.0.0.1"]})
    assert own.status_code == 400
    for wrong in ("Imagine.test", "https://imagine.test", "imagine.test:80", "-a.test", "a..test", "*", ""):
        answer = await web("fairhaven.test", f"{base}/hosts", method="PUT", json={"hosts": [wrong]})
        assert answer.status_code == 422, wrong


async def test_managers_set_looks_and_administrators_hosts(
    web, branded, platform, project_id, api_for, grace, bob
):
    manager = await api_for(await make.person(platform, "Mary", project_id, Role.MANAGER))
    assert (await manager.put(f"{branded}/brand", json=BRAND)).status_code == 200
    assert (await manager.put(f"{branded}/hosts", json={"hosts": []})).status_code == 403
    for actor, status in ((grace, 403), (bob, 404)):
        client = await api_for(actor)
        assert (await client.put(f"{branded}/brand", json=BRAND)).status_code == status
        assert (await client.put(f"{branded}/brand/logo", content=SVG)).status_code == status
        assert (await client.put(f"{branded}/hosts", json={"hosts": []})).status_code == status


async def test_changes_are_told_with_before_and_after(web, branded, platform):
    await web("fairhaven.test", f"{branded}/brand", method="PUT", json={**BRAND, "terms": "Be kind."})
    async with platform.transaction() as session:
        told = select(FactRow.kind, FactRow.data).where(FactRow.kind.in_(["brand.set", "hosts.set"]))
        facts = [
            (kind, data["before"], data["after"])
            for kind, data in await session.execute(told.order_by(FactRow.seq))
        ]
    assert facts[1] == ("hosts.set", [], ["imagine.test"])
    assert facts[2] == (
        "brand.set",
        {"terms": "0 characters", "terms_version": 0},
        {"terms": "8 characters", "terms_version": 1},
    )


async def sign_in(web, platform, host, person_id):
    async with platform.transaction() as session:
        secret = await identity.make_link(session, person_id)
    answer = await web(host, f"/sign-in/{secret}", method="POST", known=False)
    assert answer.status_code == 303, answer.text
    return {"Cookie": f"fairhaven_session={answer.cookies['fairhaven_session']}"}


async def test_terms_are_asked_once_per_version_in_that_host_only(web, branded, platform, bob):
    await web("fairhaven.test", f"{branded}/brand", method="PUT", json={**BRAND, "terms": "Be *kind*."})
    brands = web.app.state.brands
    await make.until(lambda: brands.of("default").brand.terms)
    cookie = await sign_in(web, platform, "imagine.test", bob.id)

    async def ask(path, host="imagine.test", **more):
        return await web(host, path, known=False, headers=cookie, **more)

    led = await ask("/catalog")
    assert (led.status_code, led.headers["location"]) == (303, "/terms?back=/catalog")
    assert (await ask("/catalog", host="fairhaven.test")).status_code == 200
    page = await ask("/terms?back=/catalog")
    assert "Be <em>kind</em>." in page.text and "I accept" in page.text
    csrf = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": csrf, "version": "1", "back": "//evil.example"}
    accepted = await ask("/terms", method="POST", data=form)
    assert (accepted.status_code, accepted.headers["location"]) == (303, "/")
    assert (await ask("/catalog")).status_code == 200
    await web("fairhaven.test", f"{branded}/brand", method="PUT", json={**BRAND, "terms": "Be very kind."})
    await make.until(lambda: brands.of("default").brand.terms_version == 2)
    assert (await ask("/catalog")).status_code == 303
    old = await ask("/terms", method="POST", data=form)
    assert old.status_code == 409
    assert (await web("imagine.test", "/catalog")).status_code == 200  # a program, with a token


async def test_a_host_that_is_none_does_no_harm(web, branded):
    for host in ("[::1", "", "imagine.test:x", "IMAGINE.test.", "a\u0000b"):
        answer = await web("fairhaven.test", "/sign-in", headers={"Host": host.encode()})
        assert answer.status_code == 200, host
        assert ("· iMagine</title>" in answer.text) == host.lower().startswith("imagine")


async def test_an_unknown_host_shows_the_installation_itself_and_is_never_repeated(web, branded):
    page = await web("evil.example", "/")
    assert page.status_code == 200 and "evil.example" not in page.text and "· Fairhaven</title>" in page.text


async def test_commands(command, project_id, tmp_path):
    (tmp_path / "logo.svg").write_bytes(SVG)
    (tmp_path / "terms.md").write_text("Be kind.")
    project = str(project_id)
    await command("project", "look", "set", project, "--name", "iMagine", "--light", "#00695c")
    await command("project", "look", "set", project, "--terms", str(tmp_path / "terms.md"))
    await command("project", "look", "logo", project, str(tmp_path / "logo.svg"))
    await command("project", "look", "hosts", project, "imagine.test", "imagine.example.org")
    shown = await command("project", "look", "show", project)
    assert '"name": "iMagine"' in shown and '"terms_version": 1' in shown and "imagine.example.org" in shown
    refused = await command("project", "look", "set", project, "--dark", "#111111", code=1)
    assert "4.5 : 1 is needed" in refused.replace("\n", " ")

"""Secrets are planted in every form that takes or makes one, and looked for in every place where none may be.

Both are tables. What comes to take secrets gets a line in PLANTS; what comes to keep or show anything gets
one in PLACES.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

import httpx
import pytest

from fairhaven import domains
from fairhaven.core.testing.canaries import ProcessList, Scene, csrf_of, digest, written
from fairhaven.core.testing.whole import until

pytestmark = [pytest.mark.xdist_group("whole"), pytest.mark.slow]

SECRETS = "/api/v1/secrets"
LARGEST = 256 << 20  # bytes of a file that is looked into
OWN = "the installation's own"
KEPT_IN = {"credentials.json", "s3.json", "security.toml", "gateway-secret", "traefik.yml", "keys"}


# --- where secrets are planted ------------------------------------------------------------------------


def by_rest(scene: Scene, started: Callable[..., str]) -> None:
    for name in ("by-rest", "replaced", "deleted"):
        put(scene, name)
    put(scene, "replaced", "replacing")
    scene.asked("delete", scene.whole.api.delete(f"{SECRETS}/deleted"))


def of_a_project(scene: Scene, started: Callable[..., str]) -> None:
    address = f"/api/v1/projects/{scene.project}/secrets/of-a-project"
    body = {"value": scene.canary("of-a-project")}
    assert scene.asked("put", scene.whole.api.put(address, json=body)).status_code == 200


def by_page(scene: Scene, started: Callable[..., str]) -> None:
    with closing(scene.whole.browser()) as browser:
        for address in ("/account/secrets", f"/projects/{scene.project}/secrets"):
            token = csrf_of(browser.get(address).text)
            for fields in ({"value": scene.canary("by-page")}, {"lines": scene.canary("by-page-in-lines")}):
                form = {"csrf_token": token, "name": "by-page", **fields}
                assert scene.asked(address, browser.post(address, data=form)).status_code == 303


def by_command(scene: Scene, started: Callable[..., str]) -> None:
    environment = {**scene.whole.environment, "FAIRHAVEN_URL": scene.whole.url}
    command = [sys.executable, "-m", "fairhaven", "secret", "put", "by-command"]
    given = f"{scene.canary('by-command')}\n".encode()
    done = subprocess.run(command, env=environment, input=given, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    scene.answers.append(("secret put", (done.stdout + done.stderr).decode()))


def in_refused_requests(scene: Scene, started: Callable[..., str]) -> None:
    """What is wrong is told, and not quoted."""
    api, canary = scene.whole.api, scene.canary("refused")
    bodies: list[Any] = [{"valeu": canary}, {"value": [canary]}, {"value": canary + "\0"}, [canary], canary]
    for body in (*bodies, {"value": canary * 4000}):
        answer = scene.asked("refused", api.put(f"{SECRETS}/refused", json=body))
        assert answer.status_code == 422
    broken = {"content": f'{{"value": "{canary}', "headers": {"Content-Type": "application/json"}}
    assert scene.asked("broken", api.put(f"{SECRETS}/refused", **broken)).status_code == 400
    foreign = "/api/v1/projects/01890000-0000-7000-8000-000000000000/secrets/refused"
    assert scene.asked("foreign", api.put(foreign, json={"value": canary})).status_code == 404
    with closing(scene.whole.browser()) as browser:
        form = {"csrf_token": "wrong", "name": "refused", "value": canary}
        assert scene.asked("forged", browser.post("/account/secrets", data=form)).status_code == 403


def in_wrong_credentials(scene: Scene, started: Callable[..., str]) -> None:
    wrong = scene.canary("wrong-credential")
    with scene.whole.client() as nobody:
        for header in (f"Bearer fh_{wrong}", f"Bearer {wrong}", f"Basic {wrong}"):
            scene.asked("refused", nobody.get("/api/v1/tokens", headers={"Authorization": header}))
        scene.asked("cookie", nobody.get("/workloads", headers={"Cookie": f"fairhaven_session={wrong}"}))
        scene.asked("device", nobody.post("/api/v1/device-logins/token", json={"device_code": wrong}))
        assert nobody.post(f"/sign-in/{wrong}").status_code == 410  # the address is the asker's own


def in_tokens(scene: Scene, started: Callable[..., str]) -> None:
    """A token is told once, to who made it: that one answer is not among those looked into."""
    made = scene.whole.api.post("/api/v1/tokens", json={"name": "canary", "days": 1}).json()
    scene.planted["a token"] = made["secret"]
    with scene.whole.client({"Authorization": f"Bearer {made['secret']}"}) as bearer:
        scene.asked("me", bearer.get("/api/v1/me"))
        scene.asked("nothing there", bearer.get("/api/v1/workloads/nothing"))
    rotated = scene.whole.api.post(f"/api/v1/tokens/{made['id']}/rotate", json={}).json()
    scene.planted["a token after rotation"] = rotated["secret"]


def in_ways_in(scene: Scene, started: Callable[..., str]) -> None:
    """Links, sessions and devices."""
    link = scene.whole.fresh_link()
    scene.planted["a sign-in link"] = link.rpartition("/")[2]
    with scene.whole.client({"Accept": "text/html"}) as browser:
        assert browser.post(link).status_code == 303
        scene.planted["a session"] = browser.cookies["fairhaven_session"]
        scene.asked("again", browser.post(link, headers={"Cookie": ""}))
    with scene.whole.client() as device:
        begun = device.post("/api/v1/device-logins").json()
        scene.planted["a device code"] = begun["device_code"]
        body = {"device_code": begun["device_code"]}
        scene.asked("pending", device.post("/api/v1/device-logins/token", json=body))


def in_passwords(scene: Scene, started: Callable[..., str]) -> None:
    """Chosen by a link, used, mistyped, and changed."""
    account = {"name": "grace", "person_name": "Grace Hopper"}
    made = scene.whole.api.post("/api/v1/local-accounts", json=account).json()
    address = httpx.URL(made["url"]).path
    scene.planted["a link to choose a password"] = address.rpartition("/")[2]
    with scene.whole.client({"Accept": "text/html"}) as browser:
        weak = {"password": scene.canary("first-password"), "again": scene.canary("mistyped-password")}
        browser.post(address, data=weak)  # the page's form bears the link that it was asked by
        chosen = {"password": scene.planted["first-password"], "again": scene.planted["first-password"]}
        assert scene.asked("choose", browser.post(address, data=chosen)).status_code == 303
        wrong = {"name": "grace", "password": scene.canary("wrong-password")}
        assert scene.asked("wrong", browser.post("/sign-in", data=wrong)).status_code == 422
        right = {"name": "grace", "password": scene.planted["first-password"]}
        assert browser.post("/sign-in", data=right).status_code == 303  # it bears the cookie
        scene.planted["a session by password"] = browser.cookies["fairhaven_session"]
        new = scene.canary("second-password")
        form = {"present": scene.planted["first-password"], "password": new, "again": new}
        token = csrf_of(scene.asked("form", browser.get("/account/password")).text)
        changed = browser.post("/account/password", data={"csrf_token": token, **form})
        assert scene.asked("change", changed).status_code == 303


def in_invitations(scene: Scene, started: Callable[..., str]) -> None:
    address = f"/api/v1/projects/{scene.project}/invitations"
    link = scene.whole.api.post(address, json={"uses": 2}).json()["link"]
    secret = link.rpartition("/")[2]
    scene.planted["an invitation"] = secret
    with scene.whole.client({"Accept": "text/html"}) as stranger:
        assert stranger.get(f"/invitations/{secret}").status_code == 200  # its form bears the address itself
        scene.asked("invitations", scene.whole.api.get(address))
    scene.asked("join", scene.whole.api.post("/api/v1/memberships", json={"secret": secret}))
    wrong = scene.canary("an-invitation-that-is-none")
    assert scene.asked("none", scene.whole.api.post("/api/v1/memberships", json={"secret": wrong})).is_error


def of_service_accounts(scene: Scene, started: Callable[..., str]) -> None:
    address = f"/api/v1/projects/{scene.project}/service-accounts"
    robot = scene.asked("account", scene.whole.api.post(address, json={"name": "Nightly"})).json()["id"]
    made = scene.whole.api.post(f"{address}/{robot}/tokens", json={"name": "ci"}).json()
    scene.planted["a service account's token"] = made["secret"]
    rotated = scene.whole.api.post(f"{address}/{robot}/tokens/{made['id']}/rotate", json={}).json()
    scene.planted["a service account's next token"] = rotated["secret"]
    with scene.whole.client({"Authorization": f"Bearer {rotated['secret']}"}) as bearer:
        assert scene.asked("me", bearer.get("/api/v1/me")).status_code == 200


def of_hooks(scene: Scene, started: Callable[..., str]) -> None:
    """Told to developers who ask, used and misused by git servers."""
    address = "/api/v1/modules/tells/hook"
    scene.planted["a hook's first secret"] = scene.whole.api.get(address).json()["secret"]
    secret = scene.whole.api.post(f"{address}/rotate").json()["secret"]
    scene.planted["a hook's secret"] = secret
    with scene.whole.client() as server:
        for given, status in ((scene.canary("a-wrong-hook"), 401), (secret, 202)):
            answer = server.post(address, headers={"Authorization": f"Bearer {given}"})
            assert scene.asked("push", answer).status_code == status


def of_issuers(scene: Scene, started: Callable[..., str]) -> None:
    """Its secret is read when it is asked, here in vain."""
    with scene.whole.client({"Accept": "text/html"}) as stranger:
        assert scene.asked("begin", stranger.get("/sign-in/with/idp")).is_error
        back = f"/sign-in/with/idp/back?state={scene.canary('a-state')}&code={scene.canary('a-code')}"
        assert scene.asked("back", stranger.get(back)).is_error
    scene.answers.append(("doctor", scene.whole.command("doctor", check=False)))


def in_settings(scene: Scene, started: Callable[..., str]) -> None:
    """Addresses of a database and an object store that have their passwords in them, and lead nowhere."""
    settings = {
        "FAIRHAVEN_DATABASE": f"postgresql://us:{scene.canary('database-password')}@127.0.0.1:9/x",
        "FAIRHAVEN_OBJECTS": f"s3+http://us:{scene.canary('object-store-key')}@127.0.0.1:9/bucket",
        "FAIRHAVEN_OUTBOUND_PROXY": f"http://us:{scene.canary('proxy-password')}@127.0.0.1:9",
        "FAIRHAVEN_DATA": str(scene.whole.data.parent / "elsewhere"),
    }
    for words in ("doctor", "migrate", "serve"):
        command = [sys.executable, "-m", "fairhaven", words]
        environment = {**scene.whole.environment, **settings}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        scene.answers.append((words, done.stdout + done.stderr))
        assert done.returncode or words == "doctor", done.stdout


def of_the_installation(scene: Scene, started: Callable[..., str]) -> None:
    """What it made for itself, in files that only it reads."""
    objects = json.loads(next(scene.whole.data.rglob("credentials.json")).read_text())
    scene.planted |= {f"{OWN} {name}": value for name, value in objects.items() if name != "access_key"}
    scene.planted[f"{OWN} gateway secret"] = (scene.whole.data / "gateway-secret").read_text()
    if (keys := scene.whole.data / "secrets" / "keys").exists():
        scene.planted[f"{OWN} key"] = keys.read_text().split()[-1]


def in_workloads(scene: Scene, started: Callable[..., str]) -> None:
    """Delivered as a variable and as a file, to modules that say them, refuse them and die of them."""
    for name in ("as-variable", "as-file", "in-refusal", "in-crash"):
        put(scene, name)
    given = {"secrets": {"GIVEN_A": "as-variable"}, "secret_files": ["as-file"]}
    runs = started("it got " + digest(scene.planted["as-file"]), **given)
    assert digest(scene.planted["as-variable"]) in scene.whole.said(runs)
    until(lambda: scene.whole.said(runs).count("it says ***") == 2)
    given = {"secrets": {"GIVEN_A": "in-refusal"}, "secret_files": ["as-file"]}
    refuses = started("the portal does not know ***", environment={"REFUSE": "1"}, **given)
    until(lambda: "its log tells more" in (scene.whole.get(f"workloads/{refuses}")["reason"] or ""))
    given["secrets"] = {"GIVEN_A": "in-crash"}
    crashes = started("cannot go on with ***", environment={"CRASH": "1"}, **given)
    scene.workloads = {"runs": runs, "refuses": refuses, "crashes": crashes}


PLANTS = (
    by_rest,
    of_a_project,
    by_page,
    by_command,
    in_refused_requests,
    in_wrong_credentials,
    in_tokens,
    in_ways_in,
    in_passwords,
    in_invitations,
    of_service_accounts,
    of_hooks,
    of_issuers,
    in_settings,
    of_the_installation,
    in_workloads,
)


# --- where no secret may be ---------------------------------------------------------------------------


def files_of_the_platform(scene: Scene) -> Iterator[tuple[str, bytes]]:
    """All that is kept: rows and their journal as PostgreSQL writes them, objects, logs, run folders."""
    for path in [*scene.whole.data.rglob("*"), *scene.whole.temporary.rglob("*")]:
        with suppress(FileNotFoundError):
            plain = path.is_file() and not path.is_symlink() and "cache" not in path.parts
            if plain and path.stat().st_size <= LARGEST:
                yield str(path), path.read_bytes()


def logs(scene: Scene) -> Iterator[tuple[str, bytes]]:
    for path in scene.logs:
        yield str(path), path.read_bytes()


def logs_of_workloads(scene: Scene) -> Iterator[tuple[str, str]]:
    for workload in scene.workloads.values():
        yield workload, scene.whole.said(workload)


def rows_of_every_table(scene: Scene) -> Iterator[tuple[str, str]]:
    """Each row as a dump would write it; facts and audit are among them."""
    tables = scene.whole.rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    for table in (each["table_name"] for each in tables):
        for row in scene.whole.rows(f'SELECT t::text AS row FROM "{table}" t'):
            yield f"the table {table}", row["row"]


def answers_to_requests(scene: Scene) -> Iterator[tuple[str, str]]:
    """What was answered to requests that bore a secret, errors above all."""
    yield from scene.answers


def pages(scene: Scene) -> Iterator[tuple[str, str]]:
    own = [f"/workloads/{each}" for each in scene.workloads.values()]
    own += [f"/workloads/{scene.workloads['runs']}/try", f"/workloads/new?release={scene.release}"]
    own += [f"/projects/{scene.project}/secrets", "/catalog/tells", "/there-is-nothing-here"]
    routes = {route.path for router in domains.ROUTERS for route in router.routes if "GET" in route.methods}
    plain = [path for path in sorted(routes) if "{" not in path and not path.endswith("/events")]
    with closing(scene.whole.browser()) as browser:
        for path in [*own, *(each for each in plain if not each.startswith(("/api/", "/internal/")))]:
            yield path, browser.get(path).text


def rest(scene: Scene) -> Iterator[tuple[str, str]]:
    described = scene.whole.api.get("/api/v1/openapi.json").json()["paths"]
    paths = [path for path, verbs in described.items() if "get" in verbs and "{" not in path]
    paths += [f"/api/v1/workloads/{each}" for each in scene.workloads.values()]
    paths += [f"/api/v1/projects/{scene.project}/secrets", "/metrics", "/readyz"]
    for path in paths:
        yield path, scene.whole.api.get(path).text


def process_list(scene: Scene) -> Iterator[tuple[str, str]]:
    """Every command line that was there at any moment."""
    assert any("keeper.py" in line for line in scene.commands)
    assert any("secret put by-command" in line for line in scene.commands)
    for line in sorted(scene.commands):
        yield "the process list", line


PLACES = (
    files_of_the_platform,
    logs,
    logs_of_workloads,
    rows_of_every_table,
    answers_to_requests,
    pages,
    rest,
    process_list,
)


@pytest.fixture(scope="module")
def planted(scene: Scene, started: Callable[..., str]) -> Scene:
    """The scene after every plant; what was put aside or replaced is erased by then."""
    with ProcessList(scene.commands):
        for plant in PLANTS:
            plant(scene, started)
    until(lambda: not scene.whole.rows("SELECT 1 FROM deliveries"))
    until(lambda: not scene.whole.rows("SELECT 1 FROM procrastinate_jobs WHERE task_name LIKE 'secrets.%%'"))
    return scene


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_no_planted_secret_is_in(place: Callable[..., Iterator[tuple[str, Any]]], planted: Scene) -> None:
    looked, found = 0, []
    for where, content in place(planted):
        looked += 1
        found += [each for each in planted.found_in(where, content) if not kept_there(each, where)]
    assert looked
    assert found == []


def test_what_is_looked_for_would_be_found(planted: Scene) -> None:
    """In what it is written down on purpose: the operator's own configuration, and other writings of it."""
    kept = json.loads((planted.whole.data.parent / "config/fairhaven/credentials.json").read_text())
    planted.planted["the command's token"] = next(iter(kept["tokens"].values()))
    assert planted.found_in("here", json.dumps(kept)) == ["the command's token is in here"]
    del planted.planted["the command's token"]
    for name, value in planted.planted.items():
        for way in written(value):
            assert f"{name} is in here" in planted.found_in("here", b"before " + way + b" after")


def kept_there(found: str, where: str) -> bool:
    """Whether it is what the installation keeps for itself, in its own private file."""
    return found.startswith(OWN) and where.rpartition("/")[2] in KEPT_IN


def put(scene: Scene, name: str, canary: str = "") -> None:
    answer = scene.whole.api.put(f"{SECRETS}/{name}", json={"value": scene.canary(canary or name)})
    assert scene.asked("put", answer).status_code == 200, answer.text

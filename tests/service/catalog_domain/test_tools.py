"""Tools by REST, pages and command: what everybody reads, what is checked, what administrators alone see."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from fairhaven.core.config import Settings

EXAMPLES = Path(__file__).parents[3] / "examples" / "modules"
HTML = {"Accept": "text/html"}
TOOL = "/api/v1/tools/codespace"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With a folder of tools in which one is broken and one is called as a module is."""
    folder = tmp_path / "tools"
    for name, text in (
        ("broken", "tool_schema: 1.0.0\ntitel: Broken\n"),
        ("digits", (Path(shelf_folder()) / "mlflow-ui" / "tool.yaml").read_text()),
    ):
        (folder / name).mkdir(parents=True)
        (folder / name / "tool.yaml").write_text(text)
    (tmp_path / "data").mkdir()
    return Settings(data=tmp_path / "data", log_level="warning", tools=[folder])


def shelf_folder() -> Path:
    from fairhaven.catalog.toolbox import shelf

    return shelf.SHIPPED


async def nobody(api_for: Callable[..., Any]) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await api_for(None)
    return client


async def test_everybody_reads_the_tools_and_their_forms(api_for: Callable[..., Any]) -> None:
    stranger = await nobody(api_for)
    listed = (await stranger.get("/api/v1/tools")).json()
    names = [each["name"] for each in listed]
    assert {"codespace", "flower-server", "label-studio", "mlflow-ui", "node-red", "nvflare"} <= {*names}
    assert names == sorted(names)
    assert "broken" not in names
    assert [each["name"] for each in (await stranger.get("/api/v1/tools?q=federated+PRIVACY")).json()] == [
        "flower-server",
        "nvflare",
    ]
    only = (await stranger.get("/api/v1/tools", params={"category": "Annotation"})).json()
    assert [each["name"] for each in only] == ["label-studio"]
    form = await stranger.get(f"{TOOL}/form")
    assert form.headers["content-type"].startswith("application/schema+json")
    Draft202012Validator.check_schema(form.json())
    Draft202012Validator.check_schema((await stranger.get("/api/v1/tool-schemas/1.0.0")).json())
    assert (await stranger.get("/api/v1/tool-schemas/9.0.0")).status_code == 404
    assert (await stranger.get("/api/v1/tools/none")).status_code == 404


async def test_a_tool_is_told_as_schema_org_says_it(api: httpx.AsyncClient) -> None:
    told = await api.get(TOOL, headers={"Accept": "application/ld+json"})
    assert told.headers["content-type"].startswith("application/ld+json")
    assert told.json()["@type"] == "SoftwareApplication"
    assert (await api.get(TOOL)).json()["tasks"]
    assert '"SoftwareApplication"' in (await api.get("/tools/codespace", headers=HTML)).text


async def test_a_broken_tool_hides_no_other_and_is_told_to_administrators(
    api: httpx.AsyncClient, api_for: Callable[..., Any]
) -> None:
    listed = {each["name"]: each["valid"] for each in (await api.get("/api/v1/tools")).json()}
    assert listed["broken"] is False and listed["codespace"] is True
    page = (await api.get("/tools/broken", headers=HTML)).text
    assert "tool.yaml:2:1" in page and "Did you mean &#39;title&#39;?" in page
    assert (await api.post("/api/v1/tools/broken/plan", json={})).status_code == 404
    stranger = await nobody(api_for)
    assert (await stranger.get("/tools/broken", headers=HTML)).status_code == 404
    assert (await stranger.get("/tools", headers=HTML)).status_code == 200


async def test_a_plan_says_what_would_run_and_names_what_is_wrong(
    api: httpx.AsyncClient, api_for: Callable[..., Any]
) -> None:
    made = await api.post(f"{TOOL}/plan", json={"values": {"editor": "vscode", "cpu": 4}})
    assert made.json()["tasks"][0]["image"].startswith("codercom/code-server:")
    assert made.json()["resources"]["cpu"] == 4
    wrong = await api.post(f"{TOOL}/plan", json={"values": {"cpu": 99, "editor": "emacs"}})
    assert wrong.status_code == 422
    assert {each["field"] for each in wrong.json()["errors"]} == {"cpu", "editor"}
    secret = await api.post(
        "/api/v1/tools/label-studio/plan", json={"values": {"email": "a@example.edu", "password": "ls-key"}}
    )
    by_name = {each["name"]: each for each in secret.json()["tasks"][0]["environment"]}
    assert by_name["LABEL_STUDIO_PASSWORD"] == {
        "name": "LABEL_STUDIO_PASSWORD", "value": None, "secret": "ls-key",
    }  # fmt: skip
    assert (await (await nobody(api_for)).post(f"{TOOL}/plan", json={})).status_code == 401


async def test_a_tool_and_a_module_of_one_name_live_side_by_side(api: httpx.AsyncClient) -> None:
    await api.post("/catalog/new", data={"url": str(EXAMPLES / "digits")}, headers=HTML)
    assert (await api.get("/api/v1/tools/digits")).json()["title"] == "MLflow"
    assert (await api.get("/api/v1/modules/digits")).json()["title"] == "Handwritten digits"
    page = (await api.get("/tools/codespace?module=digits", headers=HTML)).text
    assert "What suits <b>digits</b> is filled in" in page
    assert 'value="1024"' in page  # digits wants less than the least of a codespace
    made = await api.post(f"{TOOL}/plan", json={"module": "digits"})
    assert made.json()["values"]["memory_mb"] == 1024
    assert (await api.post(f"{TOOL}/plan", json={"module": "none"})).status_code == 404


async def test_the_page_works_without_scripts(api: httpx.AsyncClient, api_for: Callable[..., Any]) -> None:
    page = (await api.get("/tools/codespace", headers=HTML)).text
    assert 'max="16"' in page and "Memory (MiB)" in page and "<h3>Hardware</h3>" in page
    good = await api.post(
        "/tools/codespace", data={"editor": "vscode", "cpu": "2", "memory_mb": "2048"}, headers=HTML
    )
    assert good.status_code == 200
    assert "codercom/code-server" in good.text and "docker run" in good.text
    bad = await api.post("/tools/codespace", data={"editor": "vscode", "cpu": "99"}, headers=HTML)
    assert bad.status_code == 422
    assert "It must be at most 16." in bad.text and 'href="#field-cpu"' in bad.text
    typed = {**HTML, "HX-Request": "true", "HX-Target": "result"}
    part = await api.post("/tools/codespace", data={"editor": "vscode", "cpu": "2"}, headers=typed)
    assert "<form" not in part.text and "codercom/code-server" in part.text
    opened = await api.post("/tools/mlflow-ui", data={"server": "https://mlflow.example.org"}, headers=HTML)
    assert 'href="https://mlflow.example.org/#/experiments/0"' in opened.text
    assert (
        "Sign in to set it up" in (await (await nobody(api_for)).get("/tools/codespace", headers=HTML)).text
    )
    assert 'href="/tools"' in (await api.get("/catalog", headers=HTML)).text


@pytest.mark.parametrize(
    ("name", "filled"),
    [
        ("codespace", {"editor": "jupyterlab", "repository": "https://example.edu/a", "storage": "mine"}),
        ("flower-server", {}),
        ("label-studio", {"email": "a@example.edu", "password": "key", "storage": "mine"}),
        ("mlflow-ui", {"server": "https://mlflow.example.edu"}),
        ("node-red", {"credentials": "key"}),
        ("nvflare", {"credential": "a", "passphrase": "b", "server": "on", "kit": "k", "organisation": "o"}),
    ],
)
async def test_each_shipped_tool_shows_its_plan(
    api: httpx.AsyncClient, name: str, filled: dict[str, str]
) -> None:
    page = await api.post(f"/tools/{name}", data=filled, headers=HTML)
    assert page.status_code == 200, page.text
    assert "docker run" in page.text or "https://mlflow.example.edu/#/" in page.text


async def test_commands_list_show_and_plan(command: Callable[..., Any]) -> None:
    assert "node-red" in await command("tool", "list")
    assert "Memory" in await command("tool", "show", "codespace")
    planned = await command("tool", "plan", "codespace", "--set", "cpu=3", "--set", "editor=vscode")
    assert "--cpus=3" in planned
    assert "at most 16" in await command("tool", "plan", "codespace", "--set", "cpu=17", code=1)

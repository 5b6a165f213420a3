"""Templates by REST and in the form: what everybody reads, what is checked, what one takes home."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from fairhaven.catalog.metadata import parse

EXAMPLES = Path(__file__).parents[3] / "examples" / "modules"
HTML = {"Accept": "text/html"}
FIELDS = {
    "name": "bird-songs", "title": "Bird songs", "summary": "Names the bird that sings.",
    "repository": "https://github.com/ada/bird-songs", "license": "MIT", "author": "Ada Lovelace",
    "orcid": "0000-0002-1825-0097", "task": "Classification", "library": "PyTorch", "data_type": "Audio",
}  # fmt: skip


def files(answer: httpx.Response) -> dict[str, bytes]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="bird-songs.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {each.removeprefix("bird-songs/"): archive.read(each) for each in archive.namelist()}


async def test_a_zip_is_made_of_answers(api: httpx.AsyncClient, api_for: Callable[..., Any]) -> None:
    nobody = await api_for(None)
    known = (await nobody.get("/api/v1/templates")).json()
    assert [each["name"] for each in known] == ["minimal", "advanced", "child"]
    assert "Audio" in known[0]["form"]["properties"]["data_type"]["enum"]
    assert (await nobody.get("/api/v1/templates/none")).status_code == 404
    address = "/api/v1/templates/advanced/archives"
    made = files(await api.post(address, json={"values": FIELDS}))
    assert parse(made["ai4-metadata.yml"]).problems == ()
    assert made["LICENSE"].startswith(b"MIT License")
    wrong = await api.post(address, json={"values": {**FIELDS, "orcid": "1", "task": "Guessing"}})
    assert wrong.status_code == 422
    assert {each["field"] for each in wrong.json()["errors"]} == {"orcid", "task"}
    assert (await nobody.post(address, json={"values": FIELDS})).status_code == 401


async def test_the_form_works_without_scripts(api: httpx.AsyncClient) -> None:
    page = (await api.get("/catalog/start?template=advanced", headers=HTML)).text
    assert 'href="/catalog/new"' in page and "Who made it" in page
    assert "/catalog/start" in (await api.get("/catalog/new", headers=HTML)).text
    checked = (await api.post("/catalog/start?template=minimal", data=FIELDS, headers=HTML)).text
    assert "files are ready" in checked and "git push -u origin main" in checked
    wrong = await api.post("/catalog/start", data={**FIELDS, "orcid": "1"}, headers=HTML)
    assert wrong.status_code == 422 and 'href="#field-orcid"' in wrong.text
    typed = {**HTML, "HX-Request": "true", "HX-Target": "result"}
    part = await api.post("/catalog/start", data={"title": "<b>x</b>"}, headers=typed)
    assert part.status_code == 200 and "<form" not in part.text and "Not yet complete" in part.text
    assert files(await api.post("/catalog/start", data={**FIELDS, "do": "download"}, headers=HTML))


async def test_a_child_needs_a_base_that_others_can_reach(api: httpx.AsyncClient) -> None:
    asked = {name: FIELDS[name] for name in ("name", "title", "summary", "repository", "license", "author")}
    address = "/api/v1/templates/child/archives"
    none = await api.post(address, json={"values": {**asked, "base": "digits"}})
    assert none.status_code == 404
    await api.post("/catalog/new", data={"url": str(EXAMPLES / "digits")}, headers=HTML)
    early = await api.post(address, json={"values": {**asked, "base": "digits"}})
    assert early.status_code == 409 and "no release yet" in early.json()["detail"]
    page = await api.post("/catalog/start?template=child", data={**asked, "base": "digits"}, headers=HTML)
    assert page.status_code == 422 and "no release yet" in page.text
    assert 'value="digits"' in (await api.get("/catalog/start?template=child&base=digits", headers=HTML)).text


async def test_no_module_takes_the_forms_address(api: httpx.AsyncClient, tmp_path: Path) -> None:
    folder = tmp_path / "start"
    folder.mkdir()
    for each in ("ai4-metadata.yml", "pyproject.toml"):
        (folder / each).write_bytes((EXAMPLES / "digits" / each).read_bytes())
    made = await api.post("/catalog/new", data={"url": str(folder)}, headers=HTML)
    assert made.headers["location"] == "/catalog/start-module"
    assert (await api.get("/catalog/start", headers=HTML)).status_code == 200

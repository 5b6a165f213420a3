"""The editor page without a browser: it shows what the module says, checks what was sent, gives the file."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from fairhaven.catalog.metadata import form, parse

EXAMPLES = Path(__file__).parents[3] / "examples" / "modules"
HTML = {"Accept": "text/html"}
EDIT = "/catalog/digits/metadata/edit"
FIELDS = {
    "title": "Digits", "summary": "Reads a digit.", "description": "Reads **a digit**.",
    "links.source_code": "https://example.edu/digits", "libraries": "Scikit-learn", "tasks": "Classification",
    "categories": "AI4 inference", "tags": "digits\r\nimages", "version": "1.0.0", "license": "MIT",
    "authors[0].name": "Ada Lovelace",
}  # fmt: skip


@pytest.fixture(autouse=True)
async def digits(api: httpx.AsyncClient) -> None:
    await api.post("/catalog/new", data={"url": str(EXAMPLES / "digits")}, headers=HTML)


async def test_the_form_shows_what_the_module_says(api: httpx.AsyncClient) -> None:
    page = (await api.get(EDIT, headers=HTML)).text
    assert 'name="title"' in page
    assert 'value="Handwritten digits"' in page
    assert "metadata_version: 3.0.0" in page
    assert (
        'href="/catalog/digits/metadata/edit"'
        in (await api.get("/catalog/digits?tab=metadata", headers=HTML)).text
    )


async def test_what_is_sent_becomes_a_file_that_is_right(api: httpx.AsyncClient) -> None:
    answer = await api.post(EDIT, data={**FIELDS, "do": "download"}, headers=HTML)
    assert answer.headers["content-type"].startswith("application/yaml")
    assert "ai4-metadata.yml" in answer.headers["content-disposition"]
    report = parse(answer.text)
    assert report.problems == ()
    assert report.metadata is not None
    assert report.metadata.tags == ("digits", "images")
    assert report.metadata.authors[0].name == "Ada Lovelace"


async def test_an_error_stands_beside_its_field(api: httpx.AsyncClient) -> None:
    page = (await api.post(EDIT, data={**FIELDS, "license": "Apache 2"}, headers=HTML)).text
    field = re.search(r'id="field-license-error".*?</p>', page, re.DOTALL)
    assert field is not None
    assert "Apache-2.0" in field[0]


async def test_typing_asks_for_the_form_and_the_file_alone(api: httpx.AsyncClient) -> None:
    headers = {**HTML, "HX-Request": "true", "HX-Target": "content"}
    part = (await api.post(EDIT, data={**FIELDS, "title": "<script>alert(1)</script>"}, headers=headers)).text
    assert "<html" not in part
    assert 'id="field-title"' in part
    assert "&lt;script&gt;" in part
    assert "<script" not in part


async def test_a_list_gets_one_more_item(api: httpx.AsyncClient) -> None:
    page = (await api.post(EDIT, data={**FIELDS, "do": "add:authors"}, headers=HTML)).text
    assert 'name="authors[1].name"' in page


async def test_a_file_keeps_what_its_authors_wrote_around_the_change(
    api: httpx.AsyncClient, tmp_path: Path
) -> None:
    folder = tmp_path / "counted"
    shutil.copytree(EXAMPLES / "digits", folder)
    file = folder / "ai4-metadata.yml"
    text = file.read_text().replace("title:", "# Ada asked for this title.\ntitle:", 1)
    file.write_text(text)
    await api.post("/catalog/new", data={"url": str(folder)}, headers=HTML)
    address = "/catalog/counted/metadata/edit"
    page = (await api.get(address, headers=HTML)).text
    assert "nothing was changed yet" in page and "<ins>" not in page
    fields = [*_fields(text), ("do", "download")]
    assert (await _sent(api, address, fields)) == text
    changed = [(name, "Counted digits" if name == "title" else value) for name, value in fields]
    after = await _sent(api, address, changed)
    assert [line for line in after.splitlines() if line not in text.splitlines()] == ["title: Counted digits"]
    assert "# Ada asked for this title." in after


async def _sent(api: httpx.AsyncClient, address: str, fields: list[tuple[str, str]]) -> str:
    sent = {name: [value for other, value in fields if other == name] for name, _ in fields}
    return (await api.post(address, data=sent, headers=HTML)).text


def _fields(text: str) -> list[tuple[str, str]]:
    """What a browser sends of the form of a file as it stands."""
    content = parse(text).metadata
    assert content is not None
    return list(form.untouched(form.draw(form.as_newest(content))))


async def test_who_may_not_see_the_module_may_not_edit_it(api_for: Callable[..., Any]) -> None:
    nobody = await api_for(None)
    assert (await nobody.get("/catalog/none/metadata/edit", headers=HTML)).status_code == 404

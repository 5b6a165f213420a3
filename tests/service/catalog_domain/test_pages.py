"""The catalog's pages, without a browser: what they say, to whom, and that forms work without JavaScript."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

EXAMPLES = Path(__file__).parents[3] / "examples" / "modules"
HTML = {"Accept": "text/html"}


@pytest.fixture
async def nobody(api_for: Callable[..., Any]) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await api_for(None)
    return client


async def register(api: httpx.AsyncClient, folder: Path) -> httpx.Response:
    return await api.post("/catalog/new", data={"url": str(folder)}, headers=HTML)


async def test_an_empty_catalog_says_what_it_is_for(
    api: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    assert "Register the first one" in (await api.get("/catalog", headers=HTML)).text
    page = await nobody.get("/catalog", headers=HTML)
    assert "No module yet" in page.text
    assert "Register" not in page.text


async def test_registering_by_form_leads_to_the_module(
    api: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    answer = await register(api, EXAMPLES / "digits")
    assert (answer.status_code, answer.headers["location"]) == (303, "/catalog/digits")
    page = await nobody.get("/catalog/digits", headers=HTML)
    assert "<h2" in page.text
    assert "Scikit-learn" in page.text
    for tab in ("releases", "metadata", "source"):
        assert (await api.get(f"/catalog/digits?tab={tab}", headers=HTML)).status_code == 200
    assert "Show the secret" in (await api.get("/catalog/digits?tab=source", headers=HTML)).text
    assert "Show the secret" not in (await nobody.get("/catalog/digits?tab=source", headers=HTML)).text


async def test_what_is_wrong_is_shown_beside_the_field_with_its_line(
    api: httpx.AsyncClient, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(EXAMPLES / "digits", tmp_path / "broken"))
    metadata = folder / "ai4-metadata.yml"
    metadata.write_text(metadata.read_text().replace("title: Handwritten digits", "title: ''"))
    for url, words in (
        (folder, "ai4-metadata.yml:2:"),
        (tmp_path / "gone", "no folder"),
        ("x", "neither"),
        ("", "Write"),
    ):
        page = await api.post("/catalog/new", data={"url": str(url)}, headers=HTML)
        assert page.status_code == 422
        assert words in page.text
        assert 'aria-invalid="true"' in page.text
    await register(api, EXAMPLES / "digits")
    assert 'href="/catalog/digits"' in (await register(api, EXAMPLES / "digits")).text


async def test_filters_live_in_the_address_and_typing_swaps_the_results_only(api: httpx.AsyncClient) -> None:
    for name in ("digits", "coins"):
        await register(api, EXAMPLES / name)
    page = await api.get("/catalog?q=handwritten&tasks=Classification", headers=HTML)
    assert "/catalog/digits" in page.text
    assert "/catalog/coins" not in page.text
    assert '<input type="hidden" name="tasks" value="Classification">' in page.text
    typed = await api.get("/catalog?q=digit", headers={**HTML, "HX-Request": "true", "HX-Target": "results"})
    assert typed.text.lstrip().startswith('<div class="with-facets">')
    chosen = await api.get("/catalog?q=digit", headers={**HTML, "HX-Request": "true", "HX-Target": "content"})
    assert "filter-bar" in chosen.text
    assert "<html" not in chosen.text
    assert "Nothing fits these filters" in (await api.get("/catalog?q=zebra", headers=HTML)).text


async def test_a_module_is_removed_only_when_its_name_is_typed(api: httpx.AsyncClient) -> None:
    await register(api, EXAMPLES / "digits")
    assert (await api.post("/catalog/digits/check", headers=HTML)).status_code == 303
    wrong = await api.post("/catalog/digits/remove", data={"confirm": "coins"}, headers=HTML)
    assert wrong.status_code == 400
    gone = await api.post("/catalog/digits/remove", data={"confirm": "digits"}, headers=HTML)
    assert gone.headers["location"] == "/catalog"
    assert (await api.get("/catalog/digits", headers=HTML)).status_code == 404


async def test_who_may_not_register_is_told_so(nobody: httpx.AsyncClient) -> None:
    assert (await nobody.get("/catalog/new", headers=HTML)).status_code == 401
    assert (await nobody.post("/catalog/new", data={"url": "https://h/x"}, headers=HTML)).status_code == 401

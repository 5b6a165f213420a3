"""The catalog as people use it: found, read, cited, taken as data; metadata edited; all of it by keyboard."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="browser tests need playwright")

from playwright.sync_api import Page, expect  # noqa: E402

from fairhaven.catalog import metadata  # noqa: E402

EVERYTHING = Path(__file__).parents[1] / "unit" / "catalog" / "exports" / "everything.yml"
README = """# plankton

![build](https://ci.example.org/badge.svg) [![docs](https://ci.example.org/docs.svg)](https://docs.example.org)

Sorts plankton by kind in images of a towed camera. See [the protocol](docs/protocol.md).

## Train it again

```console
$ pip install .
$ plankton-train --epochs 20
```

| setting | default |
|---|---|
| `epochs` | 20 |
"""

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("whole")]


@pytest.fixture(scope="module")
def plankton(furnished: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A module whose metadata says everything; its build fails at once, for it has no code."""
    folder = tmp_path_factory.mktemp("rich") / "plankton"
    folder.mkdir()
    shutil.copyfile(EVERYTHING, folder / "ai4-metadata.yml")
    (folder / "README.md").write_text(README)
    furnished.register(folder)
    furnished.built("plankton")
    return "plankton"


@pytest.fixture
def page(furnished: Any) -> Iterator[Page]:
    context = furnished.context(permissions=["clipboard-read", "clipboard-write"], accept_downloads=True)
    yield context.new_page()
    context.close()


def test_from_a_search_to_a_citation_and_to_data_that_curl_gets_too(
    furnished: Any, plankton: str, page: Page, album: Any
) -> None:
    page.goto("/catalog")
    page.get_by_role("searchbox").last.fill("plankton towed camera")
    page.get_by_role("searchbox").last.press("Enter")
    page.locator("main").get_by_role("link", name=re.compile("sorter")).first.click()
    page.wait_for_url(f"**/catalog/{plankton}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("sorter")
    expect(page.locator("main")).to_contain_text("Anything but plankton.")
    expect(page.get_by_role("link", name="Apache-2.0").first).to_have_attribute(
        "href", re.compile("publications.europa.eu")
    )
    album.take(page, "item-plankton")
    page.get_by_role("link", name="Cite", exact=True).click()
    expect(page.locator("main")).to_contain_text("Lovelace, A., & Hopper, G. (2024).")
    album.take(page, "item-cite")
    block = page.locator("figure", has_text="@software")
    block.get_by_role("button", name="Copy").click()
    expect(block.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@software{plankton-2024,")
    assert _downloaded(page, "BibTeX").startswith(b"@software{plankton-2024,")
    turtle = _downloaded(page, "Turtle")
    link = page.get_by_role("link", name="Turtle", exact=True).first.get_attribute("href") or ""
    assert turtle == subprocess.run(["curl", "-fsS", link], capture_output=True, check=True).stdout
    identifier = link.partition("?")[0]
    negotiated = ["curl", "-fsS", "-H", "Accept: text/turtle", identifier]
    assert turtle == subprocess.run(negotiated, capture_output=True, check=True).stdout
    from rdflib import Graph

    assert len(Graph().parse(data=turtle, format="turtle")) > 100


def test_what_is_wrong_with_metadata_is_said_beside_its_field_while_one_types(
    plankton: str, page: Page, album: Any
) -> None:
    page.goto(f"/catalog/{plankton}?tab=metadata")
    page.locator("main").get_by_role("link", name="Edit").click()
    title, doi = page.locator("#field-title"), page.locator("#field-doi")
    expect(page.locator("#result")).to_contain_text("nothing was changed yet")
    title.fill("A better sorter of plankton")
    page.locator("summary", has_text="More about it").click()
    doi.fill("not a doi")
    expect(page.locator(".field.wrong", has=doi)).to_contain_text("DOI")
    expect(doi).to_have_attribute("aria-invalid", "true")
    expect(doi).to_be_focused()
    expect(page.locator("#result").get_by_role("link", name="doi")).to_have_attribute("href", "#field-doi")
    album.take(page, "editor-wrong")
    doi.fill("10.5281/zenodo.7654321")
    expect(page.locator(".field.wrong")).to_have_count(0)
    expect(doi).to_have_value("10.5281/zenodo.7654321")
    expect(page.locator(".diff ins")).to_have_text(
        ["+title: A better sorter of plankton", "+doi: '10.5281/zenodo.7654321'"]
    )
    page.locator("summary", has_text="Authors").first.click()
    page.get_by_role("button", name="Add to Authors").click()
    expect(page.locator("[id='part-authors[2]']")).to_be_in_viewport()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download ai4-metadata.yml").click()
    report = metadata.parse(Path(download.value.path()).read_bytes())
    assert report.metadata is not None
    assert (report.metadata.title, report.metadata.doi) == (
        "A better sorter of plankton",
        "10.5281/zenodo.7654321",
    )


@pytest.mark.parametrize("tab", ["", "?tab=readme", "?tab=cite"])
def test_a_page_of_a_module_that_says_everything_is_sound(tab: str, furnished: Any, plankton: str) -> None:
    visit = furnished.visit(f"/catalog/{plankton}{tab}")
    faults = visit.too_heavy() + visit.faults()
    visit.page.context.close()
    assert not faults, "\n".join(faults)


def test_a_commit_with_errors_is_told_to_those_who_can_mend_it_and_to_nobody_else(
    furnished: Any, plankton: str, page: Page, tmp_path: Path, album: Any
) -> None:
    folder = Path(furnished.ask(f"/modules/{plankton}")["source"])
    right = (folder / "ai4-metadata.yml").read_text()
    (folder / "ai4-metadata.yml").write_text(right.replace("license: Apache-2.0", "license: Apache 2", 1))
    page.goto(f"/catalog/{plankton}?tab=source")
    page.get_by_role("button", name="Look for a new commit").click()
    page.goto(f"/catalog/{plankton}")
    told = page.locator(".errors")
    expect(told).to_contain_text("ai4-metadata.yml:9")
    expect(told).to_contain_text("license")
    album.take(page, "item-errors")
    told.get_by_role("link", name="Mend it in the editor").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Edit the metadata")
    stranger = furnished.visit(f"/catalog/{plankton}", signed_in=False)
    expect(stranger.page.get_by_role("heading", level=1)).to_contain_text("sorter")
    expect(stranger.page.locator(".errors")).to_have_count(0)
    assert "license:" not in stranger.page.locator("main").inner_text()
    stranger.page.context.close()
    (folder / "ai4-metadata.yml").write_text(right)
    page.goto(f"/catalog/{plankton}")
    told.get_by_role("button", name="Look for a new commit").click()
    expect(page.locator("#notices")).to_contain_text("There is a new commit")
    expect(told).to_have_count(0)


def _downloaded(page: Page, name: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("link", name=name, exact=True).first.click()
    return Path(download.value.path()).read_bytes()

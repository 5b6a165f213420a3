"""A module is begun in the browser: the form is filled in, the zip taken home, and what is in it is right."""

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="browser tests need playwright")

from playwright.sync_api import Page, expect  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("whole")]

FIELDS = {
    "Name": "bird-songs",
    "Title": "Bird songs",
    "Summary": "Names the bird that sings in a recording.",
    "Repository": "https://github.com/ada/bird-songs",
    "Author": "Ada Lovelace",
}


def test_a_form_is_filled_in_and_its_zip_passes_the_check(house: Any, album: Any, tmp_path: Path) -> None:
    visit = house.visit("/catalog/new")
    page: Page = visit.page
    page.get_by_role("link", name="Start from a template").click()
    page.get_by_role("link", name="Advanced").click()
    expect(page.get_by_text("Predicts and trains")).to_be_visible()
    album.take(page, "60-new-module")
    for label, value in FIELDS.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Data", exact=True).select_option("Audio")
    page.get_by_label("ORCID").fill("0000-0002-1825-0098")
    expect(page.locator("#result")).to_contain_text("its last character is a check")
    album.take(page, "61-new-module-wrong")
    page.get_by_label("ORCID").fill("0000-0002-1825-0097")
    expect(page.locator("#result")).to_contain_text("files are ready")
    assert visit.faults() == []
    album.take(page, "62-new-module-ready")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download the files").click()
    _passes(Path(saved.value.path()), tmp_path)
    page.context.close()


def test_a_tool_is_set_up_and_says_what_would_run(house: Any, album: Any) -> None:
    visit = house.visit("/catalog")
    page: Page = visit.page
    page.get_by_role("link", name="Tools").click()
    page.get_by_role("searchbox", name="Search tools").fill("notebook")
    expect(page.locator("#results .item")).to_have_count(1)
    page.get_by_role("link", name="Codespace").click()
    page.get_by_label("Editor").select_option("vscode")
    result = page.locator("#result")
    expect(result).to_contain_text("codercom/code-server")
    page.get_by_label("Memory (MiB)").fill("100")
    expect(result).to_contain_text("at least 1024")
    page.get_by_label("Memory (MiB)").fill("8192")
    expect(result).to_contain_text("--memory=8192m")
    assert visit.faults() == []
    album.take(page, "63-tool-planned")
    page.context.close()


def _passes(saved: Path, folder: Path) -> None:
    with zipfile.ZipFile(saved) as archive:
        archive.extractall(folder)
    argv = [sys.executable, "-m", "fairhaven", "metadata", "check", str(folder / "bird-songs")]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stdout

"""Repositories that cannot become modules: each is refused with what to do, and nothing of it stays."""

import html
import re

import pytest

pytestmark = [pytest.mark.xdist_group("whole"), pytest.mark.slow]

SOUND = {
    "metadata_version": "2.3.0",
    "title": "Small",
    "summary": "Answers forty-two.",
    "description": "It answers forty-two, whatever the question.",
    "dates": "{created: '2026-01-01', updated: '2026-01-01'}",
    "license": "Apache-2.0",
    "links": "{source_code: 'https://github.com/owner/small'}",
    "tags": "[test]",
    "tasks": "[Classification]",
    "categories": "[AI4 pre trained]",
    "libraries": "[Scikit-learn]",
    "data-type": "[Image]",
}


def _changed(**changes: str | None) -> str:
    wanted = SOUND | {name.replace("_type", "-type"): text for name, text in changes.items()}
    return "".join(f"{name}: {text}\n" for name, text in wanted.items() if text is not None)


BROKEN = {
    "an empty file": ("", 1),
    "no mapping": ("- a list\n- of things\n", 1),
    "no YAML": (_changed() + "title: [open\n", 13),
    "a tab": ("title: Small\n\tsummary: text\n", 2),
    "a key twice": (_changed() + "title: Again\n", 13),
    "no title": (_changed(title=None), 1),
    "an unknown version": (_changed(metadata_version="77.0"), 1),
    "a licence that is a list": (_changed(license="[MIT, BSD]"), 6),
    "a date that is none": (_changed(dates="{created: 'soon', updated: '2026-01-01'}"), 5),
    "an address that is none": (_changed(links="{source_code: 'not an address'}"), 7),
    "a list that is a word": (_changed(tags="test"), 8),
    "an unknown task": (_changed(tasks="[Fortune telling]"), 9),
}


@pytest.fixture
def nothing_left(whole):
    """Nothing of a refused registration stays."""
    before = _everything(whole)
    yield
    assert _everything(whole) == before


@pytest.mark.parametrize("where", ["folder", "file address", "web server"])
def test_a_repository_that_does_not_exist(whole, browser, csrf, nothing_left, tmp_path, where):
    address = {
        "folder": str(tmp_path / "nowhere"),
        "file address": f"file://{tmp_path}/nowhere",
        "web server": f"{whole.url}/nobody/nothing.git",
    }[where]
    said = _refused(whole, address)
    # A web server of this machine is not even asked whether it has one.
    problem = "address-refused" if where == "web server" else "repository-not-found"
    assert said["type"].endswith(problem) and said["status"] < 500
    page = _page(browser, csrf, address)
    assert _plain(said["detail"]) in page and _plain(said["fix"]) in page


def test_a_repository_without_metadata(whole, browser, csrf, nothing_left, make_module):
    folder = make_module("bare", **{"ai4-metadata.yml": ""})
    said = _refused(whole, str(folder))
    assert "ai4-metadata.yml" in said["detail"] and said["fix"]
    page = _page(browser, csrf, str(folder))
    assert _plain(said["detail"]) in page and _plain(said["fix"]) in page


@pytest.mark.parametrize("kind", BROKEN)
def test_metadata_that_is_not_right(whole, browser, csrf, nothing_left, make_module, kind):
    text, line = BROKEN[kind]
    folder = make_module("broken")
    (folder / "ai4-metadata.yml").write_text(text)
    said = _refused(whole, str(folder))
    assert said["status"] == 422 and "ai4-metadata.yml" in said["fix"]
    assert said["errors"][0]["field"] == f"ai4-metadata.yml:{line}", said["errors"]
    page = _page(browser, csrf, str(folder))
    assert _plain(said["errors"][0]["message"]).partition(". ")[0] in page
    assert re.search(rf"\b{line}\b", page)


def _refused(whole, address):
    answer = whole.api.post("/api/v1/modules", json={"url": address})
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["detail"] and said["fix"] and said["request_id"]
    return said


def _page(browser, csrf, address):
    """What a person reads who typed the address into the form."""
    answer = browser.post("/catalog/new", data={"url": address, "csrf_token": csrf})
    assert answer.status_code == 422
    assert f'value="{html.escape(address)}"' in answer.text, "what was typed stays in the form"
    return _plain(html.unescape(re.sub("<[^>]+>", "", answer.text)))


def _plain(text):
    """Without the marks of code, and on one line."""
    return " ".join(text.replace("`", "").split())


def _everything(whole):
    """How many rows there are, and what lies in the folders for work."""
    counted = {table: whole.rows(f"SELECT count(*) FROM {table}") for table in ("modules", "builds", "facts")}
    folders = (whole.data / "builds", whole.data / "workloads", whole.temporary)
    return counted, [sorted(path.name for path in folder.glob("*")) for folder in folders]

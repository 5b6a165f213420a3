"""A reload gets the page, HTMX gets the block; errors, notices, languages and static files."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from fairhaven.ui import environment, translations
from fairhaven.ui.environment import STATIC_URL, static, static_files, templates
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import NavItem, problem_page, render, see_other

PAGE = """{% extends "ui/base.html" %}{% block title %}{{ name }}{% endblock %}
{% block content %}<p id="whole">all</p>
{% block rows %}{{ ui.state("running") }} {{ name }} {{ _("Search") }}{% endblock %}
{% endblock %}"""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    folder = tmp_path / "catalog" / "templates"
    folder.mkdir(parents=True)
    (folder / "list.html").write_text(PAGE)
    routes = [Route("/list", _list), Route("/done", _done, methods=["POST"]), Route("/broken", _broken)]
    app = Starlette(routes=[*routes, Mount(STATIC_URL, static_files())])
    app.state.templates = templates(folder)
    app.state.nav = [
        NavItem("Catalog", "/list", "package"),
        NavItem("Providers", "/providers", "server", visible=lambda actor: actor.name == "ada"),
    ]
    with TestClient(app, follow_redirects=False) as client:
        yield client


def test_a_reload_gets_the_whole_page(client: TestClient) -> None:
    answer = client.get("/list")
    assert "<title>&lt;b&gt; · Fairhaven</title>" in answer.text
    assert 'id="whole"' in answer.text
    assert answer.text.count("<h1>") == 1
    assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_htmx_gets_what_a_reload_would_show_in_that_place(client: TestClient) -> None:
    block = client.get("/list", headers={"HX-Request": "true"}).text
    assert "<html" not in block
    assert 'id="whole"' not in block
    assert block in client.get("/list").text


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_going_back_in_history_gets_the_whole_page(client: TestClient, header: str) -> None:
    assert "<html" in client.get("/list", headers={"HX-Request": "true", header: "true"}).text


def test_the_rail_shows_only_what_this_person_may_see(client: TestClient) -> None:
    page = client.get("/list").text
    assert '<a href="/list" title="Catalog" aria-current="page">' in page
    assert "/providers" not in page
    assert "Sign in" in page


def test_a_problem_is_a_page_that_says_what_to_do(client: TestClient) -> None:
    answer = client.get("/broken")
    assert answer.status_code == 409
    for words in (
        "No room",
        "4 of 4 GPUs &lt;are&gt; in use.",
        "Stop one.",
        "req-1",
        "name</code>: too long",
    ):
        assert words in answer.text
    assert answer.headers["retry-after"] == "5"


def test_a_notice_shows_once_on_the_next_page(client: TestClient) -> None:
    answer = client.post("/done")
    assert (answer.status_code, answer.headers["location"]) == (303, "/list")
    assert "It is done &amp; stored." in client.get("/list").text
    assert "It is done" not in client.get("/list").text


@pytest.mark.parametrize("value", ["garbage", "e30=", "W10=", "bnVsbA=="])
def test_a_spoilt_notice_is_ignored(client: TestClient, value: str) -> None:
    client.cookies.set("fairhaven_notice", value)
    assert client.get("/list").status_code == 200


def test_the_chosen_theme_is_in_the_page_and_an_invented_one_is_not(client: TestClient) -> None:
    client.cookies.set("fairhaven_theme", "dark")
    assert 'data-theme="dark"' in client.get("/list").text
    client.cookies.set("fairhaven_theme", "x onload")
    assert "data-theme=" not in client.get("/list").text


def test_static_files_are_kept_for_a_year_under_their_content(client: TestClient) -> None:
    address = static("fairhaven.css")
    answer = client.get(address)
    assert "immutable" in answer.headers["cache-control"]
    assert client.get(address.partition("?")[0]).headers["cache-control"] == "no-cache"
    assert len(answer.content) <= 40 * 1024
    assert len(client.get(static("fairhaven.js")).content) <= 15 * 1024


def test_files_are_looked_up_once_unless_somebody_writes_templates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "STATIC", tmp_path)
    page = "{{ has_static('vendor/icons.svg') }} {{ ui.icon('check') }}"
    kept, fresh = templates().from_string(page), templates(reload=True).from_string(page)
    assert kept.render() == fresh.render() == "False "
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "icons.svg").write_text("<svg/>")
    assert kept.render() == "False "
    assert "vendor/icons.svg?v=" in fresh.render()


def test_an_icon_that_is_kept_still_tells_text_from_markup() -> None:
    icon = templates().from_string("{{ ui.icon('check', label) }}")
    assert 'aria-label="a &amp;amp; b"' in icon.render(label="a &amp; b")
    assert 'aria-label="a &amp; b"' in icon.render(label=Markup("a &amp; b"))


def test_another_language_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "de.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Search"\nmsgstr "Suche"\n'
    )
    assert translations.speak("fr, de-AT;q=0.8, en;q=0.5", tmp_path) == "de"
    assert translations.catalogue("de", tmp_path).gettext("Search") == "Suche"
    assert translations.speak("fr", tmp_path) == "en"
    page = templates(translations=translations.catalogue("de", tmp_path))
    assert page.from_string("{{ _('Search') }}").render() == "Suche"


def test_every_word_of_the_templates_can_be_translated() -> None:
    from babel.messages.extract import extract_from_dir

    folder = Path(translations.__file__).parent
    found = {
        message
        for *_, message, _, _ in extract_from_dir(
            folder,
            [("templates/**.html", "jinja2"), ("**.py", "python")],
            keywords={"_": None, "ngettext": (1, 2)},
        )
    }
    assert {"Skip to content", "Nothing fits these filters", "This is needed."} <= found


def _list(request: Request) -> Response:
    return render(request, "catalog/list.html", fragment="rows", name="<b>")


def _done(request: Request) -> Response:
    return see_other("/list", Notice("It is done & stored."))


def _broken(request: Request) -> Response:
    request.state.request_id = "req-1"
    error = SimpleNamespace(field="name", message="too long")
    problem = SimpleNamespace(
        status=409, title="No room", detail="4 of 4 GPUs <are> in use.", remedy="Stop one.", errors=[error],
        headers={"Retry-After": "5"},
    )  # fmt: skip
    return problem_page(request, problem)

"""The page at `/ui` as a browser without JavaScript knows it: HTML, forms, and what becomes of them."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

Shared = Callable[[str], Any]
Serve = Callable[..., Any]
Attributes = dict[str, str | None]

EVIL = "<script>window.hit = true</script><img src=x onerror='window.hit = true'>\"'&"
ADDRESSES = ("href", "src", "action", "data-ask")
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob: data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


class Page(HTMLParser):
    """Elements of a page as a browser's parser sees them, and the text of the whole."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.elements: list[tuple[str, Attributes]] = []
        self.text = ""
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[Attributes]:
        return [attributes for name, attributes in self.elements if name == tag]

    def fields(self) -> dict[str, Attributes]:
        """The box of each field, by its key."""
        return {str(one["data-key"]): one for _, one in self.elements if "data-key" in one}

    def controls(self) -> dict[str, tuple[str, Attributes]]:
        """The first control of each name."""
        named = [
            (str(one["name"]), (tag, one))
            for tag, one in self.elements
            if tag in ("input", "select", "textarea")
        ]
        return dict(reversed(named))


def page_of(server: Any, path: str = "/ui") -> Page:
    return Page(server.client.get(path))


def sent(**fields: str | list[str]) -> list[tuple[str, tuple[None, str]]]:
    """Fields of a form as a browser puts them into a multipart body."""
    lists = {name: [value] if isinstance(value, str) else value for name, value in fields.items()}
    return [(name, (None, value)) for name, values in lists.items() for value in values]


def test_the_page_may_load_nothing_but_its_own_files(shared: Shared) -> None:
    answer = shared("everything").client.get("/ui")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == POLICY
    page = Page(answer)
    assert page.all("script") == [{"src": "ui/page.js", "type": "module"}]
    assert page.all("style") == []
    assert [
        one for _, one in page.elements if "style" in one or any(name.startswith("on") for name in one)
    ] == []


def test_the_page_with_a_slash_leads_to_the_page(shared: Shared) -> None:
    server = shared("everything")
    answer = server.client.get("/ui/", follow_redirects=True)
    assert (answer.url, answer.history[0].status_code) == (server.url + "/ui", 308)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("page.css", "text/css; charset=utf-8"),
        ("page.js", "text/javascript; charset=utf-8"),
        ("answer.js", "text/javascript; charset=utf-8"),
        ("icons.svg", "image/svg+xml"),
    ],
)
def test_a_file_of_the_page_is_sent_once(shared: Shared, name: str, kind: str) -> None:
    client = shared("everything").client
    first = client.get(f"/ui/{name}")
    assert (first.status_code, first.headers["content-type"]) == (200, kind)
    again = client.get(f"/ui/{name}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_every_address_of_the_page_lies_below_the_base_path(serve: Serve) -> None:
    server = serve("everything", options=("--base-path", "/deep/down")).ready()
    page = page_of(server, "/deep/down/ui")
    found = {str(one[name]) for _, one in page.elements for name in ADDRESSES if one.get(name)}
    paths = {urljoin("/deep/down/ui", address).partition("#")[0] for address in found}
    assert all(path.startswith("/deep/down/") for path in paths)
    assert {path: server.client.get(path).status_code for path in paths if "/v2/" not in path} == {
        path: 405 if path.endswith(("/predict", "/train")) else 200 for path in paths if "/v2/" not in path
    }
    assert "/deep/down/v2/models/everything/predict/" in paths
    done = server.client.post("/deep/down/ui/predict", files=sent(count="4"))
    assert done.json()["predictions"]["count"] == 4


@pytest.mark.parametrize(
    ("name", "control", "wanted"),
    [
        ("text", "input", {"type": "text", "value": "some text"}),
        ("word", "input", {"type": "text", "value": "", "required": None}),
        ("essay", "textarea", {"rows": "3"}),
        ("day", "input", {"type": "date"}),
        ("moment", "input", {"type": "text"}),
        ("count", "input", {"type": "number", "value": "3", "min": "1", "max": "10", "step": "1"}),
        ("ratio", "input", {"type": "number", "value": "0.5", "min": "0", "max": "1", "step": "any"}),
        ("seed", "input", {"type": "number", "value": ""}),
        ("on", "input", {"type": "checkbox", "checked": None}),
        ("off", "input", {"type": "checkbox"}),
        ("maybe", "select", {}),
        ("pick", "select", {}),
        ("level", "select", {}),
        ("fixed", "select", {}),
        ("names", "textarea", {}),
        ("sides", "input", {"type": "checkbox", "value": "left", "checked": None}),
        ("pair", "textarea", {"placeholder": '[0, "…"]'}),
        ("rows", "textarea", {"placeholder": '[{"label": "…", "share": 0.5}]'}),
        ("options", "textarea", {"class": "code"}),
        ("origin.x", "input", {"type": "number", "required": None}),
        ("origin.y", "input", {"type": "number", "value": "0"}),
        ("point", "input", {"type": "checkbox", "value": "true"}),
        ("anything", "textarea", {}),
        ("data", "input", {"type": "file"}),
        ("images", "input", {"type": "file", "accept": "image/png", "multiple": None}),
    ],
)
def test_each_kind_of_argument_has_its_control(
    shared: Shared, name: str, control: str, wanted: Attributes
) -> None:
    tag, drawn = page_of(shared("kinds")).controls()[name]
    assert tag == control
    assert {key: drawn.get(key, "absent") for key in wanted} == wanted
    assert "required" not in drawn or "required" in wanted


def test_what_an_optional_object_needs_is_not_insisted_on(shared: Shared) -> None:
    controls = page_of(shared("kinds")).controls()
    assert "required" not in controls["point.x"][1]
    assert "checked" not in controls["point"][1]


def test_every_control_has_a_label_and_its_own_help(shared: Shared) -> None:
    page = page_of(shared("kinds"))
    ids = [one["id"] for _, one in page.elements if "id" in one]
    assert len(ids) == len(set(ids))
    assert {one["for"] for one in page.all("label") if "for" in one} <= set(ids)
    assert {one["aria-describedby"] for _, one in page.elements if "aria-describedby" in one} <= set(ids)
    assert "Any words." in page.text
    assert "From 1 to 10." in page.text
    assert "More than 0. At most 1." in page.text
    assert "2 to 9 characters." in page.text
    assert r"It must match [A-Z]+-\d+" in page.text


def test_many_arguments_are_folded_but_for_the_needed_and_files(shared: Shared) -> None:
    text = shared("kinds").client.get("/ui").text
    shown, folded = text.split('<details class="advanced">')
    assert all(f'data-key="{name}"' in shown for name in ("word", "origin", "text", "data", "images"))
    assert all(f'data-key="{name}"' in folded for name in ("seed", "anything"))


def test_an_author_names_exemplifies_and_folds_arguments(shared: Shared) -> None:
    server = shared("kinds")
    page = page_of(server)
    assert page.fields()["hint"]["data-label"] == "A title"
    assert page.controls()["hint"][1]["placeholder"] == "such a thing"
    assert 'data-key="hint"' in server.client.get("/ui").text.split('<details class="advanced">')[1]
    assert '<option value="a">The first</option>' in server.client.get("/ui").text


def test_a_form_filled_in_arrives_with_its_types(shared: Shared) -> None:
    fields = sent(
        **{"word": "hello", "origin.x": "1.5", "origin.y": "", "origin.name": "home"},
        text="line\r\nline", essay="", code="AB-2", day="2030-01-02", count="7", seed="", limit="",
        ratio="1", off="true", maybe="false", pick="a", level="3", names="Ada\r\n\r\nAlan",
        numbers="1\r\n2.5", sides=["left", "right"], joined="3\r\n4", pair='[1, "one"]', options='{"b": 2}',
        point="true", rows='[{"label": "x"}]', anything="0.25", asked="why?",
        **{"point.x": "2", "point.y": "3"},
    )  # fmt: skip
    empty = [("data", ("", b"", "application/octet-stream"))]
    answer = shared("kinds").client.post("/ui/predict", files=[*fields, *empty])
    assert answer.json()["predictions"] == {
        "word": "hello", "origin": {"x": 1.5, "y": 0.0, "name": "home"}, "text": "line\nline",
        "code": "AB-2", "day": "2030-01-02", "count": 7, "seed": None, "limit": None, "ratio": 1.0,
        "on": False, "off": True, "maybe": False, "pick": "a", "level": 3, "names": ["Ada", "Alan"],
        "numbers": [1.0, 2.5], "sides": ["left", "right"], "joined": [3, 4], "pair": [1, "one"],
        "options": {"b": 2}, "point": {"x": 2.0, "y": 3.0}, "rows": [{"label": "x"}], "anything": 0.25,
        "asked": "why?",
    }  # fmt: skip


def test_an_emptied_field_means_nothing_null_or_empty(shared: Shared) -> None:
    """What has no default is left out; null where it may be; else text and lists are empty."""
    fields = sent(**{"word": "hello", "origin.x": "1"}, text="", code="AB-1", names="", limit="", count="")
    given = shared("kinds").client.post("/ui/predict", files=fields).json()["predictions"]
    assert (given["text"], given["names"], given["sides"]) == ("", [], [])
    assert (given["limit"], given["count"]) == (None, 3)
    assert "numbers" not in given
    assert "point" not in given


def test_chosen_files_arrive_with_the_other_values(shared: Shared, wait_until: Callable[..., Any]) -> None:
    server = shared("everything")
    files = [
        *sent(count="5", flag="true", numbers="1\r\n2", name="", kind="b"),
        ("data", ("a b.txt", b"12345", "text/plain")),
        ("image", ("", b"", "application/octet-stream")),
    ]
    given = server.client.post("/ui/predict", files=files).json()["predictions"]
    assert given["data"] == {"name": "data", "type": "text/plain", "file": "a b.txt", "size": 5}
    assert (given["count"], given["flag"], given["numbers"], given["kind"]) == (5, True, [1.0, 2.0], "b")
    assert "name" not in given
    assert "image" not in given
    wait_until(lambda: not server.files())


def test_wrong_arguments_are_answered_as_the_contract_does(shared: Shared) -> None:
    answer = shared("everything").client.post("/ui/predict", files=sent(count="99"))
    assert answer.status_code == 422
    assert list(answer.json()) == ["count"]


def test_what_an_author_writes_never_becomes_html(shared: Shared) -> None:
    server = shared("hostile")
    server.client.post("/v2/models/hostile/train/", json={})
    page = page_of(server)
    assert page.all("script") == [{"src": "ui/page.js", "type": "module"}]
    assert page.all("img") == []
    assert not [one for _, one in page.elements if any(name.startswith("on") for name in one)]
    assert page.text.count(EVIL) >= 8
    assert page.fields()[EVIL]["data-label"] == EVIL
    assert page.controls()[EVIL][1]["value"] == EVIL
    assert page.controls()["data"][1]["accept"] == EVIL
    links = [one["href"] for one in page.all("a")]
    assert 'https://x.example/"onclick="hit()' in links
    assert EVIL in server.client.post("/ui/predict", files=sent(**{EVIL: "x"})).json()["predictions"]


def test_an_address_that_is_none_is_no_link(shared: Shared) -> None:
    page = page_of(shared("kinds"))
    assert "javascript:alert(1)" in page.text
    assert not [one for one in page.all("a") if "javascript" in str(one["href"])]


def test_a_module_without_arguments_has_a_button_alone(shared: Shared) -> None:
    server = shared("bare")
    page = page_of(server)
    assert "This module takes no arguments." in page.text
    assert page.fields() == {}
    answer = server.client.post("/ui/predict", files={"": ("", b"")})
    assert answer.json() == {"status": "OK", "predictions": "hello"}


def test_a_module_that_still_loads_is_awaited(serve: Serve) -> None:
    page = page_of(serve("sleepy"))
    assert "The module is being loaded" in page.text
    assert {"http-equiv": "refresh", "content": "5"} in page.all("meta")
    assert [one["data-waiting"] for _, one in page.elements if "data-waiting" in one] == ["loading"]
    assert page.all("form") == []


def test_a_module_that_failed_to_load_says_why(serve: Serve, wait_until: Callable[..., Any]) -> None:
    server = serve("broken")
    wait_until(lambda: server.client.get("/readyz").json()["status"] == "failed")
    page = page_of(server)
    assert "the weights file is missing: run download_weights first" in page.text
    assert [one["data-waiting"] for _, one in page.elements if "data-waiting" in one] == ["failed"]
    answer = server.client.post("/ui/predict", files=sent(a="1"))
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")


def test_trainings_that_are_switched_off_are_not_shown(serve: Serve) -> None:
    server = serve("everything", options=("--no-train",)).ready()
    assert [form["action"] for form in page_of(server).all("form")] == ["ui/predict"]
    assert server.client.post("/ui/train", files=sent(epochs="1")).status_code == 402


def test_a_module_that_cannot_train_has_no_form_for_it(shared: Shared) -> None:
    assert [form["action"] for form in page_of(shared("kinds")).all("form")] == ["ui/predict"]


def test_a_training_is_started_listed_and_removed_by_forms(
    serve: Serve, wait_until: Callable[..., Any]
) -> None:
    server = serve("everything").ready()
    assert "No training was started since this server is up." in page_of(server).text
    begun = server.client.post("/ui/train", files=sent(epochs="3", mode="quick", path=""))
    assert (begun.status_code, begun.headers["location"]) == (303, "../ui#trainings")

    def done() -> Page | None:
        page = page_of(server)
        return page if any(one.get("data-status") == "done" for one in page.all("tr")) else None

    page = wait_until(done)
    (remove,) = [form["action"] for form in page.all("form") if "trainings" in str(form["action"])]
    gone = server.client.post("/" + str(remove), follow_redirects=True)
    assert gone.url.path == "/ui"
    assert server.client.get("/v2/models/everything/train/").json() == []


def test_a_running_training_is_cancelled_by_a_form(serve: Serve) -> None:
    server = serve("everything").ready()
    server.client.post("/ui/train", files=sent(mode="wait"))
    page = page_of(server)
    assert [one["data-status"] for one in page.all("tr") if "data-status" in one] == ["running"]
    (cancel,) = [form["action"] for form in page.all("form") if "cancel" in str(form["action"])]
    server.client.post("/" + str(cancel))
    assert server.client.get("/v2/models/everything/train/").json() == []


def test_a_failed_training_is_tried_again_by_a_form(serve: Serve, wait_until: Callable[..., Any]) -> None:
    server = serve("everything").ready()
    server.client.post("/ui/train", files=sent(mode="fail"))

    def failures() -> list[str]:
        forms = [str(form["action"]) for form in page_of(server).all("form")]
        return [action for action in forms if "again" in action]

    (again,) = wait_until(failures)
    assert "no data to learn from" in page_of(server).text
    server.client.post("/" + again)
    wait_until(lambda: len(failures()) == 2)
    assert [one["args"] for one in server.client.get("/v2/models/everything/train/").json()] == [
        {"epochs": 2, "mode": "fail"}
    ] * 2


def test_a_training_whose_upload_is_gone_cannot_be_repeated(
    serve: Serve, wait_until: Callable[..., Any]
) -> None:
    server = serve("everything").ready()
    server.client.post("/ui/train", files=[*sent(mode="fail"), ("data", ("a.csv", b"1", "text/csv"))])
    wait_until(lambda: any(one.get("data-status") == "error" for one in page_of(server).all("tr")))
    assert not [form for form in page_of(server).all("form") if "again" in str(form["action"])]


def test_wrong_arguments_start_no_training(shared: Shared) -> None:
    answer = shared("everything").client.post("/ui/train", files=sent(epochs="many"))
    assert (answer.status_code, answer.json()) == (422, {"epochs": ["Not a valid integer."]})

"""Paths, methods, redirects and error texts, as a stock server (2.6.0) was seen to answer them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

Shared = Callable[[str], Any]

MODEL = {
    "id": "everything",
    "name": "everything",
    "links": [{"rel": "self", "href": "/v2/models/everything"}],
    "author": "Ada",
    "version": "1.2.3",
    "datasets": ["a", "b"],
}
VERSION = {
    "version": "stable",
    "id": "v2",
    "links": [{"rel": "self", "type": "application/json", "href": "/v2/"}],
}
HELP = [
    {"rel": "help", "type": "text/html", "href": "/api"},
    {"rel": "describedby", "type": "application/json", "href": "/swagger.json"},
]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/", {"versions": [VERSION], "links": HELP}),
        ("/v2/", VERSION),
        ("/v2/models/", {"models": [MODEL]}),
        ("/v2/models/everything/", MODEL),
    ],
)
def test_the_contracts_documents_are_served_as_recorded(shared: Shared, path: str, content: Any) -> None:
    answer = shared("everything").client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert answer.json() == content


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/v2", "/v2/"),
        ("/v2/models", "/v2/models/"),
        ("/v2/models/everything", "/v2/models/everything/"),
        ("/v2/debug", "/v2/debug/"),
        ("/v2//models/", "/v2/models/"),
        ("/v2/models?a=1&b=%20", "/v2/models/?a=1&b=%20"),
    ],
)
def test_a_path_with_wrong_slashes_is_redirected(shared: Shared, path: str, target: str) -> None:
    answer = shared("everything").client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (308, target)
    assert answer.text == "308: Permanent Redirect"


def test_a_prediction_without_the_last_slash_keeps_query_and_body(shared: Shared) -> None:
    client = shared("everything").client
    answer = client.post("/v2/models/everything/predict?count=4", json={"pick": "y"}, follow_redirects=True)
    assert answer.json()["predictions"]["count"] == 4
    assert answer.json()["predictions"]["pick"] == "y"


@pytest.mark.parametrize(
    "path",
    [
        "/v2/nope",
        "/v2/models/other/",
        "/v2/models/everything/train/abc",
        "//evil.example/",
        "/jobs/%7Buuid%7D",
        "/v2/models/%7Bname%7D/",
    ],
)
def test_an_unknown_path_is_404(shared: Shared, path: str) -> None:
    server = shared("everything")
    answer = server.client.get(server.url + path)
    assert (answer.status_code, answer.text) == (404, "404: Not Found")


def test_a_redirect_repeats_no_line_break_of_the_path(shared: Shared) -> None:
    answer = shared("everything").client.get("/jobs//%0d%0aset-cookie:%20a=b%c3%a9")
    assert (answer.status_code, "set-cookie" in answer.headers) == (308, False)
    assert answer.headers["location"] == "/jobs/%0D%0Aset-cookie:%20a=b%C3%A9"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("HEAD", "/v2/models/", "GET"),
        ("PUT", "/v2/models/everything/predict/", "POST"),
        ("PUT", "/v2/models/everything/train/", "GET,POST"),
    ],
)
def test_a_wrong_method_is_405_and_says_what_is_allowed(
    shared: Shared, method: str, path: str, allowed: str
) -> None:
    answer = shared("everything").client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_the_debug_output_is_off(shared: Shared) -> None:
    answer = shared("everything").client.get("/v2/debug/")
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_documentation_names_the_module(shared: Shared) -> None:
    assert "everything" in shared("everything").client.get("/api").text


def test_swagger_names_every_argument(shared: Shared) -> None:
    spec = shared("everything").client.get("/swagger.json").json()
    post = spec["paths"]["/v2/models/everything/predict/"]["post"]
    parameters = {item["name"]: item for item in post["parameters"]}
    assert spec["swagger"] == "2.0"
    assert parameters["data"] == {
        "in": "formData", "name": "data", "required": False, "type": "file", "description": "any file"
    }  # fmt: skip
    assert parameters["count"]["minimum"] == 1
    assert parameters["numbers"]["collectionFormat"] == "multi"


def test_a_base_path_goes_before_everything(serve: Callable[..., Any]) -> None:
    server = serve("everything", options=("--base-path", "/foo/", "--no-train")).ready()
    root = server.client.get("/foo/").json()
    assert root["versions"][0]["links"][0]["href"] == "/foo/v2/"
    assert (
        server.client.get("/foo/v2/models/everything/").json()["links"][0]["href"]
        == "/foo/v2/models/everything"
    )
    assert server.client.get("/foo/v2").headers["location"] == "/foo/v2/"
    assert server.client.get("/v2/").status_code == 404
    assert server.client.get("/foo/readyz").status_code == server.client.get("/readyz").status_code == 200
    assert server.client.get("/foo/v2/models/everything/train/").status_code == 402


def test_a_server_on_a_unix_socket_answers(serve: Callable[..., Any], tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    server = serve("bare", options=("--uds", path))
    assert server.url == f"unix:{path}"
    with httpx.Client(transport=httpx.HTTPTransport(uds=path), base_url="http://runtime") as client:
        assert client.get("/healthz").json() == {"status": "ok"}

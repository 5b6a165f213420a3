"""What models return: JSON, files, bytes, text, declared shapes, exceptions."""

from collections.abc import Callable
from typing import Any

import pytest

Shared = Callable[[str], Any]
FORMATS = "/v2/models/formats/predict/"


@pytest.mark.parametrize("way", ["file", "path"])
@pytest.mark.parametrize("size", [4, 6_000_000])
def test_a_file_is_sent_with_the_type_asked_for(shared: Shared, way: str, size: int) -> None:
    server = shared("formats")
    answer = server.client.post(FORMATS, params={"accept": "image/png", "way": way, "size": size})
    assert answer.content == b"\x89" * size
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == 'attachment; filename="answer.bin"'
    assert server.files() == []


@pytest.mark.parametrize(("way", "body"), [("bytes", b"\0\0\0\0"), ("text", b"1,2\n" * 4)])
def test_bytes_and_text_are_sent_as_they_are(shared: Shared, way: str, body: bytes) -> None:
    answer = shared("formats").client.post(FORMATS, params={"accept": "text/csv", "way": way})
    assert (answer.content, answer.headers["content-type"]) == (body, "text/csv")


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("image/png", "image/png"),
        ("text/csv;q=0.3, image/*;q=0.9", "image/png"),
        ("*/*", "application/json"),
        ("text/html, */*;q=0.1", "application/json"),
        ("application/pdf", "application/json"),
        ("application/json;q=0, */*", "text/csv"),
    ],
)
def test_the_accept_header_chooses_the_format(shared: Shared, header: str, chosen: str) -> None:
    answer = shared("formats").client.post(FORMATS, headers={"accept": header})
    assert answer.headers["content-type"].split(";")[0] == chosen


def test_an_accept_argument_beats_the_header_and_is_checked(shared: Shared) -> None:
    client = shared("formats").client
    headers = {"accept": "image/png"}
    chosen = client.post(FORMATS, params={"accept": "application/json"}, headers=headers)
    assert chosen.json() == {"status": "OK", "predictions": {"accept": "application/json"}}
    wrong = client.post(FORMATS, params={"accept": "zzz"})
    assert wrong.json() == {"accept": ["Must be one of: application/json, text/csv, image/png."]}


def test_a_declared_shape_is_answered_raw_and_checked(shared: Shared) -> None:
    client = shared("shaped").client
    path = "/v2/models/shaped/predict/"
    assert client.post(path, params={"label": "cat"}).json() == {"label": "cat", "score": 0.5}
    wrong = client.post(path, json={"label": "cat", "score": "high"})
    assert wrong.status_code == 500
    assert "Not a valid number" in wrong.json()["detail"]


def test_a_module_with_only_predict_is_served(shared: Shared) -> None:
    client = shared("bare").client
    assert client.post("/v2/models/bare/predict/").json() == {"status": "OK", "predictions": "hello"}
    assert "Could not load description" in client.get("/v2/models/bare/").json()["description"]
    assert client.post("/v2/models/bare/train/").status_code == 501


def test_scalars_that_know_tolist_become_numbers(shared: Shared) -> None:
    assert shared("everything").predict(mode="scalar").json()["predictions"] == {"value": 3.5}


def test_a_large_answer_travels_by_file(shared: Shared) -> None:
    server = shared("everything")
    answer = server.predict(mode="big", count=9)
    assert len(answer.json()["predictions"]) == 9 * 1024 * 1024
    assert server.files() == []


@pytest.mark.parametrize(
    ("mode", "status", "title", "detail"),
    [
        ("raise", 500, "RuntimeError", "the weights do not fit the input"),
        ("absent", 501, "NotImplementedError", "NotImplementedError"),
        ("unserialisable", 500, "BadAnswer", "object has no JSON form"),
    ],
)
def test_an_exception_is_a_problem_that_holds_its_message(
    shared: Shared, mode: str, status: int, title: str, detail: str
) -> None:
    server = shared("everything")
    answer = server.predict(mode=mode)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert problem["title"] == title
    assert detail in problem["detail"]
    assert "Traceback" in server.log

"""Modules without declared arguments: types and defaults of their functions are the declaration."""

from collections.abc import Callable
from typing import Any

import pytest

Shared = Callable[[str], Any]
PREDICT = "/v2/models/plain/predict/"


def test_a_signature_is_the_schema(shared: Shared) -> None:
    schema = shared("plain").client.get("/description").json()["predict"]["schema"]
    told = schema["properties"]
    assert schema["required"] == ["image", "count"]
    assert told["image"]["contentMediaType"] == "application/octet-stream"
    assert told["image"]["description"] == "a picture"
    assert told["count"] == {"type": "integer"}
    assert told["share"] == {"type": "number", "default": 0.5}
    assert told["names"]["items"] == {"type": "string"}
    assert (told["size"]["enum"], told["size"]["default"]) == (["small", "large"], "small")
    assert (told["kind"]["enum"], told["kind"]["type"]) == (["a", "b"], "string")
    assert told["note"]["type"] == ["string", "null"]


def test_values_reach_the_function_as_its_types(shared: Shared) -> None:
    query = {"count": "3", "share": "0.25", "loud": "yes", "names": ["x", "y"], "size": "large", "kind": "b"}
    files = {"image": ("a.png", b"12345"), "raw": ("b", b"123")}
    answer = shared("plain").client.post(PREDICT, params=query, files=files).json()["predictions"]
    assert answer == {
        "image": 5, "count": 3, "share": 0.25, "loud": True, "names": ["x", "y"], "size": "LARGE",
        "kind": "b", "note": None, "options": None, "raw": 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        ({"count": "many"}, {"count": ["Not a valid integer."]}),
        ({}, {"count": ["Missing data for required field."]}),
        ({"count": "1", "size": "huge"}, {"size": ["Must be one of: small, large."]}),
        ({"count": "1", "kind": "c"}, {"kind": ["Must be one of: a, b."]}),
        ({"count": "1", "loud": "perhaps"}, {"loud": ["Not a valid boolean."]}),
        ({"count": "1", "share": "x", "note": "y"}, {"share": ["Not a valid number."]}),
    ],
)
def test_what_does_not_fit_is_told_by_argument(shared: Shared, query: Any, messages: Any) -> None:
    answer = shared("plain").client.post(PREDICT, params=query, files={"image": ("a", b"1")})
    assert (answer.status_code, answer.json()) == (422, messages)


def test_a_path_is_no_file(shared: Shared) -> None:
    answer = shared("plain").client.post(PREDICT, json={"count": 1, "image": "/etc/passwd"})
    assert (answer.status_code, answer.json()) == (422, {"image": ["Missing data for required field."]})


def test_json_keeps_its_types(shared: Shared) -> None:
    answer = shared("plain").client.post(PREDICT, json={"count": "3", "names": "x", "loud": None})
    told = answer.json()
    assert answer.status_code == 422
    assert set(told) == {"image", "loud"}


def test_trainings_have_signatures_too(shared: Shared) -> None:
    begun = shared("plain").client.post("/v2/models/plain/train/", params={"epochs": "4"}).json()
    assert begun["args"] == {"epochs": 4}

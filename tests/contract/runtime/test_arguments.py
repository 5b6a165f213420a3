"""Arguments in every dialect and from every source; wrong ones are told by name."""

from collections.abc import Callable
from typing import Any

import pytest

Shared = Callable[[str], Any]
PREDICT = "/v2/models/everything/predict/"
DEFAULTS = {
    "mode": "echo",
    "count": 3,
    "ratio": 0.5,
    "flag": False,
    "kind": "a",
    "pick": "x",
    "colour": "Red",
}


def test_defaults_are_filled_in(shared: Shared) -> None:
    assert shared("everything").predict().json() == {"status": "OK", "predictions": DEFAULTS}


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ({"params": {"numbers": ["1", "2.5"], "flag": "true"}}, {"numbers": [1.0, 2.5], "flag": True}),
        ({"params": {"unknown": "1"}}, {}),
        ({"params": {"kind": "zzz"}}, {"kind": "zzz"}),
        ({"data": {"count": "4", "numbers": ["1", "3"]}}, {"count": 4, "numbers": [1.0, 3.0]}),
        (
            {"json": {"nested": {"deep": 1}, "options": {"a": 1}}},
            {"nested": {"deep": 1}, "options": {"a": 1}},
        ),
        ({"json": {"colour": "BLUE", "numbers": 3}}, {"colour": "blue", "numbers": [3.0]}),
        ({"json": [1]}, {}),
        ({"json": None}, {}),
        ({"content": b"", "headers": {"content-type": "application/json"}}, {}),
        ({"content": b"\x00\x01", "headers": {"content-type": "application/x-other"}}, {}),
        ({"params": {"count": "2"}, "data": {"count": "4"}}, {"count": 2}),
    ],
)
def test_arguments_come_from_query_form_and_json(shared: Shared, sent: Any, seen: Any) -> None:
    answer = shared("everything").client.post(PREDICT, **sent)
    assert answer.json()["predictions"] == DEFAULTS | seen


@pytest.mark.parametrize(
    ("sent", "messages"),
    [
        (
            {"params": {"count": "77", "name": "x", "pick": "q", "numbers": ["1", "x"], "flag": "maybe"}},
            {
                "count": ["Must be greater than or equal to 1 and less than or equal to 10."],
                "flag": ["Not a valid boolean."],
                "name": ["Length must be between 2 and 5."],
                "pick": ["Must be one of: x, y."],
                "numbers": {"1": ["Not a valid number."]},
            },
        ),
        ({"json": {"nested": {}}}, {"nested": {"deep": ["Missing data for required field."]}}),
        ({"json": {"name": None}}, {"name": ["Field may not be null."]}),
    ],
)
def test_wrong_arguments_are_422_with_messages_by_name(shared: Shared, sent: Any, messages: Any) -> None:
    answer = shared("everything").client.post(PREDICT, **sent)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/json")
    assert answer.json() == messages


@pytest.mark.parametrize("body", [b"{bad", b"\xff\xfe{}x", b"[" * 100_000])
def test_malformed_json_is_400(shared: Shared, body: bytes) -> None:
    answer = shared("everything").client.post(
        PREDICT, content=body, headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()) == (400, {"json": ["Invalid JSON body."]})


def test_a_large_json_body_travels_by_file(shared: Shared) -> None:
    server = shared("everything")
    answer = server.client.post(PREDICT, json={"options": {"text": "x" * 3_000_000}})
    assert len(answer.json()["predictions"]["options"]["text"]) == 3_000_000
    assert server.files() == []


@pytest.mark.parametrize("size", [0, 5, 3_000_000])
def test_a_file_reaches_the_model_and_is_deleted_afterwards(shared: Shared, size: int) -> None:
    server = shared("everything")
    files = {"data": ("né à.bin", b"\r\n-" * (size // 3) + b"x" * (size % 3), "application/x-thing")}
    answer = server.client.post(PREDICT, files=files, data={"count": "4"})
    seen = answer.json()["predictions"]
    assert seen["data"] == {"name": "data", "type": "application/x-thing", "file": "né à.bin", "size": size}
    assert seen["count"] == 4
    assert server.files() == []


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=abc"])
def test_a_damaged_multipart_body_is_400(shared: Shared, content_type: str) -> None:
    answer = shared("everything").client.post(
        PREDICT, content=b"--abc\r\nnonsense", headers={"content-type": content_type}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_a_module_written_like_the_upstream_template_runs_unmodified(shared: Shared) -> None:
    client = shared("template").client
    path = "/v2/models/template/predict/"
    answer = client.post(path, files={"input_file": ("a.txt", b"12345")})
    assert answer.json()["predictions"] == {"bytes": 5, "warm": ["warm"]}
    assert client.post(path).json() == {"input_file": ["Missing data for required field."]}


def test_the_description_holds_a_json_schema_of_every_dialect(shared: Shared) -> None:
    document = shared("everything").client.get("/description").json()
    properties = document["predict"]["schema"]["properties"]
    assert list(properties)[:3] == ["mode", "count", "ratio"]
    assert properties["count"] == {
        "type": "integer", "minimum": 1, "maximum": 10, "description": "how many", "default": 3
    }  # fmt: skip
    assert properties["ratio"]["description"] == "a share"
    assert properties["kind"]["enum"] == ["a", "b"]
    assert properties["pick"]["enum"] == ["x", "y"]
    assert properties["name"] == {"type": "string", "minLength": 2, "maxLength": 5}
    assert properties["numbers"] == {"type": "array", "items": {"type": "number"}}
    assert properties["nested"]["required"] == ["deep"]
    assert properties["colour"] == {"type": "string", "default": "Red"}
    assert properties["image"] == {"type": "string", "format": "binary", "contentMediaType": "image/png"}
    assert document["train"]["schema"]["properties"]["epochs"]["default"] == 2
    assert document["dialect"].startswith("marshmallow 3.")

"""Parsers bear anything: they read it, or refuse it in words, however it is cut into pieces."""

import asyncio
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from fairhaven_runtime.errors import Refusal
from fairhaven_runtime.front import body
from fairhaven_runtime.front.inference import arguments, requests
from fairhaven_runtime.front.payload import Payload
from fairhaven_runtime.front.web import Request
from fairhaven_runtime.worker import tensors
from fairhaven_runtime.worker.arguments import negotiate
from fairhaven_runtime.worker.frames import pack
from fairhaven_runtime.worker.streams import wanted
from fairhaven_runtime.worker.values import BadArguments, Values
from fairhaven_runtime.workers.channel import Channel

MANY = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

header_texts = some.text(some.characters(max_codepoint=255), max_size=60)
json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(), inner, max_size=4),
    max_leaves=5,
)
LINES = some.sampled_from(
    [
        *(b"--b", b"--b--", b"", b"text", b"\xff\x00", b"--", b"b", b"Content-Disposition: form-data"),
        b'Content-Disposition: form-data; name="a"',
        b'Content-Disposition: form-data; name="f"; filename="x.bin"',
        b"Content-Disposition: form-data; name=a; filename*=UTF-8''%e2%82%ac",
        b"Content-Type: text/plain; charset=utf-16",
        b"Content-Type: text/plain; charset=idna",
        b"Content-Type: text/plain; charset=none",
    ]
)


def request_of(content: bytes, cuts: list[int], **headers: str) -> Request:
    """A request whose body comes in pieces, cut where `cuts` say."""
    edges = sorted({0, len(content), *(cut % (len(content) + 1) for cut in cuts)})
    pieces = [content[begin:end] for begin, end in itertools.pairwise(edges)]
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    coming = iter([*messages, {"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        return next(coming)

    named = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"method": "POST", "path": "/", "query_string": b"", "headers": named, "client": ("", 0)}
    return Request(scope, receive)


def read(content: bytes, cuts: list[int], folder: Path, content_type: str) -> Any:
    """What the body holds, files with their content; or the refusal's status."""
    request = request_of(content, cuts, content_type=content_type)
    try:
        payload = asyncio.run(body.read(request, folder, 1000))
    except Refusal as refusal:
        return refusal.status
    files = [{**each, "filename": Path(str(each["filename"])).read_bytes()} for each in payload.files]
    payload.discard()
    return payload.kind, payload.body, payload.fields, files


@MANY
@given(some.lists(LINES, max_size=12).map(b"\r\n".join), some.lists(some.integers(0, 500), max_size=5))
def test_a_multipart_body_is_read_the_same_however_it_is_cut(
    tmp_path: Path, content: bytes, cuts: list[int]
) -> None:
    kind = "multipart/form-data; boundary=b"
    assert read(content, cuts, tmp_path, kind) == read(content, [], tmp_path, kind)
    assert list(tmp_path.iterdir()) == []


@MANY
@given(header_texts, some.binary(max_size=100))
def test_any_content_type_is_read_or_refused(tmp_path: Path, kind: str, content: bytes) -> None:
    for start in (
        "",
        "multipart/form-data; ",
        "multipart/form-data; boundary=",
        "application/json; charset=",
    ):
        read(content, [], tmp_path, start + kind)
    assert list(tmp_path.iterdir()) == []


@MANY
@given(header_texts)
def test_any_prefer_header_is_read(text: str) -> None:
    preferred = request_of(b"", [], prefer=text).prefers()
    assert all(name == name.strip().lower() for name in preferred)


@MANY
@given(header_texts, some.lists(some.sampled_from(["text/csv", "image/png", "a/b"]), min_size=1))
def test_any_accept_header_chooses_one_of_the_choices(text: str, choices: list[str]) -> None:
    assert negotiate(text, choices) in choices
    assert wanted(text, choices[0]) in ("", "text/event-stream", "application/x-ndjson")


@MANY
@given(
    some.sampled_from(["json", "form", "none", "multipart"]),
    some.binary(max_size=100) | json_values.map(lambda value: json.dumps(value).encode()),
    header_texts,
    some.sampled_from(["", "utf-16", "idna", "none", "utf-8\0", "rot13", "punycode"]),
)
def test_any_query_and_body_give_values_or_are_bad_arguments(
    kind: str, content: bytes, query: str, charset: str
) -> None:
    sent = {"kind": kind, **({"charset": charset} if charset else {})}
    values = Values({"query": query, "body": sent}, content, dict)
    try:
        for name in ("a", "", "count"):
            values.find(name, object())
    except BadArguments as bad:
        assert bad.status in (400, 422)


@MANY
@given(
    some.lists(
        some.tuples(some.dictionaries(some.text(), some.text()), some.binary(max_size=50)), max_size=4
    ),
    some.lists(some.integers(0, 300), max_size=8),
)
def test_frames_arrive_whole_however_they_are_cut(frames: list[Any], cuts: list[int]) -> None:
    channel = Channel()
    content = b"".join(pack(*frame) for frame in frames)
    edges = sorted({0, len(content), *(cut % (len(content) + 1) for cut in cuts)})
    for begin, end in itertools.pairwise(edges):
        channel.data_received(content[begin:end])
    received = [channel._inbox.popleft() for _ in frames]
    assert [(head, bytes(content)) for head, content in received] == frames


PROPERTIES: dict[str, Any] = {
    "a": {},
    "count": {"type": ["integer", "null"]},
    "rows": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
    "options": {"type": "object"},
    "image": {"type": "string", "format": "binary", "contentMediaType": "image/png"},
}
sizes = some.integers(-1, 40)
inputs = some.fixed_dictionaries(
    {},
    optional={
        "name": some.sampled_from([*PROPERTIES, "none"]) | json_values,
        "datatype": some.sampled_from([*sorted(tensors.SIZES), "BYTES"]) | json_values,
        "shape": some.lists(some.integers(0, 3), max_size=3) | json_values,
        "data": some.lists(some.integers(-1, 300) | some.booleans() | some.text(), max_size=9) | json_values,
        "parameters": some.fixed_dictionaries(
            {},
            optional={
                "binary_data_size": sizes,
                "content_type": some.sampled_from(["base64", "application/json"]) | json_values,
                "filename": json_values,
            },
        )
        | json_values,
    },
)
asked = some.fixed_dictionaries(
    {"inputs": some.lists(inputs, max_size=3) | json_values},
    optional={
        "id": json_values,
        "outputs": some.lists(some.fixed_dictionaries({"name": some.text()}), max_size=2) | json_values,
        "parameters": some.dictionaries(some.sampled_from([*PROPERTIES, "b"]), json_values, max_size=2),
    },
)


@settings(MANY, max_examples=1000)
@given(asked | json_values, some.binary(max_size=40), some.none() | header_texts)
def test_any_inference_request_is_read_or_refused(
    tmp_path: Path, told: Any, binary: bytes, length: str | None
) -> None:
    text = json.dumps(told).encode()
    for end in (length, str(len(text))):
        payload = Payload("tensors", tmp_path, text + binary)
        try:
            question = requests.read(payload, end)
            head = arguments.head_of(question, payload, PROPERTIES)
            assert head["values"].keys() <= PROPERTIES.keys()
        except Refusal as refusal:
            assert refusal.status == 400
        payload.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff", b"[" * 10_000, b'{"inputs": [], "id": ' + b"9" * 5000 + b"}"]
)
def test_bytes_that_are_no_json_are_refused(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(Refusal):
        requests.read(Payload("tensors", tmp_path, raw), None)

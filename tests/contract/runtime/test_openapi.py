"""The OpenAPI 3.1 document: valid, true, and made for the module that is served."""

from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
import schemathesis

Shared = Callable[[str], Any]
Serve = Callable[..., Any]
PROBES = ("everything", "echoing", "formats", "shaped", "template", "bare")


def told(server: Any) -> Any:
    return server.client.get("/openapi.json").json()


def body(spec: Any, path: str) -> Any:
    return spec["paths"][path]["post"]["requestBody"]


@pytest.mark.parametrize("probe", PROBES)
def test_it_is_valid_openapi_3_1(shared: Shared, probe: str) -> None:
    spec = told(shared(probe))
    assert spec["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(spec).validate()
    for schema in spec["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    names = [
        each["operationId"] for verbs in spec["paths"].values() for each in verbs.values() if "tags" in each
    ]
    assert len(names) == len(set(names))


def test_every_path_in_it_answers_and_as_it_says(shared: Shared) -> None:
    server = shared("everything")
    schema = schemathesis.openapi.from_dict(told(server))
    for path, verbs in schema.raw_schema["paths"].items():
        for verb, operation in verbs.items():
            if verb != "get" or "{" in path:
                continue
            answer = server.client.get(path)
            assert answer.status_code in (200, 204), path
            schema[path][verb].validate_response(answer)
            assert str(answer.status_code) in operation["responses"]


def test_it_names_every_path_that_is_served(shared: Shared) -> None:
    server = shared("everything")
    paths = set(told(server)["paths"])
    assert paths >= set(server.client.get("/swagger.json").json()["paths"])
    for base in ("", "/inference"):
        for path in ("health/live", "health/ready", "models/everything/ready", "models/everything/infer"):
            assert f"{base}/v2/{path}" in paths
    assert paths >= {
        "/inference/v2",
        "/inference/v2/models/everything",
        "/jobs/{uuid}/result",
        "/ui",
        "/metrics",
    }


def test_arguments_are_in_the_body_as_each_form_can_hold_them(shared: Shared) -> None:
    server = shared("everything")
    content = body(told(server), "/v2/models/everything/predict/")["content"]
    declared = server.client.get("/description").json()["predict"]["schema"]["properties"]
    kept = {media: set(each["schema"]["properties"]) for media, each in content.items()}
    files, objects = {"data", "image"}, {"options", "nested"}
    assert kept["application/json"] == declared.keys() - files
    assert kept["multipart/form-data"] == declared.keys() - objects
    assert kept["application/x-www-form-urlencoded"] == declared.keys() - files - objects
    assert content["application/json"]["schema"]["properties"]["count"] == declared["count"]


def test_a_required_file_can_only_be_sent_in_a_form_with_files(shared: Shared) -> None:
    sent = body(told(shared("template")), "/v2/models/template/predict/")
    assert sent["required"] is True
    assert list(sent["content"]) == ["multipart/form-data"]
    assert sent["content"]["multipart/form-data"]["schema"]["required"] == ["input_file"]


def test_an_argument_with_a_place_of_its_own_is_a_parameter(shared: Shared) -> None:
    predict = told(shared("echoing"))["paths"]["/v2/models/echoing/predict/"]["post"]
    (asked,) = (each for each in predict["parameters"] if each.get("name") == "asked")
    assert (asked["in"], asked["schema"]["type"]) == ("query", "string")
    assert "asked" not in predict["requestBody"]["content"]["application/json"]["schema"]["properties"]


def test_the_module_tells_title_version_and_what_it_answers_in(shared: Shared) -> None:
    spec = told(shared("everything"))
    assert spec["info"] == {"title": "everything", "version": "1.2.3"}
    formats = told(shared("formats"))["paths"]["/v2/models/formats/predict/"]["post"]["responses"]["200"]
    assert {"application/json", "text/csv", "image/png"} <= formats["content"].keys()


def test_it_is_found_with_and_without_the_base_path(serve: Serve) -> None:
    server = serve("bare", options=("--base-path", "/foo")).ready()
    for path in ("/openapi.json", "/foo/openapi.json"):
        assert server.client.get(path).json()["servers"] == [{"url": "/foo"}]


def test_there_is_none_before_the_module_is_loaded(serve: Serve) -> None:
    answer = serve("sleepy").client.get("/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")

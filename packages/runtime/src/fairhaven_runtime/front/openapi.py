"""The OpenAPI 3.1 document of the server: `openapi.json`, with the served module's own arguments put in."""

import json
from importlib import resources
from typing import Any
from urllib.parse import quote

from fairhaven_runtime import __version__
from fairhaven_runtime.front.inference.arguments import element_of, is_file, kinds_of
from fairhaven_runtime.front.inference.routes import HOME

Schema = dict[str, Any]
Document = dict[str, Any]

JSON = "application/json"
PLACES = {"query": "query", "headers": "header", "cookies": "cookie"}
"""Where an argument can be that is not in the body, and what OpenAPI calls the place."""


def document(module: dict[str, Any], base_path: str) -> Document:
    """OpenAPI 3.1 for the module that `module` describes, served below `base_path`."""
    told: Document = json.loads(resources.files(__package__).joinpath("openapi.json").read_text())
    told["info"] = _info(module)
    told["servers"] = [{"url": base_path or "/"}]
    _add_arguments(told, "predict", module["predict"]["schema"])
    _add_arguments(told, "train", (module["train"] or {}).get("schema", {}))
    _add_answers(told, module["predict"]["accepts"])
    _add_home_of_inference(told)
    name = quote(module["name"])
    told["paths"] = {path.replace("{name}", name): verbs for path, verbs in told["paths"].items()}
    return told


def _info(module: dict[str, Any]) -> dict[str, Any]:
    metadata = module["metadata"]
    about = metadata.get("description") or metadata.get("summary")
    info = {"title": module["name"], "version": str(metadata.get("version") or __version__)}
    return {**info, "description": str(about)} if about else info


def _add_arguments(told: Document, verb: str, schema: Schema) -> None:
    """The arguments as body, and as parameters those that have a place of their own."""
    operation = told["paths"][f"/v2/models/{{name}}/{verb}/"]["post"]
    properties = schema.get("properties", {})
    required = set(schema.get("required", []))
    placed = {name: item for name, item in properties.items() if item.get("x-location") in PLACES}
    operation["parameters"] += [_parameter(name, item, name in required) for name, item in placed.items()]
    inside = {name: item for name, item in properties.items() if name not in placed}
    if inside:
        content = _content(inside, required)
        operation["requestBody"] = {"required": bool(required & inside.keys()), "content": content}


def _parameter(name: str, item: Schema, required: bool) -> dict[str, Any]:
    return {"name": name, "in": PLACES[item["x-location"]], "required": required, "schema": item}


def _content(properties: dict[str, Schema], required: set[str]) -> dict[str, Any]:
    """The body by media type: files need a form, objects need JSON."""
    files = {name for name, item in properties.items() if is_file(element_of(item))}
    objects = {name for name, item in properties.items() if "object" in kinds_of(element_of(item))}
    left_out = {
        JSON: files,
        "application/x-www-form-urlencoded": files | objects,
        "multipart/form-data": objects,
    }
    return {
        media: {"schema": _without(properties, required, names)}
        for media, names in left_out.items()
        if not names & required
    }


def _without(properties: dict[str, Schema], required: set[str], names: set[str]) -> Schema:
    kept = {name: item for name, item in properties.items() if name not in names}
    schema: Schema = {"type": "object", "properties": kept}
    needed = [name for name in kept if name in required]
    return {**schema, "required": needed} if needed else schema


def _add_answers(told: Document, accepts: list[str]) -> None:
    """What a prediction may answer in: the media types that the module names, and streams."""
    answer = told["paths"]["/v2/models/{name}/predict/"]["post"]["responses"]["200"]
    answer["content"] = {media: {} for media in ("text/event-stream", "application/x-ndjson", *accepts)}
    if JSON in accepts:
        answer["content"][JSON] = {"schema": {"$ref": "#/components/schemas/Prediction"}}


def _add_home_of_inference(told: Document) -> None:
    """Below its home are all paths of the protocol; elsewhere those that the contract does not need."""
    beside = [path for path, verbs in told["paths"].items() if _tag(verbs) == "inference"]
    for path in beside:
        if not path.startswith(HOME):
            told["paths"][HOME + path] = _renamed(told["paths"][path])


def _tag(verbs: dict[str, Any]) -> str:
    return str(next(each["tags"][0] for verb, each in verbs.items() if verb != "parameters"))


def _renamed(verbs: dict[str, Any]) -> dict[str, Any]:
    """The operations under names of their own: the document must not have a name twice."""
    return {
        verb: each if verb == "parameters" else {**each, "operationId": each["operationId"] + "AtHome"}
        for verb, each in verbs.items()
    }

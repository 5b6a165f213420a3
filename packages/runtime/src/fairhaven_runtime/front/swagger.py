"""The Swagger 2.0 document of one module: the routes of the contract with the module's own arguments.

Names, texts and definitions are those of DEEPaaS, whose clients read them; what DEEPaaS publishes there and
does not do is put right.
"""

from typing import Any

from fairhaven_runtime import __version__
from fairhaven_runtime.front.definitions import COMMON, PREDICTION, TRAINING, Definitions

LOCATIONS = {"query": "query", "form": "formData", "headers": "header", "cookies": "cookie", "json": "body"}


def document(
    module: dict[str, Any], base_path: str, *, predict: bool = True, train: bool = True
) -> dict[str, Any]:
    """Swagger 2.0 for the module that `module` describes: the enabled paths, below `base_path`."""
    definitions = Definitions()
    paths = {**_common_paths(), **_model_paths(module)}
    if train:
        paths |= _train_paths(module, definitions)
    if predict:
        paths |= _predict_path(module, definitions)
    return {
        "swagger": "2.0",
        "info": {
            "title": "DEEP as a Service API endpoint",
            "version": __version__,
            "description": str(module["metadata"].get("description") or ""),
        },
        "paths": {
            base_path + path if path != "/" else base_path or "/": item for path, item in paths.items()
        },
        "definitions": {**COMMON, **(TRAINING if train else {}), **definitions.all},
    }


def parameters(schema: dict[str, Any], definitions: Definitions) -> list[dict[str, Any]]:
    """JSON Schema properties as Swagger 2.0 parameters; those that only the JSON body holds become one."""
    required = schema.get("required", [])
    found: list[dict[str, Any]] = []
    for name, item in schema["properties"].items():
        _add(found, _parameter(name, item, name in required, definitions))
    return found


def _common_paths() -> dict[str, Any]:
    return {
        "/": {"get": _verb("versions", "Get available API versions", answers="Versions", failure=True)},
        "/v2/": {"get": _verb("versions", "Get V2 API version information", answers="Version", failure=True)},
        "/v2/debug/": {
            "get": {
                **_verb("debug", "Return debug information if enabled by API."),
                "description": "Return debug information if enabled by API.",
                "produces": ["text/plain"],
                "responses": {
                    "200": {"description": "Debug information if debug endpoint is enabled"},
                    "204": {"description": "Debug endpoint not enabled"},
                },
            }
        },
    }


def _model_paths(module: dict[str, Any]) -> dict[str, Any]:
    listing = _verb("models", "Return loaded models and its information", answers="ModelMeta")
    listing["description"] = (
        "DEEPaaS can load several models and server them on the same endpoint, making a call to the root of "
        "the models namespace will return the loaded models, as long as their basic metadata."
    )
    return {
        "/v2/models/": {"get": listing},
        f"/v2/models/{module['name']}/": {
            "get": _verb("models", "Return model's metadata", answers="ModelMeta")
        },
    }


def _train_paths(module: dict[str, Any], definitions: Definitions) -> dict[str, Any]:
    path = f"/v2/models/{module['name']}/train/"
    one = {"in": "path", "name": "uuid", "required": True, "type": "string"}
    takes = parameters(module["train"]["schema"], definitions) if module["train"] else []
    return {
        path: {
            "post": _verb("models", "Retrain model with available data", takes),
            "get": _verb("models", "Get a list of trainings (running or completed)", answers="TrainingList"),
        },
        path + "{uuid}": {
            "get": _verb("models", "Get status of a training", [one], answers="Training"),
            "delete": _verb("models", "Cancel a running training", [one]),
        },
    }


def _predict_path(module: dict[str, Any], definitions: Definitions) -> dict[str, Any]:
    predict = module["predict"]
    takes = parameters(predict["schema"], definitions)
    answers = _answers(predict["answer"], definitions)
    verb = _verb("models", "Make a prediction given the input data", takes, answers=answers, failure=True)
    for parameter in takes:
        if parameter["name"] == "accept" and "enum" in parameter:
            parameter["default"] = parameter["enum"][0]
            parameter["enum"] = verb["produces"] = [*predict["accepts"], "*/*"]
    return {f"/v2/models/{module['name']}/predict/": {"post": verb}}


def _answers(schema: dict[str, Any] | None, definitions: Definitions) -> str:
    if schema is not None:
        return definitions.add(schema["x-definition"], schema)
    definitions.all |= PREDICTION
    return "Prediction"


def _verb(
    tag: str,
    summary: str,
    takes: list[dict[str, Any]] | None = None,
    *,
    answers: str = "",
    failure: bool = False,
) -> dict[str, Any]:
    told = {"200": answers} if answers else {}
    if failure:
        told["400"] = "Failure"
    return {
        "tags": [tag],
        "summary": summary,
        "parameters": takes or [],
        "produces": ["application/json"],
        "responses": {
            status: {"description": "", "schema": {"$ref": f"#/definitions/{name}"}}
            for status, name in told.items()
        },
    }


def _parameter(name: str, item: dict[str, Any], required: bool, definitions: Definitions) -> dict[str, Any]:
    is_file = "contentMediaType" in item
    place = "formData" if is_file else LOCATIONS.get(item.get("x-location", "query"), "query")
    shape = definitions.of(item)
    if place == "body":
        body: dict[str, Any] = {"type": "object", "properties": {name: shape}}
        if required:
            body["required"] = [name]
        return {"in": place, "name": "body", "required": False, "schema": body}
    is_list = shape.get("type") == "array" and "x-definition" not in item
    many = {"collectionFormat": "multi"} if is_list else {}
    return {"in": place, "name": name, "required": required, **many, **shape}


def _add(found: list[dict[str, Any]], parameter: dict[str, Any]) -> None:
    """Append it; there can be but one body, so a second is merged into the first."""
    if parameter["in"] == "body":
        for other in found:
            if other["in"] == "body":
                other["schema"]["properties"] |= parameter["schema"]["properties"]
                if "required" in parameter["schema"]:
                    other["schema"].setdefault("required", []).extend(parameter["schema"]["required"])
                return
    found.append(parameter)

"""The Swagger 2.0 document of one module: the routes of the contract with the module's own arguments."""

from typing import Any

from fairhaven_runtime import __version__

PLAIN = (
    "type",
    "format",
    "default",
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "description",
)


def document(module: dict[str, Any], base_path: str) -> dict[str, Any]:
    """Swagger 2.0 for the module that `module` describes, served below `base_path`."""
    return {
        "swagger": "2.0",
        "info": {
            "title": "DEEP as a Service API endpoint",
            "version": __version__,
            "description": str(module["metadata"].get("description", "")),
        },
        "paths": {base_path + path: item for path, item in _paths(module).items()},
        "definitions": {},
    }


def parameters(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """JSON Schema properties as Swagger 2.0 parameters: files in the form, all else in the query."""
    required = schema.get("required", [])
    return [_parameter(name, item, name in required) for name, item in schema["properties"].items()]


def _paths(module: dict[str, Any]) -> dict[str, Any]:
    model = f"/v2/models/{module['name']}/"
    training = {"in": "path", "name": "uuid", "required": True, "type": "string"}
    predict, train = module["predict"], module["train"] or {"schema": {"properties": {}}}
    return {
        "/": {"get": _verb("versions", "Get available API versions")},
        "/v2/": {"get": _verb("versions", "Get V2 API version information")},
        "/v2/debug/": {"get": _verb("debug", "Return debug information if enabled by API.")},
        "/v2/models/": {"get": _verb("models", "Return loaded models and its information")},
        model: {"get": _verb("models", "Return model's metadata")},
        model + "predict/": {
            "post": {
                **_verb("models", "Make a prediction given the input data", parameters(predict["schema"])),
                "produces": predict["accepts"],
            }
        },
        model + "train/": {
            "post": _verb("models", "Retrain model with available data", parameters(train["schema"])),
            "get": _verb("models", "Get a list of trainings (running or completed)"),
        },
        model + "train/{uuid}": {
            "get": _verb("models", "Get status of a training", [training]),
            "delete": _verb("models", "Cancel a running training", [training]),
        },
    }


def _verb(tag: str, summary: str, takes: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "tags": [tag],
        "summary": summary,
        "parameters": takes or [],
        "produces": ["application/json"],
        "responses": {"200": {"description": ""}},
    }


def _parameter(name: str, item: dict[str, Any], required: bool) -> dict[str, Any]:
    if "contentMediaType" in item:
        file = {"in": "formData", "name": name, "required": required, "type": "file"}
        return {**file, "description": item["description"]} if "description" in item else file
    parameter = {"in": "query", "name": name, "required": required, **_simple(item)}
    if parameter["type"] == "array":
        items = item.get("items", {})
        parameter |= {"collectionFormat": "multi", "items": _simple(items)}
    return parameter


def _simple(item: dict[str, Any]) -> dict[str, Any]:
    """What of a schema Swagger 2.0 knows for a parameter."""
    simple = {key: item[key] for key in PLAIN if key in item}
    kind = item.get("type", "string")
    return {**simple, "type": kind[0] if isinstance(kind, list) else kind}

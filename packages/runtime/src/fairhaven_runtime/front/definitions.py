"""What a Swagger 2.0 document says of shapes: the contract's own, and those of a module's arguments."""

from typing import Any

SAME = (
    "title",
    "description",
    "default",
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
)
"""What Swagger 2.0 says in the same words as JSON Schema."""

FORMATS = {"uri": "url", "time": "", "decimal": "", "binary": ""}
"""Formats that DEEPaaS calls otherwise, or does not tell."""

OWN = ("x-location", "x-delimiter", "x-definition")
"""What our schemas tell beside JSON Schema, for other readers than this document's."""

WIDTHS = {"integer": "int32", "number": "float"}


class Definitions:
    """The named shapes of one document, collected while its parameters are written."""

    def __init__(self) -> None:
        self.all: dict[str, Any] = {}

    def of(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A property as Swagger has it; objects with properties of their own become references."""
        words = _words(schema)
        if "properties" in schema:
            reference = self._reference(schema["x-definition"], schema)
            return {**words, "allOf": [reference]} if words else reference
        if "x-definition" in schema:
            items = self._reference(schema["x-definition"], schema["items"])
            return {**words, "type": "array", "items": items}
        if "contentMediaType" in schema:
            return {**words, "type": "file"}
        return {**_kind(schema), **words, **self._inside(schema)}

    def add(self, wanted: str, schema: dict[str, Any]) -> str:
        """The name of an object's definition, written unless the same is there already."""
        content, name, number = self._object(schema), wanted, 0
        while self.all.get(name, content) != content:
            number += 1
            name = f"{wanted}{number}"
        self.all[name] = content
        return name

    def _reference(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        return {"$ref": f"#/definitions/{self.add(name, schema)}"}

    def _object(self, schema: dict[str, Any]) -> dict[str, Any]:
        properties = {name: self.of(item) for name, item in schema["properties"].items()}
        required = {"required": sorted(schema["required"])} if schema.get("required") else {}
        return {"type": "object", "properties": properties, **required}

    def _inside(self, schema: dict[str, Any]) -> dict[str, Any]:
        names = ("items", "additionalProperties")
        return {name: self.of(schema[name]) for name in names if isinstance(schema.get(name), dict)}


def _kind(schema: dict[str, Any]) -> dict[str, Any]:
    """Type and format; none for what has no type of its own in Swagger 2.0."""
    kinds = schema.get("type", [])
    kind = kinds if isinstance(kinds, str) else next(iter(kinds), "")
    if not kind or "prefixItems" in schema:
        return {}
    told = schema.get("format", WIDTHS.get(kind, ""))
    name = FORMATS.get(told, told)
    return {"type": kind, "format": name} if name else {"type": kind}


def _words(schema: dict[str, Any]) -> dict[str, Any]:
    """What is said of a value beside its type."""
    words = {key: schema[key] for key in SAME if key in schema}
    words |= {key: value for key, value in schema.items() if key.startswith("x-") and key not in OWN}
    for bound in ("minimum", "maximum"):
        if (beyond := schema.get("exclusive" + bound.capitalize())) is not None:
            words[bound] = beyond
    if "pattern" in schema:
        words["pattern"] = schema["pattern"].removeprefix("^(?:").removesuffix(")")
    if "const" in schema:
        words["enum"] = [schema["const"]]
    if "examples" in schema:
        words["example"] = schema["examples"][0]
    if "null" in schema.get("type", []) or schema.get("default", "") is None:
        words["x-nullable"] = True
    return words


def _text(description: str = "", **more: Any) -> dict[str, Any]:
    return {"type": "string", **({"description": description} if description else {}), **more}


def _list_of(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/definitions/{name}"}}


def _shape(required: list[str], **properties: Any) -> dict[str, Any]:
    shape = {"type": "object", "properties": properties}
    return {**shape, "required": required} if required else shape


COMMON: dict[str, Any] = {
    "Failure": _shape(["message"], message=_text("Failure message")),
    "Location": _shape(["href", "rel", "type"], rel=_text(), href=_text(format="url"), type=_text()),
    "Version": _shape(
        ["id", "version"],
        version=_text(),
        id=_text(),
        links=_list_of("Location"),
        type=_text(),
    ),
    "Versions": _shape([], versions=_list_of("Version")),
    "ModelMeta": _shape(
        ["description", "id", "name"],
        id=_text("Model identifier"),
        name=_text("Model name"),
        description=_text("Model description"),
        license=_text("Model license"),
        author=_text("Model author"),
        version=_text("Model version"),
        url=_text("Model url"),
        links=_list_of("Location"),
    ),
}
TRAINING: dict[str, Any] = {
    "Training": _shape(
        ["date", "status", "uuid"],
        uuid=_text("Training identifier", format="uuid"),
        date=_text("Training start time", format="date-time"),
        status=_text("Training status", enum=["running", "error", "done", "cancelled"]),
        message=_text("Optional message explaining status"),
    ),
    "TrainingList": _list_of("Training"),
}
PREDICTION: dict[str, Any] = {
    "Prediction": _shape(
        ["predictions", "status"],
        status=_text("Response status message"),
        predictions={"description": "What the model returned, in any form"},
    )
}

"""What the published JSON Schema says about a file, in words that an author can act on."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from fairhaven.catalog.metadata import document, schema_words
from fairhaven.catalog.metadata.document import ListNode, MapNode, Node, Scalar
from fairhaven.catalog.metadata.findings import MAX_PROBLEMS, Findings, Path, dotted, shorten
from fairhaven.catalog.metadata.repairs import Add, Drop, Put
from fairhaven.catalog.metadata.schemas import (
    FIRST,
    field_at,
    known_versions,
    newest_version,
    read_as,
    strict_schema,
)
from fairhaven.catalog.metadata.suggest import megabytes, nearest_version

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

EMPTY_SUGGESTION = "Write a value, or remove the line."


def check_schema(root: MapNode, findings: Findings) -> None:
    """Check against the schema of the declared version, or of the nearest one when that is unknown.

    Parts that the declared version does not know yet (`resources` in 2.0.0) are checked against the newest of
    the same first number: the platform reads them, and the published tool does by default.
    """
    version = declared_version(root)
    data = document.plain(root)
    errors = _validator(version).iter_errors(data)
    later = _later_errors(version, data)
    for error in islice(errors, 2 * MAX_PROBLEMS):
        _report(root, error, findings)
    for error in islice(later, 2 * MAX_PROBLEMS):
        _report(root, error, findings)


def declared_version(root: MapNode) -> str:
    """The known version that the file declares, or the nearest to it; version 1 declares none."""
    if is_first(root):
        return FIRST
    written = root.entries.get("metadata_version")
    known = later_versions()
    if not isinstance(written, Scalar):
        return newest_version()
    return written.text if written.text in known else nearest_version(written.text, known)


def is_first(root: MapNode) -> bool:
    """Version 1, which had `sources` and `keywords` and no `metadata_version`."""
    written = root.entries.get("metadata_version")
    if written is not None and not (isinstance(written, Scalar) and written.text.startswith("1.")):
        return False
    return "sources" in root.entries or ("keywords" in root.entries and "links" not in root.entries)


def later_versions() -> tuple[str, ...]:
    """The versions that a file can declare."""
    return known_versions()[1:]


def _later_errors(version: str, data: Any) -> Iterator["ValidationError"]:
    if version == read_as(version):
        return
    declared = strict_schema(version)
    for error in _validator(read_as(version)).iter_errors(data):
        if error.absolute_path and field_at(declared, tuple(error.absolute_path)) is None:
            yield error


@cache
def _validator(version: str) -> "Draft202012Validator":
    return schema_words.validator(strict_schema(version))


def _report(root: MapNode, error: "ValidationError", findings: Findings) -> None:
    path: Path = tuple(error.absolute_path)
    node = document.node_at(root, path) or root
    wanted: Any = error.validator_value
    match error.validator:
        case "required":
            _report_missing(root, path, node, list(wanted), findings)
        case "type":
            _report_type(path, node, str(wanted), findings)
        case "enum":
            schema_words.report_word(path, node, list(wanted), findings)
        case "format":
            schema_words.report_format(path, node, str(wanted), findings)
        case "minimum":
            message = f"`{dotted(path)}` is below {wanted}."
            findings.error(path, node.start, message, f"Write {wanted} or more.")
        case "maximum":
            findings.error(
                path, node.start, f"`{dotted(path)}` is above {wanted}.", f"Write {wanted} or less."
            )
        case "minItems":
            findings.error(path, node.start, f"`{dotted(path)}` is an empty list.", "Add at least one item.")
        case _:
            findings.error(path, node.start, f"`{dotted(path)}`: {shorten(error.message, 160)}.")


def _report_missing(root: MapNode, path: Path, node: Node, wanted: list[str], findings: Findings) -> None:
    present = node.entries if isinstance(node, MapNode) else {}
    for name in wanted:
        if name in present:
            continue
        missing = (*path, name)
        schema = strict_schema(read_as(declared_version(root)))
        suggestion = _how_to_write(path, name, field_at(schema, missing) or {})
        offset = document.offset_of(root, path, key=True)
        findings.error(missing, offset, f"`{dotted(missing)}` is missing.", suggestion)
        if missing == ("metadata_version",):
            findings.mend(missing, Add(newest_version(), first=True))


def _how_to_write(path: Path, name: str, field: Mapping[str, Any]) -> str:
    if path:
        return f"Add `{name}:` below `{dotted(path)}:`."
    choices = field.get("items", {}).get("enum")
    if choices:
        return f"Add `{name}:` with one or more of: {', '.join(choices)}."
    if name == "metadata_version":
        return f"Add `metadata_version: {newest_version()}`."
    if field.get("type") == "array":
        return f"Add `{name}:` with a list, one `- …` per line."
    if field.get("type") == "object":
        return f"Add `{name}:` with {', '.join(f'`{key}:`' for key in field.get('required', ()))} below it."
    return f"Add `{name}:`."


def _report_type(path: Path, node: Node, wanted: str, findings: Findings) -> None:
    name = dotted(path) or "The file"
    if isinstance(node, Scalar) and node.kind is document.Kind.NULL:
        findings.error(path, node.start, f"`{name}` is empty.", EMPTY_SUGGESTION)
        findings.mend(path, Drop())
        return
    message = (
        f"`{name}` must be {schema_words.TYPES.get(wanted, wanted)}, not {schema_words.what_it_is(node)}."
    )
    findings.error(path, node.start, message, _suggest_type(path, node, wanted))
    if isinstance(node, Scalar) and (value := _converted(path, node.text, wanted)) is not None:
        findings.mend(path, Put(value))


def _converted(path: Path, text: str, wanted: str) -> JsonValue:
    """The text as the type that is wanted; None when that would be a guess."""
    match wanted:
        case "string":
            return text
        case "array":
            items: JsonValue = [part.strip() for part in text.split(",") if part.strip()]
            return items or None
        case "integer" | "number" if str(path[-1]).endswith("_MB"):
            return megabytes(text)
        case "integer" | "number":
            return int(text) if text.strip().isdigit() and len(text) < 16 else None
        case _:
            return None


def _suggest_type(path: Path, node: Node, wanted: str) -> str:
    key = str(path[-1]) if path else ""
    match node, wanted:
        case Scalar(text=text), "string":
            return f"Put it in quotes: '{shorten(text)}'."
        case ListNode(), "string":
            return f"Write one text: `{key}: |-` with indented lines below."
        case Scalar(text=text), "array":
            items = ", ".join(part.strip() for part in shorten(text).split(",") if part.strip())
            return f"Write a list: `{key}: [{items}]`."
        case Scalar(text=text), "integer" | "number":
            return _suggest_number(key, text)
        case _:
            return ""


def _suggest_number(key: str, text: str) -> str:
    amount, example = megabytes(text), f"Write a number, for example `{key}: 1`."
    if amount is None:
        return example
    if not key.endswith("_MB"):
        return f"Write `{key}: {text.strip()}`, without quotes." if text.strip().isdigit() else example
    return f"Write the number of MB: `{key}: {amount}`."

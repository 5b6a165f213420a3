"""What the published schema of tools says about a file, in words that its author can act on."""

from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from fairhaven.catalog.metadata import document, schema_words
from fairhaven.catalog.metadata.document import Kind, MapNode, Node, Scalar
from fairhaven.catalog.metadata.findings import MAX_PROBLEMS, Findings, Path, dotted, shorten
from fairhaven.catalog.metadata.suggest import did_you_mean, nearest_word
from fairhaven.catalog.toolbox.schema import part, schema

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_LIMITS = {
    "minimum": ("is below {0}", "Write {0} or more."),
    "exclusiveMinimum": ("is not above {0}", "Write a larger number."),
    "maximum": ("is above {0}", "Write {0} or less."),
    "minLength": ("is empty", "Write a value, or remove the line."),
    "maxLength": ("is longer than {0} characters", "Shorten it."),
    "minItems": ("is an empty list", "Add at least one item."),
    "maxItems": ("has more than {0} items", "Shorten it."),
    "minProperties": ("is empty", "Add at least one line below it."),
    "maxProperties": ("has more than {0} keys", "Shorten it."),
    "pattern": ("does not look as it must", "It must match `{0}`."),
}


def check_schema(root: MapNode, findings: Findings) -> None:
    """Note everything in which the file is not what the schema allows."""
    for error in islice(_validator().iter_errors(document.plain(root)), 2 * MAX_PROBLEMS):
        _report(root, error, findings)


@cache
def _validator() -> "Draft202012Validator":
    return schema_words.validator(schema())


def _report(root: MapNode, error: "ValidationError", findings: Findings) -> None:
    path: Path = tuple(error.absolute_path)
    node = document.node_at(root, path) or root
    wanted: Any = error.validator_value
    match error.validator:
        case "required":
            _report_missing(root, path, node, wanted, findings)
        case "additionalProperties":
            _report_unknown(path, node, findings)
        case "type":
            _report_type(path, node, wanted, findings)
        case "enum":
            schema_words.report_word(path, node, wanted, findings)
        case "format":
            schema_words.report_format(path, node, str(wanted), findings)
        case known if known in _LIMITS:
            said, suggestion = (words.format(wanted) for words in _LIMITS[str(known)])
            findings.error(path, node.start, f"`{dotted(path)}` {said}.", suggestion)
        case _:
            findings.error(path, node.start, f"`{dotted(path)}`: {shorten(error.message, 160)}.")


def _report_missing(root: MapNode, path: Path, node: Node, wanted: list[str], findings: Findings) -> None:
    present = node.entries if isinstance(node, MapNode) else {}
    if isinstance(node, MapNode) and _unquoted(node):
        return  # told as what it is
    for name in wanted:
        if name not in present:
            missing = (*path, name)
            about = part(missing).get("description", "")
            suggestion = f"Add `{name}:`{f' below `{dotted(path)}:`' if path else ''}. {about}".strip()
            offset = document.offset_of(root, path, key=True) if path else root.start
            findings.error(missing, offset, f"`{dotted(missing)}` is missing.", suggestion)


def _report_unknown(path: Path, node: Node, findings: Findings) -> None:
    if not isinstance(node, MapNode):
        return
    if unquoted := _unquoted(node):
        said = f"`{dotted(path)}` begins with a brace, which YAML takes for a group."
        findings.error(path, node.start, said, f"Put it in quotes: '{{{unquoted}}}'.")
        return
    known = list(part(path).get("properties", {}))
    for name in node.entries:
        if name not in known:
            guess = did_you_mean(nearest_word(name, known))
            suggestion = guess or f"Use one of: {', '.join(known)}."
            where = (*path, name)
            findings.error(where, node.keys[name], f"`{dotted(where)}` is no key of tools.", suggestion)


def _unquoted(node: MapNode) -> str:
    """The placeholder that somebody wrote without quotes: YAML reads `{work}` as a mapping."""
    if not node.flow or len(node.entries) != 1:
        return ""
    ((name, value),) = node.entries.items()
    return name if isinstance(value, Scalar) and value.kind is Kind.NULL else ""


def _report_type(path: Path, node: Node, wanted: str | list[str], findings: Findings) -> None:
    name = dotted(path) or "The file"
    if isinstance(node, Scalar) and node.kind is Kind.NULL:
        findings.error(path, node.start, f"`{name}` is empty.", "Write a value, or remove the line.")
        return
    words = " or ".join(
        schema_words.TYPES[each] for each in ([wanted] if isinstance(wanted, str) else wanted)
    )
    suggestion = ""
    if isinstance(node, MapNode) and "string" in wanted and (unquoted := _unquoted(node)):
        suggestion = f"Put it in quotes: '{{{unquoted}}}'."
    elif isinstance(node, Scalar) and "string" in wanted:
        suggestion = f"Put it in quotes: '{shorten(node.text)}'."
    elif wanted == "array" and isinstance(node, Scalar):
        suggestion = _as_list(str(path[-1]) if path else "", node)
    findings.error(
        path, node.start, f"`{name}` must be {words}, not {schema_words.what_it_is(node)}.", suggestion
    )


def _as_list(key: str, node: Scalar) -> str:
    items = ", ".join(shorten(node.text).split())
    return (
        f"Write a list, one text for each argument: `{key}: [{items}]`."
        if key in ("command", "add")
        else (f"Write a list: `{key}: [{shorten(node.text)}]`.")
    )

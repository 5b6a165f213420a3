"""Words for what a JSON Schema finds in a YAML file, the same for metadata and for tools."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from fairhaven.catalog.metadata.document import ListNode, MapNode, Node, Scalar
from fairhaven.catalog.metadata.findings import Findings, Path, dotted, shorten
from fairhaven.catalog.metadata.format_words import FORMAT_WORDS, FORMATS
from fairhaven.catalog.metadata.repairs import Put
from fairhaven.catalog.metadata.suggest import did_you_mean, nearest_word

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

TYPES = {
    "string": "text",
    "array": "a list",
    "object": "a group of `key: value` lines",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


def validator(schema: Mapping[str, Any]) -> "Draft202012Validator":
    """One that knows our formats."""
    from jsonschema import Draft202012Validator, FormatChecker  # absent from the light installation

    checker = FormatChecker(formats=())
    for name, check in FORMATS.items():
        checker.checks(name)(partial(_holds, check))
    return Draft202012Validator(schema, format_checker=checker)


def _holds(check: Callable[[str], bool], value: object) -> bool:
    return not isinstance(value, str) or check(value)


def what_it_is(node: Node) -> str:
    match node:
        case Scalar():
            return node.kind.value
        case ListNode():
            return "a list"
        case MapNode():
            return "a group of `key: value` lines"


def report_word(path: Path, node: Node, allowed: list[str], findings: Findings) -> None:
    written = node.text if isinstance(node, Scalar) else ""
    field = dotted(path[:-1] if isinstance(path[-1], int) else path)
    guess = did_you_mean(nearest_word(written, allowed))
    suggestion = guess or f"Use one of: {', '.join(allowed)}."
    findings.error(path, node.start, f"'{shorten(written)}' is not a word for `{field}`.", suggestion)
    if guess:
        findings.mend(path, Put(nearest_word(written, allowed)))


def report_format(path: Path, node: Node, wanted: str, findings: Findings) -> None:
    written = node.text if isinstance(node, Scalar) else ""
    message, mend, otherwise = FORMAT_WORDS[wanted]
    mended = mend(written)
    suggestion = f"Write '{mended}'." if mended else otherwise
    findings.error(path, node.start, message.format(dotted(path), shorten(written)), suggestion)
    if mended:
        findings.mend(path, Put(mended))

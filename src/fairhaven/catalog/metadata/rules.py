"""What the published schema cannot say: versions, old names, misspelt keys, blanks, dates, repeats."""

from collections.abc import Iterator, Mapping
from typing import Any

from fairhaven.catalog.metadata import document, formats
from fairhaven.catalog.metadata.document import Kind, ListNode, MapNode, Node, Scalar
from fairhaven.catalog.metadata.findings import Findings, Path, dotted, shorten
from fairhaven.catalog.metadata.renamed import FORBIDDEN, FORBIDDEN_NOW, OLD_LINKS, RESOURCE_NAMES
from fairhaven.catalog.metadata.repairs import Drop, Move, Put, Rename
from fairhaven.catalog.metadata.schema_checks import (
    EMPTY_SUGGESTION,
    declared_version,
    is_first,
    later_versions,
)
from fairhaven.catalog.metadata.schemas import (
    FIRST,
    Schema,
    field_at,
    newest_version,
    read_as,
    resolve,
    strict_schema,
)
from fairhaven.catalog.metadata.suggest import did_you_mean, megabytes, nearest_version, nearest_word

_OLD_BOOLEANS = frozenset(["yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF"])


def check_rules(root: MapNode, findings: Findings) -> None:
    """Every check that the schema does not make; the tree is walked once per check."""
    _check_version(root, findings)
    schema = strict_schema(read_as(declared_version(root)))
    for path, node in _groups(root, schema):
        _check_keys(root, path, node, findings)
    for path, scalar in _scalars(root, ()):
        _check_scalar(schema, path, scalar, findings)
    for name, value in root.entries.items():
        if isinstance(value, ListNode) and name != "description" and field_at(schema, (name,)):
            _check_list(name, value, findings)
    _check_order_of_dates(root, findings)


def _check_version(root: MapNode, findings: Findings) -> None:
    if is_first(root):
        message = "This is version 1, which is still read but says too little for others to find the module."
        suggestion = f"`fairhaven metadata migrate` turns it into {newest_version()}."
        findings.warning(("metadata_version",), root.start, message, suggestion)
        return
    node = root.entries.get("metadata_version")
    if not isinstance(node, Scalar) or node.kind is Kind.NULL or not node.text.strip():
        return
    known = later_versions()
    if node.text in known:
        return
    nearest = nearest_version(node.text, known)
    message = f"`metadata_version` {shorten(node.text)} is not known; known are {', '.join(known)}."
    suggestion = f"Write `metadata_version: {nearest}`."
    findings.error(("metadata_version",), node.start, message, suggestion)
    findings.mend(("metadata_version",), Put(nearest))


def _groups(root: MapNode, schema: Mapping[str, Any]) -> Iterator[tuple[Path, MapNode]]:
    """The mappings whose keys the schema knows: the file itself, links, dates, each author, and so on."""
    waiting: list[tuple[Path, Node, Mapping[str, Any]]] = [((), root, schema)]
    while waiting:
        path, node, declared = waiting.pop()
        field = resolve(schema, declared)
        if isinstance(node, MapNode) and "properties" in field:
            yield path, node
            inner = field["properties"]
            waiting += [
                ((*path, name), value, inner[name]) for name, value in node.entries.items() if name in inner
            ]
        elif isinstance(node, ListNode) and "items" in field:
            waiting += [((*path, index), item, field["items"]) for index, item in enumerate(node.items)]


def _check_keys(root: MapNode, path: Path, node: MapNode, findings: Findings) -> None:
    version = declared_version(root)
    known = tuple((field_at(strict_schema(read_as(version)), path) or {}).get("properties", {}))
    for name in node.entries:
        if name in known and _is_later(version, (*path, name)):
            _report_later(root, (*path, name), node.keys[name], findings)
        elif name not in known and version != FIRST and _is_known_now((*path, name)):
            _report_future(root, (*path, name), node.keys[name], findings)
        elif name not in known:
            _report_unknown((*path, name), node, known, findings)


def _report_unknown(path: Path, parent: MapNode, known: tuple[str, ...], findings: Findings) -> None:
    name, value = str(path[-1]), parent.entries[str(path[-1])]
    offset = parent.keys[name]
    if len(path) == 1 and name in FORBIDDEN:
        findings.error(path, offset, f"`{name}` is from version 1 and not allowed.", FORBIDDEN[name])
        if name in FORBIDDEN_NOW:
            findings.mend(path, Move(FORBIDDEN_NOW[name]))
    elif path[0] == "links" and name in OLD_LINKS:
        message = f"`{dotted(path)}` is an old name and is ignored."
        findings.warning(path, offset, message, f"Rename it to {OLD_LINKS[name]}.")
        if isinstance(value, Scalar) and value.kind is Kind.TEXT:
            findings.mend(path, Rename(OLD_LINKS[name].split("`")[1]))
    elif path[0] == "resources" and name.casefold() in RESOURCE_NAMES:
        _report_resource(path, offset, value, findings)
    else:
        message = f"`{dotted(path)}` is not known here and is ignored."
        findings.warning(path, offset, message, _suggest_key(name, value, known))
        _mend_key(path, value, known, findings)


def _mend_key(path: Path, value: Node, known: tuple[str, ...], findings: Findings) -> None:
    if isinstance(value, Scalar) and value.kind is Kind.NULL:
        findings.mend(path, Drop())
    elif guess := nearest_word(str(path[-1]), known):
        findings.mend(path, Rename(guess))


def _suggest_key(name: str, value: Node, known: tuple[str, ...]) -> str:
    if isinstance(value, Scalar) and value.kind is Kind.NULL:
        return "Remove the line: it says nothing."
    return did_you_mean(nearest_word(name, known)) or "Remove it, or keep it for your own use."


def _report_resource(path: Path, offset: int, value: Node, findings: Findings) -> None:
    right = RESOURCE_NAMES[str(path[-1]).casefold()]
    amount = _megabytes(path, value.text) if isinstance(value, Scalar) and right.endswith("_MB") else None
    written = amount if amount is not None else "…"
    message = f"`{dotted(path)}` is not a resource, so the amount would be lost."
    findings.error(path, offset, message, f"Write `{right}: {written}`.")
    if amount is not None or not right.endswith("_MB"):
        findings.mend(path, Rename(right))


def _megabytes(path: Path, text: str) -> int | None:
    """The amount, unless the key says GB and the value only a number: then nobody knows what was meant."""
    return None if str(path[-1]).casefold().endswith("gb") and text.strip().isdigit() else megabytes(text)


def _is_later(version: str, path: Path) -> bool:
    """The version knows what the value belongs to, but not the value."""
    declared = strict_schema(version)
    return field_at(declared, path) is None and field_at(declared, path[:-1]) is not None


def _report_later(root: MapNode, path: Path, offset: int, findings: Findings) -> None:
    since = next(version for version in later_versions() if field_at(strict_schema(version), path))
    declared = declared_version(root)
    message = f"`{dotted(path)}` came with version {since}, but the file declares {declared}."
    findings.warning(path, offset, message, f"Write `metadata_version: {since}`.")
    findings.mend(("metadata_version",), Put(since))


def _is_known_now(path: Path) -> bool:
    return field_at(strict_schema(newest_version()), path) is not None


def _report_future(root: MapNode, path: Path, offset: int, findings: Findings) -> None:
    declared = declared_version(root)
    message = f"`{dotted(path)}` came with version {newest_version()} and is ignored in {declared}."
    findings.warning(path, offset, message, f"Write `metadata_version: {newest_version()}`.")


def _scalars(node: Node, path: Path) -> Iterator[tuple[Path, Scalar]]:
    match node:
        case Scalar():
            yield path, node
        case ListNode():
            for index, item in enumerate(node.items):
                yield from _scalars(item, (*path, index))
        case MapNode():
            for name, value in node.entries.items():
                yield from _scalars(value, (*path, name))


def _check_scalar(schema: Schema, path: Path, scalar: Scalar, findings: Findings) -> None:
    field = field_at(schema, path)
    if scalar.kind is Kind.DATE:
        _report_unquoted_date(path, scalar, findings)
    if field is None:
        return
    if scalar.kind is Kind.TEXT and not scalar.text.strip():
        if schema is strict_schema(FIRST) and path[0] == "description":
            return  # version 1 separates paragraphs by empty items
        findings.error(path, scalar.start, f"`{dotted(path)}` is empty.", EMPTY_SUGGESTION)
        findings.mend(path, Drop())
    elif scalar.plain and scalar.text in _OLD_BOOLEANS:
        message = f"The published tool reads `{scalar.text}` as true or false."
        findings.warning(path, scalar.start, message, f"Put it in quotes: '{scalar.text}'.")
        findings.mend(path, Put(scalar.text))
    elif path[0] == "links" and formats.is_placeholder(scalar.text):
        message = f"`{dotted(path)}` is still the template's placeholder."
        findings.warning(path, scalar.start, message, "Write the real address, or remove the line.")
        findings.mend(path, Drop())


def _report_unquoted_date(path: Path, scalar: Scalar, findings: Findings) -> None:
    if not formats.is_date(scalar.text):
        return  # the schema check names the right day
    message = f"`{dotted(path)}` is a date without quotes; the published tool rejects it."
    findings.warning(path, scalar.start, message, f"Write '{scalar.text}', in quotes.")
    findings.mend(path, Put(scalar.text))


def _check_list(name: str, node: ListNode, findings: Findings) -> None:
    if not node.items:
        message = f"`{name}` is an empty list, so nobody finds the module by it."
        findings.warning((name,), node.start, message, "Add at least one item.")
    seen: dict[str, tuple[int, str]] = {}
    for index, item in enumerate(node.items):
        if isinstance(item, Scalar) and item.kind is not Kind.NULL and item.text.strip():
            first = seen.setdefault(item.text.strip().casefold(), (index, item.text))
            if first[0] != index:
                _report_repeat(name, index, item, first, findings)


def _report_repeat(name: str, index: int, item: Scalar, first: tuple[int, str], findings: Findings) -> None:
    path: Path = (name, index)
    if item.text == first[1]:
        message = f"'{shorten(item.text)}' is listed twice in `{name}`."
        findings.error(path, item.start, message, "Remove one of the two.")
        findings.mend(path, Drop())
    else:
        message = f"'{shorten(item.text)}' repeats '{shorten(first[1])}' in another spelling."
        findings.warning(path, item.start, message, "Keep one of the two.")


def _check_order_of_dates(root: MapNode, findings: Findings) -> None:
    created = document.node_at(root, ("dates", "created"))
    updated = document.node_at(root, ("dates", "updated"))
    if not isinstance(created, Scalar) or not isinstance(updated, Scalar):
        return
    if formats.is_date(created.text) and formats.is_date(updated.text) and updated.text < created.text:
        message = f"`dates.updated` ({updated.text}) is before `dates.created` ({created.text})."
        findings.warning(("dates", "updated"), updated.start, message, "Check which of the two is right.")

"""YAML text as a tree that remembers where everything stands, read with firm bounds.

The tree is built from ruamel's parse events, never by constructing objects, so a hostile file can
neither nest without end, nor grow through aliases, nor name a Python class. Scalars follow the
YAML 1.2 core schema; dates are told apart because the published tool (YAML 1.1) refuses them unquoted.
"""

import math
import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from pydantic import JsonValue

from fairhaven.catalog.metadata.findings import Findings, Path, shorten
from fairhaven.catalog.metadata.repairs import Drop
from fairhaven.catalog.metadata.syntax import Broken, explain

MAX_NODES = 10_000
MAX_DEPTH = 20
MAX_ITEMS = 500


class Kind(StrEnum):
    """What a scalar is; the value is the word used in messages."""

    TEXT = "text"
    INTEGER = "a whole number"
    NUMBER = "a number"
    BOOLEAN = "true or false"
    NULL = "nothing"
    DATE = "a date"


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value; `plain` means written without quotes, `end` is where it ends."""

    start: int
    text: str
    kind: Kind
    plain: bool
    end: int = 0


@dataclass(slots=True)
class ListNode:
    """Items in their order; `flow` means written in brackets."""

    start: int
    items: list["Node"] = field(default_factory=list)
    end: int = 0
    flow: bool = False


@dataclass(slots=True)
class MapNode:
    """Values and the offsets of their keys; of a key written twice the last value stays, as in PyYAML."""

    start: int
    entries: dict[str, "Node"] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    end: int = 0
    flow: bool = False
    key_ends: dict[str, int] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)


Node = Scalar | ListNode | MapNode


def read(text: str, findings: Findings) -> Node | None:
    """The document's tree; None, with an error noted, when there is nothing that can be read."""
    builder = _Builder(findings)
    try:
        for event in _events(text):
            builder.feed(event)
    except Broken as broken:
        findings.error((), broken.offset, broken.message, broken.suggestion)
        return None
    return builder.root


def plain(node: Node) -> JsonValue:
    """The node as JSON data; dates are text."""
    match node:
        case Scalar():
            return _scalar_value(node)
        case ListNode():
            return [plain(item) for item in node.items]
        case MapNode():
            return {key: plain(value) for key, value in node.entries.items()}


def offset_of(root: Node, path: Path, *, key: bool = False) -> int:
    """Where the value at `path` starts, or its key; the deepest place that exists when the path is cut."""
    node, offset = root, root.start
    for part in path:
        if isinstance(node, MapNode) and part in node.entries:
            offset = node.keys[str(part)]
            node = node.entries[str(part)]
        elif isinstance(node, ListNode) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            offset = node.start
        else:
            return offset
    return offset if key else node.start


def node_at(root: Node, path: Path) -> Node | None:
    """The node at `path`, None when there is none."""
    node: Node | None = root
    for part in path:
        if isinstance(node, MapNode) and isinstance(part, str):
            node = node.entries.get(part)
        elif isinstance(node, ListNode) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
        else:
            return None
    return node


def _events(text: str) -> Any:
    """Parse events of the text, one by one; every failure of the reader is raised as `Broken`."""
    from ruamel.yaml import YAML  # absent from the light installation
    from ruamel.yaml.error import YAMLError

    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    # ruamel lets escapes beyond Unicode and directives such as %YAML 1.9 fail as plain Python errors.
    except (YAMLError, ValueError, OverflowError, AssertionError) as error:
        raise explain(error, text) from error


_STANDARD = "tag:yaml.org,2002:"
_SCALAR_TAGS = frozenset(
    ("!", *(_STANDARD + name for name in ("str", "int", "float", "bool", "null", "timestamp")))
)
_PATTERNS = (
    (Kind.NULL, re.compile(r"~|null|Null|NULL|")),
    (Kind.BOOLEAN, re.compile(r"true|True|TRUE|false|False|FALSE")),
    (Kind.INTEGER, re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")),
    (
        Kind.NUMBER,
        re.compile(r"[-+]?(?:\.[0-9]{1,40}|[0-9]{1,40}(?:\.[0-9]{0,40})?)(?:[eE][-+]?[0-9]{1,4})?"),
    ),
    (Kind.DATE, re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")),
    (Kind.DATE, re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}\S*")),
)
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is still open."""

    node: ListNode | MapNode
    path: Path
    anchor: str | None
    opened: int
    height: int = 1
    key: Scalar | None = None

    def child_path(self) -> Path:
        if isinstance(self.node, ListNode):
            return (*self.path, len(self.node.items))
        return (*self.path, self.key.text) if self.key else self.path


class _Builder:
    """Turns events into nodes; counts nodes and depth with aliases expanded."""

    def __init__(self, findings: Findings) -> None:
        self.root: Node | None = None
        self._findings = findings
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Node, int, int]] = {}
        self._count = 0
        self._documents = 0

    def feed(self, event: Any) -> None:
        start = event.start_mark.index
        match type(event).__name__:
            case "DocumentStartEvent":
                self._begin_document(start)
            case "ScalarEvent":
                self._scalar(event, start)
            case "AliasEvent":
                self._alias(event.anchor, start)
            case "SequenceStartEvent":
                self._open(ListNode(start, flow=bool(event.flow_style)), event)
            case "MappingStartEvent":
                self._open(MapNode(start, flow=bool(event.flow_style)), event)
            case "SequenceEndEvent" | "MappingEndEvent":
                self._close(event.end_mark.index)

    def _begin_document(self, start: int) -> None:
        self._documents += 1
        if self._documents > 1:
            raise Broken(
                start, "A second YAML document starts here.", "Keep one document: remove the `---` line."
            )

    def _scalar(self, event: Any, start: int) -> None:
        kind = self._kind(event, start)
        node = Scalar(start, event.value, kind, event.style is None, event.end_mark.index)
        if _UNSTORABLE.search(event.value):
            self._findings.error(
                self._here(), start, "This text holds control characters.", "Remove escapes such as \\x00."
            )
        self._spend(1, start)
        self._remember(event.anchor, node, size=1, height=0)
        self._attach(node, start)

    def _kind(self, event: Any, start: int) -> Kind:
        tag = event.tag and str(event.tag)
        if tag and tag not in _SCALAR_TAGS:
            self._refuse_tag(tag, start)
        if tag in ("!", f"{_STANDARD}str") or (event.style is not None and not tag):
            return Kind.TEXT
        for kind, pattern in _PATTERNS:
            if pattern.fullmatch(event.value):
                return kind if kind is not Kind.NUMBER or math.isfinite(float(event.value)) else Kind.TEXT
        return Kind.TEXT

    def _refuse_tag(self, tag: str, start: int) -> None:
        message = f"The YAML tag `{shorten(tag)}` is not allowed."
        self._findings.error(self._here(), start, message, "Remove the tag.")

    def _alias(self, anchor: str, start: int) -> None:
        if anchor not in self._anchors:
            message = f"`*{shorten(anchor)}` refers to nothing that is complete above it."
            raise Broken(start, message, "Write the value itself.")
        node, size, height = self._anchors[anchor]
        self._spend(size, start)
        self._check_depth(len(self._stack) + height, start)
        if self._stack:
            self._stack[-1].height = max(self._stack[-1].height, height + 1)
        self._attach(node, start)

    def _open(self, node: ListNode | MapNode, event: Any) -> None:
        self._spend(1, node.start)
        self._check_depth(len(self._stack) + 1, node.start)
        tag = event.tag and str(event.tag)
        if tag and tag not in ("!", f"{_STANDARD}map", f"{_STANDARD}seq"):
            self._refuse_tag(tag, node.start)
        top = self._stack[-1] if self._stack else None
        if top and isinstance(top.node, MapNode) and top.key is None:
            raise Broken(node.start, "A key must be plain text, not a list or mapping.", "Quote the key.")
        self._stack.append(_Frame(node, self._here(), event.anchor, self._count - 1))

    def _close(self, end: int) -> None:
        frame = self._stack.pop()
        frame.node.end = end
        self._remember(frame.anchor, frame.node, size=self._count - frame.opened, height=frame.height)
        if self._stack:
            self._stack[-1].height = max(self._stack[-1].height, frame.height + 1)
        self._attach(frame.node, frame.node.start)

    def _attach(self, node: Node, start: int) -> None:
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        if isinstance(frame.node, ListNode):
            self._append(frame.node, node, start)
        elif frame.key is None:
            frame.key = _as_key(node, start)
        else:
            self._set(frame, frame.key, node)
            frame.key = None

    def _append(self, parent: ListNode, node: Node, start: int) -> None:
        if len(parent.items) >= MAX_ITEMS:
            raise Broken(start, f"This list has more than {MAX_ITEMS} items.", "Shorten it.")
        parent.items.append(node)

    def _set(self, frame: _Frame, key: Scalar, node: Node) -> None:
        parent = frame.node
        if not isinstance(parent, MapNode):
            return
        if key.text == "<<" and key.plain:
            _merge(parent, node)
            return
        # Merged keys stand above the mapping; writing one again is what merging is for.
        if key.text in parent.keys and parent.keys[key.text] >= parent.start:
            self._report_repeat(frame, key, parent.keys[key.text])
            if _says_no_more(node, parent.entries[key.text]):
                self._findings.mend((*frame.path, key.text), Drop())
                parent.repeated.add(key.text)
        if isinstance(node, Scalar) and node.plain and not node.text:
            node = replace(node, start=key.start)  # YAML places what is absent at the next thing
        parent.entries[key.text] = node
        parent.keys[key.text] = key.start
        parent.key_ends[key.text] = key.end

    def _report_repeat(self, frame: _Frame, key: Scalar, first: int) -> None:
        name, line = shorten(key.text), self._findings.line(first)
        self._findings.error(
            (*frame.path, key.text),
            key.start,
            f"`{name}` is written twice: first on line {line}. Readers keep only one of the two.",
            f"Remove one `{name}`.",
        )

    def _here(self) -> Path:
        return self._stack[-1].child_path() if self._stack else ()

    def _remember(self, anchor: str | None, node: Node, *, size: int, height: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = (node, size, height)

    def _spend(self, nodes: int, start: int) -> None:
        self._count += nodes
        if self._count > MAX_NODES:
            message = f"The file holds more than {MAX_NODES} values, counting what aliases repeat."
            raise Broken(start, message, "Metadata is short: remove what does not belong here.")

    def _check_depth(self, depth: int, start: int) -> None:
        if depth > MAX_DEPTH:
            raise Broken(start, f"Values are nested more than {MAX_DEPTH} deep.", "Flatten them.")


def _says_no_more(second: Node, first: Node) -> bool:
    """The second time a key is written adds nothing to the first."""
    new, old = plain(second), plain(first)
    return new == old or (
        isinstance(new, list) and isinstance(old, list) and all(each in old for each in new)
    )


def _as_key(node: Node, start: int) -> Scalar:
    if isinstance(node, Scalar):
        return Scalar(start, node.text, node.kind, node.plain, node.end)
    raise Broken(start, "A key must be plain text, not a list or mapping.", "Quote the key.")


def _merge(parent: MapNode, node: Node) -> None:
    """YAML's merge key: what `node` has and the mapping itself has not (yet) said."""
    sources = node.items if isinstance(node, ListNode) else [node]
    for source in sources:
        if isinstance(source, MapNode):
            for key, value in source.entries.items():
                if key not in parent.entries:
                    parent.entries[key] = value
                    parent.keys[key] = source.keys[key]


def _scalar_value(node: Scalar) -> JsonValue:
    match node.kind:
        case Kind.NULL:
            return None
        case Kind.BOOLEAN:
            return node.text.lower() == "true"
        case Kind.INTEGER:
            return int(node.text, 0) if node.text[:2] in ("0o", "0x") else int(node.text)
        case Kind.NUMBER:
            return float(node.text)
        case _:
            return node.text

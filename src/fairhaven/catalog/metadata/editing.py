"""Making repairs in the text of a file: it changes only where it must, so comments and layout stay."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pydantic import JsonValue

from fairhaven.catalog.metadata import document, writer
from fairhaven.catalog.metadata.document import ListNode, MapNode, Node, Scalar
from fairhaven.catalog.metadata.findings import Path
from fairhaven.catalog.metadata.repairs import Add, Drop, Mend, Move, Put, Rename, Rewrite


@dataclass(frozen=True)
class Edit:
    """Replace `text[start:end]`."""

    start: int
    end: int
    text: str


def apply(
    text: str, root: MapNode, mends: Sequence[tuple[Path, Mend]]
) -> tuple[str, list[tuple[Path, Mend]]]:
    """The text with every mend that fits, and which these are; two that touch the same place: the first."""
    done: list[tuple[Path, Mend]] = []
    edits: list[Edit] = []
    for path, mend in mends:
        wanted = _Editor(text, root).edits(path, mend)
        if wanted and not any(_overlap(edit, other) for edit in wanted for other in edits):
            edits += wanted
            done.append((path, mend))
    for edit in sorted(edits, key=lambda each: (each.start, each.end), reverse=True):
        written = edit.text.replace("\n", "\r\n") if "\r\n" in text else edit.text
        text = text[: edit.start] + written + text[edit.end :]
    return text, done


def _overlap(one: Edit, other: Edit) -> bool:
    return (one.start < other.end and other.start < one.end) or one.start == other.start


class _Editor:
    """Turns one mend into edits; none when the place is written in a way that is not worth the risk."""

    def __init__(self, text: str, root: MapNode) -> None:
        self._text = text
        self._root = root

    def edits(self, path: Path, mend: Mend) -> list[Edit]:
        match mend:
            case Put(value):
                return self._put(path, value)
            case Rewrite(value):
                return self._rewrite(path, value)
            case Rename(name):
                return self._rename(path, name)
            case Drop():
                return self._drop(path)
            case Add(value, first):
                return self._add(path, value, first=first)
            case Move(to):
                return self._move(path, to)

    def _put(self, path: Path, value: JsonValue) -> list[Edit]:
        node = document.node_at(self._root, path)
        if node is None or not self._is_here(path, node):
            return []
        return [Edit(node.start, self._end(node), writer.inline(value))]

    def _rewrite(self, path: Path, value: JsonValue) -> list[Edit]:
        parent, key = document.node_at(self._root, path[:-1]), str(path[-1])
        if not isinstance(parent, MapNode) or not self._is_written(parent, key):
            return []
        node, start = parent.entries[key], parent.keys[key]
        if parent.flow or (not isinstance(node, Scalar) and node.flow):
            return self._put(path, value)
        if not self._ends_after(node, start):
            return []
        column = start - self._line_start(start)
        written = writer.fragment(key, value, " " * column)[column:]
        end = max(self._end(node), parent.key_ends[key])
        return [Edit(start, end, written.removesuffix("\n"))]

    def _rename(self, path: Path, name: str) -> list[Edit]:
        parent = document.node_at(self._root, path[:-1])
        key = str(path[-1])
        if not isinstance(parent, MapNode) or name in parent.entries or not self._is_written(parent, key):
            return []
        return [Edit(parent.keys[key], parent.key_ends[key], writer.inline(name))]

    def _drop(self, path: Path) -> list[Edit]:
        parent = document.node_at(self._root, path[:-1])
        match parent, path[-1]:
            case MapNode(), str(key) if self._is_written(parent, key) and len(parent.entries) > 1:
                return self._drop_entry(parent, key)
            case ListNode(), int(index) if 0 < index < len(parent.items):
                return self._drop_item(parent, index)
            case _:
                return []

    def _drop_entry(self, parent: MapNode, key: str) -> list[Edit]:
        start, value = parent.keys[key], parent.entries[key]
        line = self._line_start(start)
        if parent.flow or self._text[line:start].strip() or not self._ends_after(value, start):
            return []
        return [Edit(line, self._line_end(max(self._end(value), parent.key_ends[key])), "")]

    def _drop_item(self, parent: ListNode, index: int) -> list[Edit]:
        before, item = parent.items[index - 1], parent.items[index]
        if before.start >= item.start:
            return []
        if parent.flow:
            return [Edit(self._end(before), self._end(item), "")]
        line = self._line_start(item.start)
        return (
            [Edit(line, self._line_end(self._end(item)), "")]
            if self._text[line : item.start].strip() == "-"
            else []
        )

    def _add(self, path: Path, value: JsonValue, *, first: bool) -> list[Edit]:
        parent, key = document.node_at(self._root, path[:-1]), str(path[-1])
        if not isinstance(parent, MapNode) or key in parent.entries or not parent.keys:
            return []
        if parent.flow:
            place = self._text.index("{", parent.start) + 1
            return [Edit(place, place, f"{writer.inline(key)}: {writer.inline(value)}, ")]
        indents = {start - self._line_start(start) for start in parent.keys.values() if start >= parent.start}
        written = writer.fragment(key, value, " " * min(indents, default=0))
        if first:
            place = self._line_start(parent.start)
            return [Edit(place, place, written)]
        place = self._line_end(max(self._end(each) for each in parent.entries.values()))
        return [Edit(place, place, written if self._text[:place].endswith("\n") else f"\n{written}")]

    def _move(self, path: Path, to: Path) -> list[Edit]:
        node = document.node_at(self._root, path)
        target = document.node_at(self._root, to[:-1])
        removed = self._drop(path)
        if node is None or not removed:
            return []
        if target is None:
            added = self._add(to[:1], {str(to[1]): document.plain(node)}, first=False) if len(to) == 2 else []
        else:
            added = self._add(to, document.plain(node), first=False)
        if not added or any(_overlap(one, other) for one in removed for other in added):
            return self._merge(removed, added) if added else []
        return removed + added

    def _merge(self, removed: list[Edit], added: list[Edit]) -> list[Edit]:
        """What is removed ends where something is added, as at the end of the file."""
        return [Edit(removed[0].start, removed[0].end, added[0].text.lstrip("\n"))]

    def _is_here(self, path: Path, node: Node) -> bool:
        """The value stands at its place: no alias of another, no anchor or tag before it, not left out."""
        absent = isinstance(node, Scalar) and node.plain and not node.text
        offsets = [document.offset_of(self._root, path[:length]) for length in range(1, len(path) + 1)]
        inside = all(before <= after for before, after in pairwise(offsets))
        return not absent and inside and self._text[node.start : node.start + 1] not in ("&", "!", "*")

    def _is_written(self, parent: MapNode, key: str) -> bool:
        """The key itself is in this mapping, not merged into it."""
        return key in parent.key_ends and parent.keys[key] >= parent.start

    def _ends_after(self, node: Node, start: int) -> bool:
        return all(each.start >= start for each in _leaves(node))

    def _end(self, node: Node) -> int:
        """Where the value's last character stands; ends of blocks reach to what follows, so leaves decide."""
        if isinstance(node, Scalar) or node.flow:
            return max(node.start, len(self._text[: node.end].rstrip()))
        return max((self._end(each) for each in _leaves(node)), default=node.start)

    def _line_start(self, offset: int) -> int:
        return self._text.rfind("\n", 0, offset) + 1

    def _line_end(self, offset: int) -> int:
        found = self._text.find("\n", offset)
        return len(self._text) if found < 0 else found + 1


def _leaves(node: Node) -> Iterator[Node]:
    """What is written in one piece: scalars, and lists and mappings in brackets."""
    if isinstance(node, Scalar) or node.flow:
        yield node
        return
    for each in node.items if isinstance(node, ListNode) else node.entries.values():
        yield from _leaves(each)

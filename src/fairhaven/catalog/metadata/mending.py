"""Putting a file right, and bringing it to version 3: as text, so that comments and layout stay."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from fairhaven.catalog.metadata import first, writer
from fairhaven.catalog.metadata.document import MapNode, Scalar, plain
from fairhaven.catalog.metadata.editing import apply
from fairhaven.catalog.metadata.findings import Findings, Path, dotted, shorten
from fairhaven.catalog.metadata.reader import Checked, check
from fairhaven.catalog.metadata.repairs import Add, Drop, Mend, Move, Put, Rename
from fairhaven.catalog.metadata.report import Report
from fairhaven.catalog.metadata.schema_checks import declared_version
from fairhaven.catalog.metadata.schemas import FIRST, field_at, newest_version, read_as, strict_schema

_ROUNDS = 10


@dataclass(frozen=True)
class Mended:
    """The new text, what was changed in words (with lines of the text before), and what is still to do."""

    text: str
    changes: tuple[str, ...]
    report: Report


class CannotMigrate(ValueError):
    """The file has errors, so nobody knows what it means; `report` names them."""

    def __init__(self, report: Report) -> None:
        super().__init__("The file has errors: correct them first, `fairhaven metadata fix` helps.")
        self.report = report


def fix(text: str | bytes, *, filename: str = "ai4-metadata.yml") -> Mended:
    """Put right what needs no judgement: spelling, quotes, dates, identifiers, old names, repeats."""
    checked = check(text, filename)
    changes: list[str] = []
    seen: set[str] = set()
    for _ in range(_ROUNDS):
        wanted = [each for each in checked.findings.mends if repr(each) not in seen]
        if checked.root is None or not wanted:
            break
        after, done = apply(checked.text, checked.root, _only_where_it_helps(checked.root, wanted))
        changes += [_told(checked.root, checked.findings, path, mend) for path, mend in done]
        if not done:
            break
        seen |= {repr(each) for each in done}
        checked = check(after, filename)
    return Mended(checked.text, tuple(dict.fromkeys(changes)), checked.report)


def migrate(text: str | bytes, *, filename: str = "ai4-metadata.yml") -> Mended:
    """The file as the newest version; what has no place there is kept below `extra`.

    Raises:
        CannotMigrate: the file has errors.
    """
    checked = check(text, filename)
    if checked.root is None or not checked.report.valid:
        raise CannotMigrate(checked.report)
    version = declared_version(checked.root)
    if version == newest_version():
        return Mended(checked.text, (), checked.report)
    if version == FIRST:
        return _from_first(checked, filename)
    return _from_second(checked, version, filename)


def _from_second(checked: Checked, version: str, filename: str) -> Mended:
    root = checked.root
    if root is None:
        raise CannotMigrate(checked.report)
    wanted: list[tuple[Path, Mend]] = [(("metadata_version",), Put(newest_version()))]
    text, done = apply(checked.text, root, wanted)
    changes = [_told(root, checked.findings, path, mend) for path, mend in done]
    after = check(text, filename)
    clashes = sorted({_clash(version, each) for each in after.findings.error_paths()}, key=str)
    for path in clashes:
        moved = _set_aside(after, path)
        changes.append(f"`{dotted(path)}` means something else now, so it is kept below `extra`.")
        after = check(moved, filename)
    return Mended(after.text, tuple(changes), after.report)


def _clash(version: str, path: Path) -> Path:
    """The part of the path that the older version did not know, up to its first new key."""
    schema = strict_schema(read_as(version))
    return next(
        (path[: size + 1] for size in range(len(path)) if field_at(schema, path[: size + 1]) is None), path
    )


def _set_aside(checked: Checked, path: Path) -> str:
    """Move one key below `extra`; by writing the file anew when its layout does not allow an edit."""
    root = checked.root
    if root is None:
        return checked.text
    text, done = apply(checked.text, root, [(path, Move(("extra", dotted(path))))])
    if done:
        return text
    data = plain(root)
    if not isinstance(data, dict):
        return checked.text
    return writer.dump(_moved(data, path))


def _moved(data: dict[str, JsonValue], path: Path) -> dict[str, JsonValue]:
    inner: JsonValue = data
    for part in path[:-1]:
        inner = inner[str(part)] if isinstance(inner, dict) else None
    value = inner.pop(str(path[-1])) if isinstance(inner, dict) else None
    kept = data.get("extra")
    return {**data, "extra": {**(kept if isinstance(kept, dict) else {"extra": kept}), dotted(path): value}}


def _from_first(checked: Checked, filename: str) -> Mended:
    root = checked.root
    data = plain(root) if root else None
    if root is None or not isinstance(data, dict):
        raise CannotMigrate(checked.report)
    text = with_comments(writer.dump(first.upgraded(data)), checked.text, root)
    change = f"Version 1 became {newest_version()}: `sources` is `links` now, `keywords` are `tags`."
    return Mended(text, (change,), check(text, filename).report)


_NEW_KEYS = {"sources": "links", "keywords": "tags", "date_creation": "dates", "license": "license"}
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*", re.MULTILINE)


def with_comments(new: str, old: str, root: MapNode) -> str:
    """The comments of the old text, each above the key that its key became."""
    for key, comment in reversed(list(_comments(old, root))):
        wanted = _NEW_KEYS.get(key, key)
        place = re.search(rf"^{re.escape(wanted)}:", new, re.MULTILINE)
        offset = place.start() if place else 0
        new = f"{new[:offset]}{comment}\n{new[offset:]}"
    return new


def _comments(text: str, root: MapNode) -> Iterator[tuple[str, str]]:
    """Every comment with the top-level key that it is about: the one above, or below for whole lines."""
    spans = [(scalar.start, scalar.end) for scalar in _scalars(root)]
    for found in _COMMENT.finditer(text):
        if any(start <= found.start() < end for start, end in spans):
            continue
        line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        after = [key for key, start in root.keys.items() if start > found.start()]
        before = [key for key, start in root.keys.items() if start <= found.start()]
        whole = not line and after
        yield (after[0] if whole else before[-1] if before else ""), found[0].rstrip()


def _scalars(node: object) -> Iterator[Scalar]:
    match node:
        case Scalar():
            yield node
        case MapNode(entries=entries):
            for each in entries.values():
                yield from _scalars(each)
        case _:
            for each in getattr(node, "items", ()):
                yield from _scalars(each)


def _only_where_it_helps(root: MapNode, wanted: list[tuple[Path, Mend]]) -> list[tuple[Path, Mend]]:
    """Without removals of what is required: an empty title is the author's to write."""
    schema = strict_schema(read_as(declared_version(root)))

    def helps(path: Path, mend: Mend) -> bool:
        parent = field_at(schema, path[:-1]) or {}
        return (
            not isinstance(mend, Drop)
            or isinstance(path[-1], int)
            or path[-1] not in parent.get("required", ())
        )

    return [(path, mend) for path, mend in wanted if _is_repeat(root, path) or helps(path, mend)]


def _is_repeat(root: MapNode, path: Path) -> bool:
    return len(path) == 1 and path[0] in root.repeated


def _told(root: MapNode, findings: Findings, path: Path, mend: Mend) -> str:
    from fairhaven.catalog.metadata.document import node_at, offset_of

    line = findings.line(offset_of(root, path, key=True))
    node, name = node_at(root, path), dotted(path)
    was = f"'{shorten(node.text, 40)}'" if isinstance(node, Scalar) else "the value"
    match mend:
        case Put(value):
            words = f"`{name}`: {was} became {shorten(writer.inline(value), 60)}."
        case Rename(new):
            words = f"`{name}` became `{dotted((*path[:-1], new))}`."
        case Drop():
            words = f"`{name}` was removed."
        case Move(to):
            words = f"`{name}` became `{dotted(to)}`."
        case Add(value):
            words = f"`{name}: {shorten(writer.inline(value), 60)}` was added."
    return f"line {line}: {words}"

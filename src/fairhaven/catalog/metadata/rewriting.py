"""A file with what was changed in a form: everything else stays as its authors wrote it, comments too."""

from collections.abc import Iterator
from contextlib import suppress

from pydantic import JsonValue

from fairhaven.catalog.metadata import document, writer
from fairhaven.catalog.metadata.document import MapNode, Node, Scalar
from fairhaven.catalog.metadata.editing import apply
from fairhaven.catalog.metadata.findings import Findings, Path
from fairhaven.catalog.metadata.mending import CannotMigrate, migrate, with_comments
from fairhaven.catalog.metadata.reader import Checked, check
from fairhaven.catalog.metadata.repairs import Add, Drop, Mend, Put, Rewrite
from fairhaven.catalog.metadata.schema_checks import declared_version
from fairhaven.catalog.metadata.schemas import FIRST, field_at, newest_version, read_as, strict_schema

_Data = dict[str, JsonValue]
_Change = tuple[Path, JsonValue]
_GONE = object()


def rewritten(text: str, before: _Data, after: _Data) -> str:
    """The file `text` with what differs between two contents of the form, which speaks the newest version.

    The file keeps its own version while that can say all of it. A file that is written in a way that is not
    worth the risk is written anew; comments that stand at a key at the left margin come along.
    """
    checked = check(text, "")
    changes = list(_changes((), before, after))
    made = [each for base in _bases(checked, changes) if (each := _made(base, changes)) is not None]
    if made:
        return min(made, key=lambda each: len(check(each, "").report.errors))  # of equals the first
    anew = writer.dump(after)
    return with_comments(anew, checked.text, checked.root) if checked.root else anew


def _bases(checked: Checked, changes: list[_Change]) -> Iterator[str]:
    """What may be changed: the file in its own version, if that has places for it, and in the newest."""
    if checked.root is None:
        return
    version = declared_version(checked.root)
    if version != FIRST and all(_has_place(version, *each) for each in changes):
        yield checked.text
    if version != newest_version():
        with suppress(CannotMigrate):
            yield migrate(checked.text).text


def _has_place(version: str, path: Path, value: JsonValue) -> bool:
    inner = value.items() if isinstance(value, dict) else ()
    known = field_at(strict_schema(read_as(version)), path) is not None
    return known and all(_has_place(version, (*path, key), each) for key, each in inner)


def as_it_stands(text: str) -> _Data | None:
    """What a file with errors says, right or wrong; none of a file without, or of which nothing is known."""
    checked = check(text, "")
    if checked.report.valid or checked.root is None or declared_version(checked.root) == FIRST:
        return None
    data = document.plain(checked.root)
    return data if isinstance(data, dict) else None


def _changes(path: Path, before: JsonValue, after: JsonValue) -> Iterator[_Change]:
    """Where the two differ, as deep as an edit can be: lists of another length are written as a whole."""
    match before, after:
        case dict(), dict():
            for key in dict.fromkeys([*before, *after]):
                yield from _changes((*path, key), before.get(key, _GONE), after.get(key, _GONE))  # type: ignore[arg-type]
        case list(), list() if len(before) == len(after) and all(isinstance(one, dict) for one in after):
            for index, (old, new) in enumerate(zip(before, after, strict=True)):
                yield from _changes((*path, index), old, new)
        case _ if before != after:
            yield path, after


def _made(text: str, changes: list[_Change]) -> str | None:
    """The text with all changes; none if one of them cannot be made, or another value would change too."""
    root = _tree(text)
    if root is None:
        return None
    wanted = document.plain(root)
    try:
        for path, value in changes:
            _set(wanted, path, value)
    except (LookupError, TypeError):  # the file has another shape there than the form
        return None
    for _ in changes:  # those that meet at one place are made one after the other
        mends = [mend for each in changes if (mend := _mend(root, *each)) is not None]
        text, done = apply(text, root, mends)
        root = _tree(text)
        if root is None or not done:
            break
    return text if root is not None and document.plain(root) == wanted else None


def _mend(root: Node, path: Path, value: JsonValue) -> tuple[Path, Mend] | None:
    """How the file comes to say it; none when it says so already."""
    node = document.node_at(root, path)
    if value is _GONE:
        return (path, Drop()) if node is not None else None
    if node is None:
        parent = path[:-1]
        while document.node_at(root, parent) is None:
            parent, value = parent[:-1], {str(path[len(parent)]): value}
        return (*parent, path[len(parent)]), Add(value)
    if document.plain(node) == value:
        return None
    return path, Put(value) if _fits_on_a_line(node) and _fits_on_a_line(value) else Rewrite(value)


def _fits_on_a_line(one: Node | JsonValue) -> bool:
    match one:
        case Scalar(text=text):
            return bool(text) and "\n" not in text
        case str():
            return "\n" not in one
        case _:
            return isinstance(one, int | float)


def _set(data: JsonValue, path: Path, value: JsonValue) -> None:
    """Set or take away what is at the path; what leads to it is made."""
    *above, last = path
    for part in above:
        if isinstance(data, list):
            data = data[int(part)]
        elif isinstance(data, dict):
            if value is _GONE and part not in data:
                return
            data = data.setdefault(str(part), {})
    if value is not _GONE:
        data[last] = value  # type: ignore[index]
    elif isinstance(data, dict):
        data.pop(str(last), None)


def _tree(text: str) -> MapNode | None:
    found = document.read(text, Findings("", text))
    return found if isinstance(found, MapNode) else None

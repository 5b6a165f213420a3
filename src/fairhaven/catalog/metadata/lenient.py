"""What can be read of a file with errors: shown to those who can mend it, and told to nobody else.

What mending can put right is put right, what is still wrong is left out, and what is missing then is empty.
"""

import re

from pydantic import JsonValue

from fairhaven.catalog.metadata import writer
from fairhaven.catalog.metadata.document import MapNode, plain
from fairhaven.catalog.metadata.findings import Path
from fairhaven.catalog.metadata.mending import fix
from fairhaven.catalog.metadata.model import Links, ModuleMetadata
from fairhaven.catalog.metadata.reader import Checked, check
from fairhaven.catalog.metadata.schema_checks import declared_version
from fairhaven.catalog.metadata.schemas import FIRST, facets, newest_version

_ROUNDS = 6  # leaving something out may show what was wrong behind it
_FILE = "ai4-metadata.yml"
_ANY = "-"
_Data = dict[str, JsonValue]
# What no database takes, nor any reader wants: control characters and halves of pairs.
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def guess(text: str | bytes, *, name: str, source: str = "") -> ModuleMetadata:
    """The content as far as it can be read; a file of which nothing can be read has `name` as its title.

    Args:
        source: the address of the repository, where the file names none.
    """
    checked = check(fix(text, filename=_FILE).text, _FILE)
    if checked.report.metadata is not None:
        return checked.report.metadata
    root = checked.root or _above(checked)
    data = plain(root) if root else None
    if root is None or not isinstance(data, dict):
        return _nothing(name, source)
    version = declared_version(root)
    return _sifted({"metadata_version": version, **data}, version, name, source) or _words(data, name, source)


def _above(checked: Checked) -> MapNode | None:
    """The part of a file above the line that cannot be read."""
    line = checked.report.errors[0].line
    return check("".join(checked.text.splitlines(keepends=True)[: line - 1]), _FILE).root


def _sifted(data: _Data, version: str, name: str, source: str) -> ModuleMetadata | None:
    """The content without what is wrong; None when that cannot be told apart."""
    neutral = _neutral(version, name)
    for _ in range(_ROUNDS if version != FIRST else 0):
        links = data.get("links")
        linked: _Data = {"source_code": "https://example.org/", **(links if isinstance(links, dict) else {})}
        checked = check(writer.dump({**neutral, **data, "links": linked}), _FILE)
        if found := checked.report.metadata:
            return _emptied(found, data, source)
        paths = checked.findings.error_paths()
        if not all(paths):
            return None
        for path in sorted(paths, key=_order, reverse=True):
            _leave_out(data, path)
    return None


def _neutral(version: str, name: str) -> _Data:
    """Something sound for all that a file must say; it is taken out again."""
    known = facets()
    words: dict[str, JsonValue] = {
        "libraries": [known.libraries[0]],
        "tasks": [known.tasks[0]],
        "categories": [known.categories[0]],
    }
    said: _Data = {"title": name, "summary": _ANY, "description": _ANY, "tags": [_ANY]}
    return {"metadata_version": version, **said, **words}


def _emptied(found: ModuleMetadata, data: _Data, source: str) -> ModuleMetadata:
    """Without what the file did not say."""
    silent: dict[str, object] = {each: "" for each in ("summary", "description") if each not in data}
    silent |= {each: () for each in ("libraries", "tasks", "categories", "tags") if each not in data}
    links = data.get("links")
    if not isinstance(links, dict) or "source_code" not in links:
        silent["links"] = found.links.model_copy(update={"source_code": source})
    return found.model_copy(update=silent)


def _order(path: Path) -> list[tuple[int, int, str]]:
    """Later items of a list come after earlier ones, so that leaving one out moves no other."""
    return [(1, each, "") if isinstance(each, int) else (0, 0, each) for each in path]


def _leave_out(data: _Data, path: Path) -> None:
    """Remove what stands at a path; the whole of which it is a part, when it is missing there."""
    inner: JsonValue = data
    for place, part in enumerate(path):
        here = _at(inner, part)
        if here is None:
            if place:
                _leave_out(data, path[:place])
            return
        if place == len(path) - 1:
            _remove(inner, part)
        inner = here[0]


def _at(inner: JsonValue, part: str | int) -> tuple[JsonValue] | None:
    if isinstance(inner, dict) and part in inner:
        return (inner[str(part)],)
    if isinstance(inner, list) and isinstance(part, int) and part < len(inner):
        return (inner[part],)
    return None


def _remove(inner: JsonValue, part: str | int) -> None:
    if isinstance(inner, dict):
        del inner[str(part)]
    elif isinstance(inner, list):
        del inner[int(part)]


def _words(data: _Data, name: str, source: str) -> ModuleMetadata:
    """The three texts that every version has, as far as they are texts."""
    said = {
        each: text.strip()
        for each in ("title", "summary", "description")
        if isinstance(text := data.get(each), str) and text.strip() and not _UNFIT.search(text)
    }
    return _nothing(name, source).model_copy(update=said)


def _nothing(name: str, source: str) -> ModuleMetadata:
    return ModuleMetadata(
        metadata_version=newest_version(),
        title=name,
        summary="",
        description="",
        links=Links(source_code=source),
        libraries=(),
        tasks=(),
        categories=(),
        tags=(),
    )

"""A template and answers become files, in memory: nothing is fetched, and no code of a template runs.

Each place quotes in its own way: `yaml`, `text` (TOML and Python), `md` (Markdown) and `doc` (docstrings).
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fairhaven.catalog.metadata.writer import inline
from fairhaven.catalog.starting import samples, shelf

MOST_BYTES = 1 << 20
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~&$])")


def files(template: str, answers: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of the repository by their paths, in the order of paths."""
    made = {
        path: content
        for folder in (shelf.COMMON, shelf.HERE / template)
        for path, content in _of(folder, answers)
    }
    made["LICENSE"] = _licence(answers)
    made |= _data(template, answers)
    assert sum(map(len, made.values())) < MOST_BYTES, "a template is small"
    return dict(sorted(made.items()))


def _of(folder: Path, answers: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    top = folder / "files"
    for path in sorted(each for each in top.rglob("*") if each.is_file() and "__pycache__" not in each.parts):
        name = path.relative_to(top).as_posix().replace("__package__", answers["package"])
        name = re.sub(r"(^|/)dot-", r"\1.", name)
        if path.suffix == ".jinja":
            yield name.removesuffix(".jinja"), _rendered(path.read_text(encoding="utf-8"), answers)
        else:
            yield name, path.read_bytes()


def _licence(answers: Mapping[str, Any]) -> bytes:
    plain = shelf.LICENCES / f"{answers['license']}.txt"
    if plain.is_file():
        return plain.read_bytes()
    return _rendered(plain.with_name(f"{plain.name}.jinja").read_text(encoding="utf-8"), answers)


def _data(template: str, answers: Mapping[str, Any]) -> dict[str, bytes]:
    """Something to try it on and, where it learns, something to learn from."""
    source = answers.get("input")
    if source is None:
        return {}
    kind = answers["data_types"][0]
    made = {f"samples/{source.sample}": samples.made(kind, "calm", 0)}
    if template == "advanced":
        for label in samples.LABELS:
            for number in range(1, samples.EXAMPLES + 1):
                path = f"src/{answers['package']}/data/{label}/{number}{source.suffix or '.txt'}"
                made[path] = samples.made(kind, label, number)
    return made


def _rendered(text: str, answers: Mapping[str, Any]) -> bytes:
    return str(_environment().from_string(text).render(answers)).encode()


@cache
def _environment() -> Any:
    from jinja2 import StrictUndefined  # absent from the light installation
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )
    made.filters |= {"yaml": inline, "text": _text, "md": _markdown, "doc": _docstring}
    return made


def _text(value: str) -> str:
    """A string of TOML and of Python alike."""
    return json.dumps(value, ensure_ascii=False)


def _markdown(value: str) -> str:
    return _MARKDOWN.sub(r"\\\1", value)


def _docstring(value: str) -> str:
    """Words that may stand between three quotation marks."""
    return value.replace("\\", "\\\\").replace('"', "'")

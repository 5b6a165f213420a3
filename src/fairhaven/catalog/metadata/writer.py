"""Metadata as YAML that reads well, and that YAML 1.1 and 1.2 understand alike."""

import json
import re
from collections.abc import Iterator

from pydantic import JsonValue

from fairhaven.catalog.metadata.model import ModuleMetadata
from fairhaven.catalog.metadata.normalise import pour

_PLAIN = re.compile(r"[A-Za-z](?:[^\W\x80-\uffff]|[ ./()+@%~=&;,-]|:(?=[^ ]))*", re.ASCII)
_VERSION = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}")
_NOT_PLAIN = re.compile(r"(?:true|false|null|yes|no|on|off|y|n)", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufeff\ufffe\uffff]")
_LONGEST_KEY = 1000
_LONGEST_PLAIN = 90


def write(metadata: ModuleMetadata) -> str:
    """The metadata as the text of a file; reading it gives the same metadata again."""
    return dump(pour(metadata))


def dump(data: dict[str, JsonValue]) -> str:
    """A mapping as a YAML document."""
    return "".join(f"{line}\n" for line in _mapping(data, "")) if data else "{}\n"


def fragment(key: str, value: JsonValue, pad: str = "") -> str:
    """One entry of a mapping as whole lines, indented by `pad`."""
    return "".join(f"{line}\n" for line in _mapping({key: value}, pad))


def inline(value: JsonValue) -> str:
    """A value on one line, as it may stand after `key:`, in a list or inside brackets."""
    match value:
        case str():
            return _text(value) if not set(value) & set(",[]{}") else _single(value)
        case list():
            return f"[{', '.join(inline(item) for item in value)}]"
        case dict():
            return "{" + ", ".join(f"{inline(key)}: {inline(item)}" for key, item in value.items()) + "}"
        case _:
            return _number(value)


def _mapping(data: dict[str, JsonValue], pad: str) -> Iterator[str]:
    for key, value in data.items():
        name = _text(key)
        head = f"{pad}{name}:" if len(name) <= _LONGEST_KEY else f"{pad}? {name}\n{pad}:"
        yield from _entry(head, value, pad)


def _entry(head: str, value: JsonValue, pad: str) -> Iterator[str]:
    """`head` ends where the value begins: after `key:` or `-`."""
    match value:
        case dict() if value:
            yield head
            yield from _mapping(value, f"{pad}  ")
        case list() if value:
            yield head
            yield from _sequence(value, f"{pad}  ")
        case str() if block := _block(value, f"{pad}  "):
            yield f"{head} {block}"
        case _:
            yield f"{head} {inline(value) if not isinstance(value, str) else _text(value)}"


def _sequence(items: list[JsonValue], pad: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, dict) and item:
            lines = list(_mapping(item, f"{pad}  "))
            yield f"{pad}- {lines[0][len(pad) + 2 :]}"
            yield from lines[1:]
        else:
            yield from _entry(f"{pad}-", item, pad)


def _block(text: str, pad: str) -> str:
    """The text as a literal block, empty where a block cannot hold it exactly."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    if len(lines) < 2 or not body or body[0] in " \n\t" or body.endswith("\n") or _UNPRINTABLE.search(body):
        return ""
    if any(line.isspace() for line in lines):
        return ""
    mark = "|" if text.endswith("\n") else "|-"
    return "\n".join([mark, *(f"{pad}{line}" if line else "" for line in lines)])


def _text(text: str) -> str:
    if _VERSION.fullmatch(text):
        return text
    readable = _PLAIN.fullmatch(text) and not text.endswith((" ", ":")) and not _NOT_PLAIN.fullmatch(text)
    return text if readable and len(text) <= _LONGEST_PLAIN else _single(text)


def _single(text: str) -> str:
    """Quoted: singly where that holds the text exactly."""
    if "\n" in text or "\t" in text or _UNPRINTABLE.search(text):
        escaped = json.dumps(text, ensure_ascii=False)
        return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped)
    return "'" + text.replace("'", "''") + "'"


def _number(value: JsonValue) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    shown = repr(value)
    # YAML 1.1 wants a dot in a number with an exponent.
    return shown.replace("e", ".0e") if "e" in shown and "." not in shown else shown

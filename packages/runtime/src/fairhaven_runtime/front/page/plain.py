"""Reads what a browser sends without a script, and makes of it the question that a program would ask.

A browser sends every field, also empty ones and files that nobody chose, and all as text; the module's own
arguments know an absent value and types.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from fairhaven_runtime.front.page.fields import Field
from fairhaven_runtime.front.page.hints import written
from fairhaven_runtime.workers.messages import Call

Sent = Mapping[str, Sequence[str]]
ABSENT = object()


def tidy(call: Call, form: Sequence[Field]) -> None:
    """Leave in the call what was filled in; as JSON, or as a form when there are files."""
    body = call.head["body"]
    if body["kind"] != "multipart":
        return
    sent: dict[str, list[str]] = {}
    for name, text in body["fields"]:
        sent.setdefault(name, []).append(text.replace("\r\n", "\n"))
    files = [file for file in body["files"] if file["original_filename"]]
    _place(call, form, values(form, sent), files)


def values(form: Sequence[Field], sent: Sent) -> dict[str, Any]:
    """Typed values by name; what was left empty is absent."""
    found = {field.key: _value(field, sent) for field in form}
    return {key: value for key, value in found.items() if value is not ABSENT}


def _place(call: Call, form: Sequence[Field], found: dict[str, Any], files: list[Any]) -> None:
    query = [pair for field in form if field.place == "query" for pair in _pairs(field, found)]
    rest = [field for field in form if field.place != "query" and field.key in found]
    if query:
        call.head["query"] = urlencode(query)
    if files or any(field.place == "form" for field in rest):
        pairs = [list(pair) for field in rest for pair in _pairs(field, found)]
        call.head["body"] = {"kind": "multipart", "fields": pairs, "files": files}
    else:
        call.head["body"] = {"kind": "json"}
        call.body = json.dumps({field.key: found[field.key] for field in rest}).encode()


def _pairs(field: Field, found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A value as a form has it: lists by repeating the name, objects as JSON, null not at all."""
    value = found.get(field.key)
    if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        texts = [written(one) for one in value]
        yield from (
            (field.key, text) for text in ([field.delimiter.join(texts)] if field.delimiter else texts)
        )
    elif value is not None:
        yield field.key, written(value)


def _value(field: Field, sent: Sent) -> Any:
    texts = sent.get(field.name, [])
    match field.widget:
        case "file":
            return ABSENT
        case "group":
            return values(field.inner, sent) if field.required or texts else ABSENT
        case "boolean":
            return bool(texts)
        case "multi":
            return [choice.value for choice in field.choices if choice.text in texts] or _cleared(field)
        case "lines":
            return _lines(field, "\n".join(texts)) or _cleared(field)
    text = texts[0] if texts else ""
    return _typed(field, text) if text.strip() else _cleared(field)


def _lines(field: Field, text: str) -> list[Any]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines if field.item == "string" else [_parsed(line) for line in lines]


def _typed(field: Field, text: str) -> Any:
    if field.choices:
        return next((choice.value for choice in field.choices if choice.text == text), text)
    return text if field.widget in ("text", "long") else _parsed(text)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _cleared(field: Field) -> Any:
    return json.loads(field.cleared) if field.cleared else ABSENT

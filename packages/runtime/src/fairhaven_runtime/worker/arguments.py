"""Reads arguments from query, form and JSON body, and checks them with the module's own fields."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from . import schemas

JSON = "application/json"
PLACES = ("querystring", "form", "json")


class BadArguments(Exception):
    """The request cannot be served; `status` and `messages` are the contract's answer to it."""

    def __init__(self, status: int, messages: Any) -> None:
        super().__init__(str(messages))
        self.status = status
        self.messages = messages


class Values:
    """What a client sent, by place: query, form (texts and files), JSON body, and the `Accept` header."""

    def __init__(self, head: Mapping[str, Any], body: bytes, file_type: Any) -> None:
        sent = head.get("body") or {}
        self.accept = str(head.get("accept") or "*/*")
        self.places: dict[str, Any] = {"querystring": _grouped(_pairs(str(head.get("query", ""))))}
        if sent.get("kind") == "json":
            self.places["json"] = _json(_whole(sent, body))
        if sent.get("kind") == "form":
            self.places["form"] = _grouped(_pairs(_whole(sent, body).decode("utf-8", "replace")))
        if sent.get("kind") == "multipart":
            files = [(item["name"], file_type(**item)) for item in sent["files"]]
            self.places["form"] = _grouped([(name, value) for name, value in sent["fields"]] + files)

    def find(self, key: str, field: Any) -> tuple[bool, Any]:
        """Whether the client sent `key`, and its value, in the order query, form, JSON."""
        place = schemas.metadata_of(field).get("location")
        for name in (_place(place),) if place else PLACES:
            found, value = _look_up(self.places.get(name), key, field, name == "json")
            if found:
                return True, value
        return False, None


class Arguments:
    """The declared arguments of one function of the module."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields
        self._schema = object_schema(fields)
        self._checker: Any = self._checker_of(fields) if fields else None

    def schema(self) -> dict[str, Any]:
        """JSON Schema of all arguments together."""
        return self._schema

    def accepts(self) -> list[str]:
        """Media types that the function can answer in; the first is its default."""
        return [str(choice) for choice in schemas.choices_of(self._fields.get("accept"))] or [JSON]

    def read(self, values: Values) -> dict[str, Any]:
        """The arguments that the function is called with: found, converted, checked, defaults filled in.

        Raises:
            BadArguments: 422 with messages by argument.
        """
        if self._checker is None:
            return {}
        found: dict[str, Any] = {}
        for name, field in self._fields.items():
            key = schemas.key_of(name, field)
            sent, value = values.find(key, field)
            if sent:
                found[key] = value
        self._settle_accept(found, values.accept)
        return self._checked(found)

    def _settle_accept(self, found: dict[str, Any], header: str) -> None:
        """An argument `accept` that was not sent, or left open, is settled from the header."""
        choices = schemas.choices_of(self._fields.get("accept"))
        if choices and found.get("accept", "*/*") == "*/*":
            found["accept"] = negotiate(header, choices)

    def _checker_of(self, fields: dict[str, Any]) -> Any:
        return sys.modules["marshmallow"].Schema.from_dict(fields)()

    def _checked(self, found: dict[str, Any]) -> dict[str, Any]:
        try:
            return dict(self._checker.load(found))
        except sys.modules["marshmallow"].ValidationError as error:
            raise BadArguments(422, error.messages) from error


def object_schema(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as one JSON Schema document."""
    return {"$schema": schemas.DRAFT, **schemas.object_schema(fields)}


def negotiate(header: str, choices: list[str]) -> str:
    """The choice that an `Accept` header likes best (RFC 9110 §12.5.1); the first if it has none."""
    ranges = [_media_range(part) for part in header.split(",") if part.strip()]
    likes = [(_quality(choice, ranges), -place) for place, choice in enumerate(choices)]
    quality, place = max(likes)
    return choices[-place] if quality > 0 else choices[0]


def _quality(choice: str, ranges: list[tuple[str, float]]) -> float:
    """Quality given by the most exact range that covers the choice."""
    family = choice.split("/")[0] + "/*"
    for wanted in (choice, family, "*/*"):
        for name, quality in ranges:
            if name == wanted:
                return quality
    return 0.0


def _media_range(part: str) -> tuple[str, float]:
    name, *parameters = [piece.strip() for piece in part.split(";")]
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            return name.lower(), _number(value)
    return name.lower(), 1.0


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True)


def _grouped(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for name, value in pairs:
        groups.setdefault(name, []).append(value)
    return groups


def _whole(sent: Mapping[str, Any], body: bytes) -> bytes:
    """The body, from the message or from the file that the front spooled it into."""
    path: str | None = sent.get("path")
    if path is None:
        return body
    return Path(path).read_bytes()


def _json(text: bytes) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadArguments(400, {"json": ["Invalid JSON body."]}) from error


def _place(location: str) -> str:
    return {"query": "querystring", "files": "form"}.get(location, location)


def _look_up(place: Any, key: str, field: Any, is_json: bool) -> tuple[bool, Any]:
    if is_json and isinstance(place, list) and getattr(field, "many", False):
        return True, place  # the whole body is the list of nested objects
    if not isinstance(place, dict) or key not in place:
        return False, None
    value = place[key]
    if not is_json:
        return True, value if schemas.is_list(field) else value[0]
    if schemas.is_list(field) and value is not None and not isinstance(value, list):
        return True, [value]
    return True, value

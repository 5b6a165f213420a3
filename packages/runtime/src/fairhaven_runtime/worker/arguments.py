"""Reads the declared arguments of a function, and checks them with the module's own fields."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from . import schemas
from .values import BadArguments, Values

JSON = "application/json"


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

    def headers(self) -> set[str]:
        """The headers that arguments are read from, in lower case."""
        places = {key: schemas.metadata_of(field).get("location") for key, field in self._fields.items()}
        names = {schemas.key_of(key, self._fields[key]).lower() for key in places if places[key] == "headers"}
        return (names | {"cookie"} if "cookies" in places.values() else names) - {"accept"}

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
        """An argument `accept` that was not sent, was left open, or is the header itself, is negotiated."""
        field = self._fields.get("accept")
        is_header = schemas.metadata_of(field).get("location") == "headers"
        choices = schemas.choices_of(field)
        if choices and (is_header or found.get("accept", "*/*") == "*/*"):
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

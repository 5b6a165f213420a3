"""What a client sent: read from query, form, JSON body, headers and cookies, once somebody looks there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from . import inference, schemas

PLACES = ("querystring", "form", "json")
"""Where an argument is looked for that names no place of its own, in this order."""


class BadArguments(Exception):
    """The request cannot be served; `status` and `messages` are the contract's answer to it."""

    def __init__(self, status: int, messages: Any) -> None:
        super().__init__(str(messages))
        self.status = status
        self.messages = messages


class Values:
    """The values of one request; `accept` is its `Accept` header."""

    def __init__(self, head: Mapping[str, Any], body: bytes, file_type: Any) -> None:
        self.accept = str(head.get("accept") or "*/*")
        self._head = head
        self._sent: Mapping[str, Any] = head.get("body") or {}
        self._body = body
        self._file_type = file_type
        self._known: dict[str, Any] = {}

    def find(self, key: str, field: Any) -> tuple[bool, Any]:
        """Whether the client sent `key`, and its value.

        Raises:
            BadArguments: 400, the body is not what its type says.
        """
        for name in self._places(schemas.metadata_of(field).get("location")):
            found, value = _look_up(self._at(name), key.lower() if name == "headers" else key, field)
            if found:
                return True, value
        return False, None

    def _places(self, own: str | None) -> tuple[str, ...]:
        if self._sent.get("kind") == "tensors":
            return ("tensors",)
        return (_place(own),) if own else PLACES

    def _at(self, name: str) -> Any:
        if name not in self._known:
            read = {
                "querystring": self._query,
                "form": self._form,
                "json": self._json,
                "headers": self._headers,
                "cookies": self._cookies,
                "tensors": self._tensors,
            }.get(name)
            self._known[name] = read() if read else None
        return self._known[name]

    def _query(self) -> Groups:
        return Groups(_pairs(str(self._head.get("query", ""))))

    def _form(self) -> Groups | None:
        kind = self._sent.get("kind")
        if kind == "form":
            charset = self._charset()
            return Groups(_pairs(self._whole().decode(charset, "replace"), charset))
        if "files" in self._sent:
            files = [(item["name"], self._file_type(**item)) for item in self._sent["files"]]
            return Groups([(name, value) for name, value in self._sent["fields"]] + files)
        return None

    def _json(self) -> Any:
        text = self._whole() if self._sent.get("kind") == "json" else b""
        if not text:
            return None
        try:
            return json.loads(text.decode(self._charset()))
        except (ValueError, RecursionError) as error:
            raise BadArguments(400, {"json": ["Invalid JSON body."]}) from error

    def _headers(self) -> Groups:
        pairs = [(name, value) for name, value in self._head.get("headers", {}).items()]
        return Groups([*pairs, *([("accept", self._head["accept"])] if self._head.get("accept") else [])])

    def _cookies(self) -> Groups:
        try:
            cookies = SimpleCookie(self._head.get("headers", {}).get("cookie", ""))
        except CookieError:
            return Groups([])
        return Groups([(name, morsel.value) for name, morsel in cookies.items()])

    def _tensors(self) -> dict[str, Any]:
        files = {item["name"]: self._file_type(**item) for item in self._sent["files"]}
        return {**inference.arguments(self._sent, self._whole()), **files}

    def _whole(self) -> bytes:
        """The body, from the message or from the file that the front spooled it into."""
        path: str | None = self._sent.get("path")
        return self._body if path is None else Path(path).read_bytes()

    def _charset(self) -> str:
        charset = str(self._sent.get("charset", "utf-8"))
        try:
            b"\x80\xff".decode(charset, "replace")
        except (LookupError, ValueError):  # some codecs cannot replace what they do not know
            raise BadArguments(400, {"body": [f"Unknown charset {charset!r}."]}) from None
        return charset


class Groups(dict):  # type: ignore[type-arg]
    """Values by name where a name can come several times, as in queries and forms."""

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        super().__init__()
        for name, value in pairs:
            self.setdefault(name, []).append(value)


def _place(location: str) -> str:
    return {"query": "querystring", "files": "form"}.get(location, location)


def _pairs(text: str, charset: str = "utf-8") -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, encoding=charset)


def _look_up(place: Any, key: str, field: Any) -> tuple[bool, Any]:
    if isinstance(place, list) and getattr(field, "many", False):
        return True, place  # the whole body is the list of nested objects
    if not isinstance(place, dict) or key not in place:
        return False, None
    value = place[key]
    if isinstance(place, Groups):
        return True, value if schemas.is_list(field) else value[0]
    if schemas.is_list(field) and value is not None and not isinstance(value, list):
        return True, [value]
    return True, value

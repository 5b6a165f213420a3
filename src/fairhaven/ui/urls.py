"""Addresses inside pages: the present one with a filter changed, so that every state of a list has a URL."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

from starlette.datastructures import URL

Pairs = Iterable[tuple[str, str]]


def with_query(url: URL | str, **changes: Any) -> str:
    """Path and query of `url` with parameters set (a list sets several) or, where None, removed."""
    path, present = _read(str(url))
    pairs = [pair for pair in present if pair[0] not in changes]
    for key, value in changes.items():
        values = value if isinstance(value, list | tuple | set) else [value]
        pairs += [(key, str(one)) for one in values if one is not None]
    return _written(path, pairs)


def query_value(url: URL | str, name: str) -> str:
    """The value of one parameter, or nothing."""
    return dict(_read(str(url))[1]).get(name, "")


def toggled(url: URL | str, name: str, value: str) -> str:
    """`url` with one value of a facet added, or taken away when it was there; back on the first page."""
    path, present = _read(str(url))
    pairs = [pair for pair in present if pair[0] != "cursor"]
    chosen = (name, value)
    return _written(path, [pair for pair in pairs if pair != chosen] if chosen in pairs else [*pairs, chosen])


def safe_href(address: object) -> str:
    """An address safe to link to: a path, an anchor, http(s) or mailto; anything else becomes `#`."""
    text = str(address).strip()
    if text.startswith(("/", "#", "?", "http://", "https://", "mailto:")):
        return text
    return "#"


def own_place(address: str, otherwise: str = "/") -> str:
    """The address if it is a place of our own, to go back to; whoever wrote it may have meant another's."""
    plain = address.startswith("/") and address.isprintable() and "\\" not in address
    inside = plain and not address.startswith("//") and len(address) <= 2000
    return address if inside else otherwise


@lru_cache(maxsize=64)
def _read(url: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Path and parameters; kept, because a page asks about its own address for every link that it draws."""
    parts = urlsplit(url)
    return parts.path, tuple(parse_qsl(parts.query, keep_blank_values=True))


def _written(path: str, pairs: Pairs) -> str:
    query = "&".join(_encoded(name, value) for name, value in pairs)
    return f"{path}?{query}" if query else path


@lru_cache(maxsize=4096)
def _encoded(name: str, value: str) -> str:
    return f"{quote_plus(name)}={quote_plus(value)}"

"""Addresses inside pages: the present one with a filter changed, so that every state of a list has a URL."""

from typing import Any

from starlette.datastructures import URL, QueryParams


def with_query(url: URL | str, **changes: Any) -> str:
    """Path and query of `url` with parameters set (a list sets several) or, where None, removed."""
    address = URL(str(url))
    pairs = [(key, value) for key, value in QueryParams(address.query).multi_items() if key not in changes]
    for key, value in changes.items():
        values = value if isinstance(value, list | tuple | set) else [value]
        pairs += [(key, str(one)) for one in values if one is not None]
    return _written(address, pairs)


def query_value(url: URL | str, name: str) -> str:
    """The value of one parameter, or nothing."""
    return QueryParams(URL(str(url)).query).get(name, "")


def toggled(url: URL | str, name: str, value: str) -> str:
    """`url` with one value of a facet added, or taken away when it was there; back on the first page."""
    address = URL(str(url))
    pairs = [pair for pair in QueryParams(address.query).multi_items() if pair[0] != "cursor"]
    chosen = (name, value)
    return _written(
        address, [pair for pair in pairs if pair != chosen] if chosen in pairs else [*pairs, chosen]
    )


def safe_href(address: object) -> str:
    """An address safe to link to: a path, an anchor, http(s) or mailto; anything else becomes `#`."""
    text = str(address).strip()
    if text.startswith(("/", "#", "?", "http://", "https://", "mailto:")):
        return text
    return "#"


def _written(address: URL, pairs: list[tuple[str, str]]) -> str:
    query = str(QueryParams(pairs))
    return f"{address.path}?{query}" if query else address.path

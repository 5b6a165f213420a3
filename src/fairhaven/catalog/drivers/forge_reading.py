"""Reading what forges answer: bounded, and without anything that is not of the kind that was asked for."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import quote, urlsplit

from pydantic import JsonValue

from fairhaven.catalog.metadata.identifiers import bare_licence, is_licence

Object = Mapping[str, JsonValue]

MOST_NAMES = 30
LONGEST = 200
# The texts of GNU licences leave open whether later versions may be chosen; what they grant is this one.
_OPEN = ("GPL-1.0", "GPL-2.0", "GPL-3.0", "LGPL-2.0", "LGPL-2.1", "LGPL-3.0", "AGPL-1.0", "AGPL-3.0")


def an_object(answer: JsonValue, *needed: str) -> Object:
    """The answer, if it is an object with these keys.

    Raises:
        ValueError: it is not.
    """
    if not isinstance(answer, dict) or not all(each in answer for each in needed):
        raise ValueError(f"an object with {', '.join(needed) or 'anything'} was expected")
    return answer


def a_list(answer: JsonValue) -> list[JsonValue]:
    """The answer, if it is a list.

    Raises:
        ValueError: it is not.
    """
    if not isinstance(answer, list):
        raise ValueError("a list was expected")
    return answer


def known(**said: JsonValue) -> dict[str, JsonValue]:
    """What was really said."""
    return {name: value for name, value in said.items() if value not in (None, "", [])}


def text(value: JsonValue) -> str | None:
    return " ".join(value.split())[:LONGEST] or None if isinstance(value, str) else None


def count(value: JsonValue) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 31
    return int(str(value)) if fits else None


def flag(value: JsonValue) -> bool | None:
    return value if isinstance(value, bool) else None


def moment(value: JsonValue) -> str | None:
    """A moment with its zone, in one form."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.isoformat() if found and found.tzinfo and 1990 <= found.year < 2200 else None


def address(value: JsonValue) -> str | None:
    """An address of a page."""
    if not isinstance(value, str) or len(value) > 500 or any(each.isspace() for each in value):
        return None
    try:
        parts = urlsplit(value)
        plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    except ValueError:
        return None
    return value if plain else None


def names(values: Iterable[JsonValue]) -> list[JsonValue]:
    """Names of people or things, each once; addresses of e-mail are left out."""
    found = [text(each) for each in values]
    known: list[JsonValue] = [*dict.fromkeys(each[:80] for each in found if each and "@" not in each)]
    return known[:MOST_NAMES]


def licence(value: JsonValue) -> str | None:
    """An SPDX identifier as authors should write it."""
    if not isinstance(value, str) or not is_licence(value):
        return None
    found = bare_licence(value)
    return f"{found}-only" if found in _OPEN else found


def release(name: JsonValue, url: JsonValue = None, at: JsonValue = None) -> JsonValue:
    """A release or tag: its name, its page and when it was made."""
    called = text(name)
    return {"name": called, **known(url=address(url), at=moment(at))} if called else None


def latest(answer: JsonValue) -> Mapping[str, JsonValue]:
    """The latest release, as GitHub tells it and those after its manner."""
    found = an_object(answer, "tag_name")
    told = release(found["tag_name"], found.get("html_url"), found.get("published_at"))
    return known(latest_release=told)


def newest_tag(answer: JsonValue) -> Mapping[str, JsonValue]:
    """The first of a list of tags, for where there are no releases."""
    tags = [an_object(each, "name") for each in a_list(answer)[:1]]
    return known(latest_release=release(tags[0]["name"]) if tags else None)


def path_of(repository: str) -> str:
    """`owner/name` as it stands in a path."""
    return "/".join(quote(part, safe="") for part in repository.split("/"))

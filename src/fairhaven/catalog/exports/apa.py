"""The citation as people print it: the style of the APA (7th edition) for software and models."""

from fairhaven.catalog.exports.cff import name_parts
from fairhaven.catalog.exports.graph import clean
from fairhaven.catalog.exports.item import Item
from fairhaven.catalog.metadata import Agent

_MOST_NAMES = 20  # then the first nineteen, an ellipsis and the last


def document(item: Item) -> str:
    """One line of plain text."""
    title = f"{_line(item.metadata.title)} (Version {_line(item.version)}) [Machine learning model]"
    address = f"https://doi.org/{item.doi}" if item.doi else str(item.id)
    names = _names([_name(each) for each in item.creators])
    publisher = _line(item.publisher.name)
    by = "" if publisher == names else f" {_ended(publisher)}"
    return f"{_ended(names)} ({item.published.year}). {title}.{by} {address}"


def _names(names: list[str]) -> str:
    if len(names) > _MOST_NAMES:
        return f"{', '.join(names[: _MOST_NAMES - 1])}, … {names[-1]}"
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])}, & {names[-1]}"


def _name(who: Agent) -> str:
    if who.type == "organisation":
        return _line(who.name)
    family, given = name_parts(_line(who.name))
    initials = " ".join(f"{each[0]}." for each in given.replace(".", " ").split())
    return f"{family}, {initials}" if initials else family


def _ended(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _line(text: str) -> str:
    return " ".join(clean(text).split())

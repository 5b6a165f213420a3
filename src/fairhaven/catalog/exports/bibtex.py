"""BibTeX: an `@software` entry, as biblatex knows it and BibTeX reads as `@misc`."""

import re

from fairhaven.catalog.exports.cff import name_parts
from fairhaven.catalog.exports.graph import clean
from fairhaven.catalog.exports.item import Item
from fairhaven.catalog.metadata import Agent

MEDIA_TYPE = "application/x-bibtex"

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{each: f"\\{each}" for each in "#$%&_"},
}


def document(item: Item) -> str:
    """One entry."""
    fields = {
        "author": " and ".join(_author(who) for who in item.creators),
        "title": f"{{{_escape(item.metadata.title)}}}",
        "year": str(item.published.year),
        "month": str(item.published.month),
        "publisher": _escape(item.publisher.name),
        "version": _escape(item.version),
        "doi": item.doi or "",
        "url": str(item.id),
        "note": _escape(item.metadata.summary),
    }
    said = "".join(f"  {name:<9} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@software{{{_key(item)},\n{said}}}\n"


def _key(item: Item) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", f"{item.name}-{item.published.year}").strip("-")


def _author(who: Agent) -> str:
    if who.type == "organisation":
        return f"{{{_escape(who.name)}}}"
    family, given = name_parts(who.name)
    return f"{_escape(family)}, {_escape(given)}" if given else f"{{{_escape(family)}}}"


def _escape(text: str) -> str:
    return "".join(_SPECIAL.get(each, each) for each in " ".join(clean(text).split()))

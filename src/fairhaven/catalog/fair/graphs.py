"""Reads RDF without asking anybody: Turtle, RDF/XML and JSON-LD, by rdflib (decision 16).

A context that is only named is not fetched: those of schema.org, CodeMeta and RO-Crate are known here, as far
as they put a vocabulary in front of bare words; others leave their words unread.
"""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rdflib import Graph

LARGEST = 256 * 1024  # bytes of a document that is read
MOST = 5_000  # statements
_SCHEMA = "http://schema.org/"
_CODEMETA = "https://w3id.org/codemeta/"
_OF_CODEMETA = (
    "buildInstructions", "contIntegration", "continuousIntegration", "developmentStatus", "embargoEndDate",
    "funding", "hasSourceCode", "isSourceCodeOf", "issueTracker", "maintainer", "readme",
    "referencePublication", "softwareSuggestions",
)  # fmt: skip
_CONTEXTS: dict[str, dict[str, str]] = {
    "schema.org": {"@vocab": _SCHEMA},
    "w3id.org/codemeta": {"@vocab": _SCHEMA, **{name: _CODEMETA + name for name in _OF_CODEMETA}},
    "w3id.org/ro/crate": {"@vocab": _SCHEMA, "conformsTo": "http://purl.org/dc/terms/conformsTo",
                          "File": f"{_SCHEMA}MediaObject"},
}  # fmt: skip
SYNTAXES = {
    "text/turtle": "turtle",
    "application/x-turtle": "turtle",
    "application/n-triples": "nt",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
}


class Unreadable(Exception):
    """The document cannot be read; the text says why."""


def read(body: bytes, media_type: str, base: str) -> "Graph":
    """The statements of a document.

    Raises:
        Unreadable: it is too large, of another type, or not what its type says.
    """
    syntax = SYNTAXES.get(media_type)
    if syntax is None:
        raise Unreadable(f"`{media_type[:60]}` is no type of RDF.")
    if len(body) > LARGEST:
        raise Unreadable(f"It is larger than {LARGEST // 1024} KiB.")
    text = body.decode("utf-8", "replace")
    try:
        graph = _read(_alone(text) if syntax == "json-ld" else _plain(text), syntax, base)
    except Unreadable:
        raise
    except Exception as error:  # parsers of what strangers wrote raise whatever they like
        raise Unreadable(f"It cannot be read: {str(error)[:200] or type(error).__name__}") from None
    if not len(graph):
        raise Unreadable("It says nothing.")
    return graph


def _read(text: str, syntax: str, base: str) -> "Graph":
    # A third of a second to load, which the web need not spend.
    from rdflib import Graph

    graph = Graph()
    graph.parse(data=text, format=syntax, publicID=base)
    if len(graph) > MOST:
        raise Unreadable(f"It makes more than {MOST} statements.")
    return graph


def _plain(text: str) -> str:
    if "<!DOCTYPE" in text[:2000].upper() or "<!ENTITY" in text:
        raise Unreadable("It declares entities, which are not read.")
    return text


def _alone(text: str) -> str:
    """The document with the contexts that it names put in."""
    return json.dumps(_own(json.loads(text)))


def _own(value: Any) -> Any:
    if isinstance(value, list):
        return [_own(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _context(inner) if name == "@context" else _own(inner)
        for name, inner in value.items()
        if name != "@import"
    }


def _context(value: Any) -> Any:
    if isinstance(value, str):
        short = value.partition("://")[2].removeprefix("www.")
        return next((known for name, known in _CONTEXTS.items() if short.startswith(name)), {})
    if isinstance(value, list):
        return [_context(each) for each in value]
    return _own(value)

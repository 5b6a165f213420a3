"""A graph as RDF 1.1 XML Syntax (W3C Recommendation of 2014)."""

import re
from xml.sax.saxutils import escape, quoteattr

from fairhaven.catalog.exports.graph import RDF, Blank, Graph, Iri, Subject, Term
from fairhaven.catalog.exports.vocabulary import PREFIXES

MEDIA_TYPE = "application/rdf+xml"

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def write(graph: Graph, *, declared: bool = True) -> str:
    """The whole graph; not `declared`: without the XML declaration, to stand inside another document."""
    spaces = graph.namespaces(PREFIXES) | {"rdf": RDF.base}
    names = "".join(f"\n  xmlns:{name}={quoteattr(space)}" for name, space in spaces.items())
    body = "\n".join(_description(each, said, spaces) for each, said in graph.statements.items())
    head = '<?xml version="1.0" encoding="UTF-8"?>\n' if declared else ""
    return f"{head}<rdf:RDF{names}>\n{body}\n</rdf:RDF>\n"


def _description(subject: Subject, said: list[tuple[Iri, Term]], spaces: dict[str, str]) -> str:
    about = (
        f"rdf:nodeID={quoteattr(subject)}" if isinstance(subject, Blank) else f"rdf:about={_quoted(subject)}"
    )
    lines = "\n".join(f"    {_property(predicate, value, spaces)}" for predicate, value in said)
    return f"  <rdf:Description {about}>\n{lines}\n  </rdf:Description>"


def _property(predicate: Iri, value: Term, spaces: dict[str, str]) -> str:
    name = _element(predicate, spaces)
    if isinstance(value, Blank):
        return f"<{name} rdf:nodeID={quoteattr(value)}/>"
    if isinstance(value, Iri):
        return f"<{name} rdf:resource={_quoted(value)}/>"
    kind = f" rdf:datatype={_quoted(value.datatype)}" if value.datatype else ""
    # A carriage return that stands bare is read as a line's end (XML 1.0 §2.11).
    return f"<{name}{kind}>{escape(value.text, {chr(13): '&#13;'})}</{name}>"


def _element(predicate: Iri, spaces: dict[str, str]) -> str:
    for name, space in spaces.items():
        if predicate.startswith(space) and _NAME.fullmatch(predicate, len(space)):
            return f"{name}:{predicate[len(space) :]}"
    raise AssertionError(f"{predicate} has no prefix: add its namespace to PREFIXES")


def _quoted(text: str) -> str:
    return quoteattr(text)

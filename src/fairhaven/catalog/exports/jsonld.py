"""A graph as JSON-LD 1.1 (W3C Recommendation of 2020), its context within: nobody has to fetch one."""

from typing import Any

from fairhaven.catalog.exports.graph import RDF, Blank, Graph, Iri, Literal, Namespace, Subject, Term
from fairhaven.catalog.exports.vocabulary import PREFIXES

MEDIA_TYPE = "application/ld+json"

Json = dict[str, Any]


def write(graph: Graph, *, vocabulary: Namespace | None = None) -> Json:
    """The whole graph as one document.

    Args:
        vocabulary: names of this namespace are written bare, and things stand inside those that name them
            first, as readers of schema.org expect it; else every thing stands in a flat `@graph`.
    """
    base = vocabulary.base if vocabulary else None
    spaces = {name: space for name, space in graph.namespaces(PREFIXES).items() if space != base}
    writer = _Writer(graph, spaces, base)
    context: Json = dict(spaces)
    if base is None:
        return {"@context": context, "@graph": [writer.flat(subject) for subject in graph.statements]}
    context = {"@vocab": base, **context}
    nested = [writer.nested(subject) for subject in graph.statements if subject not in writer.written]
    return {"@context": context, **nested[0]} if len(nested) == 1 else {"@context": context, "@graph": nested}


class _Writer:
    def __init__(self, graph: Graph, spaces: dict[str, str], base: str | None) -> None:
        self._graph, self._spaces, self._base = graph, spaces, base
        self.written: set[Subject] = set()

    def flat(self, subject: Subject) -> Json:
        return self._node(subject, self._reference)

    def nested(self, subject: Subject) -> Json:
        self.written.add(subject)
        return self._node(subject, self._inside)

    def _node(self, subject: Subject, value: Any) -> Json:
        node: Json = {"@id": _id(subject)}
        for predicate, said in self._graph.statements[subject]:
            if predicate == RDF.type and isinstance(said, Iri):
                node.setdefault("@type", []).append(self._short(said))
            else:
                node.setdefault(self._short(predicate), []).append(value(said))
        return {key: _alone(values) for key, values in node.items()}

    def _inside(self, value: Term) -> Any:
        if isinstance(value, Literal) or value in self.written or value not in self._graph.statements:
            return self._reference(value)
        return self.nested(value)

    def _reference(self, value: Term) -> Any:
        if not isinstance(value, Literal):
            return {"@id": _id(value)}
        if value.datatype is None:
            return value.text
        return {"@value": value.text, "@type": self._short(value.datatype)}

    def _short(self, iri: str) -> str:
        if self._base and iri.startswith(self._base):
            return iri[len(self._base) :]
        for name, space in self._spaces.items():
            if iri.startswith(space):
                return f"{name}:{iri[len(space) :]}"
        return iri


def _id(subject: Iri | Blank) -> str:
    return f"_:{subject}" if isinstance(subject, Blank) else str(subject)


def _alone(values: Any) -> Any:
    return values[0] if isinstance(values, list) and len(values) == 1 else values

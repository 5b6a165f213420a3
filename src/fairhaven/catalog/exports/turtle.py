"""A graph as Turtle 1.1 (W3C Recommendation of 2014)."""

import re

from fairhaven.catalog.exports.graph import RDF, Blank, Graph, Iri, Literal, Subject, Term
from fairhaven.catalog.exports.vocabulary import PREFIXES

MEDIA_TYPE = "text/turtle"

_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r'[\\"\r\t]')


def write(graph: Graph) -> str:
    """The whole graph, subjects in their order."""
    spaces = graph.namespaces(PREFIXES)
    lines = [f"@prefix {name}: <{space}> ." for name, space in spaces.items()]
    writer = _Writer(spaces)
    blocks = [writer.block(subject, said) for subject, said in graph.statements.items()]
    return "\n".join([*lines, *blocks, ""])


class _Writer:
    def __init__(self, spaces: dict[str, str]) -> None:
        self._spaces = spaces

    def block(self, subject: Subject, statements: list[tuple[Iri, Term]]) -> str:
        by_predicate: dict[Iri, list[str]] = {}
        for predicate, value in statements:
            by_predicate.setdefault(predicate, []).append(self.term(value))
        said = [f"{self._verb(verb)} {', '.join(values)}" for verb, values in by_predicate.items()]
        return f"\n{self.term(subject)}\n    " + " ;\n    ".join(said) + " ."

    def term(self, value: Term) -> str:
        if isinstance(value, Literal):
            kind = f"^^{self._iri(value.datatype)}" if value.datatype else ""
            return _quoted(value.text) + kind
        return f"_:{value}" if isinstance(value, Blank) else self._iri(value)

    def _verb(self, verb: Iri) -> str:
        return "a" if verb == RDF.type else self._iri(verb)

    def _iri(self, iri: str) -> str:
        for name, space in self._spaces.items():
            if iri.startswith(space) and _LOCAL.fullmatch(iri, len(space)):
                return f"{name}:{iri[len(space) :]}"
        return f"<{iri}>"


def _quoted(text: str) -> str:
    escaped = _ESCAPED.sub(lambda found: _ESCAPES[found[0]], text)
    return f'"""{escaped}"""' if "\n" in escaped else f'"{escaped}"'

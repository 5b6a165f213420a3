"""A small RDF graph: statements in the order they were made, for documents that read well.

Documents are made on every request, so this holds no more than writing needs: a record takes less than a
millisecond. Reading RDF is rdflib's work (`reading.py`); tests hold both against it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, Union

# What XML 1.0 cannot hold, and lone surrogates: gone from every document, so that all formats say the same.
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Characters that no IRI holds (RFC 3987); what an author wrote all the same is written with %.
_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`\x7f\ud800-\udfff\ufffe\uffff]')


class Iri(str):
    """The name of a thing."""

    __slots__ = ()


class Blank(str):
    """A thing without a name; the text tells blank nodes of one graph apart."""

    __slots__ = ()


class Namespace:
    """`DCT.title` is the IRI of `title` in that namespace."""

    __slots__ = ("base",)

    def __init__(self, base: str) -> None:
        self.base = base

    def __getattr__(self, name: str) -> Iri:
        return Iri(self.base + name)

    def __getitem__(self, name: str) -> Iri:
        return Iri(self.base + name)


RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")


class Literal(NamedTuple):
    """A text with a datatype; none means `xsd:string`."""

    text: str
    datatype: Iri | None = None


Subject = Union[Iri, Blank]  # noqa: UP007 - read by isinstance nowhere, by people often
Term = Union[Iri, Blank, Literal]  # noqa: UP007
Value = Union[Term, "Node", str, int, float, date, None]


@dataclass(frozen=True)
class Node:
    """One thing of a graph, with a way to say more of it."""

    graph: "Graph"
    id: Subject

    def add(self, predicate: Iri, *values: Value) -> "Node":
        """Say each value; None says nothing."""
        for value in values:
            if value is not None:
                self.graph.say(self.id, predicate, term(value))
        return self

    def add_list(self, predicate: Iri, values: Sequence[Value]) -> "Node":
        """Say a list whose order matters, as an `rdf:List`; an empty one says nothing."""
        rest: Subject = RDF.nil
        for value in reversed([value for value in values if value is not None]):
            link = self.graph.blank()
            link.add(RDF.first, value).add(RDF.rest, rest)
            rest = link.id
        return self if rest == RDF.nil else self.add(predicate, rest)


@dataclass
class Graph:
    """Statements by subject; the first subject is what the document is about."""

    statements: dict[Subject, list[tuple[Iri, Term]]] = field(default_factory=dict)
    _blanks: int = 0

    def node(self, id: str, *types: Iri) -> Node:
        """A thing by its IRI, with its types."""
        return self._typed(Node(self, iri(id)), types)

    def blank(self, *types: Iri) -> Node:
        """A new thing without a name."""
        self._blanks += 1
        return self._typed(Node(self, Blank(f"b{self._blanks}")), types)

    def say(self, subject: Subject, predicate: Iri, value: Term) -> None:
        """Add a statement, once."""
        known = self.statements.setdefault(subject, [])
        if (predicate, value) not in known:
            known.append((predicate, value))

    def namespaces(self, prefixes: Iterable[tuple[str, Namespace]]) -> dict[str, str]:
        """The prefixes that occur in the graph, with what they stand for."""
        # Namespaces end in a slash or a hash: a few beginnings stand for all the names that have them.
        used = {each[: max(each.rfind("/"), each.rfind("#")) + 1] for each in self._iris()}
        known = {name: space.base for name, space in prefixes}
        return {name: base for name, base in known.items() if any(each.startswith(base) for each in used)}

    def _typed(self, node: Node, types: Sequence[Iri]) -> Node:
        return node.add(RDF.type, *types)

    def _iris(self) -> Iterable[str]:
        for subject, statements in self.statements.items():
            yield subject
            for predicate, value in statements:
                yield predicate
                yield value.datatype or "" if isinstance(value, Literal) else value


def term(value: Value) -> Term:
    """A value of Python as RDF says it."""
    match value:
        case Node():
            return value.id
        case Iri():
            return iri(value)
        case Blank():
            return value
        case Literal():
            return Literal(clean(value.text), value.datatype)
        case bool():
            return Literal(str(value).lower(), XSD.boolean)
        case int():
            return Literal(str(value), XSD.integer)
        case float():
            # Not a double: readers print those with few digits (rdflib in Turtle), and lose the others.
            return Literal(f"{Decimal(repr(value)):f}", XSD.decimal)
        case datetime():
            return Literal(value.isoformat(timespec="seconds").replace("+00:00", "Z"), XSD.dateTime)
        case date():
            return Literal(value.isoformat(), XSD.date)
    return Literal(clean(str(value)))


def iri(text: str) -> Iri:
    """An IRI that every format can hold: what may not stand in one is percent-encoded."""
    return Iri(_NOT_IN_IRI.sub(_percent, text))


def clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return _UNPRINTABLE.sub("", text)


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))

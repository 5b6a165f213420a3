"""As much of RDF 1.1 XML Syntax as records use: described nodes, nested or by name, and plain values."""

from collections.abc import Iterator

from fairhaven.catalog.drivers.oai.xml import Element

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NAMES = (f"{RDF}}}about", f"{RDF}}}nodeID", f"{RDF}}}ID")
_XML = "{http://www.w3.org/XML/1998/namespace}"


class Graph:
    """Statements by their subject; names of nodes are IRIs, or `_:…`."""

    def __init__(self, root: Element) -> None:
        self.said: dict[str, list[tuple[str, str, bool]]] = {}
        self._count = 0
        for each in root.children:
            self._node(each)

    def texts(self, subject: str, *predicates: str) -> list[str]:
        """Values of any of the predicates, whether texts or names of nodes."""
        return [value for name, value, _ in self.said.get(subject, ()) if name in predicates]

    def text(self, subject: str, *predicates: str) -> str:
        return next(iter(self.texts(subject, *predicates)), "")

    def labels(self, subject: str, predicate: str, *names: str) -> list[str]:
        """What the nodes that a predicate leads to are called; a plain value is its own label."""
        found = (self.text(value, *names) or value for value in self.texts(subject, predicate))
        return [each for each in found if not each.startswith("_:")]

    def of_type(self, *types: str) -> Iterator[str]:
        for subject, said in self.said.items():
            if any(name == f"{RDF}}}type" and value in types for name, value, _ in said):
                yield subject

    def _node(self, element: Element) -> str:
        name = next((element.attributes[each] for each in _NAMES if each in element.attributes), "")
        if f"{RDF}}}nodeID" in element.attributes:
            name = f"_:{name}"
        subject = name or self._blank()
        said = self.said.setdefault(subject, [])
        if element.name != f"{RDF}}}Description":
            said.append((f"{RDF}}}type", _iri(element.name), True))
        for key, value in element.attributes.items():
            if not key.startswith((RDF, _XML)):
                said.append((key, value, False))
        for each in element.children:
            said.append((each.name, *self._value(each)))
        return subject

    def _value(self, element: Element) -> tuple[str, bool]:
        given = element.attributes
        if (name := given.get(f"{RDF}}}resource")) is not None:
            return name, True
        if (name := given.get(f"{RDF}}}nodeID")) is not None:
            return f"_:{name}", True
        if given.get(f"{RDF}}}parseType") == "Resource":
            return self._node(Element(f"{RDF}}}Description", {}, element.children)), True
        if element.children:
            return self._node(element.children[0]), True
        return element.text, False

    def _blank(self) -> str:
        self._count += 1
        return f"_:fairhaven{self._count}"


def _iri(name: str) -> str:
    return name.lstrip("{").replace("}", "", 1)

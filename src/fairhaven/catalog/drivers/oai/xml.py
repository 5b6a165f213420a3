"""XML of strangers, read safely: no document type, so no entities of its own; bounded in depth and size."""

from dataclasses import dataclass, field
from xml.parsers import expat

MOST_ELEMENTS = 400_000
DEEPEST = 100


class BadXml(Exception):
    """It cannot be read, or is not taken; the words say why."""


@dataclass(slots=True)
class Element:
    """One element: its name in braces notation (`{namespace}local`), the text before its first child."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    @property
    def local(self) -> str:
        return self.name.rpartition("}")[2]

    def all(self, local: str) -> list["Element"]:
        """Children of this local name, whatever their namespace: servers err in those."""
        return [each for each in self.children if each.local == local]

    def first(self, local: str) -> "Element | None":
        return next((each for each in self.children if each.local == local), None)

    def said(self, local: str) -> str:
        """The text of the first child of that name, trimmed; empty without one."""
        found = self.first(local)
        return found.text.strip() if found else ""

    def get(self, local: str) -> str:
        """An attribute by its local name."""
        for name, value in self.attributes.items():
            if name.rpartition("}")[2] == local:
                return value
        return ""


def parse(content: bytes) -> Element:
    """The root element.

    Raises:
        BadXml: it is not well-formed, declares a document type, or is too deep or too large.
    """
    reading = _Reading()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = reading.begin
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.words
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise BadXml(f"It is not well-formed XML: {error}.") from None
    except (ValueError, LookupError) as error:  # encodings that are not known
        raise BadXml(f"It is not well-formed XML: {str(error)[:100]}.") from None
    assert reading.root is not None
    return reading.root


class _Reading:
    """Builds the tree; `open` are the elements that have not ended."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MOST_ELEMENTS or len(self.open) >= DEEPEST:
            raise BadXml("It is nested too deeply, or has too many elements.")
        made = Element(_braced(name), {_braced(key): value for key, value in attributes.items()})
        if self.open:
            self.open[-1].children.append(made)
        else:
            self.root = made
        self.open.append(made)

    def end(self, name: str) -> None:
        self.open.pop()

    def words(self, text: str) -> None:
        if self.open and not self.open[-1].children:
            self.open[-1].text += text


def _braced(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _refuse(*_: object) -> None:
    raise BadXml("It declares a document type, which is not taken.")

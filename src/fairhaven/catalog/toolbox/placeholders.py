"""`{name}` in a text: a field of the form, or what only the program that starts it knows.

Engines know `{host}` and `{work}` (an address to listen on, a folder to work in) and, by a port's name,
`{ports.ui}` (the number), `{base.ui}` (the path below which it is reached, such as `/`) and `{address.ui}`
(where people reach it). A brace that is meant is written twice.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

ALONE = ("host", "work")
OF_PORTS = ("ports", "base", "address")
RESERVED = frozenset((*ALONE, *OF_PORTS))
_PIECE = re.compile(r"\{\{|\}\}|\{([A-Za-z0-9_.-]{1,100})\}|[{}]")


@dataclass(frozen=True)
class Placeholder:
    """`name` is what stands before the dot, `of` what stands behind it."""

    name: str
    of: str = ""

    @property
    def engines(self) -> bool:
        """Whether the program that starts the task fills it."""
        return self.name in RESERVED

    def __str__(self) -> str:
        return "{" + (f"{self.name}.{self.of}" if self.of else self.name) + "}"


class Stray(ValueError):
    """A brace that neither opens nor closes a placeholder."""


def pieces(text: str) -> Iterator[str | Placeholder]:
    """The text in pieces; doubled braces are single ones.

    Raises:
        Stray: a brace stands alone.
    """
    end = 0
    for found in _PIECE.finditer(text):
        if found.start() > end:
            yield text[end : found.start()]
        end = found.end()
        yield _piece(found)
    if end < len(text):
        yield text[end:]


def named(text: str) -> list[Placeholder]:
    """The placeholders of a text, in its order.

    Raises:
        Stray: a brace stands alone.
    """
    return [each for each in pieces(text) if isinstance(each, Placeholder)]


def sole(text: str) -> Placeholder | None:
    """The placeholder that the text is, if it is nothing but one."""
    found = list(pieces(text))
    return found[0] if len(found) == 1 and isinstance(found[0], Placeholder) else None


def fill(text: str, value: Callable[[Placeholder], str]) -> str:
    """The text with every field's value in its place, exactly once: what a value holds is never read again.

    Engines' placeholders stay, and every other brace is doubled, so that an engine finds its own only.
    """
    filled = ""
    for each in pieces(text):
        if isinstance(each, Placeholder):
            filled += str(each) if each.engines else escaped(value(each))
        else:
            filled += escaped(each)
    return filled


def escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def resolved(text: str, value: Callable[[Placeholder], str]) -> str:
    """A filled text as an engine reads it: its placeholders replaced, doubled braces single."""
    return "".join(value(each) if isinstance(each, Placeholder) else each for each in pieces(text))


def _piece(found: re.Match[str]) -> str | Placeholder:
    if found[0] in ("{{", "}}"):
        return found[0][0]
    if found[1] is None:
        raise Stray(found[0])
    name, _, of = found[1].partition(".")
    return Placeholder(name, of)

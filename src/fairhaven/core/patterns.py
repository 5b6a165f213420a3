"""Patterns with named places: `urn:mace:egi.eu:group:{project}:role={level}#aai.egi.eu`.

A place stands for one or more characters up to the next separator, and up to the character that follows it in
the pattern; so a text fits in one way or in none, and looking takes time in proportion to its length.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

SEPARATORS = ":/#=,"
LONGEST = 1000  # characters of a text that is looked at
_PIECE = re.compile(r"\{([a-z_]{1,30})\}|([{}])|([^{}]+)")


@dataclass(frozen=True)
class Pattern:
    """A pattern as it was read; equal where the text is."""

    text: str
    names: tuple[str, ...] = field(compare=False)
    _pieces: tuple[tuple[str, str], ...] = field(compare=False, repr=False)
    _regex: "re.Pattern[str]" = field(compare=False, repr=False)

    @classmethod
    def read(cls, text: str) -> "Pattern":
        """Read a pattern.

        Raises:
            ValueError: a brace is alone, a name is used twice, or two places touch.
        """
        pieces = tuple(_pieces(text))
        names = tuple(name for name, _ in pieces if name)
        if len(set(names)) < len(names):
            raise ValueError(f"a name is there twice in {text!r}")
        if any(one and other for (one, _), (other, _) in pairwise(pieces)):
            raise ValueError(f"two places touch in {text!r}: nobody could tell where one ends")
        return cls(text, names, pieces, re.compile(_regex(pieces), re.DOTALL))

    def match(self, text: str) -> Mapping[str, str] | None:
        """What stands in the places, or None where the text does not fit."""
        if len(text) > LONGEST:
            return None
        found = self._regex.fullmatch(text)
        return found.groupdict() if found else None

    def fill(self, **values: str) -> str:
        """The text with these values in its places."""
        return "".join(values[name] if name else literal for name, literal in self._pieces)


def _pieces(text: str) -> list[tuple[str, str]]:
    """Pairs of which one is empty: the name of a place, or what stands there as it is."""
    found = []
    for name, brace, literal in _PIECE.findall(text):
        if brace:
            raise ValueError(f"write places as {{name}}, in small letters: {text!r}")
        found.append((name, literal))
    return found


def _regex(pieces: tuple[tuple[str, str], ...]) -> str:
    parts = []
    for at, (name, literal) in enumerate(pieces):
        follows = pieces[at + 1][1][:1] if at + 1 < len(pieces) else ""
        parts.append(f"(?P<{name}>[^{re.escape(SEPARATORS + follows)}]+)" if name else re.escape(literal))
    return "".join(parts)

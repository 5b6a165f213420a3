"""What a test found: passed or not, and what it saw, in a sentence for people."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from fairhaven.catalog.fair.robot import Harvest


class Seen(NamedTuple):
    """Whether a test passed, and what was seen."""

    passed: bool
    evidence: str


Look = Callable[[Harvest], Seen]
_looks: dict[str, Look] = {}
LOOKS: Mapping[str, Look] = _looks


def looks(*tests: str) -> Callable[[Look], Look]:
    """Mark a function as what looks for one test, or for several that look for the same."""

    def mark(look: Look) -> Look:
        _looks.update(dict.fromkeys(tests, look))
        return look

    return mark


def seen(found: object, words: str, otherwise: str) -> Seen:
    """Passed with `words` where something was found, else failed with `otherwise`."""
    return Seen(bool(found), words if found else otherwise)


def some(names: object, most: int = 4) -> str:
    """A few of many, in words."""
    texts = [str(each)[:120] for each in names] if not isinstance(names, str) else [names]  # type: ignore[attr-defined]
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more
